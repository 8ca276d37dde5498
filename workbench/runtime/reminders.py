"""What an actor that is not durable sends to itself, later. Those of durable ones are in their outbox."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from workbench.api.errors import NotFound
from workbench.api.logs import Level
from workbench.api.messages import Envelope
from workbench.runtime.timers import Armed

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.system import ActorSystem


def arm(system: ActorSystem, actor: Actor, seconds: float, envelope: Envelope, number: int = 0) -> int:
    """Send it in `seconds`; the number that the actor knows the timer by, a new one if none is given."""
    numbers: list[int] = []  # filled below; a timer of no delay may fire before

    def fire() -> None:
        for each in numbers:
            actor.timers.pop(each, None)
        try:
            system.tell(actor.id, envelope)
        except NotFound:
            return  # it has stopped meanwhile
        except Exception as error:
            actor.log(Level.WARN, f"the timer's message {envelope.type!r} was not delivered: {error}")

    timers = actor.around.timers
    runs = timers.after(seconds, fire)
    number = number or (runs if runs not in actor.timers else secrets.randbits(48))
    actor.timers[number] = Armed(runs, timers.now + seconds, envelope)
    numbers.append(number)
    return number
