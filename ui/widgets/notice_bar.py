"""Notices: one line each under the toolbar, not in the way, with Copy details and at most two buttons."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from ui.desk import Desk, Notice
from ui.excerpt import excerpt
from ui.icons import pixmap
from ui.jobs import Job
from ui.theme import current
from ui.widgets.build import box, button, label, row, tool

SHOWN = 3
ICONS = {"info": "info", "ok": "ok", "warn": "warning", "error": "error"}
FADE_MS = 6000
PICTURE = "noticePicture"
NOTICE_CHARACTERS = 600


class NoticeBar(QWidget):
    """The newest notices, at most three. Those of tone info and ok leave by themselves, problems stay."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[tuple[Notice, QWidget]] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.setAccessibleName("Notices")
        self.setVisible(False)
        desk.noticed.connect(self.add)
        desk.theme_changed.connect(self._repaint)

    @property
    def notices(self) -> list[Notice]:
        return [notice for notice, _ in self._lines]

    def add(self, notice: Notice) -> None:
        for old, line in tuple(self._lines):
            if (notice.key and old.key == notice.key) or old.text == notice.text:
                self._remove(line)
        line = self._line(notice)
        self._lines.append((notice, line))
        self.column.addWidget(line)
        while len(self._lines) > SHOWN:
            self._remove(self._lines[0][1])
        self.setVisible(True)
        if notice.tone in ("info", "ok") and not notice.buttons:
            QTimer.singleShot(FADE_MS, line, lambda: self._remove(line))

    def _line(self, notice: Notice) -> QWidget:
        picture = QLabel()
        picture.setObjectName(PICTURE)
        picture.setFixedSize(QSize(18, 18))
        self._paint(picture, notice)
        text = label(excerpt(notice.text, NOTICE_CHARACTERS), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = row(picture, text, margins=(10, 5, 8, 5), spacing=8)
        line.setStretch(1, 1)
        made = box("notice", line, notice.tone)
        made.setAccessibleName(f"{notice.tone}: {notice.text}")
        for caption, key in notice.buttons:
            line.addWidget(button(caption, lambda key=key: self._answer(made, key), style="primary"))  # type: ignore[misc]
        if notice.details or len(notice.text) > NOTICE_CHARACTERS:
            line.addWidget(button("Copy details", lambda: _copy(notice), style="link", icon_name="copy"))
        line.addWidget(tool("close", "Dismiss this notice", lambda: self._remove(made)))
        return made

    def _paint(self, picture: QLabel, notice: Notice) -> None:
        picture.setPixmap(pixmap(ICONS[notice.tone], current().color(notice.tone), 16, self.devicePixelRatioF()))

    def _repaint(self) -> None:
        """In the colours of another theme."""
        for notice, line in self._lines:
            if (picture := line.findChild(QLabel, PICTURE)) is not None:
                self._paint(picture, notice)

    def _answer(self, line: QWidget, key: str) -> None:
        self._remove(line)
        self._desk.answered.emit(key)

    def _remove(self, line: QWidget) -> None:
        kept = [(notice, other) for notice, other in self._lines if other is not line]
        if len(kept) != len(self._lines):
            self._lines = kept
            line.hide()
            line.deleteLater()
            self.setVisible(bool(kept))

    def dismiss(self, key: str) -> None:
        for notice, line in tuple(self._lines):
            if notice.key == key:
                self._remove(line)


class ProgressLine(QWidget):
    """A long job in the status bar: what it does, how far it is, and Cancel when that is possible."""

    def __init__(self) -> None:
        super().__init__()
        self.text = label(tone="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Progress")
        self.stop = tool("close", "Cancel")
        self.setLayout(row(self.text, self.bar, self.stop, spacing=8))
        self.hide()

    def show_job(self, job: Job | None) -> None:
        """One that can be cancelled; None when there is none."""
        if job is None:
            self.hide()
        else:
            self.show_progress(job.text, None if job.fraction < 0 else job.fraction, cancellable=True)

    def show_progress(self, text: str, fraction: float | None, *, cancellable: bool = False) -> None:
        """A fraction of None shows a bar that only moves."""
        self.text.setText(text)
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(fraction * 1000))
        self.stop.setVisible(cancellable)
        self.show()


def _copy(notice: Notice) -> None:
    QGuiApplication.clipboard().setText(f"{notice.text}\n\n{notice.details}")
