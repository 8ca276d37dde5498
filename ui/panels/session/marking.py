"""Marks on the timeline where the condition holds: each turn that is found, and all others as they are found behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from ui.desk import Desk
from ui.expression import Expression
from ui.filter import FilterError
from ui.jobs import Job
from ui.panels.session.map import TurnMap
from workbench.api import CancelToken, Conflict, WorkbenchError
from workbench.api.conditions import asks_for_states, read
from workbench.api.session import Session

TOGETHER_SECONDS = 0.1
"""So long is looked for at a time, before what was found is drawn."""


class Marking:
    """One condition at a time; `drawn` is called when there are more marks, or none any more."""

    def __init__(self, desk: Desk, drawn: Callable[[], None]) -> None:
        self._desk, self._drawn = desk, drawn
        self._where = ""
        self._job: Job | None = None

    def clear(self, turns: TurnMap) -> None:
        """Another condition, or none."""
        self._stop()
        self._where = ""
        if turns.any_marked:
            turns.unmark()
            self._drawn()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel.set()
            self._job = None

    def found(self, session: Session, turns: TurnMap, where: str, position: int) -> None:
        """One was found by whoever looked for it; the others are looked for now, unless that takes their states."""
        turns.mark((position,))
        self._drawn()
        if where != self._where:
            self._stop()
            self._where = where
            if _is_cheap(where):
                self._desk.bridge.start(self._desk, self._find_all(session, turns, where), self._desk.failed)

    async def _find_all(self, session: Session, turns: TurnMap, where: str) -> None:
        self._job = job = self._desk.jobs.begin("Marking turns", where)
        at: int | None = 0
        try:
            while at is not None and not job.cancel.is_set():
                some, at = await self._desk.bridge.call(_some, session, where, at, job.cancel)
                if job.cancel.is_set():
                    return
                turns.mark(some)
                self._desk.jobs.tell(job, where, 1.0 if at is None else at / max(turns.total, 1))
                self._drawn()
        except WorkbenchError as error:
            if not (isinstance(error, Conflict) and job.cancel.is_set()):
                self._desk.notice(str(error), "warn", key="find")
        except asyncio.CancelledError:
            job.cancel.set()  # or the search would go on, and nobody would wait for it
            raise
        finally:
            self._desk.jobs.end(job)


def _is_cheap(where: str) -> bool:
    try:
        return bool(where) and not asks_for_states(read(where, expression=Expression))
    except FilterError:
        return False


def _some(session: Session, where: str, after: int, cancel: CancelToken) -> tuple[list[int], int | None]:
    """Off the Qt thread: moments behind this one, and the one to go on from; None: these were all."""
    found: list[int] = []
    end = monotonic() + TOGETHER_SECONDS
    while monotonic() < end:
        position = session.find(after, where=where, cancel=cancel)
        if position is None:
            return found, None
        found.append(position)
        after = position
    return found, after
