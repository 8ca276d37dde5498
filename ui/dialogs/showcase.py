"""The window of the showcase: the demonstrations to choose from, and their lines as they are checked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.theme import sheet
from ui.widgets.build import box, label, row, set_tone, shrinks, tool_for
from ui.widgets.code_view import CodeView
from ui.widgets.plain_highlighter import Rule
from ui.window_actions import Actions
from workbench.api.showcase import DEMONSTRATIONS, Demonstration, Mark, ShowcaseLine

NAME = Qt.ItemDataRole.UserRole
COALESCE_MS = 50
AT_ONCE = 200
"""So many lines are drawn in one go: with every host call there are thousands."""
HINT = (
    "Tick what shall be demonstrated, then run it: each claim stands here as soon as it was checked, "
    "[ok] when it holds, [failed] with what was found instead."
)
RULES: tuple[Rule, ...] = tuple((re.compile(pattern), tone, "") for pattern, tone in (
    (r"^ (?! ).*", "keyword"),
    (r"^[=-]+$", "faint"),
    (r"^  .*", "muted"),
    (r"^\[(ok|done)\]", "ok"),
    (r"^\[failed\].*", "error"),
    (r"^\[stopped\].*", "warn"),
))  # fmt: skip


class ShowcaseWindow(QDialog):
    """`hidden_by_user` says that it was closed. What is in it is text alone: it knows nothing of a node."""

    hidden_by_user = Signal()
    chosen_changed = Signal()

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Showcase")
        self.setAccessibleName("Showcase")
        self.setStyleSheet(sheet())
        self.list = QListWidget()
        self.list.setAccessibleName("Demonstrations")
        for each in DEMONSTRATIONS:
            self._add(each)
        self.list.itemChanged.connect(lambda: self.chosen_changed.emit())
        self.list.setCurrentRow(0)
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verbose = QCheckBox("Every message and host call")
        self.text = CodeView("What the demonstrations found", RULES)
        self.text.setPlaceholderText(HINT)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.state = label("", tone="muted")
        shrinks(self.state)
        self.said: list[str] = []
        """All lines, those that are still to be drawn too."""
        self._drawn = 0
        self._soon = QTimer(self, singleShot=True, interval=COALESCE_MS)
        self._soon.timeout.connect(self._append)
        self._lay_out(actions)

    def _add(self, each: Demonstration) -> None:
        item = QListWidgetItem(each.title, self.list)
        item.setData(NAME, each.name)
        item.setToolTip(f"{each.title}\nworkbench showcase --demo {each.name}")
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(index) for index in range(self.list.count())]

    def _lay_out(self, actions: Actions) -> None:
        tools = [tool_for(actions[f"showcase.{verb}"], text=True) for verb in ("run", "stop", "copy")]
        band = row(*tools, self.state, margins=(8, 6, 12, 6), spacing=6)
        band.setStretch(len(tools), 1)
        left = QWidget()
        choices = QVBoxLayout(left)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(0)
        choices.addWidget(self.list, 1)
        choices.addWidget(box("foot", row(self.verbose, None, margins=(10, 6, 10, 8))))
        split = QSplitter()
        split.addWidget(left)
        split.addWidget(self.text)
        split.setSizes([410, 610])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", band))
        whole.addWidget(split, 1)
        self.resize(1020, 640)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of what is ticked, in order."""
        return tuple(item.data(NAME) for item in self._items() if item.checkState() is Qt.CheckState.Checked)

    def choose(self, names: Iterable[str]) -> None:
        """Tick these and no others."""
        wanted = set(names)
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if item.data(NAME) in wanted else Qt.CheckState.Unchecked)

    def begin(self) -> None:
        """Nothing has been said yet."""
        self.said.clear()
        self._drawn = 0
        self.text.setPlainText("")

    def tell(self, line: ShowcaseLine) -> None:
        """One more line; several that come together are drawn together."""
        self.said.append(str(line))
        if line.mark is Mark.HEADING:
            self.say(f"{line.text} …")
        if not self._soon.isActive():
            self._soon.start()

    @property
    def settled(self) -> bool:
        """Whether every line is drawn."""
        return self._drawn == len(self.said)

    def _append(self) -> None:
        added = "\n".join(self.said[self._drawn : self._drawn + AT_ONCE])
        self._drawn = min(self._drawn + AT_ONCE, len(self.said))
        bar = self.text.verticalScrollBar()
        follows = bar.value() == bar.maximum()
        end = QTextCursor(self.text.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(added if self.text.document().isEmpty() else f"\n{added}")
        if follows:
            bar.setValue(bar.maximum())
        if not self.settled:
            self._soon.start()

    def say(self, text: str, tone: str = "muted") -> None:
        """Beside the buttons: what it does now, or how it ended."""
        set_tone(self.state, tone)
        self.state.setText(text)

    def reject(self) -> None:
        """Escape, and the window's own button."""
        self.hide()
        self.hidden_by_user.emit()
