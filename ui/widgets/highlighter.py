"""Python in colours, line by line: Pygments names the tokens, only triple-quoted strings reach over a line's end."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.theme import current

TONES = (
    (Comment, "comment"),
    (Keyword.Constant, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (String, "string"),
    (Number, "number"),
    (Name.Decorator, "decorator"),
    (Name.Function, "function"),
    (Name.Class, "type"),
    (Name.Builtin.Pseudo, "special"),
    (Name.Builtin, "function"),
    (Name.Exception, "type"),
)
QUOTES = ("", '"""', "'''")
LONGEST_LINE = 2000
BURST_BLOCKS = 300
"""As many lines are coloured at once; the rest of a large text or paste follows in slices."""
SLICE_SECONDS = 0.008


class Highlighter(QSyntaxHighlighter):
    """The state of a block is the quote that is open at its end: 0 none, 1 double, 2 single.

    Blocks from `_reached` on wait for their slice; it is None when all are coloured.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._lexer = PythonLexer(ensurenl=False, stripnl=False)
        self._burst = 0
        self._reached: int | None = None
        self._calm = QTimer(self, singleShot=True, interval=0)
        self._calm.timeout.connect(self._end_burst)
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._slice)
        self._blocks = document.blockCount()
        document.blockCountChanged.connect(self._count_changed)
        self.take_theme()

    def take_theme(self) -> None:
        tokens = current()
        self._formats = {}
        for _, tone in TONES:
            made = QTextCharFormat()
            made.setForeground(QColor(tokens.color(tone)))
            if tone == "comment":
                made.setFontItalic(True)
            self._formats[tone] = made
        self._reached = 0
        self._next.start()

    @property
    def finished(self) -> bool:
        """Whether every line has its colours."""
        return self._reached is None

    def _end_burst(self) -> None:
        self._burst = 0

    def _count_changed(self, count: int) -> None:
        """Lines that went above the frontier pull those below it up."""
        fewer, self._blocks = self._blocks - count, count
        if self._reached is not None and fewer > 0:
            self._reached = max(self._reached - fewer, 0)

    def _slice(self) -> None:
        """Colour on for a few milliseconds, then let the window have its turn."""
        end = perf_counter() + SLICE_SECONDS
        while self._reached is not None and perf_counter() < end:
            block = self.document().findBlockByNumber(self._reached)
            self._reached = self._reached + 1 if block.isValid() else None
            self._burst = 0
            if block.isValid():
                self.rehighlightBlock(block)
        if self._reached is not None:
            self._next.start()

    def _must_wait(self) -> bool:
        at = self.currentBlock().blockNumber()
        if self._reached is not None and at >= self._reached:
            return True
        self._burst += 1
        self._calm.start() if self._burst == 1 else None
        if self._burst > BURST_BLOCKS:
            self._reached = at
            self._next.start()
            return True
        return False

    def highlightBlock(self, text: str) -> None:
        if self._must_wait() or len(text) > LONGEST_LINE:
            return
        state = max(self.previousBlockState(), 0)
        for start, part, inside in split_line(text, state):
            if inside:
                self.setFormat(start, len(part), self._formats["string"])
            else:
                self._code(start, part)
        self.setCurrentBlockState(state_after(text, state))

    def _code(self, offset: int, text: str) -> None:
        for start, kind, value in self._lexer.get_tokens_unprocessed(text):
            tone = next((tone for parent, tone in TONES if _is(kind, parent)), "")
            if tone and kind is not Token.Error:
                self.setFormat(offset + start, len(value), self._formats[tone])


def _is(kind: _TokenType, parent: _TokenType) -> bool:
    return kind[: len(parent)] == parent


def split_line(text: str, state: int) -> Iterator[tuple[int, str, bool]]:
    """(start, part, whether it lies in a triple-quoted string that began before or goes on after this line)."""
    at = 0
    if state:
        end = text.find(QUOTES[state])
        at = len(text) if end < 0 else end + 3
        yield 0, text[:at], True
    opened = _open_quote(text, at)
    if opened < 0:
        yield at, text[at:], False
    else:
        yield at, text[at:opened], False
        yield opened, text[opened:], True


def state_after(text: str, state: int) -> int:
    """Which quote is open at the end of the line."""
    at = 0
    if state:
        end = text.find(QUOTES[state])
        if end < 0:
            return state
        at = end + 3
    opened = _open_quote(text, at)
    return 0 if opened < 0 else 1 if text.startswith(QUOTES[1], opened) else 2


def _open_quote(text: str, at: int) -> int:
    """Where a triple quote opens that this line does not close, or -1."""
    while at < len(text):
        char = text[at]
        if char == "#":
            return -1
        if char not in "\"'":
            at += 1
            continue
        mark = char * 3 if text.startswith(char * 3, at) else char
        end = _closing(text, at + len(mark), mark)
        if end < 0:
            return at if len(mark) == 3 else -1
        at = end
    return -1


def _closing(text: str, at: int, mark: str) -> int:
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(mark, at):
            return at + len(mark)
        else:
            at += 1
    return -1
