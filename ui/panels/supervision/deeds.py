"""What the user can do to a tree: restart, stop and keep stopped, start, remove, and where one goes from a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui import format as show
from ui.dialogs.confirm import confirm, confirmed
from ui.filter import quote
from ui.supervised import KEEP, consequence
from workbench.api.supervision import names_of

if TYPE_CHECKING:
    from ui.panels.supervision.panel import SupervisionPanel


class Deeds:
    """For the card that is chosen in `panel`."""

    def __init__(self, panel: SupervisionPanel) -> None:
        self._panel, self._desk = panel, panel.desk

    def bind(self) -> None:
        for verb, slot in {
            "restart": self._restart, "restart_all": self._restart_all, "stop": self._stop, "start": self._start,
            "add": self._add, "remove": self._remove, "actor": self._go_to_actor, "message": self._go_to_message,
            "log": self._show_log, "copy_command": self._copy_command,
            "before_crash": self._before_crash,
        }.items():  # fmt: skip
            self._desk.actions.bind(f"supervision.{verb}", slot)

    def _place(self) -> tuple[str, str]:
        """Supervisor and child of the chosen card; of a root, itself and nobody."""
        card = self._panel.card()
        if card is None:
            return "", ""
        return (card.parent, card.name) if card.child is not None else (card.name, "")

    def _do(self, done: str, deed: str, supervisor: str, child: str) -> None:
        self._panel.run(self._call(done, deed, supervisor, child))

    async def _call(self, done: str, deed: str, supervisor: str, child: str) -> None:
        node = self._desk.node
        if node is None:
            return
        facet = node.supervision
        match deed:
            case "restart":
                await self._panel.call(facet.restart, supervisor, child)
            case "stop":
                await self._panel.call(facet.stop_child, supervisor, child)
            case "start":
                made = await self._panel.call(facet.start_child, supervisor, child)
                done = done or f"{made.name} runs under {supervisor}."
            case "remove":
                await self._panel.call(facet.remove, supervisor)
        self._desk.notice(done, "ok")
        self._panel.refresh()

    def _before_crash(self) -> None:
        if (crash := self._panel.details.crash()) is not None:
            self._desk.before_crash.emit(crash)

    def _restart(self) -> None:
        supervisor, child = self._place()
        if child:
            self._do(f"{child} was started again by hand; that does not count as a restart.", "restart", supervisor,
                     child)  # fmt: skip
        elif supervisor:
            self._restart_whole(supervisor)

    def _restart_all(self) -> None:
        card = self._panel.card()
        if card is not None:
            self._restart_whole(card.name if card.info is not None else card.parent)

    def _restart_whole(self, supervisor: str) -> None:
        info = next((info for info in self._panel.trees if info.name == supervisor), None)
        if info is not None and confirmed(
            self._panel, f"Restart {supervisor} with all its children?",
            f"All {len(info.children):,} children stop in the reverse order and start again from their initial state, "
            "or as their journal has it, those that were kept stopped too. Its count of restarts begins at zero.",
            "Restart",
        ):  # fmt: skip
            self._do(f"{supervisor} and its children were started again.", "restart", supervisor, "")

    def _stop(self) -> None:
        if self._place()[1]:
            self._panel.run(self._ask_and_stop(*self._place()))

    async def _ask_and_stop(self, supervisor: str, child: str) -> None:
        node = self._desk.node
        if node is not None:
            question = await self._panel.call(consequence, node, supervisor, child)
            if await confirm(self._panel, f"Stop {child}?", question, KEEP):
                await self._call(f"{child} is stopped, and stays so until it is started by hand.", "stop", supervisor,
                                 child)  # fmt: skip

    def _start(self) -> None:
        supervisor, child = self._place()
        if child:
            self._do(f"{child} runs again.", "start", supervisor, child)

    def _add(self) -> None:
        card = self._panel.card()
        if card is not None and card.info is not None:
            self._do("", "start", card.name, "")

    def _remove(self) -> None:
        known = {info.name: info for info in self._panel.trees}
        supervisor, child = self._place()
        name = child if child in known else supervisor
        while name in known and known[name].parent:
            name = known[name].parent
        if name in known and confirmed(
            self._panel, f"Remove the tree {name}?",
            f"{show.plural(len(names_of(known[name].spec)) - 1, 'child')} at any depth "
            "stop in the reverse order, with their state and their mailboxes, and the tree is forgotten.", "Remove",
        ):  # fmt: skip
            self._do(f"The tree {name} is removed.", "remove", name, "")

    # where one goes

    def _go_to_actor(self) -> None:
        if self._panel.chosen:
            self._desk.raise_panel.emit("actors")
            self._desk.actor_chosen.emit(self._panel.chosen)

    def _go_to_message(self) -> None:
        if self._panel.chosen:
            self._desk.show_turns.emit(self._panel.chosen)

    def _show_log(self) -> None:
        card = self._panel.card()
        if card is not None and card.info is not None:
            self._desk.show_log.emit(quote(card.name))
        elif card is not None:
            self._desk.show_log.emit(f"actor:{quote(card.name)}")

    def _copy_command(self) -> None:
        supervisor, child = self._place()
        card = self._panel.card()
        if card is not None:
            names = (card.name,) if card.info is not None else (supervisor, child)
            verb = "supervisor show" if card.info is not None else "supervisor restart"
            QGuiApplication.clipboard().setText(self._desk.command(verb, *names))
