"""A session bundle of 100,000 small turns: how long it takes to open, how large it is, how soon any turn is there."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle, timed
from tests.benchmarks.messages import tiny
from workbench.api import Node, SpawnOptions
from workbench.debug.bundle.export import Wanted, export
from workbench.debug.bundle.reader import Bundle

ACTORS, TURNS = 1_000, 100
OPENINGS, LOOKS = 5, 200
MOST_BYTES, MOST_SECONDS = 10_000_000, 2.0


@on_guest_thread
def bundle(node: Node) -> Figure:
    """Export, open, and look at turns here and there."""
    tiny(node)
    for number in range(ACTORS):
        actor = node.actors.spawn("tally", options=SpawnOptions(f"tally-{number}")).id
        for _ in range(TURNS - 1):
            node.actors.ask(actor, "add", "1")
    assert node.debugger.segments(limit=1) and node.debugger.statistics().turns == ACTORS * TURNS
    chance = random.Random(1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "session.plexbundle"
        written = timed(lambda: export(node, path, Wanted()), times=1)
        opened = timed(lambda: Bundle(path).close(), times=OPENINGS)
        size = path.stat().st_size
        with Bundle(path) as found:
            assert found.turns_total == ACTORS * TURNS and not found.problems
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
