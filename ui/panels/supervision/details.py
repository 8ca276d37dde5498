"""Below the tree: the chosen supervisor or child, what would happen if it ended, and its restarts over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from ui.crashes import CrashOf
from ui.desk import Desk
from ui.icons import pixmap
from ui.models import RowModel
from ui.panels.supervision.cards import look
from ui.panels.supervision.columns import DECISIONS
from ui.panels.supervision.forest import Card
from ui.panels.supervision.overview import ENDINGS, card_html, record_html, state_words
from ui.panels.supervision.timeline import Timeline
from ui.settings import Record, child
from ui.theme import current
from ui.traceback_text import from_address
from ui.widgets.build import box, browser, button, label, row, set_tone, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Ending, Payload, RestartPlan, RestartRecord

TOOLS = ("restart", "stop", "start", "actor", "message", "log", "before_crash")


class SupervisionDetails(QWidget):
    """`ending` is how the chosen one would end in the preview; it is read off the Qt thread."""

    ending_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.ending = Ending.ABNORMAL
        self.card: Card | None = None
        self._plan: RestartPlan | None = None
        self._killers: Mapping[int, Payload] = {}
        self.picture, self.name, self.state = label(), label(role="title"), label(tone="muted")
        self.overview = browser("What would happen", self._follow)
        self.timeline = Timeline()
        self.model: RowModel[RestartRecord] = RowModel(DECISIONS, lambda record: record.seq, self)
        self.table = Table(self.model, "Restarts")
        self.table.command_for = lambda record: desk.command("supervisor history", record.supervisor)
        none = EmptyState("restart", "Nobody has ended: nothing was started again.")
        self.decisions = FilteredTable(desk, self.table, "child:flaky decision~gave /trap|fuel/", none)
        self.decision = browser("Restart details", self._follow)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Details of the supervisor or child")
        self.tabs.tabBar().setAccessibleName("Details of the supervisor or child")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._preview_page(), "Preview")
        self.tabs.addTab(self._restarts_page(), "Restarts")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", self._head()))
        whole.addWidget(self.tabs, 1)
        self.setMinimumHeight(120)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._show_decision())
        self.timeline.chosen.connect(self._choose_decision)
        self.table.menu_for = lambda: desk.actions.menu(self, "supervision.before_crash", "supervision.log")
        for part in (self.timeline, self.table):
            part.opened.connect(lambda: desk.actions.run("supervision.before_crash"))
        desk.actions.enable("supervision.before_crash", on=False)
        self.tabs.currentChanged.connect(lambda: desk.remember.emit())
        desk.theme_changed.connect(self._paint)

    def _head(self) -> QHBoxLayout:
        tools = [tool_for(self._desk.actions[f"supervision.{verb}"]) for verb in TOOLS]
        shrinks(self.state)
        made = row(self.picture, self.name, self.state, *tools, margins=(10, 4, 6, 4), spacing=4)
        made.setStretch(2, 1)
        return made

    def _preview_page(self) -> QWidget:
        self.endings = QButtonGroup(self)
        line = row(label("If it", tone="muted"), spacing=0, margins=(10, 6, 10, 0))
        line.addSpacing(6)
        for at, (ending, text) in enumerate(ENDINGS.items()):
            made = button(text, lambda ending=ending: self._set_ending(ending), style="segment",  # type: ignore[misc]
                          name=f"Preview if it {text}")  # fmt: skip
            made.setCheckable(True)
            made.setChecked(ending is self.ending)
            self.endings.addButton(made, at)
            line.addWidget(made)
        line.addStretch(1)
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(line)
        whole.addWidget(self.overview, 1)
        return page

    def _restarts_page(self) -> QWidget:
        split = QSplitter()
        split.addWidget(self.decisions)
        split.addWidget(self.decision)
        split.setSizes([560, 300])
        split.setMinimumWidth(1)
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.timeline)
        whole.addWidget(split, 1)
        return page

    def _follow(self, address: QUrl) -> None:
        record = self.chosen()
        place = from_address(address.toString())
        if place is not None and record is not None:
            self._desk.location(place, record.child)

    def _set_ending(self, ending: Ending) -> None:
        self.ending = ending
        self.ending_changed.emit()

    # what is shown

    def show_card(self, card: Card, plan: RestartPlan | None) -> None:
        changed = (card.name, card.info, card.child, plan) != (
            self.card and self.card.name, self.card and self.card.info, self.card and self.card.child, self._plan
        )  # fmt: skip
        self.card, self._plan = card, plan
        if changed:
            self._paint()

    def show_decisions(
        self, records: Sequence[RestartRecord], killers: Mapping[int, Payload], now: float = 0.0
    ) -> None:
        """Oldest first; `killers` are the payloads of the messages over which the children ended, where known."""
        newest = self.table.currentIndex().row() <= 0
        self._killers = killers
        self.decisions.show_rows(list(reversed(records)))
        self.timeline.show_records(records, now)
        self.tabs.setTabText(1, f"Restarts ({len(records):,})" if records else "Restarts")
        if newest and self.model.rows and not self.table.hasFocus():
            self.table.choose(0)
        if not self.model.rows:
            self.decision.clear()

    def chosen(self) -> RestartRecord | None:
        return self.model.row(self.table.currentIndex())

    def _choose_decision(self, number: int) -> None:
        self.decisions.select_key(number)

    def crash(self) -> CrashOf | None:
        """The one of the decision that is chosen, if it was about a crash."""
        record = self.chosen()
        if record is None or record.cause is None:
            return None
        return CrashOf(record.child, record.cause, record.time)

    def _show_decision(self) -> None:
        record = self.chosen()
        self._desk.actions.enable("supervision.before_crash", on=self.crash() is not None)
        if record is not None:
            self.timeline.choose(record.seq)
            self.decision.setHtml(record_html(record, self._killers.get(record.seq)))

    def _paint(self) -> None:
        card = self.card
        if card is None:
            return
        icon, tone = look(card)
        picture = "supervisor" if card.info is not None else icon
        self.picture.setPixmap(pixmap(picture, current().color(tone), 20, self.devicePixelRatioF()))
        self.name.setText(card.name)
        self.state.setText(state_words(card))
        set_tone(self.state, {"error": "error", "warn": "warn", "ok": "ok"}.get(tone, "muted"))
        at = self.overview.verticalScrollBar().value()
        self.overview.setHtml(card_html(card, self._plan, self.ending))
        self.overview.verticalScrollBar().setValue(at)
        self._show_decision()

    def record(self) -> Record:
        return {"tab": self.tabs.currentIndex(), "restarts": self.decisions.record()}

    def restore(self, record: Record) -> None:
        self.decisions.restore(child(record, "restarts"))
        tab = record.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)
