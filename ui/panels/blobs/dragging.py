"""Blobs dragged out of the table as files.

Whoever takes a file wants it to be there already: a small one is fetched when its row is chosen, for a large one the
first drag begins the download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QTableView

from ui.panels.blobs.transfers import file_name
from workbench.api import BlobInfo

AT_ONCE_BYTES = 1 << 20
"""What is no larger is fetched when it is chosen."""


class DragOut(QObject):
    """Files in a folder that goes with the app. `chosen` are the blobs to drag, `fetch` brings those that lack."""

    def __init__(
        self, table: QTableView, chosen: Callable[[], Sequence[BlobInfo]], fetch: Callable[[Sequence[BlobInfo]], None]
    ) -> None:
        super().__init__(table)
        self._table, self._chosen, self._fetch = table, chosen, fetch
        self._folder = Path(mkdtemp(prefix="blobs-"))
        finalize(self, rmtree, self._folder, True)
        self._pressed: QPoint | None = None
        table.viewport().installEventFilter(self)

    def path(self, info: BlobInfo) -> Path:
        """Where its file is, or will be. The folder is made. Off the Qt thread too."""
        folder = self._folder / info.hash
        folder.mkdir(exist_ok=True)
        return folder / file_name(info.key)

    def mime(self, infos: Sequence[BlobInfo]) -> QMimeData | None:
        """What is dragged; None when a file of it is not there yet."""
        paths = [self.path(info) for info in infos]
        if not paths or not all(path.is_file() for path in paths):
            return None
        made = QMimeData()
        made.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        return made

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            at = event.position().toPoint()
            self._pressed = at if self._table.indexAt(at).isValid() and not event.modifiers() else None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            if (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                self.begin()
            return True
        return False

    def begin(self) -> None:
        """Drag what is chosen, or fetch it first."""
        infos = self._chosen()
        found = self.mime(infos)
        if found is not None:
            drag = QDrag(self._table)
            drag.setMimeData(found)
            drag.exec(Qt.DropAction.CopyAction)
        elif infos:
            self._fetch(infos)
