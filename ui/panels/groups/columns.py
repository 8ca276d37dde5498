"""The columns of the Groups panel: groups, and the members of one."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from workbench.api import Group, GroupMember


def topics(member: GroupMember) -> str:
    return ", ".join(member.topics) or "everything"


GROUPS: tuple[Column[Group], ...] = (
    Column("group", "Group", lambda g: g.name, lambda g: g.name, 220, bold=True, icon=always(("group", "icon"))),
    Column("members", "Members", lambda g: g.members, lambda g: show.count(g.members), 80, right=True),
    Column("joins", "Joins", lambda g: g.joins, lambda g: show.count(g.joins), 70, right=True),
    Column("created", "Created", lambda g: g.created, lambda g: show.moment(g.created), 130, tone=always("muted")),
)  # fmt: skip
MEMBERS: tuple[Column[GroupMember], ...] = (
    Column("actor", "Actor", lambda m: m.actor, lambda m: m.actor, 180, bold=True, icon=always(("actor", "icon"))),
    Column("joins", "Joins", lambda m: m.joins, lambda m: show.count(m.joins), 70, right=True,
           tip=lambda m: f"It must leave {show.plural(m.joins, 'time')}"),
    Column("topics", "Listens to", topics, topics, 240),
    Column("since", "Since", lambda m: m.since, lambda m: show.moment(m.since), 130, tone=always("muted")),
)  # fmt: skip
