"""The sections of a module as tiles of a treemap: which there are, where they stand, what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ui import format as show
from ui.outline import Path
from ui.squarify import Box, squarify
from workbench.api import Section

HEAD = 18.0
MARGIN = 2.0
LEAST = 3.0
"""A tile that would be smaller than this is not drawn; the table beside the map has it."""
DEEPEST = 8
GROUPS = {
    "code": "code", "function": "code", "core module": "module", "component": "module", "core instance": "module",
    "instance": "module", "data": "data", "memory": "data", "elem": "data", "element": "data", "global": "data",
    "table": "data", "type": "interface", "core type": "interface", "import": "interface", "export": "interface",
    "alias": "interface", "canonical": "interface", "canon": "interface", "start": "interface", "file": "file",
    "custom": "custom",
}  # fmt: skip
COLORS = {"code": 0, "module": 7, "data": 1, "interface": 3, "file": 5, "custom": 2, "other": 6}
"""Which of the theme's series a group has. The kind is written on the tile as well: never the colour alone."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One section and its place. A frame holds the tiles of its parts under its head."""

    section: Section
    path: Path
    box: Box
    frame: bool = False

    @property
    def name(self) -> str:
        return title(self.section)


def title(section: Section) -> str:
    """What a section is called: its kind, and its name where it has one."""
    return f"{section.kind} {section.name}".strip()


def spoken(section: Section, total: int) -> str:
    """All there is to say about a section in one line."""
    items = f", {show.plural(section.items, 'item')}" if section.items is not None else ""
    share = f"{section.size_bytes / total:.1%}" if total else show.DASH
    return f"{title(section)}: {show.size(section.size_bytes)}, {share} of the module{items}, at {section.offset:#x}"


def group(section: Section) -> str:
    return GROUPS.get(section.kind, "other")


def tiles(sections: Sequence[Section], box: Box, path: Path = ()) -> Iterator[Tile]:
    """All that are large enough to be seen, frames before their parts. Pure."""
    for at, place in enumerate(squarify([section.size_bytes for section in sections], box)):
        if place.width < LEAST or place.height < LEAST:
            continue
        section = sections[at]
        inner = place.inside(MARGIN, HEAD)
        frame = bool(section.parts) and len(path) < DEEPEST and inner.width > 2 * HEAD and inner.height > HEAD
        yield Tile(section, (*path, at), place, frame)
        if frame:
            yield from tiles(section.parts, inner, (*path, at))


def flat(sections: Sequence[Section], path: Path = ()) -> Iterator[tuple[Path, Section]]:
    """Every section with its path, parents before their parts."""
    for at, section in enumerate(sections):
        yield (*path, at), section
        yield from flat(section.parts, (*path, at))
