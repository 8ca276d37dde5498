"""Living through a session again: who came out equal, and the first difference of each actor side by side."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.models import RowModel
from ui.panels.session.columns import REPLAYS
from ui.widgets.build import box, label, row, tool_for
from ui.widgets.divergence_view import DivergenceView
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api.bundles import ActorReplay, BundleInfo, BundleReplay


class Replaying(QWidget):
    """The tab Replay. `path` is the session that is shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.path: Path | None = None
        self._shown: Path | None = None
        self._found: dict[Path, BundleReplay] = {}
        desk.nodes.changed.connect(self._forget_closed)
        self.head = label(tone="muted", wrap=True)
        self.model: RowModel[ActorReplay] = RowModel(REPLAYS, lambda found: found.actor, self)
        self.table = Table(self.model, "Replay")
        self.table.command_for = lambda found: desk.command("bundle replay", str(self._shown), "--actor",
                                                            found.actor.name)  # fmt: skip
        none = EmptyState("reload", "A replay lives through every turn again, from the file alone, and compares.",
                          "Replay", lambda: desk.actions.run("session.replay"))  # fmt: skip
        self.list = FilteredTable(desk, self.table, "result:differs", none)
        self.first = DivergenceView(desk)
        for verb in ("replay", "verify"):
            self.list.tools.addWidget(tool_for(desk.actions[f"session.{verb}"]))
        split = QSplitter(Qt.Orientation.Vertical)
        self.list.setMinimumHeight(124)
        self.first.setMinimumHeight(100)
        split.addWidget(self.list)
        split.addWidget(self.first)
        split.setSizes([180, 260])
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", row(self.head, margins=(10, 4, 10, 4))))
        whole.addWidget(split, 1)
        self.head.hide()
        self.table.selectionModel().currentRowChanged.connect(lambda: self._show_chosen())
        self.table.opened.connect(self._go_to_difference)
        self.first.say("The first difference comes here.")

    def show_path(self, path: Path | None) -> None:
        """Another session has another replay; what one came to is kept while it is open."""
        self.path = path
        if path == self._shown:
            return
        if path is not None and (found := self._found.get(path)) is not None:
            self._show(path, found)
        else:
            self._shown = None
            self.list.show_rows(())
            self.head.hide()
            self.first.say("The first difference comes here.")

    async def replay(self) -> None:
        import workbench

        path = self.path
        if path is None:
            return
        with self._desk.jobs.doing(path.name, "replaying") as job:
            found = await self._desk.bridge.call(
                lambda: workbench.replay_bundle(path, progress=job.report, cancel=job.cancel)
            )
            if any(held.path == path for held in self._desk.nodes.held):
                self._found[path] = found
            if path == self.path:
                self._show(path, found)
            return
        if path == self.path and self._shown is None:  # whoever cancels it gets here
            self.head.setText("Cancelled.")
            self.head.show()

    def _forget_closed(self) -> None:
        there = {held.path for held in self._desk.nodes.held}
        for path in [path for path in self._found if path not in there]:
            del self._found[path]

    def _show(self, path: Path, found: BundleReplay) -> None:
        self._shown = path
        turns, replayed = sum(each.turns for each in found.actors), sum(each.replayed for each in found.actors)
        notes = "".join(f"\n{note}" for note in (*found.problems, *found.notes))
        self.head.setText(f"{_verdict(found)}: {replayed:,} of {show.plural(turns, 'turn')} replayed.{notes}")
        self.head.show()
        self.list.show_rows(found.actors)
        if not found.actors:
            self.first.say("There is no actor in it.")
            return
        first = next((each for each in found.actors if each.divergence is not None), None)
        first = first or next((each for each in found.actors if each.problem), found.actors[0])
        self.list.select_key(first.actor)
        self._show_chosen()

    def _show_chosen(self) -> None:
        found = self.model.row(self.table.currentIndex())
        if found is None:
            return
        if found.divergence is not None:
            self.first.show_divergence(found.divergence, found.notes)
        elif found.problem:
            self.first.say(f"{found.actor.name} was not replayed to its end", "warn", (found.problem, *found.notes))
        else:
            self.first.say(*_of_one(found), found.notes)

    def _go_to_difference(self) -> None:
        found = self.model.row(self.table.currentIndex())
        if found is not None and found.divergence is not None and self.path == self._shown:
            self._desk.nodes.go_to_turn(found.actor.name, found.divergence.seq)

    async def verify(self) -> None:
        import workbench

        path = self.path
        if path is None:
            return
        with self._desk.jobs.doing(path.name, "verifying") as job:
            self._tell(
                await self._desk.bridge.call(
                    lambda: workbench.verify_bundle(path, progress=job.report, cancel=job.cancel)
                )
            )

    def _tell(self, found: BundleInfo) -> None:
        name = Path(found.path).name
        if found.problems:
            more = f" and {len(found.problems) - 1:,} more" if len(found.problems) > 1 else ""
            self._desk.notice(f"{name} is damaged: {found.problems[0]}{more}.", "error",
                              details="\n".join(found.problems), key="verify")  # fmt: skip
            return
        held = f"{show.plural(len(found.entries), 'entry')}, {show.plural(found.turns, 'turn')}"
        self._desk.notice(f"{name} is whole: {held}.", "ok", key="verify")

    def take_theme(self) -> None:
        self.first.take_theme()


def _verdict(found: BundleReplay) -> str:
    if not found.held:
        return "It did not come out as recorded"
    if any(each.uncertain for each in found.actors):
        return "Nothing that can be lived through exactly came out otherwise"
    if any(each.replayed < each.turns for each in found.actors):
        return "What could be replayed came out as recorded"
    return "Every turn came out as recorded"


def _of_one(found: ActorReplay) -> tuple[str, str]:
    """In words, and the tone."""
    name, left = found.actor.name, found.turns - found.replayed
    if found.uncertain:
        return (
            f"{name}: {show.plural(found.uncertain, 'turn')} came out otherwise after what cannot be repeated",
            "warn",
        )
    if left:
        return f"{name}: {show.plural(left, 'turn')} could not be replayed; nothing differs in the others", "warn"
    return f"{name}: nothing differs", "ok"
