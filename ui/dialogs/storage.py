"""What a node keeps on disk, by kind, with what bounds it; and what of it can be cleared, which asks first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from ui import format as show
from ui.widgets.build import button, label
from workbench.api.storage import StorageKind, StorageUse

NAMES = {
    StorageKind.DATABASE: "Database", StorageKind.JOURNALS: "Journals, in the database",
    StorageKind.RECORDING: "Recording, in the database", StorageKind.MODULES: "Modules", StorageKind.BLOBS: "Blobs",
    StorageKind.COMPILED: "Compiled code", StorageKind.COMPONENTS: "Built components",
    StorageKind.LOGS: "Log", StorageKind.AUDIT: "Audit log",
    StorageKind.FORMATS: "Copies of older formats",
}  # fmt: skip
ROW_PIXELS = 24
NOBODY = "It does not say what it keeps on disk: "


class StorageGrid(QWidget):
    """`clear` is called with what is to be cleared. `show_uses` shows what is so now."""

    def __init__(self, clear: Callable[[StorageUse], None]) -> None:
        super().__init__()
        self._clear = clear
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self.buttons: dict[StorageKind, QPushButton] = {}
        self.texts: dict[StorageKind, tuple[str, str]] = {}

    def show_uses(self, uses: Sequence[StorageUse]) -> None:
        self._empty()
        for line, use in enumerate(uses):
            takes, of = show.size(use.size_bytes), f"of {show.size(use.limit_bytes)}" if use.limit_bytes else ""
            self.texts[use.kind] = takes, of
            self._grid.addWidget(label(NAMES[use.kind]), line, 0)
            for column, text in ((1, takes), (2, of)):
                shown = label(text, tone="muted" if column == 2 else "")
                shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._grid.addWidget(shown, line, column)
            self._grid.setRowMinimumHeight(line, ROW_PIXELS)
            if use.clears_items:
                self._grid.addWidget(self._button(use), line, 3)

    def say(self, why: str) -> None:
        """Instead of it, why there is nothing."""
        self._empty()
        self._grid.addWidget(label(f"{NOBODY}{why}", tone="muted", wrap=True), 0, 0)

    def _button(self, use: StorageUse) -> QPushButton:
        made = button("Clear…", lambda: self._clear(use), style="link", name=f"Clear {NAMES[use.kind]}")
        made.setToolTip(consequence(use))
        self.buttons[use.kind] = made
        return made

    def _empty(self) -> None:
        self.buttons, self.texts = {}, {}
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


def consequence(use: StorageUse) -> str:
    """What clearing it does, before it is done."""
    return f"{show.plural(use.clears_items, 'item')} of {show.size(use.clears_bytes)} will be gone: {use.clears}."
