"""A table of a million rows: what is seen is fetched, and nothing else; filters and orders search."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.models import Column
from ui.paging import PAGE, PAGES_KEPT, PagedModel, Pages, Source
from ui.widgets.empty_state import EmptyState
from ui.widgets.paged_table import PagedTable, PagesTable

MILLION = 1_000_000


@dataclass(frozen=True)
class Number:
    """`even` is not known until it was fetched."""

    number: int
    even: str = ""


COLUMNS = (
    Column[Number]("number", "Number", lambda n: n.number, lambda n: str(n.number), right=True),
    Column[Number]("even", "Even", lambda n: n.even, lambda n: n.even),
)


class Numbers:
    """Counts how much is read."""

    def __init__(self) -> None:
        self.read_rows, self.threads = 0, set[str]()

    def read(self, after: int, limit: int) -> Sequence[Number]:
        self.read_rows += limit
        self.threads.add(threading.current_thread().name)
        found = range(after + 1, min(after + limit, MILLION) + 1)
        return [Number(each, "yes" if each % 2 == 0 else "no") for each in found]

    def source(self, last: int = MILLION) -> Source[Number]:
        return Source("numbers", 1, last, self.read, lambda row: row.number, lambda number, _gone: Number(number))


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
def table(window: MainWindow, qtbot: QtBot) -> Iterator[PagedTable[Number]]:
    model = PagedModel(COLUMNS, lambda row: row.number)
    made = PagedTable(window.desk, PagesTable(model, "Numbers"), "even:yes", EmptyState("log", "There are none."))
    made.resize(500, 400)
    made.show()
    yield made
    made.close()


def known(table: PagedTable[Number], at: int) -> bool:
    return bool(table.paged.rows[at].even)


def test_only_what_is_seen_is_fetched(table: PagedTable[Number], numbers: Numbers, qtbot: QtBot) -> None:
    table.show_source(numbers.source())
    assert table.paged.rowCount() == MILLION
    assert table.counter.text() == "1,000,000"
    qtbot.waitUntil(lambda: known(table, 0))
    table.table.scrollTo(table.paged.index(MILLION // 2, 0))
    qtbot.waitUntil(lambda: known(table, MILLION // 2))
    assert table.paged.rows[MILLION // 2].number == MILLION - MILLION // 2
    table.table.scrollToBottom()
    qtbot.waitUntil(lambda: known(table, MILLION - 1))
    assert table.paged.rows[MILLION - 1].number == 1
    assert numbers.read_rows < 20 * PAGE
    assert all(name.startswith("ui-call") for name in numbers.threads)


def test_no_more_pages_are_kept_than_a_few(numbers: Numbers) -> None:
    pages = Pages(numbers.source(), down=True)
    for page in range(PAGES_KEPT * 3):
        pages.fill(page, numbers.read(max(page * PAGE - 1, 0), PAGE), MILLION)
    assert len(pages.loaded()) <= PAGES_KEPT * PAGE
    assert pages.lacks(5)


def test_the_number_turns_the_order_round_without_reading_all(
    table: PagedTable[Number], numbers: Numbers, qtbot: QtBot
) -> None:
    table.show_source(numbers.source())
    table.paged.sort_column, table.paged.sort_order = 0, Qt.SortOrder.AscendingOrder
    table.arrange()
    qtbot.waitUntil(lambda: known(table, 0))
    assert table.paged.rows[0].number == 1
    assert numbers.read_rows < 10 * PAGE


def test_a_row_of_a_page_that_was_read_before_it_was_there_is_fetched_again(
    table: PagedTable[Number], numbers: Numbers, qtbot: QtBot
) -> None:
    table.show_source(numbers.source(950))
    qtbot.waitUntil(lambda: known(table, 0))
    table.choose_number(945)
    table.show_source(numbers.source(960))
    qtbot.waitUntil(lambda: known(table, 0) and table.paged.rows[0].number == 960)
    assert table.chosen_number() == 945


def test_a_search_shows_what_it_finds_can_be_stopped_and_ends_at_its_bound(
    table: PagedTable[Number], numbers: Numbers, qtbot: QtBot
) -> None:
    table.show_source(numbers.source())
    table.filter.set_now("even:yes")
    qtbot.waitUntil(lambda: table.counter.text() == "the newest 10,000 of 1,000,000")
    assert [row.number for row in table.paged.rows[:2]] == [MILLION, MILLION - 2]
    table.filter.set_now("number=3")
    qtbot.waitUntil(lambda: table.stop.isVisible() and "%" in table.counter.text())
    table.stop.click()
    assert "stopped" in table.counter.text()
    table.filter.set_now("")
    assert table.paged.rowCount() == MILLION


def test_a_number_is_chosen_wherever_it_is(table: PagedTable[Number], numbers: Numbers, qtbot: QtBot) -> None:
    table.show_source(numbers.source())
    table.filter.set_now("even:yes")
    qtbot.waitUntil(lambda: "newest" in table.counter.text())
    table.choose_number(4_321)
    assert table.chosen_number() == 4_321
    assert table.filter.text() == ""


def test_another_source_forgets_the_one_before(table: PagedTable[Number], numbers: Numbers, qtbot: QtBot) -> None:
    table.show_source(numbers.source())
    qtbot.waitUntil(lambda: known(table, 0))
    table.show_source(None)
    assert table.stack.currentWidget() is table.none
    assert table.paged.rowCount() == 0


def test_an_order_by_another_column_is_a_search(table: PagedTable[Number], numbers: Numbers, qtbot: QtBot) -> None:
    table.show_source(numbers.source(500))
    table.table._sort_by(1)
    qtbot.waitUntil(lambda: table.counter.text() == "500")
    assert [row.even for row in table.paged.rows[:2]] == ["no", "no"]
