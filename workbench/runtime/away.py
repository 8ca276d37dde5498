"""Durable actors that could not be brought back when the node started, and are not even listed: their module is gone,
or their journal cannot be read. They stay in the journal until they are given up or the node starts again.
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
        self._why: dict[ActorId, str] = {}

    def stays(self, who: ActorId, why: str, *, listed: bool = False) -> None:
        """Say why it could not be brought back; one that is `listed`, as crashed, is here none of those away."""
        logger.error("durable actor %s could not be brought back: %s", who, why)
        self._around.logbook.log(who, Level.ERROR, f"it could not be brought back: {why}", ())
        if not listed:
            self._why[who] = why

    def missing(self, who: ActorId) -> NotFound:
        """What is said to whoever looks for an actor that is not there."""
        why, text = self._why.get(who), f"no actor {who.name!r} in {who.tenant}/{who.namespace}"
        if why is None:
            return NotFound(text)
        return NotFound(
            f"{text}: it is durable and could not be brought back: {why}; mend that and start the node again, or give "
            f"it up: workbench actor stop {who.name}"
        )

    def knows(self, who: ActorId) -> bool:
        """Whether it is one of those."""
        return who in self._why

    def is_here(self, who: ActorId) -> None:
        """There is one of this name now."""
        self._why.pop(who, None)

    def give_up(self, who: ActorId) -> None:
        """It is stopped, so that it does not come back. Idempotent."""
        if self._why.pop(who, None) is not None:
            self._around.journal.ended(who)
