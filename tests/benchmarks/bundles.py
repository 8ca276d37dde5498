"""A session bundle of 100,000 small turns: how long it takes to open, how large it is, how soon any turn is there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle, timed
from tests.benchmarks.messages import tiny
from workbench.api import Node, SpawnOptions, Turn
from workbench.debug.bundle.export import Wanted, export
from workbench.debug.bundle.reader import Bundle

ACTORS, TURNS, BATCH = 1_000, 100, 100
"""All turns are recorded ones; a node keeps fewer at a time, so they are taken from it batch by batch."""
OPENINGS, LOOKS = 5, 200
MOST_BYTES, MOST_SECONDS = 10_000_000, 2.0


class _Session:
    """A node as the export sees it, with all the turns at once."""

    def __init__(self, node: Node, turns: Sequence[Turn]) -> None:
        self._node, self._turns = node, turns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    @property
    def actors(self) -> _Session:
        return self

    def turns(self, *_: object, **__: object) -> Sequence[Turn]:
        return self._turns

    def list(self) -> Sequence[object]:
        return ()


@on_guest_thread
def bundle(node: Node) -> Figure:
    """Export, open, and look at turns here and there."""
    tiny(node)
    turns: list[Turn] = []
    for batch in range(ACTORS // BATCH):
        for number in range(BATCH):
            actor = node.actors.spawn("tally", options=SpawnOptions(f"tally-{batch}-{number}")).id
            for _ in range(TURNS - 1):
                node.actors.ask(actor, "add", "1")
            turns += node.actors.turns(actor, limit=TURNS)
            node.actors.stop(actor)
    assert len(turns) == ACTORS * TURNS, len(turns)
    chance = random.Random(1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "session.plexbundle"
        session: Any = _Session(node, turns)
        written = timed(lambda: export(session, path, Wanted()), times=1)
        opened = timed(lambda: Bundle(path).close(), times=OPENINGS)
        size = path.stat().st_size
        with Bundle(path) as found:
            assert found.turns_total == len(turns) and not found.problems
            looks = timed(
                lambda: found.turn(chance.choice(found.recorded), chance.randrange(1, TURNS + 1)), times=LOOKS
            )
    seconds = middle(opened)
    return Figure(
        "bundle of 100,000 small turns, opened",
        seconds,
        "s",
        "<= 2 s, <= 10 MB",
        seconds <= MOST_SECONDS and size <= MOST_BYTES,
        f"{size / 1e6:.1f} MB; written in {written[0]:.1f} s; any turn of it in {middle(looks) * 1e3:.1f} ms",
        {"open_seconds": opened, "size_bytes": [size], "write_seconds": written, "turn_seconds": looks},
    )


FIGURES = (bundle,)
