"""A place under a supervisor: what is to run there, what does, and how it fared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import Cause
from workbench.api.supervision import ChildInfo, ChildSpec, Ending

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.supervision.supervisor import Supervisor


class Entry:
    """An actor's Keeper. Written inside the supervisor's agenda alone.

    `life` grows with each start and stop, so that news of an earlier life can be told from those of this one.
    `crashes` are the abnormal ends in a row, `due` the time of a restart that waits for its backoff.
    """

    __slots__ = ("_owner", "actor", "alive", "below", "crashes", "due", "held", "life", "restarts", "spec", "started")

    def __init__(self, owner: Supervisor, spec: ChildSpec) -> None:
        self._owner, self.spec = owner, spec
        self.actor: Actor | None = None
        self.below: Supervisor | None = None
        self.alive = self.held = False
        self.life = self.restarts = self.crashes = 0
        self.started = 0.0
        self.due: float | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def supervisor(self) -> str:
        return self._owner.name

    @property
    def is_copy(self) -> bool:
        """Whether no tree file names it: it was started as one more of its kind."""
        return self._owner.simple

    def begin(self, now: float) -> None:
        """It is about to be started."""
        if self.life:
            self.restarts += 1
        self.life += 1
        self.alive, self.due, self.started = True, None, now

    def note_end(self, ending: Ending, now: float, period_seconds: float) -> None:
        """It is not alive any more; one that lived for the supervisor's period starts a new row of crashes."""
        self.alive, self.crashes = False, self.crashes_after(ending, now, period_seconds)

    def crashes_after(self, ending: Ending, now: float, period_seconds: float) -> int:
        """The length of the row of crashes if it ended so now."""
        before = 0 if now - self.started >= period_seconds else self.crashes
        return before + (ending is Ending.ABNORMAL)

    def abandon(self) -> None:
        """It is not started again: who waits for it is told so."""
        self.due = None
        if self.actor is not None and not self.alive:
            self.actor.abandon()
        if self.below is not None:
            self.below.abandon()

    # What its actor, or the supervisor below, calls; from any thread.

    def ended(self, ending: Ending, cause: Cause | None, killed_by: str) -> None:
        self._owner.ended(self, self.life, ending, cause, killed_by)

    def restart(self) -> Answer[Any]:
        return self._owner.start_child(self.name)

    def info(self, now: float) -> ChildInfo:
        return ChildInfo(
            name=self.name,
            supervisor=self.spec.supervisor is not None,
            restart=self.spec.restart,
            shutdown_ms=self.spec.shutdown_ms,
            state=self._state(),
            restarts=self.restarts,
            held=self.held,
            restarts_in_seconds=max(0.0, self.due - now) if self.due is not None else None,
        )

    def _state(self) -> ActorState:
        found = self.actor or self.below
        return found.state if found is not None else ActorState.STOPPED
