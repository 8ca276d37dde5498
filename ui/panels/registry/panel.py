"""Registry: what can be found, how well it does, and registering by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ui.desk import Desk
from ui.dialogs.confirm import confirmed
from ui.master_panel import MasterPanel
from ui.panels.registry.columns import ENTRIES, owner
from ui.panels.registry.editing import EntryEditing
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import Area, Health, RegistryEntry

SHOWN = 10_000


class RegistryPanel(MasterPanel[RegistryEntry]):
    """Entries above; below one of them, to be registered, kept alive or removed."""

    id = "registry"
    title = "Registry"
    icon_name = "registry"
    areas = frozenset({Area.REGISTRY})
    columns: ClassVar = ENTRIES
    filter_example = "health:degraded labels~zone=eu missed>0"
    row_actions = ("registry.heartbeat", "registry.unregister", "", "registry.actor", "registry.copy_command")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown = ""
        self.editing = EntryEditing(desk)
        self.editing.edited.connect(self.enable)
        for verb, slot in {
            "new": self._new, "register": self._register, "heartbeat": self._heartbeat,
            "unregister": self._unregister, "actor": self._go_to_owner, "copy_command": self.copy_command,
        }.items():  # fmt: skip
            desk.actions.bind(f"registry.{verb}", slot)
        self.table.opened.connect(self._go_to_owner)
        for verb in ("new", "actor"):
            self.add_tool(tool_for(desk.actions[f"registry.{verb}"]))
        self.lay_out(self.editing)

    def empty(self) -> EmptyState:
        return EmptyState("registry", "Nothing is registered: actors with the capability registry do it; so can you.",
                          "Register…", lambda: self.desk.actions.run("registry.new"), changes=True,
                          recorded="Nothing is registered at this moment, as far as the session holds it.")  # fmt: skip

    def name_of(self, found: RegistryEntry) -> str:
        return found.id

    def command_for(self, found: RegistryEntry) -> str:
        return self.desk.command("registry show", found.id)

    def load(self) -> Sequence[RegistryEntry]:
        node = self.desk.node
        assert node is not None
        return node.registry.discover(limit=SHOWN)

    def show_loaded(self, found: object) -> None:
        self.show_rows(found)  # type: ignore[arg-type]  # what `load` gave
        self.tick(on=bool(self.model.rows))
        self.enable()

    def enable(self) -> None:
        entry = self.table.chosen()
        if entry is not None and entry.id != self._shown:
            self._shown = entry.id
            self.editing.show_entry(entry)
        for verb, on in {
            "new": True, "register": self.editing.complete, "heartbeat": entry is not None,
            "unregister": entry is not None, "copy_command": entry is not None,
            "actor": entry is not None and not entry.outside,
        }.items():  # fmt: skip
            self.desk.actions.enable(f"registry.{verb}", on=on)

    def _new(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.table.clearSelection()
        self._shown = ""
        self.editing.id.setFocus()
        self.editing.id.selectAll()

    def _register(self) -> None:
        self.run(self._do_register())

    async def _do_register(self) -> None:
        node, editing = self.desk.node, self.editing
        if node is None:
            return
        name, kind, address = editing.id.text(), editing.type.currentText(), editing.address.text()
        labels, ttl_ms = editing.pairs(), editing.ttl_ms
        await self.call(
            lambda: node.registry.register(name, object_type=kind, address=address, labels=labels, ttl_ms=ttl_ms)
        )
        self.desk.notice(f"{name} is registered.", "ok")
        self._shown = name
        self.refresh()

    def _heartbeat(self) -> None:
        if (entry := self.table.chosen()) is not None:
            self.run(self._do_heartbeat(entry.id, Health(self.editing.health.currentText())))

    async def _do_heartbeat(self, name: str, health: Health) -> None:
        node = self.desk.node
        if node is not None:
            found = await self.call(lambda: node.registry.heartbeat(name, health=health))
            self.desk.notice(f"{found.id} is alive and {found.health}.", "ok")
            self.refresh()

    def _unregister(self) -> None:
        entry = self.table.chosen()
        if entry is None:
            return
        text = f"Nobody finds it any more until it is registered again. It is the entry of {owner(entry)}."
        if confirmed(self, f"Unregister {entry.id}?", text, "Unregister"):
            self.run(self._do_unregister(entry.id))

    async def _do_unregister(self, name: str) -> None:
        node = self.desk.node
        if node is not None:
            await self.call(node.registry.unregister, name)
            self.desk.notice(f"{name} is unregistered.", "ok")
            self.refresh()

    def _go_to_owner(self) -> None:
        entry = self.table.chosen()
        if entry is not None and not entry.outside:
            self.go_to_actor(entry.owner)
