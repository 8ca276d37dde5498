"""Rows by the million: only those that are looked at are fetched, a page at a time. Rows are numbered without a gap."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from PySide6.QtCore import QObject, Signal

from ui.models import NOWHERE, Column, Index, RowModel

Row = TypeVar("Row")
PAGE = 100
PAGES_KEPT = 60


@dataclass(frozen=True)
class Source(Generic[Row]):
    """Where rows come from: those numbered `first` to `last` (0: none).

    `read(after, limit)` gives rows with greater numbers, lowest first, off the Qt thread; `blank` is what stands for
    one that has not come yet, or (`gone`) that is not there. Another `key` is another list.
    """

    key: Hashable
    first: int
    last: int
    read: Callable[[int, int], Sequence[Row]]
    number: Callable[[Row], int]
    blank: Callable[[int, bool], Row]

    @property
    def total(self) -> int:
        return self.last - self.first + 1 if self.last else 0


class Pages(Sequence[Row]):
    """The rows of a source, `down`: the last one first."""

    def __init__(self, source: Source[Row], *, down: bool) -> None:
        self.source, self.down = source, down
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._read_to: dict[int, int] = {}
        """By page: the highest number that there was when it was read."""

    def is_same_list(self, other: Pages[Row]) -> bool:
        """Whether what is known of it holds for the other too."""
        mine, its = self.source, other.source
        return (mine.key, mine.first, self.down) == (its.key, its.first, other.down)

    def number(self, at: int) -> int:
        """Of the row at this place."""
        return self.source.last - at if self.down else self.source.first + at

    def place(self, number: int) -> int:
        """Where the row of this number is, or -1."""
        if not self.source.total or not self.source.first <= number <= self.source.last:
            return -1
        return self.source.last - number if self.down else number - self.source.first

    def lacks(self, number: int) -> bool:
        return number > self._read_to.get(number // PAGE, -1)

    def fill(self, page: int, rows: Sequence[Row], last: int) -> None:
        """Take what was read of a page, when `last` was the highest number there was."""
        number = self.source.number
        self._pages[page] = {number(row): row for row in rows if number(row) // PAGE == page}
        self._pages.move_to_end(page)
        self._read_to[page] = min(last, page * PAGE + PAGE - 1)
        while len(self._pages) > PAGES_KEPT:
            del self._read_to[self._pages.popitem(last=False)[0]]

    def loaded(self) -> list[Row]:
        """Those that are here, in order."""
        found = {number: row for page in self._pages.values() for number, row in page.items()}
        return [found[number] for number in sorted(found, reverse=self.down)]

    def __len__(self) -> int:
        return self.source.total

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        number = self.number(at)
        found = self._pages.get(number // PAGE, {}).get(number)
        return found if found is not None else self.source.blank(number, not self.lacks(number))


class PagedModel(RowModel[Row]):
    """`pages` are the rows, unless they were searched for: then `rows` are those that were found.

    `wanted`: a row was asked for that has not been fetched.
    """

    wanted = Signal()

    def __init__(
        self, columns: Sequence[Column[Row]], row_key: Callable[[Row], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, row_key, parent)
        self.pages: Pages[Row] | None = None

    def data(self, index: Index, role: int = 0) -> object:
        pages = self.pages
        if pages is not None and 0 <= index.row() < len(pages) and pages.lacks(pages.number(index.row())):
            self.wanted.emit()
        return super().data(index, role)

    def position(self, key: Hashable) -> int:
        if self.pages is not None and isinstance(key, int):
            return self.pages.place(key)
        return super().position(key)

    def show_pages(self, pages: Pages[Row]) -> None:
        """All rows of a source. One that only grew keeps the selection."""
        old, source = self.pages, pages.source
        if old is None or not old.is_same_list(pages) or source.last < old.source.last:
            self.beginResetModel()
            self._take(pages)
            self.endResetModel()
        elif (more := source.total - old.source.total) > 0:
            at = 0 if old.down else old.source.total
            self.beginInsertRows(NOWHERE, at, at + more - 1)
            old.source = source
            self.endInsertRows()
        else:
            old.source = source

    def show_found(self, rows: list[Row]) -> None:
        """What a search found so far, or all that it found in another order."""
        begun = self.pages is None and rows[: len(self.rows)] == self.rows
        if begun and len(rows) == len(self.rows):
            return
        if begun:
            self.beginInsertRows(NOWHERE, len(self.rows), len(rows) - 1)
            self.rows = rows
            self.endInsertRows()
            return
        self.beginResetModel()
        self.pages, self.rows = None, rows
        self.endResetModel()

    def _take(self, pages: Pages[Row]) -> None:
        self.pages = pages
        self.rows = pages  # type: ignore[assignment]  # it is read like a list, and only read

    def fill(self, page: int, rows: Sequence[Row], last: int) -> None:
        """A page has come."""
        pages = self.pages
        if pages is None:
            return
        pages.fill(page, rows, last)
        numbers = max(page * PAGE, pages.source.first), min(page * PAGE + PAGE - 1, pages.source.last)
        places = sorted(pages.place(number) for number in numbers)
        if places[0] >= 0:
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[1], len(self.columns) - 1))
