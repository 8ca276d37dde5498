"""Who uses a service: an actor inside a turn, or somebody outside of the node's actors."""

from __future__ import annotations

import math
from typing import Any

from workbench.answer import Answer
from workbench.api.errors import Timeout
from workbench.api.identity import ActorId
from workbench.runtime.scheduler import Scheduler
from workbench.runtime.system import ActorSystem
from workbench.wasm.gate import Context

Scope = tuple[str, str]


class Outside:
    """A caller of the api: it waits on its own thread."""

    actor: ActorId | None = None

    def __init__(self, scope: Scope, scheduler: Scheduler) -> None:
        self.scope, self._scheduler = scope, scheduler

    def wait(self, answer: Answer[Any], seconds: float, _what: str) -> bool:
        return self._scheduler.wait(answer, seconds)


class Inside:
    """An actor: while it waits, its worker is replaced, its turn's time stands still, and a kill ends the wait."""

    def __init__(self, context: Context, system: ActorSystem, scheduler: Scheduler) -> None:
        self._context, self._system, self._scheduler = context, system, scheduler
        self.actor: ActorId | None = context.actor
        self.scope: Scope = (context.actor.tenant, context.actor.namespace)

    def wait(self, answer: Answer[Any], seconds: float, what: str) -> bool:
        actor = self._system.find(self._context.actor)
        allowed = self._context.bounded(math.ceil(seconds * 1000)) / 1000
        with self._context.waiting(what), actor.waiting_on(answer):
            came = self._scheduler.wait(answer, min(seconds, allowed))
        if not came and allowed < seconds:
            said = f"{actor.id.name} waited {allowed:g} s to {what}: its limits allow a turn no more (wait_ms)"
            raise Timeout(said)
        return came
