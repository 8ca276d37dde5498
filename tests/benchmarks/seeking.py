"""The state of any actor after any turn of a recorded session of 1,000 actors and 100,000 turns, as one seeks in it."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import psutil

import workbench
from tests.benchmarks.actors import SOURCE, on_guest_thread
from tests.benchmarks.figure import Figure, middle, timed
from tests.benchmarks.messages import tiny
from workbench.api import Certainty, Node, SpawnOptions

ACTORS, TURNS, PYTHON = 1_000, 100, 10
"""Every tenth actor is a Python one. All work at the same time, so that each has its turns all over the file."""
FIRST, SEEKS, OPENINGS = 100, 400, 5
MOST_OPEN, MOST_FIRST, MOST_SEEK = 2.0, 0.5, 0.15


def _live(node: Node) -> None:
    """Let all actors live, round by round."""
    tiny(node)
    node.modules.deploy(SOURCE, file_name="counter.py", alias="counter", force=True)
    names = [f"{'counter' if number % PYTHON == 0 else 'tally'}-{number}" for number in range(ACTORS)]
    for name in names:
        node.actors.spawn(name.partition("-")[0], options=SpawnOptions(name))
    for _ in range(TURNS - 1):
        for name in names:
            node.actors.ask(name, "increment")


@on_guest_thread
def seeking(node: Node) -> Figure:
    """Open it, look at actors for the first time, then anywhere; what is found is what was counted."""
    _live(node)
    chance = random.Random(1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "session.plexbundle"
        assert workbench.export_bundle(node, path).turns == ACTORS * TURNS
        before = psutil.Process().memory_info().rss
        processor = process_time()
        opened = timed(lambda: workbench.connect(f"bundle:{path}").close(), times=OPENINGS)
        processor = (process_time() - processor) / OPENINGS
        with workbench.connect(f"bundle:{path}") as session:
            session.prepare()
            names = [info.id.name for info in session.actors.list()]
            first = [_seek(session, name, chance) for name in chance.sample(names, FIRST)]
            seeks = [_seek(session, chance.choice(names), chance) for _ in range(SEEKS)]
            forward = _forward(session, chance.choice(names))
            taken = (psutil.Process().memory_info().rss - before) / 1e6
    open_seconds, first_seconds, seek_seconds = middle(opened), max(first), middle(seeks)
    return Figure(
        "state after any of 100,000 recorded turns",
        seek_seconds * 1e3,
        "ms",
        "median <= 150 ms, first view <= 500 ms, opened <= 2 s",
        open_seconds <= MOST_OPEN and first_seconds <= MOST_FIRST and seek_seconds <= MOST_SEEK,
        f"worst {max(seeks) * 1e3:,.0f} ms; first view of an actor {middle(first) * 1e3:,.0f} ms, at most "
        f"{first_seconds * 1e3:,.0f}; a turn forward {middle(forward) * 1e3:,.1f} ms; opened in {open_seconds:.2f} s "
        f"({processor:.2f} s of the processor), {taken:,.0f} MB",
        {"seek_seconds": seeks, "first_seconds": first, "forward_seconds": forward, "open_seconds": opened},
    )


def _seek(node: Node, name: str, chance: random.Random) -> float:
    """How long it takes to go to some moment and see the state of an actor there."""
    session = node.session
    assert session is not None
    position = chance.randrange(ACTORS, ACTORS * TURNS + 1)
    started = perf_counter()
    session.go(position)
    view = session.state(name)
    taken = perf_counter() - started
    assert view.certainty is Certainty.REPLAYED and view.state == str(view.seq - 1), view
    return taken


def _forward(node: Node, name: str) -> list[float]:
    """Turn by turn of one actor."""
    session = node.session
    assert session is not None
    taken, position = [], ACTORS
    session.state(name, position)
    while (found := session.find(position, actor=name)) is not None:
        started = perf_counter()
        view = session.state(name, found)
        taken.append(perf_counter() - started)
        assert view.state == str(view.seq - 1)
        position = found
    return taken


FIGURES = (seeking,)
