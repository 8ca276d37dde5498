"""The turn before a crash: where it is found, and in which panel it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject

from ui.desk import Desk
from workbench.api import Cause, Node, NotFound, Outcome, Turn

READ = 500
"""Turns that are read at a time."""
RECORDED = 2_000
"""As many of what is on disk are looked through."""


@dataclass(frozen=True, slots=True)
class CrashOf:
    """A crash of `actor`: the newest one, or that of this `cause` up to `time`."""

    actor: str
    cause: Cause | None = None
    time: float = 0.0

    def is_it(self, turn: Turn) -> bool:
        if turn.outcome is not Outcome.CRASHED:
            return False
        return self.cause is None or (turn.cause == self.cause and turn.started <= self.time)


@dataclass(frozen=True, slots=True)
class Before:
    """Turn `seq` came before the crash in turn `crash`; `journal`: it is an entry of a journal."""

    seq: int
    crash: int
    journal: bool


class CrashTrail(QObject):
    """Takes one to the turn before a crash, whoever asks for it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        desk.before_crash.connect(self._go)

    def _go(self, wanted: CrashOf) -> None:
        if self._desk.node is not None:
            self._desk.bridge.start(self, self._find(self._desk.node, wanted), self._desk.failed)

    async def _find(self, node: Node, wanted: CrashOf) -> None:
        found = await self._desk.bridge.call(before, node, wanted)
        if self._desk.nodes.session is not None:
            self._desk.nodes.go_to_turn(wanted.actor, found.seq)
        else:
            (self._desk.show_entry if found.journal else self._desk.show_turn).emit(wanted.actor, found.seq)
        if found.seq == found.crash:
            self._desk.notice(f"{wanted.actor} crashed in its first turn: there is none before it.", key="crash")


def before(node: Node, wanted: CrashOf) -> Before:
    """Off the Qt thread. NotFound: nothing is kept of it."""
    found = next((turn for turn in _journal(node, wanted.actor) if wanted.is_it(turn)), None)
    journal = found is not None
    if found is None:
        found = next((turn for turn in _turns(node, wanted.actor) if wanted.is_it(turn)), None)
    if found is None:
        raise NotFound(
            f"no turn is kept in which {wanted.actor} crashed: it was ended between two turns, or its recording is gone"
        )
    return Before(max(found.seq - 1, 1), found.seq, journal)


def _journal(node: Node, actor: str) -> Iterator[Turn]:
    """The newest first; nothing of one that has no journal."""
    try:
        info = node.journal.get(actor)
    except NotFound:
        return
    high = info.last
    while high >= max(info.first, 1):
        low = max(info.first, high - READ + 1)
        found = node.journal.entries(actor, after=low - 1, limit=high - low + 1)
        yield from (turn for turn in reversed(found) if turn.seq <= high)
        high = low - 1


def _turns(node: Node, actor: str) -> Iterator[Turn]:
    """Those in memory, then those on disk; the newest first."""
    with suppress(NotFound):
        yield from reversed(node.actors.turns(actor, limit=READ))
    yield from (found.turn for found in reversed(node.debugger.turns(actor, limit=RECORDED, newest=True)))
