"""KeyValue: the keys of a tenant and namespace as a tree by delimiter, their values, time left, and changes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from time import time
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QSplitter, QTabWidget

from ui.desk import Desk
from ui.dialogs.confirm import confirm
from ui.filter import Filter
from ui.master_panel import when_chosen
from ui.models import Plan, RowModel
from ui.panels.keyvalue.columns import HISTORY, LEVEL
from ui.panels.keyvalue.editing import KeyEditing
from ui.settings import Record, child, text
from ui.table_panel import TablePanel
from ui.widgets.build import box, button, clear, label, row, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Area, Invalid, KeyChange, KeyEntry, KeyLevel, KeyValue, Payload

STEP, HISTORY_SHOWN, HISTORY_READ = 1_000, 500, 100_000
"""So many keys of a level are read at first, and more with each wish; so many changes are shown, of so many at most."""
TICK_MS = 1_000
DELIMITERS = {":": "Tree by :", "/": "Tree by /", ".": "Tree by .", "": "One list"}
ROW_ACTIONS = (
    "key.open", "key.up", "", "key.new", "key.save", "key.delete", "", "key.actor", "key.copy_value",
    "key.copy_command",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One reading of the level `prefix`; `plan` is for the filter `wanted`."""

    prefix: str
    steps: Sequence[KeyLevel]
    more: bool
    wanted: Filter
    plan: Plan[KeyLevel]
    entry: KeyEntry | None
    history: Sequence[KeyChange]


class KeyValuePanel(TablePanel[KeyLevel]):
    """One level above, the chosen key below. `prefix`, `delimiter`, `limit`, `chosen` are read off the Qt thread."""

    id = "keyvalue"
    title = "KeyValue"
    icon_name = "key"
    areas = frozenset({Area.KEYVALUE})
    columns: ClassVar = LEVEL
    filter_example = "key~config size>1KiB by:counter"

    def __init__(self, desk: Desk) -> None:
        self.prefix, self.delimiter, self.limit, self.chosen = "", ":", STEP, ""
        super().__init__(desk)
        self._known: KeyEntry | None = None
        self._asking = False
        self.way: QHBoxLayout = row(spacing=0)
        self.delimiters = QComboBox()
        self.delimiters.setAccessibleName("How keys are shown")
        for delimiter, name in DELIMITERS.items():
            self.delimiters.addItem(name, delimiter)
        self.more = button("Show more keys", self._more, style="link")
        self.editing = KeyEditing(desk)
        self.history_model: RowModel[KeyChange] = RowModel(HISTORY, lambda change: change.seq, self)
        self.history_table = Table(self.history_model, "Changes of keys")
        self.history_table.command_for = lambda change: desk.command("kv history", change.key)
        nothing = EmptyState(
            "history",
            "No key was changed here since the node started.",
            recorded="Find changes on the timeline of the session: call:keyvalue.put",
        )
        self.history = FilteredTable(desk, self.history_table, "key:config change:expired by:counter", nothing)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for part in (self.tabs, self.tabs.tabBar()):
            part.setAccessibleName("Value and changes")
        self.tabs.addTab(self.editing, "Value")
        self.tabs.addTab(self.history, "Changes")
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.view)
        self.split.addWidget(self.tabs)
        self.split.setSizes([300, 220])
        self.split.setChildrenCollapsible(False)
        self._lay_out()
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(self._tick)
        self._bind()
        self._show_way()

    def _lay_out(self) -> None:
        band = row(label("", tone="muted"), margins=(8, 5, 8, 5), spacing=4)
        band.addLayout(self.way)
        band.addStretch(1)
        for part in (self.more, self.delimiters, tool_for(self.desk.actions["key.up"]),
                     tool_for(self.desk.actions["key.new"], text=True)):  # fmt: skip
            band.addWidget(part)
        self.more.hide()
        self.column.addWidget(box("band", band))
        self.column.addWidget(self.split, 1)

    def _bind(self) -> None:
        for verb, slot in {
            "open": self._open, "up": self._up, "new": self._new, "save": self._save, "delete": self._delete,
            "actor": self._go_to_actor, "copy_value": self._copy_value, "copy_command": self._copy_command,
        }.items():  # fmt: skip
            self.desk.actions.bind(f"key.{verb}", slot)
        when_chosen(self.table, self._choose)
        self.table.opened.connect(self._open)
        QShortcut(QKeySequence(Qt.Key.Key_Backspace), self.table, self._up, context=Qt.ShortcutContext.WidgetShortcut)
        self.delimiters.currentIndexChanged.connect(lambda: self._set_delimiter())
        self.editing.edited.connect(self._enable)
        self.tabs.currentChanged.connect(lambda: self.desk.remember.emit())
        self.desk.node_changed.connect(lambda: self._begin_at(""))
        self._enable()

    def empty(self) -> EmptyState:
        return EmptyState("key", "No keys yet: actors with the capability keyvalue write them, and so can you.",
                          "Write a key…", lambda: self.desk.actions.run("key.new"), changes=True,
                          recorded="No keys at this moment, as far as the session holds what keys were.")  # fmt: skip

    def row_key(self, found: KeyLevel) -> Hashable:
        return found.prefix, found.entry is not None

    def command_for(self, found: KeyLevel) -> str:
        return self.desk.command("kv get" if found.entry is not None else "kv list", found.prefix)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    # reading

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        keys, prefix, wanted = node.keyvalue, self.prefix, self.filter.filter
        if self.delimiter:
            steps = keys.level(prefix, delimiter=self.delimiter, limit=self.limit)
        else:
            steps = [KeyLevel(entry.key, entry) for entry in keys.list(prefix, limit=self.limit)]
        entry = keys.entry(self.chosen) if self.chosen else None
        return Found(
            prefix, steps, len(steps) == self.limit, wanted, self.view.planned(steps, wanted), entry,
            _changes(keys, self.chosen, prefix),
        )  # fmt: skip

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        if found.prefix != self.prefix:
            self.refresh()
            return
        self.view.show_planned(found.steps, found.wanted, found.plan)
        self.more.setVisible(found.more)
        self.history.show_rows(list(reversed(found.history)))
        self.tabs.setTabText(1, f"Changes ({len(found.history):,})" if found.history else "Changes")
        if found.entry is not None and found.entry.key == self.chosen:
            self._known = found.entry
            self.editing.show_entry(found.entry)
        elif self.chosen and found.entry is None:
            self.editing.said.setText(f"{self.chosen} is gone: it was deleted, or its time was over.")
        dying = any(step.entry is not None and step.entry.expires is not None for step in found.steps)
        self._ticking.start() if dying else self._ticking.stop()
        self._enable()

    def _tick(self) -> None:
        """The time left goes down; nothing is read for it."""
        if self.seen:
            self.table.viewport().update()

    # where one is

    def lead_to(self, name: str) -> None:
        """The level in which a key is, and the key in it."""
        head = name.rpartition(self.delimiter)[0] if self.delimiter else ""
        self.go_to(f"{head}{self.delimiter}" if head else "")
        if name != self.chosen and self._leave():
            self.chosen = name  # its row may lie beyond those that are listed
        self.await_key((name, True))

    def go_to(self, prefix: str) -> None:
        """Show the level of a prefix; the choice stays when it is shown already."""
        if prefix == self.prefix:
            self.refresh()
        else:
            self._begin_at(prefix)

    def _leave(self) -> bool:
        """Choose nothing, in the table and below; whether that is so. What was typed is not dropped."""
        if self.editing.changed:
            return False
        self.chosen, self._known = "", None
        self.table.clearSelection()
        self.editing.show_entry(None, again=True)
        return True

    def _begin_at(self, prefix: str) -> None:
        self.prefix, self.limit = prefix, STEP
        self._leave()
        self._show_way()
        self.refresh()
        self.desk.remember.emit()

    def _show_way(self) -> None:
        """From the top to here, each step a button."""
        clear(self.way)
        parts, at = [("All keys", "")], ""
        for part in self.prefix.split(self.delimiter)[:-1] if self.delimiter else ():
            at += part + self.delimiter
            parts.append((part or self.delimiter, at))
        for name, prefix in parts:
            made = button(name, lambda prefix=prefix: self.go_to(prefix), style="link", name=f"Go to {prefix or 'all'}")  # type: ignore[misc]
            self.way.addWidget(made)
            if prefix != self.prefix:
                self.way.addWidget(label("›", tone="faint"))

    def _set_delimiter(self) -> None:
        self.delimiter = str(self.delimiters.currentData())
        self._begin_at("")

    def _open(self) -> None:
        """A step is entered; a key is edited."""
        step = self.table.chosen()
        if step is not None and step.entry is None:
            self.go_to(step.prefix)
        elif step is not None:
            self.tabs.setCurrentWidget(self.editing)
            self.editing.value.edit.setFocus()

    def _up(self) -> None:
        if self.prefix and self.delimiter:
            head = self.prefix.removesuffix(self.delimiter).rpartition(self.delimiter)
            self.go_to(f"{head[0]}{head[1]}")

    def _more(self) -> None:
        self.limit += STEP
        self.refresh()

    def _choose(self) -> None:
        step = self.table.chosen()
        name = step.entry.key if step is not None and step.entry is not None else ""
        if step is None or (name == self.chosen and (name or not self.editing.changed)):
            self._enable()
        elif not self.editing.changed:
            self._show(step)
        elif not self._asking:
            self._asking = True  # at once: one choice comes as two signals
            self.run(self._ask_and_show(step))

    async def _ask_and_show(self, step: KeyLevel) -> None:
        """What was typed is not dropped unasked."""
        typed = f"The value of {self.editing.key.text() or 'a new key'} is not saved."
        try:
            if await confirm(self, "Drop what was typed?", typed, "Drop"):
                self._show(step)
            elif self.chosen:
                self.select_key((self.chosen, True))
            else:
                self.table.clearSelection()
        finally:
            self._asking = False

    def _show(self, step: KeyLevel) -> None:
        self.chosen = step.entry.key if step.entry is not None else ""
        self._known = step.entry
        self.editing.show_entry(step.entry if step.entry is None or step.entry.whole else None, again=True)
        self._enable()
        self.refresh()
        self.desk.remember.emit()

    def _enable(self) -> None:
        step, actions = self.table.chosen(), self.desk.actions
        edited = bool(self.editing.key.text()) and (self.editing.changed or self.editing.ttl_ms is not None)
        for verb, on in {
            "open": step is not None, "up": bool(self.prefix), "new": True, "save": edited,
            "delete": self._known is not None and bool(self.chosen), "copy_value": self._known is not None,
            "actor": self._known is not None and bool(self._known.author), "copy_command": step is not None,
        }.items():  # fmt: skip
            actions.enable(f"key.{verb}", on=on)

    # what is done

    def _new(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.chosen, self._known = "", None
        self.table.clearSelection()
        self.tabs.setCurrentWidget(self.editing)
        self.editing.begin(self.prefix)
        self._enable()

    def _save(self) -> None:
        editing = self.editing
        try:
            value = editing.payload()
        except Invalid as error:
            self.desk.failed(error)
        else:
            self.run(self._do_save(editing.key.text(), editing.entry, value, editing.ttl_ms))

    async def _do_save(self, key: str, before: KeyEntry | None, value: Payload, ttl_ms: int | None) -> None:
        """What somebody else has written since it was read is not overwritten unasked."""
        node = self.desk.node
        if node is None:
            return
        now = await self.call(node.keyvalue.entry, key)
        if (now.version if now else 0) != (before.version if before else 0) and not await confirm(
            self, f"Overwrite {key}?", _changed_meanwhile(key, now), "Overwrite"
        ):
            return
        await self.call(lambda: node.keyvalue.put(key, value, ttl_ms=ttl_ms))
        self.chosen = key
        self._known = await self.call(node.keyvalue.entry, key)
        self.editing.show_entry(self._known, again=True)
        self.desk.notice(f"{key} is saved.", "ok")
        self._enable()
        self.refresh()

    def _delete(self) -> None:
        if self.chosen:
            self.run(self._do_delete(self.chosen))

    async def _do_delete(self, key: str) -> None:
        node = self.desk.node
        if node is not None and await confirm(self, f"Delete {key}?", "Its value is gone for good.", "Delete"):
            found = await self.call(node.keyvalue.delete, key)
            self.desk.notice(f"{key} is deleted." if found else f"{key} was gone already.", "ok" if found else "info")
            self.chosen, self._known = "", None
            self.editing.show_entry(None, again=True)
            self._enable()
            self.refresh()

    def _go_to_actor(self) -> None:
        if self._known is not None and self._known.author:
            self.desk.raise_panel.emit("actors")
            self.desk.actor_chosen.emit(self._known.author)

    def _copy_value(self) -> None:
        if self._known is not None:
            found = self._known.value
            QGuiApplication.clipboard().setText(found if isinstance(found, str) else found.hex(" "))

    def _copy_command(self) -> None:
        if (step := self.table.chosen()) is not None:
            QGuiApplication.clipboard().setText(self.command_for(step))

    def record(self) -> Record:
        return super().record() | {
            "prefix": self.prefix, "delimiter": self.delimiter, "tab": self.tabs.currentIndex(),
            "history": self.history.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.history.restore(child(record, "history"))
        if (delimiter := text(record, "delimiter", ":")) in DELIMITERS:
            self.delimiters.setCurrentIndex(list(DELIMITERS).index(delimiter))
        self.tabs.setCurrentIndex(1 if record.get("tab") == 1 else 0)
        self.go_to(text(record, "prefix"))


def _changes(keys: KeyValue, chosen: str, prefix: str) -> Sequence[KeyChange]:
    """Those of the chosen key alone, or of all keys of the level."""
    if not chosen:
        return keys.history(prefix, limit=HISTORY_SHOWN)
    # The history is one of a prefix: longer keys that begin alike are in it, so all that is kept of it is asked for.
    return [change for change in keys.history(chosen, limit=HISTORY_READ) if change.key == chosen][-HISTORY_SHOWN:]


def _changed_meanwhile(key: str, now: KeyEntry | None) -> str:
    if now is None:
        return f"{key} was deleted since it was read; saving makes it anew."
    who = now.author or "somebody outside of the actors"
    return f"{who} changed it {max(0, round(time() - now.changed)):,} s ago, since it was read here."
