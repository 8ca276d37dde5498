"""Why the actors that are drawn ended: read from their turns when a second has seen one end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui import format as show
from ui.marks import Mark, told
from workbench.api import ActorInfo, Cause, Node, NotFound, Outcome, Sample

TURNS_READ = 200
KEPT_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Kill:
    """One end of an actor, in the middle of a message of the type `message` where there was one."""

    time: float
    actor: str
    cause: Cause
    message: str = ""

    @property
    def text(self) -> str:
        over = f" over {self.message}" if self.message else ""
        return f"{show.clock(self.time, milliseconds=False)}  {self.actor} ended{over}: {told(self.cause)}"


class Kills:
    """By actor. Filled by the thread that reads; a list is replaced, never changed in place."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Kill, ...]] = {}
        self._read: dict[str, float] = {}

    def forget(self) -> None:
        self.known, self._read = {}, {}

    def fetch(self, node: Node, series: Mapping[str, Sequence[Sample]], actors: Mapping[str, ActorInfo]) -> None:
        """Read what is new of those that crashed since they were read last. Off the Qt thread."""
        for name, samples in series.items():
            newest = next((sample.time for sample in reversed(samples) if sample.crashes), 0.0)
            if not name or newest <= self._read.get(name, 0.0):
                continue
            self._read[name] = newest
            self.known[name] = self._of(node, name, actors.get(name), newest)

    def _of(self, node: Node, name: str, info: ActorInfo | None, newest: float) -> tuple[Kill, ...]:
        try:
            turns = node.actors.turns(name, limit=TURNS_READ)
        except NotFound:
            turns = ()
        found = {
            kill.time: kill for kill in self.known.get(name, ()) if kill.time > newest - KEPT_SECONDS
        } | {
            turn.started: Kill(turn.started, name, turn.cause, turn.envelope.type if turn.envelope else turn.operation)
            for turn in turns if turn.outcome is Outcome.CRASHED and turn.cause is not None
        }  # fmt: skip
        last = info.last_cause if info is not None else None
        if last is not None and last not in [kill.cause for kill in found.values()]:
            found[newest] = Kill(newest, name, last)  # it was ended between two messages, by hand
        return tuple(sorted(found.values(), key=lambda kill: kill.time))

    def marks(self, series: Mapping[str, Sequence[Sample]], now: float, seconds: float) -> list[Mark]:
        """One for each end, oldest first; a crash whose cause is not known is marked where it was counted."""
        found = [
            Mark(kill.time - now, kill.text)
            for name in series for kill in self.known.get(name, ()) if now - seconds <= kill.time <= now
        ]  # fmt: skip
        for name, samples in series.items():
            if name and name not in self.known:
                found += [Mark(sample.time - now, f"{name} ended") for sample in samples if sample.crashes]
        return sorted(found, key=lambda mark: mark.at)
