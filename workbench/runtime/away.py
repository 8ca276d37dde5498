"""Actors that could not be brought back when the node started, and are not even listed: their module is gone, they
did not start, or their journal cannot be read. They stay where they are kept until they are given up or the node starts
again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from workbench.api.errors import NotFound
from workbench.api.identity import ActorId
from workbench.api.logs import Level

if TYPE_CHECKING:
    from workbench.runtime.surroundings import Surroundings

logger = logging.getLogger(__name__)


class Away:
    """Thread-safe."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._why: dict[ActorId, tuple[str, bool]] = {}

    def stays(self, who: ActorId, why: str, *, durable: bool, listed: bool = False) -> None:
        """Say why it could not be brought back; one that is `listed`, as crashed, is here none of those away."""
        logger.error("%s %s could not be brought back: %s", "durable actor" if durable else "actor", who, why)
        self._around.logbook.log(who, Level.ERROR, f"it could not be brought back: {why}", ())
        if not listed:
            self._why[who] = why, durable

    def missing(self, who: ActorId) -> NotFound:
        """What is said to whoever looks for an actor that is not there."""
        found, text = self._why.get(who), f"no actor {who.name!r} in {who.tenant}/{who.namespace}"
        if found is None:
            return NotFound(text)
        why, durable = found
        was = "it is durable" if durable else "it ran when the node ended"
        return NotFound(
            f"{text}: {was} and could not be brought back: {why}; mend that and start the node again, or give "
            f"it up: workbench actor stop {who.name}"
        )

    def knows(self, who: ActorId) -> bool:
        """Whether it is one of those."""
        return who in self._why

    def is_here(self, who: ActorId) -> None:
        """There is one of this name now."""
        self._why.pop(who, None)

    def give_up(self, who: ActorId) -> None:
        """It is stopped, so that it does not come back. Idempotent, and also of one that was not to come back now."""
        _, durable = self._why.pop(who, ("", False))
        if durable:
            self._around.journal.ended(who)
        else:
            self._around.returning.gave_up(who)
