"""What the palettes offer: every action, and every panel, actor, module and what the services hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QWidget

from ui.desk import Desk
from ui.dialogs.palette import Choice, Palette
from ui.jumping_data import Place, places
from ui.panel import Panel
from ui.states import STATES, state_text
from workbench.api import ActorInfo, ModuleInfo, Node


class Jumps:
    """`dialog` is the palette that was opened last."""

    def __init__(self, desk: Desk, window: QWidget, panels: Mapping[str, Panel]) -> None:
        self._desk, self._window, self._panels = desk, window, panels
        self.dialog: Palette | None = None

    def offer_actions(self) -> None:
        """All that can be done now, and with its reason what the node that is shown does not offer."""
        actions = self._desk.actions
        choices = [
            Choice(spec.title, partial(actions.run, spec.id), (spec.icon, "icon"), spec.shortcut)
            for spec, action in actions
            if action.isEnabled() and spec.id != "view.palette"
        ]
        hidden = [
            Choice(spec.title, partial(self._desk.notice, why, key="hidden"), (spec.icon, "disabled"), why)
            for spec, _ in actions
            if (why := actions.why_hidden(spec.id))
        ]
        self._open([*choices, *self._to_panels(), *hidden], "What do you want to do?")

    def offer_places(self) -> None:
        """All that one can go to; without a node, the panels."""
        if self._desk.node is None:
            self._open(self._to_panels(), "Part of the name of a panel")
        else:
            self._desk.bridge.start(self._window, self._read_and_open(self._desk.node), self._desk.failed)

    async def _read_and_open(self, node: Node) -> None:
        found = await self._desk.bridge.call(self._places, node)
        self._open([*self._to_panels(), *found], "Part of a name: panel, actor, module, key, tuple, queue, lock …")

    def _places(self, node: Node) -> list[Choice]:
        """Off the Qt thread: there may be a hundred thousand."""
        actors, modules = self._desk.roster.read(node).actors, node.modules.list()
        return [*map(self._to_actor, actors), *map(self._to_module, modules), *map(self._to_place, places(node))]

    def _to_panels(self) -> list[Choice]:
        return [
            Choice(f"Go to {panel.title}", partial(self._desk.raise_panel.emit, panel.id), (panel.icon_name, "icon"),
                   "panel")
            for panel in self._panels.values()
        ]  # fmt: skip

    def _to_actor(self, info: ActorInfo) -> Choice:
        hint = f"{state_text(info)}, {info.module_name}"
        return Choice(info.id.name, partial(self._go_to_actor, info.id.name), STATES[info.state], hint)

    def _go_to_actor(self, name: str) -> None:
        self._desk.raise_panel.emit("actors")
        self._desk.actor_chosen.emit(name)

    def _to_module(self, info: ModuleInfo) -> Choice:
        hint = f"module, {info.hash[:12]}"
        also = ", ".join(alias for alias in info.aliases if alias != info.name)
        return Choice(info.name, partial(self._desk.show_module.emit, info.hash), ("module", "icon"),
                      f"{hint}, also {also}" if also else hint, info.aliases, info.hash)  # fmt: skip

    def _to_place(self, place: Place) -> Choice:
        return Choice(place.name, partial(self._go_to_place, place), (place.icon, "icon"), place.hint)

    def _go_to_place(self, place: Place) -> None:
        if place.kind == "topic":
            self._desk.show_topic.emit(place.name)
            return
        self._desk.raise_panel.emit(place.panel)
        self._panels[place.panel].lead_to(place.name)

    def _open(self, choices: list[Choice], placeholder: str) -> None:
        self.dialog = Palette(self._window, self._desk.bridge, choices, placeholder)
        self.dialog.open()
        self.dialog.line.setFocus()
