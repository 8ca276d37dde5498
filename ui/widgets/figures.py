"""What a turn took, in named cells: fuel, memory, time, turn and state. A dash is what was not measured."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui import format as show
from ui.widgets.build import column, label, row
from workbench.api import Figures

CELLS = ("Fuel", "Memory", "Time", "Turn", "State")


class FigureCells(QWidget):
    """One caption and one value for each figure; `compact` puts them on one line."""

    def __init__(self, *, compact: bool = False, cells: tuple[str, ...] = CELLS) -> None:
        super().__init__()
        self.cells: dict[str, QLabel] = {}
        line = row(spacing=14 if compact else 22)
        for name in cells:
            value = label(show.DASH, role="figure")
            value.setAccessibleName(name)
            self.cells[name] = value
            caption = label(name if not compact else name.lower(), role="caption")
            caption.setBuddy(value)
            line.addLayout(row(caption, value, spacing=5) if compact else column(caption, value, spacing=1))
        line.addStretch(1)
        self.setLayout(line)

    def show_figures(self, figures: Figures | None, *, turn: int = 0, state: str = "") -> None:
        """None clears the cells."""
        fuel = figures.fuel if figures else None
        self._set("Fuel", show.count(fuel) if figures is None or fuel is not None else "unknown")
        self._set("Memory", show.size(figures.memory_bytes) if figures else show.DASH)
        self._set("Time", show.nanoseconds(figures.wall_ns) if figures else show.DASH)
        self._set("Turn", f"{turn:,}" if turn else show.DASH)
        self._set("State", state or show.DASH)

    def _set(self, name: str, text: str) -> None:
        if name in self.cells:
            self.cells[name].setText(text)
            self.cells[name].setAccessibleDescription(text)
