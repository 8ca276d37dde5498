"""Recorded actors lived through on other code than they ran, apart from every node, and what that code does otherwise.

A difference is the candidate's only when the recorded module, on the same turns, does not differ as early: if it does,
the recording cannot be replayed, and that is said instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from workbench.api.errors import Conflict, NotFound, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.modules import CancelToken, Progress, ProgressCallback
from workbench.api.rehearsal import ActorRehearsal, LeftOut, Rehearsal, Verdict
from workbench.api.replay import Divergence
from workbench.api.turns import Birth, Outcome, Turn
from workbench.debug.rehearsal.life import Life
from workbench.debug.rehearsal.recorded import Recorded
from workbench.debug.timeline import before
from workbench.runtime.apart import apart
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.library import Library, Runnable


def rehearse(
    around: Surroundings,
    library: Library,
    on_thread: Callable[[Callable[[], Any]], Any],
    recorded: Recorded,
    *,
    candidate: str,
    replaced: str,
    actors: Collection[str] = (),
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Rehearsal:
    """Live through the turns of those actors that ran the module `replaced` last, on `candidate`, which is deployed in
    `library`; of `actors` alone, when some are named. `on_thread` runs a job where guests may run.

    NotFound: one of them is not recorded. Conflict: cancelled.
    """
    last = recorded.ran_last()
    if unknown := sorted(set(actors) - {actor.name for actor in last}):
        raise NotFound(f"no turn of {unknown[0]!r} is recorded in {recorded.name}")
    named = {actor: module for actor, module in last.items() if not actors or actor.name in actors}
    chosen = [actor for actor, module in named.items() if module == replaced]
    left_out = tuple(LeftOut(actor, module) for actor, module in named.items() if module != replaced)
    stage = _Stage(apart(around, cancel), library, replaced, candidate, cancel)
    stage.notes += stage.take_over(recorded) if chosen else ()
    started, found = time.monotonic(), []
    for number, actor in enumerate(chosen):
        if progress is not None:
            progress(Progress("rehearsing", number / len(chosen) or None, time.monotonic() - started))
        turns, terms = recorded.turns(actor), recorded.terms(actor)
        found.append(on_thread(lambda: stage.act(actor, turns, terms)))  # noqa: B023  # it is over before the next
    notes = (*recorded.notes, *stage.notes)
    return Rehearsal(replaced, candidate, tuple(found), left_out, notes, recorded.problems)


class _Recorded:
    """Modules as they were recorded; they run on the interpreter of this machine."""

    interpreter = ""

    def __init__(self, library: Library) -> None:
        self._library = library

    def open(self, module: str, stack_bytes: int) -> Runnable:
        return self._library.open(module, stack_bytes)


class _Stage:
    """Where both modules are, so that one can be told from the other."""

    def __init__(
        self, around: Surroundings, library: Library, replaced: str, candidate: str, cancel: CancelToken | None
    ) -> None:
        self._around, self._library = around, library
        self._replaced, self._candidate, self._cancel = replaced, candidate, cancel
        self._has_replaced = False
        self._befores = before.MOST
        self.notes: tuple[str, ...] = ()

    def take_over(self, recorded: Recorded) -> tuple[str, ...]:
        """Have the recorded module beside the candidate; what to say when it is not to be had."""
        try:
            info, data = recorded.module(self._replaced)
            found = self._library.deploy(data, file_name=info.file_name, cancel=self._cancel).hash
        except Conflict:
            raise
        except WorkbenchError as error:
            return (self._unsure(error.message),)
        self._has_replaced = found == self._replaced
        return () if self._has_replaced else (self._unsure(f"its bytes are those of {found[:12]}"),)

    def _unsure(self, why: str) -> str:
        return (
            f"the recorded module {self._replaced[:12]} is not to be had ({why}), so whether a difference comes of "
            "the candidate or of the recording was not checked"
        )

    def act(self, actor: ActorId, turns: Sequence[Turn], terms: Birth | None) -> ActorRehearsal:
        """What came of one actor. Runs where guests may run."""
        life = self._lived(actor, turns, terms, self._candidate)
        total = sum(turn.module == self._replaced for turn in turns)
        verdict, problem, difference = _verdict(life), life.problem, life.divergence
        if difference is not None:
            why = life.uncertain
            if self._has_replaced:
                check = self._lived(actor, turns[: life.at + 1], terms, self._replaced).divergence
                otherwise = f"the module it was recorded on comes out otherwise too: {check}"
                why = (life.uncertain or otherwise) if check is not None else ""
            if why:
                verdict, difference, problem = Verdict.UNREPLAYABLE, None, why
        cause = life.now.cause if difference is not None and life.now is not None else None
        limit = cause.limit if cause is not None and verdict is Verdict.LIMIT else ""
        place = cause.location if cause is not None and verdict is not Verdict.HOST_CALL else None
        notes = life.notes
        if difference is not None and not life.refused:
            difference, note = self._completed(difference, turns[: life.at])
            notes = (*notes, note) if note else notes
        return ActorRehearsal(actor, verdict, total, life.replayed, difference, limit, place, problem, notes)

    def _completed(self, found: Divergence, turns: Sequence[Turn]) -> tuple[Divergence, str]:
        """With the state before it, of the first actors, by the recorded module."""
        known = before.is_known(found) or not turns or turns[-1].seq != found.seq - 1
        if known or not self._has_replaced or not self._befores:
            return found, ""
        self._befores -= 1
        return before.completed(found, before.in_memory(self._around, _Recorded(self._library), turns))

    def _lived(self, actor: ActorId, turns: Sequence[Turn], terms: Birth | None, module: str) -> Life:
        def opened(_recorded: str, stack_bytes: int) -> Runnable:
            return self._library.open(module, stack_bytes)

        life = Life(self._around, opened, actor, self._replaced, terms)
        life.live(turns, self._look)
        return life

    def _look(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Conflict("the rehearsal was cancelled")


def _verdict(life: Life) -> Verdict:
    found, turn, now = life.divergence, life.turn, life.now
    if found is None or turn is None:
        return Verdict.UNREPLAYABLE if life.problem else Verdict.IDENTICAL
    if found.what.startswith("host call"):
        return Verdict.HOST_CALL
    cause = now.cause if now is not None else None
    if cause is not None and cause.limit:
        return Verdict.LIMIT
    if life.refused or (turn.birth is not None and turn.outcome is Outcome.REPLY):
        return Verdict.REFUSED
    if cause is not None:
        return Verdict.CRASH
    return Verdict.STATE if turn.operation == "snapshot-state" else Verdict.REPLY
