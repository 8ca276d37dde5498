"""The sections of a binary as a tree: what lies where, nested modules and components included."""

from __future__ import annotations

from workbench.api.errors import Invalid
from workbench.api.structure import Section
from workbench.wasm.binary.core import HEADER_BYTES
from workbench.wasm.binary.cursor import DEPTH, Cursor, Newer, Work

SECTIONS = 10_000
"""The most sections that are told."""
_COMPONENT_VERSION = 0x0D
_CUSTOM = "custom"
_CORE = (
    _CUSTOM,
    "type",
    "import",
    "function",
    "table",
    "memory",
    "global",
    "export",
    "start",
    "element",
    "code",
    "data",
    "data count",
    "tag",
)
_COMPONENT = (
    _CUSTOM,
    "core module",
    "core instance",
    "core type",
    "component",
    "instance",
    "alias",
    "type",
    "canon",
    "start",
    "import",
    "export",
    "value",
)
_UNCOUNTED = frozenset({_CUSTOM, "start", "core module", "component", "data count"})
_NAMES = ("name", "component-name")


def read_sections(data: bytes | memoryview) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections, and sentences about what could not be read. They cover everything behind the first 8 bytes."""
    notes: list[str] = []
    found = _sections(Cursor(data, work=Work(SECTIONS)), notes, 0)
    return found, tuple(notes)


def _sections(cursor: Cursor, notes: list[str], depth: int) -> tuple[Section, ...]:
    found: list[Section] = []
    try:
        cursor.skip(HEADER_BYTES)
        kinds = _COMPONENT if cursor.data[cursor.at - 4] == _COMPONENT_VERSION else _CORE
        while cursor.more:
            start = cursor.at
            number, inner = cursor.section()
            kind = kinds[number] if number < len(kinds) else f"unknown {number}"
            found.append(_section(kind, start, inner, notes, depth))
    except (Invalid, Newer) as stop:
        notes.append(f"sections behind byte {cursor.at:,} are not told: {stop}")
    return tuple(found)


def _section(kind: str, start: int, inner: Cursor, notes: list[str], depth: int) -> Section:
    size_bytes = inner.end - start
    if kind in ("core module", "component"):
        if depth >= DEPTH:
            raise Newer(f"it is nested deeper than {DEPTH}")
        parts = _sections(inner, notes, depth + 1)
        return Section(kind, _module_name(inner, parts), start, size_bytes, None, parts)
    name = inner.text() if kind == _CUSTOM else ""
    counted = kind not in _UNCOUNTED and not kind.startswith("unknown")
    items = inner.number() if counted else None
    return Section(kind, name, start, size_bytes, items if items is None or items <= inner.end - inner.at else None)


def _module_name(cursor: Cursor, parts: tuple[Section, ...]) -> str:
    """What a nested module is called by its own names, where it has them."""
    for part in parts:
        if part.kind == _CUSTOM and part.name in _NAMES:
            inner = Cursor(cursor.data, part.offset, part.offset + part.size_bytes)
            _, inner = inner.section()
            inner.text()
            if inner.more and inner.byte() == 0:
                return inner.inside(inner.number()).text()
    return ""
