"""One actor in detail: what it is, why it died, what it may, and its newest turns with their host calls."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.excerpt import excerpt
from ui.facts import grid
from ui.icons import pixmap
from ui.models import RowModel
from ui.panels.actors.limits import LimitsTab
from ui.states import STATES, behaviors, state_text
from ui.theme import current, mono
from ui.traceback_text import as_html
from ui.turn_columns import TURNS
from ui.turn_text import turn_html
from ui.widgets.build import box, browser, button, label, row, set_tone, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import ActorInfo, ActorState, Limits, Turn


class ActorDetails(QWidget):
    """Below the table. `wants_turns` is read off the Qt thread, so it is a plain attribute."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.info: ActorInfo | None = None
        self.wants_turns = True
        self.picture, self.name, self.state = label(), label(role="title"), label()
        self.restart = button("Restart", lambda: desk.actions.run("actor.restart"), style="danger", icon_name="restart")
        self.overview = browser("Overview", self._follow)
        self.model: RowModel[Turn] = RowModel(TURNS, lambda turn: turn.seq, self)
        self.turns = Table(self.model, "Turns")
        self.turns.command_for = lambda turn: desk.command("actor show", turn.actor.name)
        nothing = EmptyState("history", "No turn yet: send the actor a message.")
        self.turn_list = FilteredTable(desk, self.turns, "outcome:crashed took>1ms /add|pay/", nothing)
        self.turn = browser("Turn details", self._follow)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Details of the actor")
        self.tabs.tabBar().setAccessibleName("Details of the actor")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.overview, "Overview")
        self.tabs.addTab(self._turn_page(), "Turns")
        self.limits = LimitsTab(desk)
        self.tabs.addTab(self.limits, "Limits")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", self._head()))
        whole.addWidget(self.tabs, 1)
        self.turns.selectionModel().currentRowChanged.connect(lambda: self._show_turn())
        self.turns.opened.connect(self._go_to_turn)
        desk.theme_changed.connect(self._paint)
        desk.theme_changed.connect(self._show_turn)
        self.setMinimumHeight(120)

    def _head(self) -> QHBoxLayout:
        tools = [
            tool_for(self._desk.actions[f"actor.{verb}"]) for verb in ("message", "source", "graph", "log", "stop")
        ]
        self.trail = tool_for(self._desk.actions["actor.before_crash"])
        return row(
            self.picture,
            self.name,
            self.state,
            None,
            self.trail,
            self.restart,
            *tools,
            margins=(10, 4, 6, 4),
            spacing=6,
        )

    def _turn_page(self) -> QWidget:
        split = QSplitter()
        split.addWidget(self.turn_list)
        split.addWidget(self.turn)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([620, 300])
        return split

    def _follow(self, address: QUrl) -> None:
        if self.info is not None:
            self._desk.follow(address.toString(), self.info.id.name)

    def show_actor(self, info: ActorInfo | None, turns: Sequence[Turn] | None, profile: Limits | None = None) -> None:
        """None for turns keeps those that are shown; `profile` are the limits that its profile has for its module."""
        if info is None:
            return
        self.limits.show_actor(info, profile)
        changed = self.info != info
        self.info = info
        if changed:
            self._paint()
        if turns is not None:
            newest = self.turns.currentIndex().row() <= 0
            self.turn_list.show_rows(list(reversed(turns)))
            if newest and self.model.rows and not self.turns.hasFocus():
                self.turns.choose(0)
            self.tabs.setTabText(1, f"Turns ({info.turns:,})" if info.turns else "Turns")
            if not self.model.rows:
                self.turn.clear()

    def _go_to_turn(self) -> None:
        """In a session: let all panels show the moment after it."""
        turn = self.model.row(self.turns.currentIndex())
        if turn is not None:
            self._desk.nodes.go_to_turn(turn.actor.name, turn.seq)

    def show_turns(self) -> None:
        self.tabs.setCurrentIndex(1)

    def choose_turn(self, seq: int) -> bool:
        """Whether it is there; chosen past the filter."""
        if not any(turn.seq == seq for turn in self.turn_list.all):
            return False
        self.turn_list.select_key(seq)
        return True

    def show_limits(self) -> None:
        self.tabs.setCurrentWidget(self.limits)

    def _paint(self) -> None:
        info = self.info
        if info is None:
            return
        icon, tone = STATES[info.state]
        self.picture.setPixmap(pixmap(icon, current().color(tone), 20, self.devicePixelRatioF()))
        self.name.setText(info.id.name)
        self.state.setText(state_text(info))
        set_tone(self.state, {"error": "error", "warn": "warn", "ok": "ok"}.get(tone, "muted"))
        self.trail.setVisible(info.crashes > 0)
        ended = info.state in (ActorState.CRASHED, ActorState.STOPPED)
        self.restart.setVisible(ended and not self._desk.sealed)
        at = self.overview.verticalScrollBar().value()
        self.overview.setHtml(overview(info))
        self.overview.verticalScrollBar().setValue(at)

    def _show_turn(self) -> None:
        turn = self.model.row(self.turns.currentIndex())
        if turn is not None:
            self.turn.setHtml(turn_html(turn))


def overview(info: ActorInfo) -> str:
    """The cause first when there is one, then the facts in a grid."""
    tokens = current()
    parts = []
    if info.last_cause is not None:
        killed = f" while it handled <b>{html.escape(info.killed_by)}</b>" if info.killed_by else ""
        if info.state is not ActorState.CRASHED:
            parts.append(f'<p style="color:{tokens.muted}">It runs again. This ended it the last time:</p>')
        parts.append(f'<p style="color:{tokens.error}"><b>{html.escape(excerpt(str(info.last_cause)))}</b>{killed}</p>')
        if info.last_cause.limit:
            used = show.count(info.last_cause.used) if info.last_cause.used is not None else "unknown"
            parts.append(f"<p>Limit {info.last_cause.limit}: {info.last_cause.limit_value:,} allowed, {used} used</p>")
        if info.last_cause.traceback:
            trace = as_html(excerpt(info.last_cause.traceback), tokens.accent, tokens.text)
            parts.append(f"<div style=\"font-family:'{mono().family()}'\">{trace}</div>")
    return "".join(parts) + grid(facts(info))


def facts(info: ActorInfo) -> list[tuple[str, str]]:
    """What there is to know, in words."""
    limits = info.limits
    return [
        ("Behavior", behaviors(info)),
        ("Module", f"{info.module_name}   {info.module[:16]}…"),
        ("Turns", f"{info.turns:,}, {show.plural(info.crashes, 'crash')}, "
                  f"{show.plural(info.restarts, 'restart')}"),
        ("Fuel", f"{show.short(info.fuel)} in all, {show.short(info.fuel_per_second)} per second"),
        ("Memory", f"{show.size(info.memory_bytes)} alive after its last turn, "
                   f"{show.size(limits.memory_bytes)} allowed on top of what it declares"),
        ("Last turn", show.nanoseconds(info.last_turn_ns)),
        ("Mailbox", f"{info.mailbox:,} of {limits.mailbox:,}"),
        ("Limits per turn", f"{show.short(limits.fuel)} fuel, {show.duration(limits.time_ms / 1000)} running, "
                            f"{show.duration(limits.wait_ms / 1000)} waiting, {show.size(limits.stack_bytes)} stack"),
        ("Profile", info.profile),
        ("Grants", ", ".join(info.grants) or "none"),
        ("Supervisor", info.supervisor and f"{info.supervisor} starts it again"),
        ("Parent", info.parent),
        ("Killed by", info.killed_by and f"a message of the type {info.killed_by}"),
        ("Linked with", show.named(info.links)),
        ("Monitors", show.named(info.monitors)),
        ("State on upgrade", "is carried over" if info.carries_state else "cannot be carried over"),
        ("Durable", "each turn is on disk; it comes back as it was" if info.durable else "no"),
        ("Started", show.clock(info.spawned, milliseconds=False)),
    ]  # fmt: skip
