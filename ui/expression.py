"""Regular expressions that cannot hold the window: one that would try for ever gives up after some milliseconds.

Python's own have no such limit, and let no other thread run while they try.
"""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression

LIMIT = "(*LIMIT_MATCH=1000000)"
"""Ways to match that are tried in one text: at most 10 ms, yet enough for a sound expression in a text of megabytes."""
OPTIONS = (
    QRegularExpression.PatternOption.CaseInsensitiveOption
    | QRegularExpression.PatternOption.UseUnicodePropertiesOption
)  # fmt: skip


class TooSlow(Exception):
    """There are too many ways to try in one text."""

    def __init__(self) -> None:
        super().__init__("this expression takes too long here: it repeats what repeats already")


class Expression:
    """Without regard to case. `problem` says why it cannot be read. May be used on any thread."""

    def __init__(self, written: str) -> None:
        self._anywhere = _compiled(written)
        self._whole = _compiled(QRegularExpression.anchoredPattern(written))
        self.problem = "" if self._anywhere.isValid() else self._anywhere.errorString()

    def is_in(self, text: str) -> bool:
        return _matches(self._anywhere, text)

    def is_all_of(self, text: str) -> bool:
        return _matches(self._whole, text)


def _compiled(written: str) -> QRegularExpression:
    made = QRegularExpression(LIMIT + written, OPTIONS)
    if made.isValid():
        made.optimize()
    return made


def _matches(expression: QRegularExpression, text: str) -> bool:
    found = expression.match(text)
    if found.isValid():
        return found.hasMatch()
    readable = text.encode(errors="replace").decode()  # half a character is no text to it
    if readable == text:
        raise TooSlow
    return _matches(expression, readable)
