"""One actor's recorded turns lived through on one module, up to the first thing that differs.

The turns are a chain: after a gap, or after a turn that cannot be lived through, nothing is certain until the next
birth or the next recorded state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.api.errors import Conflict, Crashed, Rejected, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.replay import Divergence, Severity
from workbench.api.turns import Birth, Outcome, Turn
from workbench.api.words import plural
from workbench.debug.bundle.recorded import is_state
from workbench.debug.rehearsal.script import OtherCode
from workbench.runtime.replay import SHOWN, Open, Replay, lived_again
from workbench.runtime.surroundings import Surroundings

GAP = "left out, because what came before is not recorded or could not be replayed"
ELSEWHERE = "left out, because they ran on another module"


class Life:
    """Used by one thread that may run guests. `replaced` is the module whose turns these are; `terms` are what an
    instance is made on when the recording has a state of it and no birth.

    Afterwards `divergence` is the first difference, `turn` where it was and `now` what came instead; `refused`: there
    the state was not taken. `uncertain` says why
    the difference may be one of the recording, `problem` why nothing can be said, or nothing of the rest.
    """

    def __init__(self, around: Surroundings, library: Open, actor: ActorId, replaced: str, terms: Birth | None) -> None:
        self._run = Replay(around, library, actor, compares_fuel=False)
        self._replaced, self._terms = replaced, terms
        self._birth: Turn | None = None
        self._last = 0
        self.at = 0
        self._doubt = ""
        self._left_out: dict[str, int] = {}
        self.replayed = 0
        self.divergence: Divergence | None = None
        self.turn: Turn | None = None
        self.now: Turn | None = None
        self.refused = False
        self.problem = self.uncertain = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(f"{plural(count, 'turn')} {why}" for why, count in self._left_out.items())

    def live(self, turns: Sequence[Turn], look: Callable[[], None]) -> None:
        """All of them, in order; `look` is called before each, and may raise to end it."""
        try:
            for self.at, turn in enumerate(turns):
                look()
                self._one(turn, turns[: self.at] if turn.birth is not None else ())
                if self.divergence is not None:
                    break
        except Conflict:
            raise
        except WorkbenchError as error:
            self.problem = error.message
        finally:
            self._run.drop()
        if not self.replayed and not self.divergence and not self.problem:
            self.problem = "neither a birth nor a state of it is recorded that its turns could begin with"

    def _one(self, turn: Turn, before: Sequence[Turn]) -> None:
        follows, self._last = turn.seq == self._last + 1 and self._run.alive, turn.seq
        if turn.module != self._replaced:
            if turn.birth is None or turn.outcome is Outcome.REPLY:  # else the one before it serves on
                self._run.drop()
            self._leave_out(ELSEWHERE)
            return
        if turn.birth is not None:
            self._birth, self._doubt = turn, ""
        elif not follows:
            self._take_up(turn)
            return
        self._step(turn)
        if turn.birth is not None and turn.birth.replayed_after and self._run.alive and self.divergence is None:
            self._recover(turn.birth.replayed_after, before)

    def _leave_out(self, why: str) -> None:
        self._left_out[why] = self._left_out.get(why, 0) + 1

    def _step(self, turn: Turn) -> None:
        found = self._run.step(turn, OtherCode(turn.host_calls))
        self.replayed += 1
        if found is None:
            if turn.unrepeatable and not self._doubt:
                self._doubt = f"turn {turn.seq:,} cannot be lived through again: {turn.unrepeatable}"
        elif turn.unrepeatable or self._doubt:
            why = self._doubt or f"turn {turn.seq:,} cannot be lived through again: {turn.unrepeatable}"
            self._differs(found, turn)
            self.uncertain = f"turn {turn.seq:,} came out otherwise, and so it may, because {why}"
        else:
            self._differs(found, turn)

    def _differs(self, found: Divergence, turn: Turn) -> None:
        self.divergence, self.turn, self.now, self.problem = found, turn, self._run.now, ""

    def _recover(self, after: int, before: Sequence[Turn]) -> None:
        """What a recovered instance lived through before it was heard again: the turns since its checkpoint."""
        last, wanted = self._last, [turn for turn in before if turn.seq > after]
        base = next((turn for turn in reversed(before) if turn.seq == after), None)
        if base is None or [turn.seq for turn in wanted] != list(range(after + 1, last)):
            self._run.drop()
            return
        self._run.go_on(base.state)
        for turn in lived_again(wanted):
            found = self._run.step(turn, OtherCode(turn.host_calls))
            if found is not None:
                self._differs(found, turn)
                return

    def _take_up(self, turn: Turn) -> None:
        """A new instance of the state that this turn gave, if it gave one and there are terms to make it on."""
        birth = self._birth.birth if self._birth is not None else self._terms
        self._run.drop()
        if birth is None or turn.unrepeatable or not is_state(turn):
            self._leave_out(GAP)
            return
        script = OtherCode(self._birth.host_calls if self._birth is not None else ())
        try:
            self._run.begin(birth, turn, script)
        except (Crashed, Rejected) as error:
            if script.divergence is not None:  # it asks its host for what nobody recorded an answer to
                self._leave_out(GAP)
                return
            self.refused = True
            said = f"turn {turn.seq:,} gave this state"
            self._differs(
                Divergence(turn.actor, turn.seq, "outcome", Severity.BEHAVIOR, said, error.message,
                           str(turn.reply)[:SHOWN], turn.seq), turn,
            )  # fmt: skip
            return
        self._doubt = ""
        self._leave_out("begun from: the state that it gave")
