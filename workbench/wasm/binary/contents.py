"""Everything that can be told of a binary without running it: its sections, imports, exports and world."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.structure import Member, Section
from workbench.wasm.binary.binary import Binary
from workbench.wasm.binary.component import read_surface
from workbench.wasm.binary.members import component_members, core_members
from workbench.wasm.binary.sections import read_sections
from workbench.wasm.binary.world import interface_name, write_world


@dataclass(frozen=True, slots=True)
class Contents:
    """See `ModuleDetail`, whose fields these become."""

    sections: tuple[Section, ...] = ()
    imports: tuple[Member, ...] = ()
    exports: tuple[Member, ...] = ()
    wit: str = ""
    notes: tuple[str, ...] = ()


def read_contents(data: bytes | memoryview, found: Binary) -> Contents:
    """What is inside `data`, of which `found` was read. It never fails: what cannot be read is told in the notes."""
    sections, notes = read_sections(data)
    if found.kind == "core":
        imports, exports = core_members(found.core_imports), core_members(found.core_exports)
        return Contents(sections, imports, exports, "", _once(found.notes, notes))
    surface = read_surface(data)
    world = write_world(surface)
    return Contents(
        sections,
        _completed(component_members(surface.imports), found.imports),
        _completed(component_members(surface.exports), found.exports),
        world.text,
        _once(found.notes, notes, surface.notes, world.notes),
    )


def _completed(members: tuple[Member, ...], names: list[str]) -> tuple[Member, ...]:
    """The members, and the names of those whose types could not be read."""
    known = {member.name for member in members}
    rest = (name for name in names if name not in known)
    return members + tuple(Member(name, "interface" if interface_name(name) else "function") for name in rest)


def _once(*notes: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for part in notes for note in part))
