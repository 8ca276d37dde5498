"""What is done in the TupleSpace panel: writing, reading, taking, removing, and where one goes from a tuple."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui import format as show
from ui.dialogs.confirm import confirm
from ui.panels.tuplespace.columns import who, who_did
from workbench.api import Pattern, Tuple, TupleEntry, TupleSpace
from workbench.api.patterns import parse_pattern, write_tuple

if TYPE_CHECKING:
    from ui.panels.tuplespace.panel import TupleSpacePanel

SAID = 160


class Deeds:
    """The slots of the panel's actions."""

    def __init__(self, panel: TupleSpacePanel) -> None:
        self._panel = panel

    def bind(self) -> None:
        actions = self._panel.desk.actions
        for verb, slot in {
            "new": self.new, "read": self._read, "take": self._take, "watch": self._watch, "all": self._show_all,
            "build": self._build, "why": self._why, "near": self._near, "show": self._show, "remove": self._remove,
            "author": self._go_to_author, "waiter": self._go_to_waiter, "changer": self._go_to_changer,
            "copy": self._copy, "copy_command": self._panel.copy_command,
        }.items():  # fmt: skip
            actions.bind(f"tuple.{verb}", slot)
        actions.bind("tuple.write", self._write, owner=self._panel.lists.writing)

    def enable(self) -> None:
        panel, lists = self._panel, self._panel.lists
        entry, waiting = panel.table.chosen(), lists.waiting.table.chosen()
        near, change = lists.near.table.chosen(), lists.history.table.chosen()
        pattern = bool(panel.pattern) and not panel.line.problem
        for verb, on in {
            "new": True, "write": lists.writing.found is not None, "read": pattern, "take": pattern, "watch": pattern,
            "all": bool(panel.line.text()), "build": entry is not None, "why": entry is not None,
            "remove": entry is not None, "copy": entry is not None, "copy_command": entry is not None,
            "author": entry is not None and bool(entry.author), "near": waiting is not None, "show": near is not None,
            "waiter": waiting is not None and bool(waiting.waiter.actor),
            "changer": change is not None and bool(who_did(change)),
        }.items():  # fmt: skip
            panel.desk.actions.enable(f"tuple.{verb}", on=on)

    @property
    def _space(self) -> TupleSpace | None:
        node = self._panel.desk.node
        return node.tuplespace if node is not None else None

    # writing

    def new(self) -> None:
        lists = self._panel.lists
        self._panel.desk.raise_panel.emit(self._panel.id)
        lists.setCurrentWidget(lists.writing)
        lists.writing.fields.setFocus()
        lists.writing.fields.selectAll()

    def _write(self) -> None:
        found = self._panel.lists.writing.found
        if found is not None:
            self._panel.run(self._do_write(found, self._panel.lists.writing.ttl_ms))

    async def _do_write(self, fields: Tuple, ttl_ms: int | None) -> None:
        space = self._space
        if space is not None:
            await self._panel.call(lambda: space.write(fields, ttl_ms=ttl_ms))
            self._told(f"{_text(fields)} is written.", "ok")

    # reading and taking

    def _read(self) -> None:
        self._panel.run(self._do_read(parse_pattern(self._panel.pattern), self._panel.lists.building.seconds.value()))

    async def _do_read(self, pattern: Pattern, seconds: float) -> None:
        space, cancel = self._space, threading.Event()
        if space is None:
            return
        try:
            found = await self._panel.call(lambda: space.read(pattern, timeout=seconds, cancel=cancel))
        finally:
            cancel.set()
        self._told(*(self._missed(seconds) if found is None else (f"{_text(found)} is the oldest; it stays.", "ok")))

    def _take(self) -> None:
        self._panel.run(self._do_take(parse_pattern(self._panel.pattern), self._panel.lists.building.seconds.value()))

    async def _do_take(self, pattern: Pattern, seconds: float) -> None:
        space, panel, cancel = self._space, self._panel, threading.Event()
        if space is None:
            return
        oldest = await panel.call(lambda: space.list(pattern, limit=1))
        if not oldest and not seconds:
            self._told(*self._missed(seconds))
            return
        then = f"The first that is written within {show.span(seconds)} is taken."
        if oldest:
            then = f"It is {_text(oldest[0].fields)}, written by {who(oldest[0].author)}. Nobody else gets it then."
        if not await confirm(panel, "Take the oldest tuple that matches?", then, "Take"):
            return
        try:
            found = await panel.call(lambda: space.take(pattern, timeout=seconds, cancel=cancel))
        finally:
            cancel.set()
        self._told(*(self._missed(seconds) if found is None else (f"{_text(found)} is taken.", "ok")))

    def _missed(self, seconds: float) -> tuple[str, str]:
        waited = f" within {show.span(seconds)}" if seconds else ""
        return f"No tuple matches {self._panel.pattern[:SAID]}{waited}.", "warn"

    def _told(self, text: str, tone: str) -> None:
        self._panel.desk.notice(text, tone, key="tuple")
        self._panel.refresh()

    def _remove(self) -> None:
        if (entry := self._panel.table.chosen()) is not None:
            self._panel.run(self._do_remove(entry))

    async def _do_remove(self, entry: TupleEntry) -> None:
        space, panel = self._space, self._panel
        what = f"{_text(entry.fields)}, written by {who(entry.author)}, is gone for good; nobody gets it."
        if space is None or not await confirm(panel, f"Remove tuple {entry.id:,}?", what, "Remove"):
            return
        found = await panel.call(space.remove, entry.id)
        self._told(*((f"{_text(entry.fields)} is removed.", "ok") if found else
                     (f"{_text(entry.fields)} was gone already.", "info")))  # fmt: skip

    # looking

    def _watch(self) -> None:
        """What happens to all tuples that match, as it happens."""
        panel = self._panel
        panel.table.clearSelection()
        panel.lists.setCurrentWidget(panel.lists.history)

    def _show_all(self) -> None:
        self._panel.shapes.table.clearSelection()
        self._panel.line.setText("")

    def _build(self) -> None:
        """The chosen tuple as the pattern to begin with."""
        panel, entry = self._panel, self._panel.table.chosen()
        if entry is not None:
            panel.desk.raise_panel.emit(panel.id)
            panel.lists.setCurrentWidget(panel.lists.building)
            panel.line.setText(write_tuple(entry.fields))
            panel.lists.building.begin(entry.fields)

    def _why(self) -> None:
        self._panel.lists.setCurrentWidget(self._panel.lists.who_waits)

    def _near(self) -> None:
        self._panel.lists.setCurrentWidget(self._panel.lists.near)

    def _show(self) -> None:
        if (near := self._panel.lists.near.table.chosen()) is not None:
            self._panel.lead_to(write_tuple(near.entry.fields))

    # elsewhere

    def _go_to_author(self) -> None:
        entry = self._panel.table.chosen()
        self._panel.go_to_actor(entry.author if entry is not None else "")

    def _go_to_waiter(self) -> None:
        found = self._panel.lists.waiting.table.chosen()
        self._panel.go_to_actor(found.waiter.actor if found is not None else "")

    def _go_to_changer(self) -> None:
        change = self._panel.lists.history.table.chosen()
        self._panel.go_to_actor(who_did(change) if change is not None else "")

    def _copy(self) -> None:
        if (entry := self._panel.table.chosen()) is not None:
            QGuiApplication.clipboard().setText(write_tuple(entry.fields))


def _text(fields: Tuple) -> str:
    return show.one_line(write_tuple(fields), SAID)
