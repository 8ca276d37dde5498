"""A whole number to be chosen. Its text stands as far from the edge as in other lines: Qt asks no stylesheet there."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox

ROOM = 5


class Spin(QSpinBox):
    def __init__(self, minimum: int, maximum: int, *, value: int = 0, suffix: str = "") -> None:
        super().__init__(minimum=minimum, maximum=maximum, value=value, suffix=suffix)
        self.lineEdit().setTextMargins(ROOM, 0, 0, 0)
