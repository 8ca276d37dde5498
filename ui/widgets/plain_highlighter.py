"""Colours of texts with simple rules: WIT, JSON, the differences of two texts, and the text of core modules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.theme import current

Rule = tuple[re.Pattern[str], str, str]
"""What it is on, the colour of its text, and that of the ground behind it (empty for none)."""
WIT: tuple[Rule, ...] = tuple((re.compile(pattern), tone, "") for pattern, tone in (
    (r"\b(package|interface|world|import|export|include|use|func|type|record|variant|enum|flags|resource|static|"
     r"constructor|as|with|async)\b", "keyword"),
    (r"\b(bool|s8|s16|s32|s64|u8|u16|u32|u64|f32|f64|char|string|list|option|result|tuple|future|stream|borrow|own)\b",
     "type"),
    (r"[\w-]+(?=\s*:\s*(?:async\s+)?func\b)", "function"),
    (r"@[\w-]+", "decorator"),
    (r"@?\d+\.\d+\.\d+\S*|(?<![\w-])\d+\b", "number"),
    (r"//.*", "comment"),
))  # fmt: skip
DIFF: tuple[Rule, ...] = tuple((re.compile(pattern), tone, ground) for pattern, tone, ground in (
    (r"^\+.*", "ok", "ok_tint"), (r"^-.*", "error", "error_tint"), (r"^@@.*", "info", ""),
    (r"^(\+\+\+|---) .*", "muted", ""),
))  # fmt: skip
WAT: tuple[Rule, ...] = tuple((re.compile(pattern), tone, "") for pattern, tone in (
    (r"(?<=\()[a-z][\w.]*", "keyword"),
    (r"\b[if](32|64)\b", "type"),
    (r"\$[^\s()]+", "function"),
    (r"(?<![\w$.-])[-+]?(0x[0-9a-fA-F_.]+|\d[\d_.]*)\b", "number"),
    (r'"(\\.|[^"\\])*"', "string"),
    (r";;.*", "comment"),
))  # fmt: skip
JSON: tuple[Rule, ...] = tuple((re.compile(pattern), tone, "") for pattern, tone in (
    (r'"(\\.|[^"\\])*"', "string"),
    (r'"(\\.|[^"\\])*"(?=\s*:)', "function"),
    (r"(?<![\w\"])-?\d[\d.eE+-]*(?![\w\"])", "number"),
    (r"\b(true|false|null)\b", "keyword"),
))  # fmt: skip


class PlainHighlighter(QSyntaxHighlighter):
    """Applies rules in order to each line; the last one that is on a character has it."""

    def __init__(self, document: QTextDocument, rules: Sequence[Rule]) -> None:
        super().__init__(document)
        self._rules = rules
        self._formats: list[QTextCharFormat] = []
        self.take_theme()

    def take_theme(self) -> None:
        self._formats = [self._format(tone, ground) for _, tone, ground in self._rules]
        self.rehighlight()

    def _format(self, tone: str, ground: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QColor(current().color(tone)))
        if ground:
            made.setBackground(QColor(current().color(ground)))
        if tone == "keyword":
            made.setFontWeight(QFont.Weight.DemiBold)
        return made

    def highlightBlock(self, text: str) -> None:
        for (pattern, _, _), look in zip(self._rules, self._formats, strict=True):
            for found in pattern.finditer(text[:2000]):
                self.setFormat(found.start(), len(found[0]), look)
