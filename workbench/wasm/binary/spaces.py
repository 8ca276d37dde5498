"""The index spaces of a component, counted section by section: enough to append to it, without its types.

Format: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.wasm.binary.core import read_declared
from workbench.wasm.binary.cursor import Cursor, Newer

_COUNTED = {2: "core instance", 3: "core type", 5: "instance", 7: "type"}
_EXTERN_SORTS = {0: "core module", 1: "func", 2: "value", 3: "type", 4: "component", 5: "instance"}
# What follows the number of a built-in function: n a number, b a byte, o options, r a result.
_BUILTINS = {
    **dict.fromkeys((0x05, 0x08, 0x0D, 0x1E, 0x1F, 0x22, 0x23, 0x24, 0x25), ""),
    **dict.fromkeys((0x02, 0x03, 0x04, 0x07, 0x0E, 0x13, 0x14, 0x15, 0x1A, 0x1B), "n"),
    **dict.fromkeys((0x06, 0x0C), "b"),
    **dict.fromkeys((0x0A, 0x0B, 0x20, 0x21), "bn"),
    **dict.fromkeys((0x0F, 0x10, 0x16, 0x17), "no"),
    **dict.fromkeys((0x11, 0x12, 0x18, 0x19), "nb"),
    **dict.fromkeys((0x1C, 0x1D), "o"),
    0x09: "ro",
}
_INDEXED_OPTIONS = (3, 4, 5, 7, 8)
_OPTIONS = 10
OUTER = 2


@dataclass(slots=True)
class Spaces:
    """What was counted so far; `read` takes the next section."""

    counts: dict[str, int]
    memory: int = -1
    memory_bytes: int = 0
    table_elements: int = 0
    imports: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, section: int, cursor: Cursor) -> None:
        """Newer: the sizes of the index spaces are not known from here on."""
        if section == 1:
            self._module(cursor)
        elif section == 4:
            self.counts["component"] += 1
        elif section in _COUNTED:
            self.counts[_COUNTED[section]] += cursor.number()
        elif section == 6:
            self._aliases(cursor)
        elif section == 8:
            for _ in range(cursor.count()):
                self.counts["func" if skip_canon(cursor) is not None else "core func"] += 1
        elif section == 10:
            self._imports(cursor)
        elif section == 11:
            self._exports(cursor)
        elif section:
            raise Newer(f"the section {section} is newer than this reader")

    def _module(self, cursor: Cursor) -> None:
        self.counts["core module"] += 1
        found = read_declared(cursor)
        self.memory_bytes = max(self.memory_bytes, found.memory_bytes)
        self.table_elements = max(self.table_elements, found.table_elements)
        self.notes.extend(found.notes)

    def _aliases(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            kind, how, _ = alias(cursor)
            if how == OUTER:
                cursor.number()
            else:
                cursor.skip_text()
            if how == 1 and kind == "core memory" and self.memory < 0:
                self.memory = self.counts[kind]
            self.counts[kind] += 1

    def _imports(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.imports.append(external_name(cursor))
            self.counts[_extern(cursor)] += 1

    def _exports(self, cursor: Cursor) -> None:
        for _ in range(cursor.count()):
            self.exports.append(external_name(cursor))
            kind = cursor.sort()
            cursor.number()
            if cursor.byte():
                _extern(cursor)
            self.counts[kind] += 1


def alias(cursor: Cursor) -> tuple[str, int, int]:
    """The sort of an alias; 0 (of an instance), 1 (of a core instance) or OUTER; which. A name or an index follows."""
    kind, how, which = cursor.sort(), cursor.byte(), cursor.number()
    if how > OUTER:
        raise Newer(f"the alias {how} is newer than this reader")
    return kind, how, which


def external_name(cursor: Cursor) -> str:
    if cursor.byte() not in (0, 1):
        raise Newer("a name with attributes is newer than this reader")
    return cursor.text()


def skip_canon(cursor: Cursor) -> int | None:
    """Pass over a canonical function: the type of a lifted one, None for one that is a core function."""
    how = cursor.byte()
    if how in (0, 1):  # lift, lower
        cursor.byte()
        cursor.number()
        _skip_options(cursor)
        return cursor.number() if how == 0 else None
    if how not in _BUILTINS:
        raise Newer(f"the canonical function {how:#x} is newer than this reader")
    for operand in _BUILTINS[how]:
        if operand == "n":
            cursor.number()
        elif operand == "b":
            cursor.byte()
        elif operand == "o":
            _skip_options(cursor)
        elif cursor.byte() == 0:
            cursor.signed()
        else:
            cursor.byte()
    return None


def _skip_options(cursor: Cursor) -> None:
    for _ in range(cursor.count()):
        option = cursor.byte()
        if option >= _OPTIONS:
            raise Newer(f"the canonical option {option:#x} is newer than this reader")
        if option in _INDEXED_OPTIONS:
            cursor.number()


def _extern(cursor: Cursor) -> str:
    """The sort of what is imported or exported."""
    what = cursor.byte()
    if what not in _EXTERN_SORTS:
        raise Newer(f"the kind {what:#x} of an import is newer than this reader")
    if what == 2:
        raise Newer("values as imports are newer than this reader")
    if what == 0:
        cursor.byte()
    if what != 3 or cursor.byte() == 0:
        cursor.number()
    return _EXTERN_SORTS[what]
