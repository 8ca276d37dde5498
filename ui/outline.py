"""Rows that lie inside one another, depth first in one list: a table of them is a tree that can all that tables can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from PySide6.QtCore import QObject, Qt

from ui.filter import Filter
from ui.models import Column, Index, RowModel

Row = TypeVar("Row")
Path: TypeAlias = tuple[int | str, ...]
"""Where a row is: its place or name among the outermost rows, then among those inside each."""


class Outline(RowModel[Row]):
    """`path` says where a row lies, and tells the rows apart. Sorting sorts what lies side by side.

    What the filter finds keeps the rows around it; a `heading` is only ever kept that way. `closed` are the paths of
    rows whose inside is not to be seen: it counts among the rows all the same, for only the filter leaves rows out.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        path: Callable[[Row], Path],
        parent: QObject | None = None,
        *,
        heading: Callable[[Row], bool] = lambda _row: False,
    ) -> None:
        super().__init__(columns, path, parent)
        self.path, self._heading = path, heading
        self.closed: set[Path] = set()

    def arrange(self, rows: Sequence[Row], wanted: Filter) -> list[Row]:
        if wanted.terms:
            found = (row for row in super().arrange(rows, wanted) if not self._heading(row))
            kept = {path[:length] for path in map(self.path, found) for length in range(1, len(path) + 1)}
            rows = [row for row in rows if self.path(row) in kept]
        inside: dict[Path, list[Row]] = {}
        for row in super().arrange(rows, Filter()):
            inside.setdefault(self.path(row)[:-1], []).append(row)
        return list(self._below((), inside))

    def _below(self, path: Path, inside: dict[Path, list[Row]]) -> Iterator[Row]:
        for row in inside.get(path, ()):
            yield row
            yield from self._below(self.path(row), inside)

    def path_at(self, position: int) -> Path:
        return self.path(self.rows[position])

    def has_inside(self, position: int) -> bool:
        """Whether other rows lie in this one."""
        following = position + 1
        return following < len(self.rows) and len(self.path_at(following)) > len(self.path_at(position))

    def around(self, path: Path) -> Iterator[Path]:
        """The paths of the rows that this one lies in."""
        return (path[:length] for length in range(1, len(path)))

    def unseen(self) -> Iterator[bool]:
        """For each row, whether it lies in a closed one."""
        outermost: Path | None = None
        for path in map(self.path, self.rows):
            hidden = outermost is not None and path[: len(outermost)] == outermost
            if not hidden:
                outermost = path if path in self.closed else None
            yield hidden

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        found = super().data(index, role)
        if role == Qt.ItemDataRole.AccessibleTextRole and found is not None and index.column() == 0:
            path = self.path_at(index.row())
            state = ("closed" if path in self.closed else "open") if self.has_inside(index.row()) else ""
            return ", ".join(filter(None, (str(found), f"level {len(path)}", state)))
        return found
