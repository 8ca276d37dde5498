"""What a component imports and exports, with types: its sections are followed as the engine would link them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.api.errors import Invalid
from workbench.wasm.binary.core import HEADER_BYTES
from workbench.wasm.binary.cursor import Cursor, Newer, Work
from workbench.wasm.binary.scope import Scope
from workbench.wasm.binary.shapes import Instance, Item, Sealed, named
from workbench.wasm.binary.spaces import external_name, skip_canon

ENTRIES = 200_000
"""The most entries that are followed; the interpreter's 27 MB have 5,000."""


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """A component inside another: where it is, and the scope that it may reach out to."""

    start: int
    end: int
    scope: Scope


@dataclass(slots=True)
class Surface:
    """The names and items of a component. `notes` are sentences about what could not be followed."""

    imports: dict[str, Item] = field(default_factory=dict)
    exports: dict[str, Item] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_surface(data: bytes | memoryview) -> Surface:
    """Everything that a component imports and exports; it stops, with a note, at what it does not understand."""
    found = Surface()
    cursor = Cursor(data, HEADER_BYTES, work=Work(ENTRIES))
    reader = _Component(cursor, Scope(), {}, found.imports)
    found.exports = reader.scope.exports
    try:
        reader.run()
    except (Newer, Invalid) as stop:
        found.notes.append(f"types behind byte {reader.at:,} could not be read: {stop}")
    return found


class _Component:
    """One component, or one instantiation of a nested one with what was `given` for its imports."""

    def __init__(self, cursor: Cursor, scope: Scope, given: Mapping[str, Item], imports: dict[str, Item]) -> None:
        self.cursor, self.scope, self.given, self.imports = cursor, scope, given, imports
        self.at = cursor.at

    def run(self) -> dict[str, Item]:
        while self.cursor.more:
            self.at = self.cursor.at
            number, inner = self.cursor.section()
            self._section(number, inner)
        return self.scope.exports

    def _section(self, number: int, cursor: Cursor) -> None:
        if number == 4:
            self.scope.add(Item("component", Nested(cursor.at + HEADER_BYTES, cursor.end, self.scope)))
            return
        if number == 1:
            self.scope.add(Item("core module", None))
        entry = {
            5: self._instance,
            6: self.scope.take_alias,
            7: self.scope.declare,
            8: self._canon,
            10: self._import,
            11: self._export,
        }.get(number)
        if entry is not None:
            for _ in range(cursor.count()):
                entry(cursor)

    def _instance(self, cursor: Cursor) -> None:
        if cursor.byte() == 0:
            component = self.scope.item("component", cursor.number()).shape
            given = {cursor.text(): self._sorted(cursor) for _ in range(cursor.count())}
            self.scope.add(Item("instance", self._instantiated(component, given, cursor)))
        else:
            exports = {external_name(cursor): self._sorted(cursor) for _ in range(cursor.count())}
            self.scope.add(Item("instance", Instance({name: named(name, item) for name, item in exports.items()})))

    def _instantiated(self, component: object, given: Mapping[str, Item], cursor: Cursor) -> Instance | None:
        if isinstance(component, Sealed):
            return Instance(component.exports)
        if not isinstance(component, Nested):
            return None
        inside = Cursor(cursor.data, component.start, component.end, cursor.work)
        return Instance(_Component(inside, Scope(component.scope), given, {}).run())

    def _sorted(self, cursor: Cursor) -> Item:
        return self.scope.item(cursor.sort(), cursor.number())

    def _canon(self, cursor: Cursor) -> None:
        kind = skip_canon(cursor)
        if kind is not None:
            self.scope.add(Item("func", self.scope.shape(kind)))

    def _import(self, cursor: Cursor) -> None:
        name, item = self.scope.imported(cursor, self.given)
        self.imports[name] = item

    def _export(self, cursor: Cursor) -> None:
        name, item = external_name(cursor), self._sorted(cursor)
        if cursor.byte():
            declared = self.scope.extern(cursor)
            if item.shape is None or item.sort == "func":
                item = declared
        self.scope.name(name, item)
        self.scope.export(name, item)
