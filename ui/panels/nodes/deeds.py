"""What can be done with the chosen node or connection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.commands import command
from ui.desk import Desk
from ui.dialogs.asking import ask_and_wait, asking
from ui.dialogs.confirm import confirm
from ui.dialogs.connection import ConnectionDialog, Edited
from ui.dialogs.node_comparison import NodeComparison
from ui.panels.nodes.rows import Line, key_of, where
from workbench.api import Node, NotFound
from workbench.api.connections import CONTROL, NAME_CHARACTERS, Connection, NodeDifference, Peer, Phase

if TYPE_CHECKING:
    from ui.panels.nodes.panel import NodesPanel

FAR = (Phase.ATTACHED, Phase.STALE)


class Deeds(QObject):
    """Binds the actions of the Nodes panel; `enable` says which make sense for the chosen row."""

    def __init__(self, desk: Desk, panel: NodesPanel) -> None:
        super().__init__(panel)
        self._desk, self._panel = desk, panel
        for verb, slot in {
            "show": self.show, "close": self.close, "running": self.show_running, "copy_command": self.copy,
            "attach": self.attach, "detach": self.detach, "peers": self.show_peers, "attach_peer": self.attach_peer,
            "compare": self.compare, "new": self.new, "edit": self.edit, "duplicate": self.duplicate,
            "remove": self.remove,
        }.items():  # fmt: skip
            desk.actions.bind(f"nodes.{verb}", slot)

    def enable(self) -> None:
        row, nodes = self._panel.chosen(), self._desk.nodes
        held = row.held if row is not None else None
        connection = row.connection if row is not None else None
        state = row.state.phase if row is not None and connection is not None else None
        on = self._desk.actions.enable
        on("nodes.show", on=held is not None and held is not nodes.current)
        on("nodes.close", on=held is not None and held.path is not None)
        on("nodes.copy_command", on=row is not None)
        on("nodes.attach", on=state is not None and state is not Phase.ATTACHED)
        on("nodes.detach", on=state is not None and state is not Phase.DETACHED)
        on("nodes.peers", on=held is not None and held.path is None)
        on("nodes.attach_peer", on=row is not None and row.peer is not None)
        on("nodes.edit", "nodes.duplicate", "nodes.remove", on=connection is not None)
        on("nodes.compare", on=len(self._comparable()) >= 2)
        running = nodes.running
        on("nodes.running", on=running is not None and running is not nodes.current)

    # nodes

    def show(self) -> None:
        if (held := self._panel.held()) is not None:
            self._desk.nodes.show(held)

    def show_running(self) -> None:
        if (held := self._desk.nodes.running) is not None:
            self._desk.nodes.show(held)

    def close(self) -> None:
        if (held := self._panel.held()) is not None:
            self._desk.nodes.close_session(held)

    def copy(self) -> None:
        self._panel.table.copy_command()

    # connections

    def attach(self) -> None:
        if (found := self._connection()) is not None:
            self._desk.attachments.attach(found.name)

    def detach(self) -> None:
        if (found := self._connection()) is not None:
            self._desk.attachments.detach(found.name)

    def new(self) -> None:
        self._panel.run(self._ask_new(None, ""))

    def edit(self) -> None:
        if (found := self._connection()) is not None:
            self._panel.run(self._ask_edit(found))

    def duplicate(self) -> None:
        if (found := self._connection()) is not None:
            self._panel.run(self._duplicate(found.name))

    def remove(self) -> None:
        if (found := self._connection()) is not None:
            self._panel.run(self._remove(found))

    def _connection(self) -> Connection | None:
        row = self._panel.chosen()
        return row.connection if row is not None else None

    async def _ask_new(self, like: Connection | None, token: str) -> None:
        attachments = self._desk.attachments
        folders = sorted({each.folder for each in attachments.known if each.folder})

        async def store(made: Connection) -> None:
            await self._desk.bridge.call(attachments.store.add, made)

        with asking(ConnectionDialog(self._panel.window(), self._desk, like, folders, store, token=token)) as dialog:
            if not await ask_and_wait(dialog):
                return
            edited = dialog.edited
            assert edited is not None
        await self._keep(edited)
        await attachments.read()
        self._panel.await_key(self._path(edited.connection.name))
        if edited.attach:
            attachments.attach(edited.connection.name)

    async def _ask_edit(self, found: Connection) -> None:
        attachments, call = self._desk.attachments, self._desk.bridge.call
        stored = await call(attachments.store.has, found.name)
        folders = sorted({each.folder for each in attachments.known if each.folder})
        has_token = bool(await call(attachments.store.keychain.get, found.name))

        async def store(made: Connection) -> None:
            if stored:
                await call(attachments.store.replace, found.name, made)
            else:
                await call(attachments.store.add, made)

        with asking(
            ConnectionDialog(self._panel.window(), self._desk, found, folders, store, edits=stored, has_token=has_token)
        ) as dialog:
            if not await ask_and_wait(dialog):
                return
            edited = dialog.edited
            assert edited is not None
        await self._keep(edited)
        attached = attachments.state(found.name).phase is not Phase.DETACHED
        if attached:  # what was changed holds from the next attaching on, which is now
            attachments.detach(found.name)
        await attachments.read()
        if attached or edited.attach:
            attachments.attach(edited.connection.name)

    async def _keep(self, edited: Edited) -> None:
        """The token, where one was typed; that it ends with the session is said."""
        if edited.token is None:
            return
        keychain, name = self._desk.attachments.store.keychain, edited.connection.name
        if not edited.token:
            await self._desk.bridge.call(keychain.delete, name)
        elif not await self._desk.bridge.call(keychain.set, name, edited.token):
            self._desk.notice(
                f"The token of {name} is kept until this program ends, and nowhere else: {keychain.problem}.", "warn",
                key=f"token:{name}",
            )  # fmt: skip

    async def _duplicate(self, name: str) -> None:
        attachments = self._desk.attachments
        made = await self._desk.bridge.call(attachments.store.duplicate, name)
        await attachments.read()
        self._panel.await_key(self._path(made.name))

    async def _remove(self, found: Connection) -> None:
        attachments = self._desk.attachments
        attached = attachments.state(found.name).phase is not Phase.DETACHED
        if not await confirm(
            self._panel.window(), f"Remove the connection {found.name}?",
            f"{found.address} and its token are forgotten here{' and it is detached' if attached else ''}; nothing is "
            "done to the node.", "Remove",
        ):  # fmt: skip
            return
        attachments.detach(found.name)
        await self._desk.bridge.call(attachments.store.remove, found.name)
        await attachments.read()

    def _path(self, name: str) -> tuple[int | str, ...]:
        found = self._desk.attachments.find(name)
        own = (f"connection:{name}",)
        return (f"folder:{found.folder}", *own) if found is not None and found.folder else own

    # peers

    def show_peers(self) -> None:
        row = self._panel.chosen()
        if row is not None and row.held is not None and row.held.path is None:
            self._panel.run(self._read_peers(row, row.held.node))

    async def _read_peers(self, row: Line, node: Node) -> None:
        from workbench.connections import peers

        found = await self._desk.bridge.call(peers, node)
        if not found:
            self._panel.peers.pop(key_of(row), None)
            self._desk.notice(f"{row.name} knows no other node: no entry of its registry has the type node.", "info",
                              key="peers")  # fmt: skip
        else:
            self._panel.peers[key_of(row)] = found
        self._panel.list()

    def attach_peer(self) -> None:
        """A connection like that of whoever knows it, to be looked at before it is made."""
        row = self._panel.chosen()
        if row is None or row.peer is None:
            return
        above = next((line for line in self._panel.view.all if line.path == row.path[:-1]), None)
        knows = above.connection if above is not None else None
        name = named_after(row.peer)
        like = Connection(row.peer.address, row.peer.address)
        if knows is not None:
            like = replace(knows, name=name, address=row.peer.address)
        self._panel.run(self._ask_new(replace(like, name=name), ""))

    # comparing

    def _comparable(self) -> list[Line]:
        """Nodes that are there: the chosen ones, else all of them."""
        there = [line for line in self._panel.view.all if line.held is not None]
        chosen = [line for line in self._panel.table.selected() if line.held is not None]
        return chosen if len(chosen) >= 2 else there

    def compare(self) -> None:
        found = self._comparable()
        if len(found) >= 2:
            self._panel.run(self._compare(found[0], found[1], tuple(found)))

    async def _compare(self, left: Line, right: Line, others: tuple[Line, ...]) -> None:
        names = [line.name for line in others]
        shown = NodeComparison(
            self._panel.window(), self._desk,
            {key_of(line): line.name if names.count(line.name) == 1 else f"{line.name} ({where(line)})"
             for line in others}, self._picture,
        )  # fmt: skip
        shown.choose(key_of(left), key_of(right))
        shown.show()

    async def _picture(self, left: str, right: str) -> tuple[list[NodeDifference], str]:
        """What differs between two nodes that are there, by their keys, and the command that says the same."""
        from workbench.connections import compare_nodes

        there = {key_of(line): line.held for line in self._panel.view.all if line.held is not None}
        if gone := [key for key in (left, right) if key not in there]:
            raise NotFound(f"{gone[0].partition(':')[2]} is not attached any more: attach, or choose another node")
        one, other = there[left], there[right]
        found = await self._desk.bridge.call(compare_nodes, one.node, other.node)
        at = next((each.reached for each in (one, other) if each.reached[:1] == ("--workspace",)), ())
        return list(found), command("node compare", *(_argument(each.reached) for each in (one, other)), at=at)


def named_after(peer: Peer) -> str:
    """How a connection to it can be called; as its address where nothing of its own name can be in one."""
    name = " ".join(CONTROL.sub(" ", peer.name).replace(":", " ").split()).lstrip("- ")[:NAME_CHARACTERS].strip()
    return name if name not in ("", ".") else peer.address


def _argument(reached: tuple[str, ...]) -> str:
    """How `node compare` is told of a node."""
    return reached[1] if reached[:1] == ("--node",) else "."
