"""Rehearsal: what other code does otherwise on recorded turns, actor by actor, with the first difference of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.models import Column, RowModel
from ui.theme import sheet
from ui.widgets.build import box, button, label, row, set_tone
from ui.widgets.divergence_view import DivergenceView
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.notice_bar import ProgressLine
from ui.widgets.table import Table
from workbench.api import ModuleInfo
from workbench.api.rehearsal import ActorRehearsal, Rehearsal, Verdict

DRAFT = "draft"
LOOKS = {Verdict.IDENTICAL: ("ok", "ok"), Verdict.UNREPLAYABLE: ("warning", "warn"), Verdict.LIMIT: ("fuel", "error"),
         Verdict.CRASH: ("crashed", "error"), Verdict.REFUSED: ("rejected", "error")}  # fmt: skip
OTHERWISE = ("diff", "error")


def _first(found: ActorRehearsal) -> str:
    if found.limit:
        return f"limit {found.limit}"
    if found.divergence is not None:
        return f"turn {found.divergence.seq:,}: {found.divergence.what}"
    return show.one_line(found.problem)


MATRIX: tuple[Column[ActorRehearsal], ...] = (
    Column("actor", "Actor", lambda r: r.actor.name, lambda r: r.actor.name, 140, bold=True),
    Column("verdict", "Verdict", lambda r: str(r.verdict), lambda r: str(r.verdict), 160,
           icon=lambda r: LOOKS.get(r.verdict, OTHERWISE), tone=lambda r: LOOKS.get(r.verdict, OTHERWISE)[1]),
    Column("turns", "Turns", lambda r: r.turns, lambda r: f"{r.replayed:,} of {r.turns:,}", 110, right=True),
    Column("first", "First difference", _first, _first, 300),
)  # fmt: skip


class RehearsalWindow(QDialog):
    """Stays open beside the window. `file_wanted`: a file is to be chosen as the other code."""

    file_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._desk = desk
        self.setStyleSheet(sheet())
        self.setAccessibleName("Rehearsal")
        self.setWindowTitle("Rehearse other code on recorded turns")
        self.resize(900, 640)
        self.candidate, self.replaces = QComboBox(), QComboBox()
        self.candidate.setPlaceholderText("choose the other code")
        self.replaces.setPlaceholderText("choose the module whose recorded turns it lives through")
        self.file = button("Choose a file…", self.file_wanted.emit, icon_name="open")
        self._modules: tuple[ModuleInfo, ...] = ()
        self.progress = ProgressLine()
        self.actors = QLineEdit(placeholderText="empty: all that ran the module; or names, with commas between them")
        self.where = label(tone="muted", wrap=True)
        self.start = button("Rehearse", lambda: None, style="primary", icon_name="upgrade")
        self.head = label(role="title", wrap=True)
        self.notes = label(tone="muted", wrap=True)
        self.model: RowModel[ActorRehearsal] = RowModel(MATRIX, lambda found: found.actor, self)
        self.table = Table(self.model, "Rehearsed actors")
        none = EmptyState("upgrade", "Choose other code, and what it would replace. Nothing of the node is touched.")
        none.needs_node = False
        self.list = FilteredTable(desk, self.table, "verdict~different turns>10", none)
        self.table.export_wanted.connect(desk.export_table)
        self.first = DivergenceView(desk)
        self.first.say("The first difference of an actor comes here.")
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda: self._show_chosen())
        self.table.opened.connect(self._go_to_difference)
        desk.theme_changed.connect(self.first.take_theme)

    def _go_to_difference(self) -> None:
        """In a session; elsewhere there is no other moment to show."""
        found = self.model.row(self.table.currentIndex())
        if found is not None and found.divergence is not None:
            self._desk.nodes.go_to_turn(found.actor.name, found.divergence.seq)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(12, 10, 12, 8)
        form.setSpacing(6)
        code = row(self.candidate, self.file)
        code.setStretch(0, 1)
        form.addRow("Other code", code)
        for caption, field in (("In place of", self.replaces), ("Actors", self.actors)):
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        self.candidate.setAccessibleName("Other code")
        form.addRow("On", self.where)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.list)
        split.addWidget(self.first)
        split.setSizes([220, 240])
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(form)
        line = row(self.head, self.progress, self.start, margins=(12, 6, 12, 6))
        line.setStretch(0, 1)
        whole.addWidget(box("band", line))
        whole.addLayout(row(self.notes, margins=(12, 2, 12, 4)))
        whole.addWidget(split, 1)
        self.notes.hide()

    def offer(self, modules: Sequence[ModuleInfo], draft: str, where: str, chosen: str) -> None:
        """`draft` names the document that is being written, empty for none; `chosen` is a module's hash, or empty: then
        it is asked for."""
        self._modules = tuple(modules)
        self.candidate.clear()
        if draft:
            self.candidate.addItem(f"{draft}, as it stands in the editor", DRAFT)
        self.replaces.clear()
        for info in modules:
            for combo in (self.candidate, self.replaces):
                combo.addItem(f"{info.name}   {info.hash[:8]}", info.hash)
        self.candidate.setCurrentIndex(0 if draft else -1)
        self.replaces.setCurrentIndex(self.replaces.findData(chosen) if chosen else -1)
        if where != self.where.text():
            self._forget()
            self.head.setText("")
        self.where.setText(where)

    def offer_file(self, path: Path) -> None:
        """As the other code, read when it is rehearsed; in place of the module of its name, where none is chosen."""
        at = self.candidate.findText(str(path))
        if at < 0:
            at = min(self.candidate.count(), int(self.candidate.itemData(0) == DRAFT))
            self.candidate.insertItem(at, str(path), path)
        self.candidate.setCurrentIndex(at)
        if self.replaces.currentIndex() < 0:
            names = path.stem, path.name
            of_file = next((info.hash for info in self._modules if {*names} & {*info.aliases, info.name}), None)
            self.replaces.setCurrentIndex(self.replaces.findData(of_file) if of_file is not None else -1)

    @property
    def names(self) -> tuple[str, ...]:
        return show.parts(self.actors.text())

    def show_working(self) -> None:
        self.start.setEnabled(False)
        self._forget()
        self.head.setText("Living through recorded turns …")
        set_tone(self.head, "muted")

    def show_failure(self, text: str) -> None:
        """What was found before is of other code or other turns, so that it goes."""
        self.start.setEnabled(True)
        self._forget()
        self.head.setText(text)
        set_tone(self.head, "error" if text else "muted")

    def _forget(self) -> None:
        self.list.show_rows(())
        self.notes.hide()
        self._show_chosen()

    def show_found(self, found: Rehearsal) -> None:
        self.start.setEnabled(True)
        same = sum(each.verdict is Verdict.IDENTICAL for each in found.actors)
        total = show.plural(len(found.actors), "actor")
        self.head.setText(f"Nobody would notice: {total}" if found.is_identical else f"{same:,} of {total} identical")
        set_tone(self.head, "ok" if found.is_identical else "error" if same < len(found.actors) else "warn")
        names = show.named([each.actor.name for each in found.left_out])
        left = (f"Left out, for they ran other modules: {names}.",) if names else ()
        self.notes.setText("\n".join((*found.notes, *left)))
        self.notes.setVisible(bool(self.notes.text()))
        self.list.show_rows(found.actors)
        first = next((each for each in found.actors if each.verdict is not Verdict.IDENTICAL), None)
        if first is not None or found.actors:
            self.list.select_key((first or found.actors[0]).actor)
        self._show_chosen()

    def _show_chosen(self) -> None:
        found = self.model.row(self.table.currentIndex())
        if found is None:
            self.first.say("The first difference of an actor comes here.")
        elif found.divergence is not None:
            place = (f"It crashed at {found.place}.",) if found.place is not None else ()
            self.first.show_divergence(found.divergence, (*place, *found.notes))
        elif found.problem:
            self.first.say(f"{found.actor.name}: {found.verdict}", "warn", (found.problem, *found.notes))
        else:
            self.first.say(f"{found.actor.name}: nothing differs", "ok", found.notes)
