"""What comes out when recorded turns are lived through again."""

from __future__ import annotations

from enum import StrEnum

from workbench.api.identity import ActorId
from workbench.api.value import value


class Severity(StrEnum):
    """How much a difference matters: `behavior` for what others saw (replies, host calls, crashes), `state` for what
    they will see, `cost` for fuel alone."""

    BEHAVIOR = "behavior"
    STATE = "state"
    COST = "cost"


@value
class Divergence:
    """Where a replay differed first from its recording, side by side.

    `what` is `reply`, `outcome`, `state`, `fuel` or `host call N` (from 1). `recorded` and `now` are the two sides in
    words, cut at a length that can be read; `state_before` is the state after the turn
    `state_seq`: where that is the one before it (`seq` - 1) the state before it, else the last that was seen.
    """

    actor: ActorId
    seq: int
    what: str
    severity: Severity
    recorded: str
    now: str
    state_before: str = ""
    state_seq: int = 0

    def __str__(self) -> str:
        return (
            f"{self.actor.name}, turn {self.seq}: the {self.what} differs; recorded: {self.recorded}; now: {self.now}"
        )
