"""Covers the window while a file is dragged over it, and says what dropping it will do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from ui.drops import deployable, refusal
from ui.icons import pixmap
from ui.theme import current
from ui.tree_files import ENDING as TREE
from ui.widgets.build import column, label


class DropZone(QWidget):
    """`dropped` carries the paths of all that was dropped; what cannot be deployed is said by who takes them."""

    dropped = Signal(object)
    """tuple[Path, ...]"""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("dropZone")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.setAccessibleName("Drop a file to deploy it")
        self.picture, self.line = label(), label("Drop to deploy", role="title", wrap=True)
        for part in (self.picture, self.line):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(column(None, self.picture, self.line, label(), None, spacing=12))
        self.hide()

    def cover(self, mime: QMimeData) -> bool:
        """Show it when there are files in `mime`."""
        found = paths(mime)
        if not found:
            return False
        usable = [path for path in found if deployable(path)]
        names = ", ".join(path.name for path in usable[:3]) + (" …" if len(usable) > 3 else "")
        verb = "apply" if usable and all(path.suffix.lower() == TREE for path in usable) else "deploy"
        self.line.setText(f"Drop to {verb} {names}" if usable else refusal(found))
        self.picture.setPixmap(pixmap("drop" if usable else "warning", current().accent, 32, self.devicePixelRatioF()))
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect().adjusted(10, 10, -10, -10))
        self.show()
        self.raise_()
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths(event.mimeData()):
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take(event)

    def take(self, event: QDropEvent) -> None:
        """Uncover the window, and hand on what was dropped on it."""
        self.hide()
        if found := paths(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(found)


def paths(mime: QMimeData) -> tuple[Path, ...]:
    """The local files and folders in `mime`."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
