"""The pattern as text, as on the command line: what cannot be read is underlined and said, and the last one stays."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from workbench.api import Invalid
from workbench.api.patterns import parse_pattern
from workbench.api.tuplespace import TUPLE_BYTES, PatternField

EXAMPLE = '("order", int, > 10, ?)'


class PatternLine(QLineEdit):
    """`read` carries the fields of each pattern that can be read, none for an empty line; `problem` is its fault."""

    read = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.problem = ""
        self.setPlaceholderText(f"Pattern: {EXAMPLE}")
        self.setAccessibleName("Pattern")
        self.setAccessibleDescription(
            f"For example {EXAMPLE}: a value, ? for anything, a type (text int float bytes boolean null) or a test"
        )
        self.setToolTip(
            "Which tuples are shown: a value, ? for anything, a type (text int float bytes boolean null)\n"
            'or a test (> 10, != "a", in [1, 2], startsWith: "or", regex: "^o") for each field.\n'
            f"For example: {EXAMPLE}"
        )
        self.setMaxLength(4 * TUPLE_BYTES)
        self.setMinimumWidth(60)
        self.setClearButtonEnabled(True)
        self.textChanged.connect(self._typed)

    def _typed(self) -> None:
        found: tuple[PatternField, ...] = ()
        problem = ""
        try:
            found = parse_pattern(self.text()) if self.text().strip() else ()
        except Invalid as error:
            problem = str(error)
        self.refuse(problem)
        if not problem:
            self.read.emit(found)

    def refuse(self, problem: str) -> None:
        """Say what is wrong with the pattern; an empty text when nothing is."""
        self.problem = problem
        if self.font().underline() != bool(problem):
            font = self.font()
            font.setUnderline(bool(problem))
            self.setFont(font)
