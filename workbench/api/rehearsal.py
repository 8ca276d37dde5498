"""What comes out when recorded turns are lived through on other code, before it is deployed."""

from __future__ import annotations

from enum import StrEnum

from workbench.api.errors import Location
from workbench.api.identity import ActorId
from workbench.api.replay import Divergence
from workbench.api.value import value


class Verdict(StrEnum):
    """What the candidate did differently first, of one actor.

    `REFUSED`: it does not take a state that was taken before. `UNREPLAYABLE`: the recording says nothing about it, and
    `problem` why.
    """

    IDENTICAL = "identical"
    REPLY = "different reply"
    HOST_CALL = "different host call"
    STATE = "different state"
    CRASH = "crash"
    LIMIT = "limit"
    REFUSED = "refused"
    UNREPLAYABLE = "cannot be replayed"


@value
class ActorRehearsal:
    """One actor: `replayed` of its recorded `turns` were lived through on the candidate, up to the first difference.

    `limit` names the limit that the candidate ran into, `place` where in its source it crashed. `notes` say which
    turns were left out, and why.
    """

    actor: ActorId
    verdict: Verdict
    turns: int
    replayed: int
    divergence: Divergence | None = None
    limit: str = ""
    place: Location | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()


@value
class LeftOut:
    """An actor that is not concerned: what it ran last is another module than the one that is replaced."""

    actor: ActorId
    module: str


@value
class Rehearsal:
    """What came of all of them. `replaced` and `candidate` are hashes of modules; `notes` say what was not
    looked at, `problems` what is damaged of where the turns come from."""

    replaced: str
    candidate: str
    actors: tuple[ActorRehearsal, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Whether there is somebody to judge by, and nobody would have noticed the candidate, and no turn is missing
        because it cannot be read."""
        identical = all(each.verdict is Verdict.IDENTICAL for each in self.actors)
        return bool(self.actors) and identical and not self.problems
