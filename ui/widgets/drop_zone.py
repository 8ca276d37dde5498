"""Covers the window while a file is dragged over it, and says what dropping it will do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui.drops import deployable, refusal
from ui.icons import pixmap
from ui.theme import current
from ui.tree_files import ENDING as TREE
from ui.widgets.build import column, label, set_tone


class Taker(Protocol):
    """A part of the window that does something of its own with files. See Panel."""

    @property
    def seen(self) -> bool: ...
    def offer(self, paths: tuple[Path, ...], /) -> str: ...
    def take(self, paths: tuple[Path, ...], /) -> None: ...
    def rect(self) -> QRect: ...
    def mapFrom(self, parent: QWidget, point: QPoint) -> QPoint: ...


class DropZone(QWidget):
    """`dropped` carries the paths of all that was dropped; what cannot be deployed is said by who takes them.

    What is dropped over one of `takers` that offers something for it goes there instead.
    """

    dropped = Signal(object)
    """tuple[Path, ...]"""

    def __init__(self, window: QWidget, takers: Sequence[Taker] = ()) -> None:
        super().__init__(window)
        self._window, self._takers = window, takers
        self._front: list[Taker] = []
        """Those that were in front when the window was covered: from then on nothing of them is."""
        self.setObjectName("dropZone")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.setAccessibleName("Drop a file to deploy it")
        self.picture, self.line = label(), label("Drop to deploy", role="title", wrap=True)
        for part in (self.picture, self.line):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._pads: list[QLabel] = []
        """Where the takers are that offer something, drawn while the window is covered."""
        self.setLayout(column(None, self.picture, self.line, label(), None, spacing=12))
        self.hide()

    def cover(self, mime: QMimeData, at: QPoint | None = None) -> bool:
        """Show it when there are files in `mime`, which are over the window's point `at`."""
        found = paths(mime)
        if not found:
            return False
        if not self.isVisible():
            self._front = [taker for taker in self._takers if taker.seen and taker.offer(found)]
        offered = self._offered(found, at)
        usable = [path for path in found if deployable(path)]
        self.line.setText(offered[1] if offered else _deploying(usable) if usable else refusal(found))
        name = "drop" if usable or offered else "warning"
        self.picture.setPixmap(pixmap(name, current().accent, 32, self.devicePixelRatioF()))
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect().adjusted(10, 10, -10, -10))
        if not self.isVisible():
            self._draw_pads(found)
        for pad, taker in zip(self._pads, self._front, strict=True):
            set_tone(pad, "on" if offered and offered[0] is taker else "off")
        self.show()
        self.raise_()
        return True

    def _draw_pads(self, found: tuple[Path, ...]) -> None:
        """One on each taker; what the whole window would do is said beside them."""
        for pad in self._pads:
            pad.deleteLater()
        self._pads = []
        room = self.rect()
        for taker in self._front:
            pad = label(taker.offer(found), wrap=True)
            pad.setParent(self)
            pad.setObjectName("dropPad")
            pad.setAlignment(Qt.AlignmentFlag.AlignCenter)
            area = taker.rect()
            at = self.mapFrom(self._window, -taker.mapFrom(self._window, QPoint(0, 0)))
            pad.setGeometry(QRect(at, area.size()).adjusted(4, 4, -4, -4) & self.rect().adjusted(8, 8, -8, -8))
            pad.show()
            room = beside(room, pad.geometry())
            self._pads.append(pad)
        self.setContentsMargins(room.left(), room.top(), self.width() - room.right(), self.height() - room.bottom())

    def _offered(self, found: tuple[Path, ...], at: QPoint | None) -> tuple[Taker, str] | None:
        """Who takes files at a point, and what it does with them."""
        if at is None:
            return None
        for taker in self._front:
            if taker.rect().contains(taker.mapFrom(self._window, at)) and (said := taker.offer(found)):
                return taker, said
        return None

    def _place(self, event: QDropEvent) -> QPoint:
        return self.mapTo(self._window, event.position().toPoint())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.cover(event.mimeData(), self._place(event))
        event.acceptProposedAction()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths(event.mimeData()):
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take(event, self._place(event))

    def take(self, event: QDropEvent, at: QPoint) -> None:
        """Uncover the window, and hand on what was dropped at a point of it."""
        found = paths(event.mimeData())
        offered = self._offered(found, at) if found else None
        self.hide()
        if not found:
            return
        event.acceptProposedAction()
        if offered is not None:
            offered[0].take(found)
        else:
            self.dropped.emit(found)


def beside(room: QRect, taken: QRect) -> QRect:
    """The largest part of `room` at one side of `taken`."""
    parts = (
        room.adjusted(taken.right() - room.left() + 1, 0, 0, 0),
        room.adjusted(0, 0, taken.left() - room.right() - 1, 0),
        room.adjusted(0, taken.bottom() - room.top() + 1, 0, 0),
        room.adjusted(0, 0, 0, taken.top() - room.bottom() - 1),
    )
    return max(parts, key=lambda part: max(0, part.width()) * max(0, part.height()))


def _deploying(usable: list[Path]) -> str:
    names = ", ".join(path.name for path in usable[:3]) + (" …" if len(usable) > 3 else "")
    verb = "apply" if all(path.suffix.lower() == TREE for path in usable) else "deploy"
    return f"Drop to {verb} {names}"


def paths(mime: QMimeData) -> tuple[Path, ...]:
    """The local files and folders in `mime`."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
