"""What a core module imports, exports and declares, with types; its code and data are passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.wasm.binary import core_types
from workbench.wasm.binary.core_types import Memory, Signature, Table
from workbench.wasm.binary.cursor import Cursor, Newer

HEADER_BYTES = 8
MOST = (1 << 63) - 1
"""A binary may declare more than any number that is stored or sent can hold."""
_KINDS = ("function", "table", "memory", "global", "tag")


@dataclass(frozen=True, slots=True)
class CoreMember:
    """One import or export of a core module.

    `module` is where an import is looked for, empty for an export. `kind` is `function`, `table`, `memory`, `global`
    or `tag`, `type` its type as WebAssembly text. `params` and `results` are the value types of a function or tag;
    both are empty, and `type` is `func` with a question mark, when its type is newer than this reader. `index` is its
    place among all functions, memories, … of the module.
    """

    module: str
    name: str
    kind: str
    type: str
    params: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    index: int = -1


@dataclass(slots=True)
class CoreModule:
    """What was read. `notes` are sentences about what could not be."""

    imports: list[CoreMember] = field(default_factory=list)
    exports: list[CoreMember] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def memory_bytes(self) -> int:
        return min(MOST, max((memory.minimum_bytes for memory in self.memories), default=0))

    @property
    def table_elements(self) -> int:
        return min(MOST, max((table.minimum for table in self.tables), default=0))


def read_core(cursor: Cursor) -> CoreModule:
    """Read the sections of a core module, all that matters before its code."""
    reader = _Reader()
    while cursor.more:
        try:
            number, inner = cursor.section()
        except Newer as newer:
            reader.found.notes.append(f"the reader stopped at byte {cursor.at}: {newer}")
            break
        reader.read(number, inner)
    return reader.found


def read_declared(cursor: Cursor) -> CoreModule:
    """The memories and tables that a nested core module defines, nothing else: they come before most of its bytes."""
    found = CoreModule()
    cursor.skip(HEADER_BYTES)
    while cursor.more:
        number, inner = cursor.section()
        try:
            if number == 4:
                found.tables = [core_types.defined_table(inner) for _ in range(inner.count())]
            elif number == 5:
                found.memories = [core_types.memory(inner) for _ in range(inner.count())]
            elif number > 5 and number != 13:
                break
        except Newer as newer:
            found.notes.append(f"section {number} of a core module could not be read to its end: {newer}")
    return found


class _Reader:
    """Reads section by section; what is newer than it is noted, and the rest is still read."""

    def __init__(self) -> None:
        self.found = CoreModule()
        self.types: list[Signature | None] = []
        self.functions: list[int] = []
        self.globals: list[str] = []
        self.tags: list[int] = []
        self.texts: dict[int, str] = {}
        self.sections: dict[int, Callable[[Cursor], None]] = {
            1: self._types,
            2: self._imports,
            3: self._functions,
            4: self._tables,
            5: self._memories,
            6: self._globals,
            7: self._exports,
            13: self._tags,
        }

    def read(self, number: int, inner: Cursor) -> None:
        if number > 13:
            self.found.notes.append(f"the section {number} at byte {inner.at} is newer than this reader")
        try:
            if number in self.sections:
                self.sections[number](inner)
        except Newer as newer:
            self.found.notes.append(f"section {number} could not be read to its end: {newer}")

    def _types(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.types.extend(core_types.type_group(cursor))

    def _imports(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            module, name, kind = cursor.text(), cursor.text(), cursor.byte()
            if kind >= len(_KINDS):
                raise Newer(f"the kind {kind:#x} of an import is newer than this reader")
            self._import(kind, cursor)
            self.found.imports.append(self._member(module, name, kind, self._last(kind)))

    def _import(self, kind: int, cursor: Cursor) -> None:
        if kind == 0:
            self.functions.append(cursor.number())
        elif kind == 1:
            self.found.tables.append(core_types.table(cursor))
        elif kind == 2:
            self.found.memories.append(core_types.memory(cursor))
        elif kind == 3:
            self.globals.append(core_types.global_type(cursor))
        else:
            self._tag(cursor)

    def _last(self, kind: int) -> int:
        return len((self.functions, self.found.tables, self.found.memories, self.globals, self.tags)[kind]) - 1

    def _functions(self, cursor: Cursor) -> None:
        number = cursor.number
        self.functions.extend([number() for _ in range(cursor.count())])

    def _tables(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.found.tables.append(core_types.defined_table(cursor))

    def _memories(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.found.memories.append(core_types.memory(cursor))

    def _globals(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.globals.append(core_types.global_type(cursor))
            core_types.skip_expression(cursor)

    def _tags(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self._tag(cursor)

    def _tag(self, cursor: Cursor) -> None:
        cursor.byte()
        self.tags.append(cursor.number())

    def _exports(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            name, kind, index = cursor.text(), cursor.byte(), cursor.number()
            if kind >= len(_KINDS):
                raise Newer(f"the kind {kind:#x} of an export is newer than this reader")
            self.found.exports.append(self._member("", name, kind, index))

    def _text(self, number: int, found: Signature) -> str:
        """One text for each type, however many members have it."""
        if number not in self.texts:
            self.texts[number] = str(found)
        return self.texts[number]

    def _member(self, module: str, name: str, kind: int, index: int) -> CoreMember:
        if kind in (0, 4):
            numbers = self.functions if kind == 0 else self.tags
            number = numbers[index] if index < len(numbers) else -1
            found = self.types[number] if 0 <= number < len(self.types) else None
            if found is None:
                return CoreMember(module, name, _KINDS[kind], "func ?" if kind == 0 else "tag ?", index=index)
            text = self._text(number, found)
            return CoreMember(
                module, name, _KINDS[kind], text if kind == 0 else f"tag{text[4:]}", found.params, found.results, index
            )
        spaces = {1: self.found.tables, 2: self.found.memories, 3: self.globals}
        space: list[Table] | list[Memory] | list[str] = spaces[kind]  # type: ignore[assignment]
        text = str(space[index]) if index < len(space) else f"{_KINDS[kind]} ?"
        return CoreMember(module, name, _KINDS[kind], text, index=index)
