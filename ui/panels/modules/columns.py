"""The columns of the Modules table, and those of the parts of a module below it."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from ui.outline import Path
from ui.panels.modules.tiles import title
from workbench.api import Change, ModuleInfo, Section

SIGNS = {"added": ("plus", "ok"), "removed": ("stop", "error"), "changed": ("edit", "warn")}
KINDS = {"interface": "layout", "function": "code", "memory": "memory", "module": "module", "component": "module"}
SIDES = {"import": "arrow-down", "export": "upgrade"}
"""The icons of a member by its kind, and of each side."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One row: a module, and how many actors run it."""

    info: ModuleInfo
    users: int = 0


def behaviors(info: ModuleInfo) -> str:
    return ", ".join(map(str, info.behaviors))


def _other_aliases(info: ModuleInfo) -> str:
    return ", ".join(info.aliases)


def _warned(row: Deployed) -> tuple[str, str]:
    return ("warning", "warn") if row.info.warnings else ("module", "muted")


Row = Column[Deployed]
MODULES: tuple[Row, ...] = (
    Row("name", "Module", lambda r: r.info.name, lambda r: r.info.name, 150, bold=True, icon=_warned,
        tip=lambda r: "\n".join([r.info.name, *r.info.warnings]),
        words=lambda r: " ".join([r.info.name, *r.info.aliases]), begins=lambda r: r.info.hash),
    Row("hash", "Hash", lambda r: r.info.hash, lambda r: r.info.hash[:12], 120, tone=always("muted"),
        tip=lambda r: r.info.hash),
    Row("format", "Format", lambda r: str(r.info.format), lambda r: str(r.info.format), 92),
    Row("behavior", "Behavior", lambda r: behaviors(r.info), lambda r: behaviors(r.info), 104),
    Row("size", "Size", lambda r: r.info.size_bytes, lambda r: show.size(r.info.size_bytes), 76, right=True),
    Row("users", "Actors", lambda r: r.users, lambda r: show.count(r.users) if r.users else "", 62, right=True,
        tip=lambda r: f"{show.plural(r.users, 'actor')} of yours run it"),
    Row("needs", "Needs", lambda r: ", ".join(r.info.requires), lambda r: ", ".join(r.info.requires) or "nothing", 150,
        tone=lambda r: "text" if r.info.requires else "muted"),
    Row("compiled", "Compiled", lambda r: "yes" if r.info.compiled else "no",
        lambda r: "yes" if r.info.compiled else "not yet", 86,
        icon=lambda r: ("ok", "ok") if r.info.compiled else ("time", "warn")),
    Row("memory", "Memory at start", lambda r: r.info.memory_bytes, lambda r: show.size(r.info.memory_bytes), 112,
        right=True, hidden=True),
    Row("deployed", "Deployed", lambda r: r.info.deployed, lambda r: show.moment(r.info.deployed), 128,
        tone=always("muted")),
    Row("aliases", "Aliases", lambda r: _other_aliases(r.info), lambda r: _other_aliases(r.info), 130,
        tone=always("muted")),
    Row("file", "File", lambda r: r.info.file_name, lambda r: r.info.file_name, 140, tone=always("muted"), hidden=True),
    Row("imports", "Imports", lambda r: ", ".join(r.info.imports), lambda r: ", ".join(r.info.imports), 150,
        tone=always("muted"), hidden=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of the sections: where it is in the tree, and what it is of the whole."""

    path: Path
    section: Section
    share: float


Part = Column[Piece]
SECTIONS: tuple[Part, ...] = (
    Part("section", "Section", lambda p: title(p.section), lambda p: title(p.section), 220),
    Part("size", "Size", lambda p: p.section.size_bytes, lambda p: show.size(p.section.size_bytes), 80, right=True),
    Part("share", "Share", lambda p: p.share * 100, lambda p: f"{p.share:.1%}", 64, right=True),
    Part("items", "Items", lambda p: p.section.items, lambda p: show.count(p.section.items)
         if p.section.items is not None else "", 60, right=True),
    Part("offset", "Offset", lambda p: p.section.offset, lambda p: f"{p.section.offset:#x}", 84, right=True,
         tone=always("muted")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the imports and exports: a member, or the heading of a side, which is of no kind."""

    path: Path
    name: str
    kind: str
    type: str
    side: str
    around: str = ""
    """What it lies in: the name of its interface."""


def _picture(line: Line) -> tuple[str, str]:
    return (KINDS.get(line.kind, "hash"), "muted") if line.kind else (SIDES[line.side], "icon")


In = Column[Line]
MEMBERS: tuple[In, ...] = (
    In("name", "Name", lambda m: m.name, lambda m: m.name, 330, icon=_picture,
       words=lambda m: f"{m.around} {m.name}"),
    In("kind", "Kind", lambda m: m.kind, lambda m: m.kind, 90, tone=always("muted")),
    In("type", "Type", lambda m: m.type, lambda m: m.type, 420, mono=True),
    In("side", "Side", lambda m: m.side, lambda m: m.side, 80, tone=always("muted"), hidden=True),
    In("inside", "Inside", lambda m: m.around, lambda m: m.around, 220, tone=always("muted"), hidden=True),
)  # fmt: skip


def difference(change: Change) -> str:
    """In a word: what happened to it."""
    return "changed" if change.before and change.after else "added" if change.after else "removed"


Differ = Column[Change]
CHANGES: tuple[Differ, ...] = (
    Differ("name", "Name", lambda c: c.name, lambda c: c.name, 104, bold=True),
    Differ("part", "Part", lambda c: c.part, lambda c: c.part, 66, tone=always("muted")),
    Differ("change", "Change", difference, difference, 98, icon=lambda c: SIGNS[difference(c)],
           tone=lambda c: SIGNS[difference(c)][1]),
    Differ("before", "Before", lambda c: c.before, lambda c: c.before, 84),
    Differ("after", "After", lambda c: c.after, lambda c: c.after, 90),
)  # fmt: skip
