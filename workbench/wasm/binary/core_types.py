"""Types of core modules as WebAssembly text: values, functions, memories, tables, globals and tags."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.errors import Invalid
from workbench.wasm.binary.cursor import DEPTH, Cursor, Newer

PAGE_BYTES = 65_536
VALUES = 1_000
"""The most parameters or results of a function; the engine's own bound."""
_NUMBERS = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128", 0x78: "i8", 0x77: "i16"}
_HEAP = {
    0x70: "func",
    0x6F: "extern",
    0x6E: "any",
    0x6D: "eq",
    0x6C: "i31",
    0x6B: "struct",
    0x6A: "array",
    0x69: "exn",
    0x68: "cont",
    0x71: "none",
    0x72: "noextern",
    0x73: "nofunc",
    0x74: "noexn",
    0x75: "nocont",
}
_BOTTOM = {0x71: "nullref", 0x72: "nullexternref", 0x73: "nullfuncref", 0x74: "nullexnref", 0x75: "nullcontref"}
_FUNC, _STRUCT, _ARRAY, _REC, _SUB, _SUB_FINAL = 0x60, 0x5F, 0x5E, 0x4E, 0x50, 0x4F
# What follows an operator of a constant expression: n a number, h a heap type, one digit so many bytes.
_OPERANDS = {
    **dict.fromkeys((0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E), ""),
    **dict.fromkeys((0x23, 0x41, 0x42, 0xD2), "n"),
    0xD0: "h",
    0x43: "4",
    0x44: "8",
}
_OPERANDS_OF_GC = {**dict.fromkeys((0, 1, 6, 7), "n"), 8: "nn", **dict.fromkeys((26, 27, 28, 29, 30), "")}
_OPERANDS_OF_VECTORS = {12: "88"}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives, as names of value types."""

    params: tuple[str, ...] = ()
    results: tuple[str, ...] = ()

    def __str__(self) -> str:
        params = f" (param {' '.join(self.params)})" if self.params else ""
        return "func" + params + (f" (result {' '.join(self.results)})" if self.results else "")


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory that is defined or imported; `maximum_pages` is None when it has no bound of its own."""

    minimum_pages: int
    maximum_pages: int | None
    page_bytes: int = PAGE_BYTES
    shared: bool = False
    wide: bool = False

    @property
    def minimum_bytes(self) -> int:
        return self.minimum_pages * self.page_bytes

    def __str__(self) -> str:
        size = f" (pagesize {self.page_bytes})" if self.page_bytes != PAGE_BYTES else ""
        return f"memory{_bounds(self.wide, self.minimum_pages, self.maximum_pages)}{' shared' * self.shared}{size}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is defined or imported."""

    element: str
    minimum: int
    maximum: int | None
    wide: bool = False

    def __str__(self) -> str:
        return f"table{_bounds(self.wide, self.minimum, self.maximum)} {self.element}"


def _bounds(wide: bool, minimum: int, maximum: int | None) -> str:
    return " i64" * wide + f" {minimum}" + ("" if maximum is None else f" {maximum}")


def value(cursor: Cursor) -> str:
    """A value type, a packed one too."""
    byte = cursor.byte()
    if byte in _NUMBERS:
        return _NUMBERS[byte]
    if byte in _HEAP:
        return _BOTTOM.get(byte, _HEAP[byte] + "ref")
    if byte in (0x63, 0x64):
        return f"(ref {'null ' * (byte == 0x63)}{heap(cursor)})"
    raise Newer(f"the value type {byte:#x} is newer than this reader")


def heap(cursor: Cursor) -> str:
    if cursor.more and cursor.data[cursor.at] in _HEAP:
        return _HEAP[cursor.byte()]
    number = cursor.signed()
    if number < 0:
        raise Newer(f"the heap type {number & 0x7F:#x} is newer than this reader")
    return str(number)


def memory(cursor: Cursor) -> Memory:
    flags, minimum, maximum = _limits(cursor, known=0b1111)
    exponent = cursor.number() if flags & 8 else 16
    if exponent > 16:
        raise Newer(f"pages of 2^{exponent} bytes are newer than this reader")
    return Memory(minimum, maximum, 1 << exponent, bool(flags & 2), bool(flags & 4))


def table(cursor: Cursor) -> Table:
    element = value(cursor)
    flags, minimum, maximum = _limits(cursor, known=0b111)
    return Table(element, minimum, maximum, bool(flags & 4))


def defined_table(cursor: Cursor) -> Table:
    """A table of the table section, where it may have an initial value."""
    if not cursor.more or cursor.data[cursor.at] != 0x40:
        return table(cursor)
    cursor.skip(1)
    cursor.byte()
    found = table(cursor)
    skip_expression(cursor)
    return found


def _limits(cursor: Cursor, known: int) -> tuple[int, int, int | None]:
    flags = cursor.byte()
    if flags & ~known:
        raise Newer(f"limits with the flags {flags:#x} are newer than this reader")
    return flags, cursor.number(), cursor.number() if flags & 1 else None


def global_type(cursor: Cursor) -> str:
    kind, mutable = value(cursor), cursor.byte()
    if mutable > 1:
        raise Newer(f"a global with the flags {mutable:#x} is newer than this reader")
    return f"global (mut {kind})" if mutable else f"global {kind}"


def skip_expression(cursor: Cursor) -> None:
    """Pass over a constant expression."""
    while (operator := cursor.byte()) != 0x0B:
        cursor.work.take(1)
        if operator == 0xFB:
            operands = _OPERANDS_OF_GC.get(cursor.number())
        elif operator == 0xFD:
            operands = _OPERANDS_OF_VECTORS.get(cursor.number())
        else:
            operands = _OPERANDS.get(operator)
        if operands is None:
            raise Newer(f"the constant operator {operator:#x} is newer than this reader")
        for operand in operands:
            if operand == "n":
                cursor.signed()
            elif operand == "h":
                heap(cursor)
            else:
                cursor.skip(int(operand))


def type_group(cursor: Cursor) -> list[Signature | None]:
    """One entry of the type section: a type, or several that refer to each other. None stands for no function."""
    if cursor.more and cursor.data[cursor.at] == _REC:
        cursor.skip(1)
        return [_sub_type(cursor) for _ in range(cursor.count())]
    return [_sub_type(cursor)]


def _sub_type(cursor: Cursor) -> Signature | None:
    form = cursor.byte()
    if form in (_SUB, _SUB_FINAL):
        for _ in range(cursor.count()):
            cursor.number()
        form = cursor.byte()
    if form == _FUNC:
        return signature(cursor)
    if form == _STRUCT:
        for _ in range(cursor.count()):
            _field(cursor)
    elif form == _ARRAY:
        _field(cursor)
    else:
        raise Newer(f"the type {form:#x} is newer than this reader")
    return None


def signature(cursor: Cursor) -> Signature:
    """The parameters and results of a function type, behind its first byte."""
    params = _values(cursor)
    return Signature(params, _values(cursor))


def _values(cursor: Cursor) -> tuple[str, ...]:
    count = cursor.count()
    if count > VALUES:
        raise Invalid(f"a function of {count:,} values at byte {cursor.at}; up to {VALUES:,} are taken")
    return tuple(value(cursor) for _ in range(count))


def _field(cursor: Cursor) -> None:
    value(cursor)
    cursor.byte()


def skip_core_type(cursor: Cursor, depth: int = 0) -> None:
    """Pass over a core type inside a component: a function, or the type of a core module."""
    if depth > DEPTH:
        raise Newer(f"types nested deeper than {DEPTH} are not read")
    if cursor.more and cursor.data[cursor.at] == 0x50:
        cursor.skip(1)
        for _ in range(cursor.count()):
            _skip_declaration(cursor, depth)
        return
    if cursor.more and cursor.data[cursor.at] == 0x00:  # tells `sub` from the type of a module
        cursor.skip(1)
    type_group(cursor)


def _skip_declaration(cursor: Cursor, depth: int) -> None:
    what = cursor.byte()
    if what == 0:
        cursor.text()
        cursor.text()
        skip_extern(cursor)
    elif what == 1:
        skip_core_type(cursor, depth + 1)
    elif what == 2:
        cursor.byte()
        cursor.byte()
        cursor.number()
        cursor.number()
    elif what == 3:
        cursor.text()
        skip_extern(cursor)
    else:
        raise Newer(f"the declaration {what:#x} in the type of a module is newer than this reader")


def skip_extern(cursor: Cursor) -> None:
    kind = cursor.byte()
    if kind == 0:
        cursor.number()
    elif kind == 1:
        table(cursor)
    elif kind == 2:
        memory(cursor)
    elif kind == 3:
        global_type(cursor)
    elif kind == 4:
        cursor.byte()
        cursor.number()
    else:
        raise Newer(f"the kind {kind:#x} of an import is newer than this reader")
