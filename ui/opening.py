"""Opening a node behind the window: connect, build the interpreter where there is none, start the sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from os.path import realpath
from pathlib import Path
from typing import Protocol

from ui.attaching import NOTHING, Reached, is_elsewhere
from ui.attaching import reached as reached_from
from ui.commands import reached
from ui.desk import Desk
from ui.progress import Reporter
from workbench.api import CancelToken, Node, ProgressCallback, WorkbenchError


class Closer(Protocol):
    """Something that is closed in the end."""

    def close(self) -> None: ...


Connect = Callable[[], Node]
StartSample = Callable[[Node, ProgressCallback], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """How to get a node and how to fill an empty one; tests hand in their own."""

    connect: Connect
    start_sample: StartSample
    serve: Callable[[Node], Closer | None] = lambda _node: None
    """Let the command line reach this node; what it returns is closed before the node."""
    fits_sample: Callable[[Node], bool] = lambda node: not node.actors.list()
    """Whether the sample may be started on a node that one did not ask for it on."""
    address: str = ""
    """What the session of a window is kept by."""
    elsewhere: Callable[[], Reached] | None = None
    """The connection to attach to, instead of `connect`."""


def doors(address: str, reach: Mapping[str, str] = NOTHING) -> Doors:
    """The real ones; `reach` are the options that lead to a node elsewhere. `workbench` is imported on the thread that
    connects: the window does not wait for it."""

    def connect() -> Node:
        import workbench

        workbench.behind_the_window()
        return workbench.connect(address)

    def start_sample(node: Node, progress: ProgressCallback) -> None:
        import workbench

        workbench.start_sample(node, progress=progress)

    def serve(node: Node) -> Closer | None:
        import workbench

        return workbench.serve(node) if address.startswith("embedded:") else None

    def fits_sample(node: Node) -> bool:
        import workbench

        return workbench.sample_fits(node)

    elsewhere = partial(reached_from, address, reach) if is_elsewhere(address) else None
    return Doors(connect, start_sample, serve, fits_sample, address, elsewhere)


def session_file(address: str) -> Path | None:
    """Of a recorded session, `bundle:FILE` or `bundle:FILE#POSITION`."""
    if not address.startswith("bundle:"):
        return None
    name = address.removeprefix("bundle:")
    before, _, position = name.rpartition("#")
    return Path(before if before and position.isdigit() and not Path(name).exists() else name)


class Opening:
    """Brings the desk its node. `reporter` tells the status bar how far a build is."""

    def __init__(self, desk: Desk, ways: Doors, reporter: Reporter) -> None:
        self._desk, self._ways, self._reporter = desk, ways, reporter
        self.ready = False
        self.node: Node | None = None
        """The one that runs, whatever is shown."""
        self.failed: Exception | None = None
        """Why the last attempt ended before it was ready."""
        self.cancel = CancelToken()
        self.wants_sample = desk.settings.sample
        self._server: Closer | None = None

    def _reached(self, node: Node) -> tuple[str, ...]:
        """Off the Qt thread."""
        import workbench

        mine, its = str(workbench.default_workspace()), node.info().workspace
        return reached(self._ways.address, mine if realpath(its) == realpath(mine) else its, mine)

    async def run(self) -> None:
        self.failed = None
        try:
            await self._run()
        except Exception as error:
            self.failed = error
            raise

    async def _run(self) -> None:
        desk = self._desk
        desk.attachments.refresh()
        if self._ways.elsewhere is not None:
            await self._attach(self._ways.elsewhere)
            return
        self._reporter.reported.emit("opening the workspace", -1.0)
        node = await desk.bridge.call(self._ways.connect)
        reached = await desk.bridge.call(self._reached, node)
        self.node = node
        recorded = session_file(self._ways.address)
        info = await desk.bridge.call(node.info)
        desk.nodes.add(node, reached, info.name, recorded, info.workspace)
        python = await self.prepare(node)
        if python and recorded is None and self.wants_sample and await desk.bridge.call(self._ways.fits_sample, node):
            await self.sample()
        self.ready = True
        self._reporter.reported.emit("", 1.0)
        desk.node_changed.emit()
        self._server = await desk.bridge.call(self._ways.serve, node)

    async def _attach(self, elsewhere: Callable[[], Reached]) -> None:
        """A node that others run: nothing is prepared, started or served there."""
        desk = self._desk
        self._reporter.reported.emit("attaching", -1.0)
        self.node = (await desk.attachments.reach(await desk.bridge.call(elsewhere))).node
        self.ready = True
        self._reporter.reported.emit("", 1.0)

    def close(self) -> None:
        """Close what was opened, in reverse. Waits for the node, so only after the window is gone."""
        self.cancel.set()
        if self._server is not None:
            self._server.close()
        self._desk.attachments.close()
        self._desk.nodes.close()

    async def prepare(self, node: Node) -> bool:
        """Whether Python actors can run. Without them a node still runs components: a failed build is a notice."""
        desk = self._desk
        cancel = self.cancel = CancelToken()
        self._reporter.reported.emit("preparing Python", -1.0)
        try:
            await desk.bridge.call(lambda: node.prepare(progress=self._reporter.report, cancel=cancel))
            return True
        except WorkbenchError as error:
            desk.notice(f"Python actors cannot run yet: {error}", "error", details=str(error),
                        buttons=(("Try again", "prepare"),), key="prepare")  # fmt: skip
            return False

    async def sample(self) -> None:
        desk, node = self._desk, self.node
        if node is not None:
            self._reporter.reported.emit("starting the sample system", -1.0)
            await desk.bridge.call(lambda: self._ways.start_sample(node, self._reporter.report))
            self._reporter.reported.emit("", 1.0)
