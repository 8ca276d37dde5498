"""One tab: the text, the file it came from, what is wrong with it, and the actor that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.excerpt import excerpt
from ui.icons import pixmap
from ui.panels.editor.find_bar import FindBar
from ui.panels.editor.strip import Strip
from ui.settings import Record, child, number, text
from ui.text_file import FileText, raw_text, read, replace
from ui.theme import current
from ui.widgets.build import box, button, label, row, set_tone
from ui.widgets.code_edit import CodeEdit, Mark
from workbench.api import Invalid, Location

if TYPE_CHECKING:
    from ui.widgets.highlighter import Highlighter
    from ui.widgets.plain_highlighter import PlainHighlighter

ICONS = {"ok": "ok", "error": "error", "muted": "info", "warn": "warning"}


HIGHLIGHTED_CHARACTERS = 2_000_000
COLORED_AT_ONCE_CHARACTERS = 60_000


class Document(QWidget):
    """`saved` is the text as it is on disk (or was deployed); what differs from it is unsaved.

    A text that Qt's document cannot hold to the letter is shown, but not edited: `exact` is false then. So is one of
    several files of an actor as the node keeps them; `inside` is its path there.
    """

    edited = Signal()
    reload_wanted = Signal()

    def __init__(
        self, name: str, source: str = "", *, path: Path | None = None, actor: str = "", alias: str = "",
        newline: str = "\n", inside: str = "",
    ) -> None:  # fmt: skip
        super().__init__()
        self.inside = inside
        self.path, self.name, self.saved, self.newline = path, name, source, newline
        self._held: tuple[int, str] = (-1, "")
        self._alias, self._actor, self._tone = alias, actor, "muted"
        self.edit = CodeEdit()
        self.edit.setPlainText(source)
        self.exact = raw_text(self.edit.document()) == source
        self.edit.setReadOnly(not self.exact or bool(inside))
        self.colors: Highlighter | PlainHighlighter | None = None
        self.edit.mark_of_comments = ";;" if self.is_wat else "#"
        self.edit.document().setModified(False)
        self.find_bar = FindBar(self.edit)
        self.strip = Strip()
        self.result_picture, self.result = label(), label(wrap=True)
        self.result.setAccessibleName("Result")
        self.result_line = box("foot", row(self.result_picture, self.result, margins=(10, 4, 10, 4), spacing=8))
        self.result_line.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.result_line.hide()
        self.disk = self._disk_bar()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part in (self.disk, self.edit, self.find_bar, self.result_line, self.strip):
            whole.addWidget(part)
        whole.setStretch(1, 1)
        self.edit.textChanged.connect(self._text_changed)
        self.edit.cursorPositionChanged.connect(self.edited)
        self.strip.edited.connect(self.edited)
        QTimer.singleShot(0, self, self.highlight)

    def _text_changed(self) -> None:
        QTimer.singleShot(0, self, self._drop_old_error)  # the marks hear of an edit after this signal
        self.edited.emit()

    def _drop_old_error(self) -> None:
        if self._tone == "error" and not self.edit.marks:
            self.result_line.hide()

    def _disk_bar(self) -> QWidget:
        said = label("This file changed on disk.")
        keep = button("Keep mine", lambda: self.disk.hide())
        reload = button("Reload", self.reload_wanted.emit, style="primary", name="Reload from disk")
        made = box("notice", row(said, None, reload, keep, margins=(10, 5, 8, 5)), "warn")
        made.hide()
        return made

    def highlight(self) -> None:
        """Colours come a moment after the text, so that the window need not wait for Pygments."""
        characters = self.edit.document().characterCount()
        if self.is_wat:
            from ui.widgets.plain_highlighter import WAT, PlainHighlighter

            if characters <= COLORED_AT_ONCE_CHARACTERS:
                self.colors = PlainHighlighter(self.edit.document(), WAT)
        elif characters <= HIGHLIGHTED_CHARACTERS:
            from ui.widgets.highlighter import Highlighter

            self.colors = Highlighter(self.edit.document())

    @property
    def is_wat(self) -> bool:
        """Whether it is the text of a core module."""
        return self.name.lower().endswith(".wat")

    @property
    def alias(self) -> str:
        """What the module is called: the stem of the file."""
        return self._alias or PurePath(self.name).stem

    @property
    def actor(self) -> str:
        """Which actor runs this source."""
        return self._actor or self.alias

    @property
    def source(self) -> str:
        if not self.exact:
            return self.saved
        revision = self.edit.document().revision()
        if self._held[0] != revision:
            self._held = revision, raw_text(self.edit.document())
        return self._held[1]

    @property
    def data(self) -> bytes:
        """What is written and deployed."""
        return FileText(self.source, self.newline).data()

    @property
    def unsaved(self) -> bool:
        return self.source != self.saved

    @property
    def title(self) -> str:
        return f"{self.name} ●" if self.unsaved else self.name

    def save_to(self, path: Path) -> None:
        """Write the text; the tab belongs to that file from now on."""
        replace(path, self.data)
        if path.name != self.name:
            self._alias = self._actor = ""
        self.inside = ""
        self.edit.setReadOnly(not self.exact)
        self.path, self.name, self.saved = path, path.name, self.source
        self.disk.hide()
        self.edited.emit()

    def disk_changed(self) -> None:
        """Something wrote the file: say so when it now holds another text."""
        there = self.on_disk()
        if there is None:
            return
        self.disk.setVisible(there.text != self.source)
        if there.text == self.source:
            self.saved, self.newline = there.text, there.newline
            self.edited.emit()

    def on_disk(self) -> FileText | None:
        """What the file holds now; None when there is none that can be read."""
        try:
            return read(self.path) if self.path is not None else None
        except Invalid:
            return None

    @property
    def overtaken(self) -> bool:
        """Whether somebody else wrote the file since it was read."""
        there = self.on_disk()
        return there is not None and there.text not in (self.saved, self.source)

    def reload(self) -> None:
        """Take the text from disk; undo brings the old one back. Raises Invalid when it cannot be read."""
        if self.path is None:
            return
        there = read(self.path)
        self.saved, self.newline = there.text, there.newline
        cursor = self.edit.textCursor()
        position = cursor.position()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(self.saved)
        cursor.setPosition(min(position, len(self.saved)))
        self.edit.setTextCursor(cursor)
        self.exact = raw_text(self.edit.document()) == self.saved
        self.edit.setReadOnly(not self.exact)
        self.disk.hide()
        self.edited.emit()

    def say(self, sentence: str, tone: str = "muted") -> None:
        """The result line: what the last run did, or why it did not."""
        self._tone = tone
        self.result.setText(excerpt(sentence, 1000))
        set_tone(self.result, tone)
        self.result_line.show()
        self.repaint_icons()

    def repaint_icons(self) -> None:
        shown = pixmap(ICONS[self._tone], current().color(self._tone), 16, self.devicePixelRatioF())
        self.result_picture.setPixmap(shown)
        self.edit.show_extras()

    def mark(self, places: Sequence[Location], sentence: str) -> None:
        """Show errors of this file in the margin and under the text, and go to the first."""
        marks = tuple(Mark(p.line, p.column, p.end_line, p.end_column, sentence) for p in places if p.line)
        self.edit.set_marks(marks)
        if marks:
            self.edit.go_to(marks[0].line, marks[0].column)

    def record(self) -> Record:
        """The text itself only where the disk does not have it."""
        cursor = self.edit.textCursor()
        keep = self.path is None or self.unsaved
        return {
            "path": str(self.path or ""), "name": self.name, "actor": self._actor, "alias": self._alias,
            "text": self.source if keep else None, "saved": self.saved if keep else None,
            "newline": self.newline, "inside": self.inside,
            "position": cursor.position(), "scroll": self.edit.verticalScrollBar().value(),
            "strip": self.strip.record(),
        }  # fmt: skip

    @classmethod
    def of(cls, record: Record) -> Document | None:
        """The tab as it was; None when its file is gone and nothing of it was unsaved."""
        path = Path(text(record, "path")) if text(record, "path") else None
        kept, saved, newline = record.get("text"), text(record, "saved"), text(record, "newline", "\n")
        if not isinstance(kept, str):
            try:
                there = read(path) if path is not None else FileText("")
            except Invalid:
                return None
            kept, newline = there.text, there.newline
            saved = kept
        made = cls(
            text(record, "name", "actor.py"), kept, path=path, actor=text(record, "actor"), alias=text(record, "alias"),
            newline=newline, inside=text(record, "inside"),
        )  # fmt: skip
        if made.exact:
            made.saved = saved
        made.strip.restore(child(record, "strip"))
        cursor = made.edit.textCursor()
        cursor.setPosition(min(number(record, "position"), len(kept)))
        made.edit.setTextCursor(cursor)
        made.edit.verticalScrollBar().setValue(number(record, "scroll"))
        return made
