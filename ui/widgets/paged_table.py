"""A table of a million rows with the filter line of every table: it fetches what is seen, and searches for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer

from ui.desk import Desk
from ui.expression import TooSlow
from ui.filter import Filter
from ui.paging import PAGE, PagedModel, Pages, Source
from ui.widgets.build import tool
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import WorkbenchError

Row = TypeVar("Row")
SEARCHED = 1_000
"""Rows that a search reads at a time."""
FOUND_MOST = 10_000
AHEAD = 30
"""Rows that are fetched beyond those that are seen."""


class PagesTable(Table[Row]):
    """Copies and exports what is here: the rows that were chosen, else those that were fetched or found."""

    def __init__(self, model: PagedModel[Row], name: str) -> None:
        super().__init__(model, name)
        self.paged = model

    def here(self) -> list[Row]:
        return self.paged.pages.loaded() if self.paged.pages is not None else self.paged.rows

    def as_text(self, kind: str, rows: list[Row] | None = None) -> str:
        return super().as_text(kind, rows or self.selected() or self.here())

    def export_shown(self) -> None:
        self._export("Export the rows that are here", self.here())

    def seen(self) -> range:
        """The places of the rows on screen, and some around them."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        total = self.paged.rowCount()
        if top < 0:
            return range(min(total, AHEAD))
        return range(max(0, top - AHEAD), min(total, (bottom if bottom >= 0 else total) + AHEAD))


class PagedTable(FilteredTable[Row]):
    """`show_source` takes where rows come from. A filter, and an order by another column than the number (the first),
    are searches: of all rows, the newest first, up to 10,000 that match."""

    def __init__(self, desk: Desk, table: PagesTable[Row], example: str, none: EmptyState) -> None:
        super().__init__(desk, table, example, none)
        self.pages_table, self.paged = table, table.paged
        self.source: Source[Row] | None = None
        self._fetching = False
        self._searched: tuple[Filter, int, Qt.SortOrder, object] | None = None
        """What the rows that are found were looked for by."""
        self._search = object()
        self._found: list[Row] = []
        self._upto = 0
        self._awaited = 0
        table.everything = lambda: self.paged.rows
        self._look = QTimer(self, singleShot=True, interval=15)
        self._look.timeout.connect(self._fetch_seen)
        self.paged.wanted.connect(self._want)
        self.stop = tool("stop", f"Stop searching {table.accessibleName()}", self.stop_searching)
        self.stop.hide()
        self.tools.addWidget(self.stop)

    # what is shown

    def show_source(self, source: Source[Row] | None) -> None:
        """None: there is nothing to show."""
        old, self.source = self.source, source
        if source is None or old is None or (source.key, source.first) != (old.key, old.first):
            self._searched = None
            self._awaited = 0
        self.arrange()

    def arrange(self) -> None:
        source, model = self.source, self.paged
        if source is None or not source.total:
            self._end_search()
            model.show_found([])
            self._tell("")
            return
        wanted, column, order = self.filter.filter, model.sort_column, model.sort_order
        if not wanted.terms and column <= 0:
            self._end_search()
            self._searched = None
            down = column < 0 or order == Qt.SortOrder.DescendingOrder
            model.show_pages(Pages(source, down=down))
            self.filter.answered()
            self._tell(f"{source.total:,}")
            self._choose_awaited()
            return
        asked = (wanted, column, order, source.key)
        if asked != self._searched:
            self._searched, self._found, self._upto = asked, [], 0
            model.show_found([])
            self._begin_search(wanted, source, source.first)
        elif source.last > self._upto and not self.stop.isVisible():
            self._begin_search(wanted, source, self._upto + 1)

    def _tell(self, counted: str) -> None:
        self.counter.setText(counted)
        shown = self.paged.rowCount()
        looking = self.stop.isVisible()
        total = self.source is not None and self.source.total
        page = self.table if shown or looking else self.no_match if total else self.none
        if self.stack.currentWidget() is not page:
            self.stack.setCurrentWidget(page)
        self.arranged.emit()

    # choosing

    def chosen_number(self) -> int:
        row = self.table.chosen()
        return self.source.number(row) if row is not None and self.source is not None else 0

    def choose_number(self, number: int) -> None:
        """Choose the row of this number, past the filter; as soon as there is one."""
        self._awaited = number
        if self.filter.text() and self.paged.position(number) < 0:
            self.filter.set_now("")
        self._choose_awaited()

    def _choose_awaited(self) -> None:
        position = self.paged.position(self._awaited) if self._awaited else -1
        if position >= 0:
            self._awaited = 0
            self.table.choose(position)

    # fetching what is seen

    def _want(self) -> None:
        if not self._look.isActive() and not self._fetching:
            self._look.start()

    def _next_page(self) -> int | None:
        """The first page that is seen and not here."""
        pages = self.paged.pages
        if pages is None:
            return None
        lacking = (pages.number(at) for at in self.pages_table.seen() if pages.lacks(pages.number(at)))
        number = next(lacking, None)
        return None if number is None else number // PAGE

    def _fetch_seen(self) -> None:
        if self._fetching or self._next_page() is None or self.source is None:
            return
        self._fetching = True
        self.desk.bridge.start(self, self._fetch(), self._fetch_failed)

    async def _fetch(self) -> None:
        """One page after the other, until all that is seen then is here."""
        try:
            while (page := self._next_page()) is not None and self.source is not None:
                source, pages = self.source, self.paged.pages
                after = page * PAGE - 1
                rows = await self.desk.bridge.call(source.read, max(after, 0), PAGE if after > 0 else PAGE - 1)
                if self.paged.pages is pages:
                    self.paged.fill(page, rows, source.last)
                    self.arranged.emit()
        finally:
            self._fetching = False

    def _fetch_failed(self, error: Exception) -> None:
        if isinstance(error, WorkbenchError):
            self.desk.stale_changed.emit(str(error))
        else:
            self.desk.failed(error)

    # searching all

    def _begin_search(self, wanted: Filter, source: Source[Row], first: int) -> None:
        self._search = token = object()
        self.stop.show()
        self._tell("searching …")
        self.desk.bridge.start(self, self._find(token, wanted, source, first), self._search_failed)

    def stop_searching(self) -> None:
        """What was found so far stays."""
        self._end_search()
        self._tell(f"{len(self._found):,}, stopped")

    def _end_search(self) -> None:
        self._search = object()
        self.stop.hide()

    def _search_failed(self, error: Exception) -> None:
        self._end_search()
        self._fetch_failed(error)

    async def _find(self, token: object, wanted: Filter, source: Source[Row], first: int) -> None:
        """Newest first; what was found before is older, and comes after it."""
        before, found, high = self._found, list[Row](), source.last
        while high >= first and len(found) < FOUND_MOST:
            low = max(first, high - SEARCHED + 1)
            try:
                some = await self.desk.bridge.call(self._matching, wanted, source, low, high)
            except TooSlow as error:
                if token is self._search:
                    self._end_search()
                    self.filter.refuse(wanted, str(error))
                    self._tell("")
                return
            if token is not self._search:
                return
            found += some
            high = low - 1
            done = (source.last - high) / source.total
            if not before and self.paged.sort_column <= 0:
                self.paged.show_found(list(found))
            self._tell(f"{len(found):,} found, {done:.0%} searched")
        if token is self._search:
            await self._settle(token, (found + before)[:FOUND_MOST], source, cut=high >= first)

    async def _settle(self, token: object, found: list[Row], source: Source[Row], *, cut: bool) -> None:
        """In the order that is asked for."""
        chosen = self.chosen_number()
        rows = await self.desk.bridge.call(self.paged.arrange, found, Filter())
        if token is not self._search:
            return
        self._found, self._upto = found, source.last
        self._end_search()
        self.filter.answered()
        self.paged.show_found(rows)
        if chosen:
            self.table.choose(next((at for at, row in enumerate(rows) if source.number(row) == chosen), -1))
        if cut:
            self._tell(f"the newest {len(rows):,} of {source.total:,}")
        else:
            self._tell(f"{len(rows):,} of {source.total:,}" if len(rows) != source.total else f"{source.total:,}")
        self._choose_awaited()

    def _matching(self, wanted: Filter, source: Source[Row], low: int, high: int) -> Sequence[Row]:
        """Off the Qt thread: those of these numbers that match, the highest first."""
        rows = [row for row in source.read(low - 1, high - low + 1) if low <= source.number(row) <= high]
        return [row for row in reversed(rows) if wanted.matches(self.paged.lookup(row))]
