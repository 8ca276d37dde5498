"""Rows of a table as text: to be copied, to be written into a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ui.models import Column

Row = TypeVar("Row")
FORMATS = ("Text", "JSON", "CSV", "Markdown")
ENDINGS = {".json": "JSON", ".md": "Markdown", ".txt": "Text"}
"""What a file of this ending is written as; every other one as CSV."""


def as_text(kind: str, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> str:
    """`rows` in one of FORMATS, the cells as they are shown; JSON has their values."""
    if kind == "JSON":
        return json.dumps([{c.key: c.value(row) for c in columns} for row in rows], indent=2, ensure_ascii=False)
    cells = [[column.text(row) for column in columns] for row in rows]
    titles = [column.title for column in columns]
    if kind == "CSV":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([titles, *cells])
        return out.getvalue()
    if kind == "Markdown":
        lines = [[_cell(cell) for cell in line] for line in [titles, *cells]]
        return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], ["---"] * len(titles), *lines[1:]])
    return "\n".join("\t".join(line) for line in cells)


def _cell(text: str) -> str:
    """What would end a cell of Markdown is written so that it does not."""
    return text.replace("|", "\\|").replace("\n", " ")


@dataclass(frozen=True)
class Export(Generic[Row]):
    """Rows on their way to a file; its ending says in which format."""

    path: Path
    columns: tuple[Column[Row], ...]
    rows: tuple[Row, ...]

    def write(self) -> str:
        """Write it, off the Qt thread; returns what was done, as a sentence."""
        kind = ENDINGS.get(self.path.suffix.lower(), "CSV")
        self.path.write_text(as_text(kind, self.columns, self.rows), encoding="utf-8")
        written = "row was" if len(self.rows) == 1 else "rows were"
        return f"{len(self.rows):,} {written} written to {self.path}."
