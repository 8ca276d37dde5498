"""Groups: who is in which, with joins and topics; publishing to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QLineEdit, QWidget

from ui import format as show
from ui.desk import Desk
from ui.dialogs.confirm import confirmed
from ui.master_panel import MasterPanel, when_chosen
from ui.models import RowModel
from ui.panels.groups.columns import GROUPS, MEMBERS
from ui.settings import Record, child, text
from ui.widgets.actor_combo import ActorCombo
from ui.widgets.build import box, column, label, row, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Area, Group, GroupMember, NotFound, PublishResult

SHOWN = 10_000
NAME_WIDTH = 150


@dataclass(frozen=True, slots=True)
class Found:
    """One reading: all groups, and the members of the chosen one."""

    groups: Sequence[Group]
    members: Sequence[GroupMember]


class GroupsPanel(MasterPanel[Group]):
    """Groups above; the members of the chosen one and a message to them below."""

    id = "groups"
    title = "Groups"
    icon_name = "group"
    areas = frozenset({Area.PROCESS_GROUPS})
    columns: ClassVar = GROUPS
    filter_example = "group~workers members>1"
    row_actions = ("group.publish", "", "group.create", "group.delete", "", "group.copy_command")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.name = _line("Group", "new group")
        self.members_model: RowModel[GroupMember] = RowModel(MEMBERS, lambda member: member.actor, self)
        self.members_table = Table(self.members_model, "Members")
        self.members_table.command_for = lambda member: desk.command("group remove", self.chosen, member.actor)
        self.members_table.menu_for = lambda: desk.actions.menu(self, "group.actor", "group.remove")
        nobody = EmptyState("group", "Choose a group that has members, or let an actor join.")
        self.members = FilteredTable(desk, self.members_table, "actor:worker joins>1", nobody)
        self.actor = ActorCombo(desk.roster, "Actor that joins", chooses=False)
        self.topics = _line("Topics of the join", "with commas; none is everything")
        self.topic = _line("Topic of the message", "all members")
        self.type = _line("Message type", "message type")
        self.payload = _line("Payload", "payload")
        for line in (self.name, self.topics, self.topic, self.type, self.payload):
            line.textChanged.connect(lambda: self.enable())
        for line, verb in ((self.name, "create"), (self.topics, "join"), (self.payload, "publish")):
            line.returnPressed.connect(lambda verb=verb: self._entered(verb))
        self.actor.editTextChanged.connect(lambda: self.enable())
        self._bind()
        for verb in ("actor", "remove"):
            self.members.tools.addWidget(tool_for(desk.actions[f"group.{verb}"]))
        self.name.setMaximumWidth(NAME_WIDTH)
        for part in (self.name, tool_for(desk.actions["group.create"]), tool_for(desk.actions["group.delete"])):
            self.add_tool(part)
        self.lay_out(self._below())

    def _below(self) -> QWidget:
        actions = self.desk.actions
        join = row(
            label("Actor", tone="muted"), self.actor, label("Topics", tone="muted"), self.topics,
            tool_for(actions["group.join"], text=True), margins=(8, 5, 8, 2),
        )  # fmt: skip
        publish = row(
            label("Type", tone="muted"), self.type, label("Payload", tone="muted"), self.payload,
            label("Topic", tone="muted"), self.topic, tool_for(actions["group.publish"], text=True),
            margins=(8, 2, 8, 6),
        )  # fmt: skip
        forms = column(spacing=0)
        forms.addLayout(join)
        forms.addLayout(publish)
        whole = QWidget()
        whole.setLayout(column(self.members, box("foot", forms), spacing=0))
        return whole

    def _bind(self) -> None:
        for verb, slot in {
            "create": self._create, "delete": self._delete, "join": self._join, "remove": self._remove,
            "publish": self._publish, "actor": self._go_to_member, "copy_command": self.copy_command,
        }.items():  # fmt: skip
            self.desk.actions.bind(f"group.{verb}", slot)
        self.members_table.opened.connect(self._go_to_member)
        when_chosen(self.members_table, self.enable)

    def _entered(self, verb: str) -> None:
        if self.desk.actions[f"group.{verb}"].isEnabled():
            self.desk.actions.run(f"group.{verb}")

    def empty(self) -> EmptyState:
        return EmptyState("group", "No groups yet: actors with the capability process-groups make them; so can you.",
                          "Make a group…", self.ask_name, changes=True,
                          recorded="No groups at this moment, as far as the session holds them.")  # fmt: skip

    def ask_name(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.name.setFocus()

    def name_of(self, found: Group) -> str:
        return found.name

    def command_for(self, found: Group) -> str:
        return self.desk.command("group members", found.name)

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        self.desk.roster.read(node)
        try:
            members = node.process_groups.members(self.chosen) if self.chosen else ()
        except NotFound:
            members = ()  # it was deleted meanwhile
        return Found(node.process_groups.list(limit=SHOWN), members)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.members.show_rows(found.members)
        self.show_rows(found.groups)
        self.enable()

    def enable(self) -> None:
        group, member = bool(self.chosen), self.members_table.chosen() is not None
        for verb, on in {
            "create": True, "delete": group, "join": group and bool(self.actor.actor()),
            "remove": group and member, "actor": member, "publish": group and bool(self.type.text()),
            "copy_command": group,
        }.items():  # fmt: skip
            self.desk.actions.enable(f"group.{verb}", on=on)

    # what is done

    def _create(self) -> None:
        if self.name.text():
            self.run(self._do_create(self.name.text()))
        else:
            self.ask_name()

    async def _do_create(self, name: str) -> None:
        node = self.desk.node
        if node is not None:
            made = await self.call(node.process_groups.create, name)
            self.desk.notice(f"{name} is made." if made else f"{name} was there already.", "ok" if made else "info")
            self.name.clear()
            self.refresh()

    def _delete(self) -> None:
        found = self.table.chosen()
        if found is None:
            return
        text = f"Its {show.plural(found.members, 'member')} are in it no more; they are told nothing."
        if confirmed(self, f"Delete {found.name}?", text, "Delete"):
            self.run(self._do_delete(found.name))

    async def _do_delete(self, name: str) -> None:
        node = self.desk.node
        if node is not None:
            await self.call(node.process_groups.delete, name)
            self.desk.notice(f"{name} is deleted.", "ok")
            self.refresh()

    def _join(self) -> None:
        topics = show.parts(self.topics.text())
        self.run(self._do_join(self.chosen, self.actor.actor(), topics))

    async def _do_join(self, group: str, actor: str, topics: Sequence[str]) -> None:
        node = self.desk.node
        if node is not None:
            await self.call(lambda: node.process_groups.join(group, actor, topics=topics))
            self.desk.notice(f"{actor} has joined {group}.", "ok")
            self.refresh()

    def _remove(self) -> None:
        member = self.members_table.chosen()
        if member is not None:
            self.run(self._do_remove(self.chosen, member.actor))

    async def _do_remove(self, group: str, actor: str) -> None:
        node = self.desk.node
        if node is not None:
            joins = await self.call(node.process_groups.remove, group, actor)
            self.desk.notice(f"{actor} is removed from {group}; it had joined {show.plural(joins, 'time')}.", "ok")
            self.refresh()

    def _publish(self) -> None:
        if self.chosen and self.type.text():
            self.run(self._do_publish(self.chosen, self.type.text(), self.payload.text(), self.topic.text() or None))

    async def _do_publish(self, group: str, kind: str, payload: str, topic: str | None) -> None:
        node = self.desk.node
        if node is not None:
            found = await self.call(lambda: node.process_groups.publish(group, kind, payload, topic=topic))
            self.desk.notice(published(kind, found), "warn" if found.refused or not found.delivered else "ok")

    def _go_to_member(self) -> None:
        member = self.members_table.chosen()
        self.go_to_actor(member.actor if member is not None else "")

    def record(self) -> Record:
        return super().record() | {
            "members": self.members.record(), "topic": self.topic.text(), "type": self.type.text(),
            "payload": self.payload.text(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.members.restore(child(record, "members"))
        for line, name in ((self.topic, "topic"), (self.type, "type"), (self.payload, "payload")):
            line.setText(text(record, name))


def published(kind: str, found: PublishResult) -> str:
    """Who got it, and who could not take it."""
    said = f"{kind} is with {show.named(found.delivered)}." if found.delivered else f"Nobody got {kind}."
    if found.refused:
        said += f" {show.named(found.refused)} could not take it: see the dead letters."
    return said


def _line(name: str, placeholder: str) -> QLineEdit:
    made = QLineEdit(placeholderText=placeholder)
    made.setAccessibleName(name)
    made.setMinimumWidth(60)
    return made
