"""Log: what actors print and log, their tracebacks, and what the node says; a click on a frame opens its line."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QStackedWidget

from ui import format as show
from ui.desk import Desk
from ui.expression import TooSlow
from ui.icons import icon
from ui.models import Column, RowModel, always
from ui.panel import Panel
from ui.panels.log.lines import Asked, Shown
from ui.settings import Record, child, text
from ui.states import LEVELS
from ui.theme import mono
from ui.traceback_text import place
from ui.widgets.actor_combo import ActorCombo
from ui.widgets.build import box, label, row, tool, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filter_edit import FilterEdit
from ui.widgets.table import Table
from workbench.api import Area, Level, LogLine, Node

KEPT = 100_000
Col = Column[Shown]


def _tone(line: Shown) -> str:
    if place(line.text):
        return "accent"
    return LEVELS[line.line.level][1] if line.line.level in (Level.WARN, Level.ERROR, Level.CRITICAL) else "text"


COLUMNS: tuple[Col, ...] = (
    Col("time", "Time", lambda s: s.line.time, lambda s: "" if s.part else show.clock(s.line.time), 112,
        tone=always("faint")),
    Col("level", "Level", lambda s: str(s.line.level), lambda s: "" if s.part else str(s.line.level), 108,
        icon=lambda s: ("", "text") if s.part else LEVELS[s.line.level], tone=lambda s: LEVELS[s.line.level][1],
        ranks=tuple(map(str, Level))),
    Col("actor", "Actor", lambda s: s.line.actor, lambda s: "" if s.part else s.line.actor or "node", 110,
        tone=always("muted")),
    Col("message", "Message", lambda s: s.text, lambda s: s.text, 600, tone=_tone,
        tip=lambda s: "Click to open this line in the editor" if place(s.text) else s.line.message),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One reading: the filter it was made for, the new lines, and those of them that are shown."""

    asked: Asked
    lines: Sequence[LogLine]
    rows: list[Shown]
    problem: str = ""
    """Why there are none."""
    started: float | None = None
    """When the node started, where that was asked."""


class LogTable(Table[Shown]):
    """A table whose lines have a fixed-width font; a click on a frame of a traceback goes to its line."""

    def __init__(self, model: RowModel[Shown], desk: Desk) -> None:
        super().__init__(model, "Log lines")
        self._desk = desk
        self.setFont(mono())
        self.room = 7
        self.fit_rows()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setMouseTracking(True)
        self.horizontalHeader().setSectionsClickable(False)  # lines stand in the order in which they came
        self.command_for = lambda shown: desk.command("actor logs", shown.line.actor) if shown.line.actor else ""

    def _place(self, index: QModelIndex) -> Shown | None:
        shown = self.rows.row(index)
        return shown if shown is not None and place(shown.text) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._desk.actions["log.follow"].isChecked():
            self.scrollToBottom()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._place(self.indexAt(event.position().toPoint()))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            self.go_to(self.indexAt(event.position().toPoint()))

    def go_to(self, index: QModelIndex) -> None:
        """Open the source line that this line of a traceback names, if it names one."""
        shown = self._place(index)
        if shown is not None and (found := place(shown.text)) is not None:
            self._desk.location(found, shown.line.actor)


class LogPanel(Panel):
    """Reads only what is new; keeps 100,000 lines."""

    id = "log"
    title = "Log"
    icon_name = "log"
    areas = frozenset({Area.LOGS})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._kept: deque[LogLine] = deque(maxlen=KEPT)
        self._last = 0
        self._node: Node | None = None
        self._started: float | None = None
        self._unsure = True
        """Whether the node may have started anew: its lines are counted from 1 again then."""
        self._asked = Asked(Level.INFO)
        self.model: RowModel[Shown] = RowModel(COLUMNS, lambda shown: (shown.line.seq, shown.part), self)
        self.table = LogTable(self.model, desk)
        self.level = QComboBox()
        self.level.setAccessibleName("Lowest level")
        self.level.setToolTip("Show this level and above")
        for level in Level:
            self.level.addItem(icon(*LEVELS[level]), str(level))
        self.level.setCurrentText("info")
        self.actor = ActorCombo(desk.roster, "Actor of the log", chooses=False)
        self.filter = FilterEdit(COLUMNS, "level>=warn /timed? out/")
        self.filter.setAccessibleName("Filter of the log")
        self.counter = label(tone="muted")
        self.none = EmptyState("log", "Nothing logged yet: what actors print and log appears here.")
        self.no_match = EmptyState("filter", "No line passes the filter.", "Show every line", self._show_all)
        self.no_match.needs_node = False
        self.pages = QStackedWidget()
        for page in (self.none, self.table, self.no_match):
            self.pages.addWidget(page)
        self._lay_out()
        self._bind()

    def _lay_out(self) -> None:
        edit = self.actor.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("all actors")
        edit.setClearButtonEnabled(True)
        self.actor.setMaximumWidth(150)
        self.level.setMinimumWidth(90)
        self.filter.setMinimumWidth(60)
        line = row(self.level, self.actor, self.filter, self.counter, margins=(8, 6, 8, 6), spacing=8)
        line.setStretch(2, 1)
        line.addWidget(tool_for(self.desk.actions["log.follow"]))
        line.addWidget(tool("trash", "Clear what is shown", self.clear))
        line.addWidget(self.table.more_tool())
        self.column.addWidget(box("band", line))
        self.column.addWidget(self.pages, 1)

    def _bind(self) -> None:
        actions = self.desk.actions
        actions.bind("log.follow", self._follow_toggled).setChecked(self.desk.settings.log_follow)
        actions.bind("log.copy", self._copy)
        self.table.layout_changed.connect(self.desk.remember)
        self.level.currentTextChanged.connect(self._filter_changed)
        self.actor.currentTextChanged.connect(self._filter_changed)
        self.filter.applied.connect(self._filter_changed)
        self.desk.show_log.connect(self._show_only)
        self.desk.node_changed.connect(self._node_changed)
        self.table.verticalScrollBar().sliderMoved.connect(self._scrolled)
        self.table.opened.connect(lambda: self.table.go_to(self.table.currentIndex()))

    # reading

    def load(self) -> Found:
        node, asked = self.desk.node, self._asked
        assert node is not None
        whole = self.desk.nodes.session is not None  # its log is that of its moment
        started = node.info().started if self._unsure and not whole else None
        anew = started is not None and started != self._started
        lines = node.logs(after=0 if whole or anew else self._last, limit=KEPT)
        try:
            return Found(asked, lines, asked.rows(lines), started=started)
        except TooSlow as error:
            return Found(asked, lines, [], str(error), started)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        if self.desk.nodes.session is not None:
            self._show_whole(found)
            return
        if found.started is not None:
            self._unsure = False
            if found.started != self._started:
                self._started, self._last = found.started, 0
                if self._kept:
                    self.clear()
        if not found.lines or found.lines[0].seq <= self._last:
            return
        self._last = found.lines[-1].seq
        self._kept.extend(found.lines)
        if found.asked is not self._asked:
            self.show_kept()
        elif found.problem:
            self.filter.refuse(found.asked.wanted, found.problem)
        else:
            self._append(found.rows)

    def _show_whole(self, found: Found) -> None:
        """All there is at a moment of a session, which may be less than before."""
        if list(self._kept) != list(found.lines):
            self._kept = deque(found.lines, maxlen=KEPT)
            self._last = found.lines[-1].seq if found.lines else 0
            self.show_kept()

    def _append(self, lines: list[Shown]) -> None:
        model = self.model
        if lines:
            at = len(model.rows)
            model.beginInsertRows(QModelIndex(), at, at + len(lines) - 1)
            model.rows.extend(lines)
            model.endInsertRows()
        if (extra := len(model.rows) - KEPT) > 0:
            extra += KEPT // 20
            model.beginRemoveRows(QModelIndex(), 0, extra - 1)
            del model.rows[:extra]
            model.endRemoveRows()
        self._settle()

    def _settle(self) -> None:
        self.counter.setText(show.plural(len(self.model.rows), "line"))
        self.pages.setCurrentWidget(self.table if self.model.rows else self.no_match if self._kept else self.none)
        if self.desk.actions["log.follow"].isChecked():
            self.table.scrollToBottom()

    # filters

    def _filter_changed(self) -> None:
        by_line = self.filter.filter.names("level")
        self.level.setEnabled(not by_line)
        self.level.setToolTip("The filter line says which levels" if by_line else "Show this level and above")
        self._asked = Asked(Level(self.level.currentText()), self.actor.actor(), self.filter.filter)
        self.show_kept()
        self.desk.remember.emit()

    def _show_all(self) -> None:
        self.level.setCurrentText(str(Level.TRACE))
        self.actor.setEditText("")
        self.filter.set_now("")

    def show_kept(self) -> None:
        """Filter again what is kept, off the Qt thread."""
        self.desk.bridge.start(self, self._filter_aside(self._asked), self.desk.failed)

    async def _filter_aside(self, asked: Asked) -> None:
        rows: list[Shown] = []
        waiting = list(self._kept)
        while waiting:  # more may arrive while these are looked at
            try:
                rows += await self.call(asked.rows, waiting)
            except TooSlow as error:
                self.filter.refuse(asked.wanted, str(error))
                return
            if asked is not self._asked:
                return  # another filter was typed meanwhile
            last = waiting[-1].seq
            waiting = [line for line in self._kept if line.seq > last]
        self.filter.answered()
        self.model.beginResetModel()
        self.model.rows = rows
        self.model.endResetModel()
        self._settle()

    def _node_changed(self) -> None:
        """Told for every change of a node; only another one, or one that started anew, has another log."""
        self._unsure = True
        if self.desk.node is not self._node:
            self._node, self._last, self._started = self.desk.node, 0, None
            self.clear()

    def clear(self) -> None:
        """Forget what is shown; the node keeps its log."""
        self._kept.clear()
        self.show_kept()

    def _show_only(self, line: str) -> None:
        self.actor.setEditText("")
        self.filter.set_now(line)
        self.desk.raise_panel.emit(self.id)

    def _follow_toggled(self) -> None:
        self.desk.settings.log_follow = self.desk.actions["log.follow"].isChecked()
        self._settle()
        self.desk.remember.emit()

    def _scrolled(self, value: int) -> None:
        self.desk.actions["log.follow"].setChecked(value >= self.table.verticalScrollBar().maximum())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.table.as_text("Text"))

    def take_keyboard(self) -> None:
        (self.table if self.table.isVisibleTo(self) else self.filter).setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def record(self) -> Record:
        return {
            "level": self.level.currentText(), "actor": self.actor.actor(), "filter": self.filter.text(),
            "table": self.table.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        self.level.setCurrentText(text(record, "level", "info"))
        self.actor.setEditText(text(record, "actor"))
        self.filter.set_now(text(record, "filter"))
        self.table.restore(child(record, "table"))

    def repaint_icons(self) -> None:
        self.filter.repaint_icons()
        self.none.repaint_icons()
        self.no_match.repaint_icons()
        for at, level in enumerate(Level):
            self.level.setItemIcon(at, icon(*LEVELS[level]))
        self.model.layoutChanged.emit()
