"""The sample system without a display: waits for it, sends one message through the panels, prints and photographs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from ui.desk import Draft
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.graphs.panel import GraphsPanel
from ui.panels.messages.panel import MessagesPanel
from workbench.api import Timeout

PATIENCE_SECONDS = 180.0
"""The interpreter may have to be built first."""
LOOK_SECONDS = 0.05
SECONDS_OF_GRAPH = 5


def say(text: str) -> None:
    """The demonstration speaks to the terminal: without a display that is all there is."""
    sys.stdout.write(f"{text}\n")


async def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Let the loop turn until it holds; Timeout names what did not happen."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        if loop.time() > end:
            raise Timeout(f"{what} did not happen within {seconds:.0f} s")
        await asyncio.sleep(LOOK_SECONDS)


async def ready(window: MainWindow) -> None:
    """The node is open, its actors have worked, and there is a curve to see."""
    graphs = window.panels["graphs"]
    assert isinstance(graphs, GraphsPanel)
    await opened(window)
    await until(lambda: len(graphs.samples.series.get("", ())) >= SECONDS_OF_GRAPH, "a few seconds of graph")


async def opened(window: MainWindow) -> None:
    """The node is open; raises at once what stood in the way."""
    opening = window.opening
    await until(lambda: opening.ready or opening.failed is not None, "opening the node")
    if opening.failed is not None:
        raise opening.failed


async def drive(window: MainWindow, path: Path) -> int:
    """Do what a user does first, and say what came of it."""
    await ready(window)
    messages, actors = window.panels["messages"], window.panels["actors"]
    assert isinstance(messages, MessagesPanel)
    assert isinstance(actors, ActorsPanel)
    window.desk.compose.emit(Draft("counter", "add", "5"))
    messages.send()
    await until(lambda: messages.reply.sent is not None, "a reply of the counter")
    sent = messages.reply.sent
    assert sent is not None
    await until(lambda: bool(actors.model.rows), "a list of actors")
    say("\t".join(column.title for column in actors.columns if column.title))
    say(actors.table.as_text("Text", actors.model.rows))
    say(f"\ncounter add 5 -> {sent.reply or sent.text!r}, {messages.reply.cells.cells['Fuel'].text()} fuel, "
          f"{messages.reply.cells.cells['Memory'].text()}, {messages.reply.cells.cells['Time'].text()}")  # fmt: skip
    await photograph(window, path)
    say(f"screenshot: {path.resolve()}")
    return 1 if sent.code else 0


async def photograph(window: MainWindow, path: Path) -> int:
    await ready(window)
    path.parent.mkdir(parents=True, exist_ok=True)
    return 0 if window.grab().save(str(path)) else 1


async def usable(window: MainWindow) -> int:
    """Say so when the sample runs and the window shows it."""
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    await opened(window)
    await until(lambda: bool(actors.model.rows), "the first list of actors")
    say("ready")
    sys.stdout.flush()
    return 0
