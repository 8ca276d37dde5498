"""Journal: the durable actors, the entries of one, and what each entry says: message, calls, state, difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtWidgets import QMenu

from ui.desk import Desk
from ui.master_panel import MasterPanel
from ui.paging import PagedModel, Source
from ui.panels.journal.columns import ENTRIES, JOURNALS, Entry, blank
from ui.panels.journal.deeds import ROW_ACTIONS, Deeds
from ui.panels.journal.details import EntryDetails
from ui.settings import Json, Record, child, number, text
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.paged_table import PagedTable, PagesTable
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import Area, JournalInfo, Node


class JournalPanel(MasterPanel[JournalInfo]):
    """Journals above; below the entries of the chosen one, and beside them what the chosen entry says."""

    id = "journal"
    title = "Journal"
    icon_name = "journal"
    areas = frozenset({Area.JOURNAL, Area.TURNS, Area.ACTORS})
    columns: ClassVar = JOURNALS
    filter_example = "actor~order damaged>0 since>1000"
    row_actions = ROW_ACTIONS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._awaited: tuple[str, int] | None = None
        self.paged: PagedModel[Entry] = PagedModel(ENTRIES, lambda entry: entry.seq, self)
        self.entry_table = PagesTable(self.paged, "Entries of the journal")
        self.entry_table.command_for = self._entry_command
        self.entry_table.menu_for = self._entry_menu
        nothing = EmptyState("journal", "Choose a journal above to see its entries.")
        self.entries = PagedTable(desk, self.entry_table, "outcome:crashed calls>0 type~pay", nothing)
        self.details = EntryDetails(desk)
        below = TurningSplitter()
        below.addWidget(self.entries)
        below.addWidget(self.details)
        below.setSizes([600, 380])
        self.deeds = Deeds(self)
        self.deeds.bind()
        desk.actions.bind("journal.compare", self._compare)
        desk.show_entry.connect(self.show_entry)
        self.table.opened.connect(self._go_to_entries)
        selection = self.entry_table.selectionModel()
        selection.currentRowChanged.connect(lambda: self._show_entry())
        selection.selectionChanged.connect(lambda: self._show_entry())
        self.entries.arranged.connect(self._show_entry)
        for verb in ("verify", "replay", "export", "checkpoint"):
            self.add_tool(tool_for(desk.actions[f"journal.{verb}"]))
        self.entries.tools.insertWidget(0, tool_for(desk.actions["journal.compare"]))
        self.lay_out(below)
        self.split.setSizes([170, 420])

    def empty(self) -> EmptyState:
        return EmptyState("journal", "No actor is durable: one that is has each of its turns on disk, and comes back "
                          "as it was.", "Spawn a durable actor…",
                          lambda: self.desk.actions.run("actor.spawn"), changes=True,
                          recorded="A session holds no journals: see its turns instead.")  # fmt: skip

    def name_of(self, found: JournalInfo) -> str:
        return found.actor.name

    def command_for(self, found: JournalInfo) -> str:
        return self.desk.command("journal show", found.actor.name)

    def _entry_command(self, entry: Entry) -> str:
        return self.desk.command(f"journal show --after {entry.seq - 1} --limit 1 --calls", self.chosen)

    def _entry_menu(self) -> QMenu:
        return self.desk.actions.menu(self, "journal.compare", "", "journal.export", "journal.actor")

    # reading

    def load(self) -> Sequence[JournalInfo]:
        node = self.desk.node
        assert node is not None
        return node.journal.list()

    def show_loaded(self, found: object) -> None:
        self.show_rows(found)  # type: ignore[arg-type]  # what `load` gave
        self._show_source()

    def arranged(self) -> None:
        super().arranged()
        self._show_source()

    def enable(self) -> None:
        self.deeds.enable(self.table.chosen())
        self.desk.actions.enable("journal.compare", on=bool(self._numbers()))

    def _info(self) -> JournalInfo | None:
        return next((info for info in self.view.all if info.actor.name == self.chosen), None)

    def _show_source(self) -> None:
        node, info = self.desk.node, self._info()
        if node is None or info is None:
            self.entries.show_source(None)
            return
        self.entries.show_source(_source(node, info))
        awaited = self._awaited
        if awaited is not None and awaited[0] == self.chosen:
            self._awaited = None
            self.entries.choose_number(awaited[1])

    def _choose(self) -> None:
        super()._choose()
        self.details.forget_replay(self.chosen)
        self._show_source()

    def _forget(self) -> None:
        super()._forget()
        self.details.forget()

    # entries

    def _numbers(self) -> list[int]:
        return [entry.seq for entry in self.entry_table.selected()]

    def _show_entry(self) -> None:
        numbers = self._numbers()
        self.details.show_entry(self.chosen, self.entry_table.chosen(), numbers)
        self.desk.actions.enable("journal.compare", on=bool(numbers))

    def show_entry(self, actor: str, seq: int) -> None:
        """Come to the front with this entry chosen."""
        self.desk.raise_panel.emit(self.id)
        self._awaited = (actor, seq)
        self.details.setCurrentIndex(0)
        if self.chosen == actor:
            self._show_source()
        self.lead_to(actor)

    def _go_to_entries(self) -> None:
        """From a journal to its newest entry."""
        if self.paged.rowCount() and not self.entry_table.currentIndex().isValid():
            self.entry_table.choose(0)
        self.entry_table.setFocus()

    def _compare(self) -> None:
        self.details.compare()
        self.details.diff.text.setFocus()

    # memory

    def record(self) -> Record:
        chosen: dict[str, Json] = {"actor": self.chosen, "seq": self.entries.chosen_number()}
        return super().record() | {
            "entries": self.entries.record(), "tab": self.details.currentIndex(), "chosen": chosen,
            "sizes": list[Json](self.split.sizes()),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.entries.restore(child(record, "entries"))
        tab, chosen = number(record, "tab"), child(record, "chosen")
        if 0 <= tab < self.details.count():
            self.details.setCurrentIndex(int(tab))
        sizes = record.get("sizes")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 40 for size in sizes):
            self.split.setSizes([size for size in sizes if isinstance(size, int)])
        if name := text(chosen, "actor"):
            if seq := number(chosen, "seq"):
                self._awaited = (name, int(seq))
            self.lead_to(name)


def _source(node: Node, info: JournalInfo) -> Source[Entry]:
    actor = info.actor

    def read(after: int, limit: int) -> list[Entry]:
        return [Entry(turn.seq, turn) for turn in node.journal.entries(actor, after=after, limit=limit)]

    return Source((id(node), actor), info.first, info.last, read, lambda entry: entry.seq, blank)
