"""A reader of WebAssembly binaries: what a module imports, exports and declares, without an engine.

It counts the top-level index spaces of a component, which is enough to append a memory probe: the engine gives the
host no view of a component's linear memory, but sections may be added at the end, so one small core module that runs
`memory.size` is aliased to the component's memory and lifted as the export `memory-pages`. The module's identity stays
the hash of its original bytes. Format: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.api.errors import Invalid

PAGE_BYTES = 65_536
PROBE = "memory-pages"
_COMPONENT = b"\0asm\x0d\0\1\0"
_CORE = b"\0asm\1\0\0\0"
_CORE_SORTS = {
    0x00: "core func",
    0x01: "core table",
    0x02: "core memory",
    0x03: "core global",
    0x04: "core tag",
    0x10: "core type",
    0x11: "core module",
    0x12: "core instance",
}
_SORTS = {0x01: "func", 0x02: "value", 0x03: "type", 0x04: "component", 0x05: "instance"}
_COUNTED_SECTIONS = {2: "core instance", 3: "core type", 5: "instance", 7: "type"}
_EXTERN_SORTS = {0: "core module", 1: "func", 2: "value", 3: "type", 4: "component", 5: "instance"}
# (module (import "m" "memory" (memory 0)) (func (export "pages") (result i32) memory.size))
_PROBE_MODULE = bytes.fromhex(
    "0061736d010000000105016000017f020d01016d066d656d6f72790200000302010007090105706167657300000a060104003f000b"
)


@dataclass(slots=True)
class Binary:
    """What was read. `kind` is `component` or `core`; `memory_bytes` is the largest memory declared at start.

    `counts` are the sizes of a component's index spaces and `memory` the index of its first aliased core memory; they
    are None and -1 when the reader met something newer than itself: such a module runs, without a probe.
    """

    kind: str
    imports: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    memory_bytes: int = 0
    counts: dict[str, int] | None = None
    memory: int = -1


class _Cursor:
    """A position in bytes; reading past `end` is Invalid."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes | memoryview, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def byte(self) -> int:
        if self.at >= self.end:
            raise Invalid(f"the binary ends in the middle of a section, at byte {self.end}: it was cut off")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value
            if shift > 63:
                raise Invalid(f"a number at byte {self.at} is longer than 64 bits: the binary is damaged")

    def text(self) -> str:
        size = self.number()
        self.skip(size)
        return bytes(self.data[self.at - size : self.at]).decode("utf-8", "replace")

    def skip(self, size: int) -> None:
        if size > self.end - self.at:
            raise Invalid(f"the binary ends in the middle of a section, at byte {self.end}: it was cut off")
        self.at += size

    def sort(self) -> str:
        byte = self.byte()
        sorts, number = (_CORE_SORTS, self.byte()) if byte == 0 else (_SORTS, byte)
        if number not in sorts:
            raise _Newer(f"sort {number:#x}")
        return sorts[number]


class _Newer(Exception):
    """Something this reader does not know; the engine may."""


def is_wasm(data: bytes) -> bool:
    return data[:4] == b"\0asm"


def read(data: bytes) -> Binary:
    """Read one binary. Invalid says where it is damaged."""
    if data[:8] == _CORE:
        return _read_core(data)
    if data[:8] != _COMPONENT:
        raise Invalid(f"not a WebAssembly binary of a known version: it starts with {data[:8].hex(' ')}")
    found = Binary("component", counts=dict.fromkeys((*_CORE_SORTS.values(), *_SORTS.values()), 0))
    try:
        _sections(data, found)
    except _Newer:
        found.counts, found.memory = None, -1
    return found


def _sections(data: bytes, found: Binary) -> None:
    cursor = _Cursor(data, 8, len(data))
    known = True
    while cursor.at < cursor.end:
        section = cursor.byte()
        size = cursor.number()
        start = cursor.at
        cursor.skip(size)
        inner = _Cursor(data, start, cursor.at)
        try:
            _section(section, inner, found)
        except _Newer:
            known = False  # go on: the names of imports and exports are still wanted
    if not known:
        raise _Newer


def _section(section: int, cursor: _Cursor, found: Binary) -> None:
    counts = found.counts
    assert counts is not None
    if section == 1:
        counts["core module"] += 1
        found.memory_bytes = max(found.memory_bytes, _declared(cursor))
    elif section == 4:
        counts["component"] += 1
    elif section in _COUNTED_SECTIONS:
        counts[_COUNTED_SECTIONS[section]] += cursor.number()
    elif section == 6:
        _aliases(cursor, found, counts)
    elif section == 8:
        _canons(cursor, counts)
    elif section in (10, 11):
        (_imports if section == 10 else _exports)(cursor, found, counts)


def _aliases(cursor: _Cursor, found: Binary, counts: dict[str, int]) -> None:
    for _ in range(cursor.number()):
        kind, how = cursor.sort(), cursor.byte()
        cursor.number()
        if how == 2:
            cursor.number()
        elif how in (0, 1):
            cursor.text()
        else:
            raise _Newer(f"alias {how}")
        if how == 1 and kind == "core memory" and found.memory < 0:
            found.memory = counts[kind]
        counts[kind] += 1


def _canons(cursor: _Cursor, counts: dict[str, int]) -> None:
    for _ in range(cursor.number()):
        how = cursor.byte()
        if how in (0, 1):  # lift, lower
            cursor.byte()
            cursor.number()
            for _ in range(cursor.number()):
                if cursor.byte() in (3, 4, 5, 7):
                    cursor.number()
            if how == 0:
                cursor.number()
        elif how in (2, 3, 4):  # resource.new, drop, rep
            cursor.number()
        else:
            raise _Newer(f"canon {how}")
        counts["func" if how == 0 else "core func"] += 1


def _external_name(cursor: _Cursor) -> str:
    if cursor.byte() not in (0, 1):
        raise _Newer("name with attributes")
    return cursor.text()


def _extern(cursor: _Cursor) -> str:
    what = cursor.byte()
    if what not in _EXTERN_SORTS:
        raise _Newer(f"extern {what}")
    if what == 0:
        cursor.byte()
    if what == 3:
        if cursor.byte() == 0:
            cursor.number()
    else:
        cursor.number()
    return _EXTERN_SORTS[what]


def _imports(cursor: _Cursor, found: Binary, counts: dict[str, int]) -> None:
    for _ in range(cursor.number()):
        found.imports.append(_external_name(cursor))
        counts[_extern(cursor)] += 1


def _exports(cursor: _Cursor, found: Binary, counts: dict[str, int]) -> None:
    for _ in range(cursor.number()):
        found.exports.append(_external_name(cursor))
        kind = cursor.sort()
        cursor.number()
        if cursor.byte():
            _extern(cursor)
        counts[kind] += 1


def _declared(cursor: _Cursor) -> int:
    """Bytes of the largest memory that a nested core module defines or imports."""
    cursor.skip(8)
    largest = 0
    while cursor.at < cursor.end:
        section, size = cursor.byte(), cursor.number()
        start = cursor.at
        cursor.skip(size)
        if section == 5:
            inner = _Cursor(cursor.data, start, cursor.at)
            for _ in range(inner.number()):
                largest = max(largest, _memory_pages(inner))
        elif section > 5 and section != 13:
            break  # memories come before code and data; most of 18 MB need not be walked
    return largest * PAGE_BYTES


def _memory_pages(cursor: _Cursor) -> int:
    flags, pages = cursor.byte(), cursor.number()
    if flags & 1:
        cursor.number()
    return pages


def _read_core(data: bytes) -> Binary:
    found = Binary("core")
    found.memory_bytes = _declared(_Cursor(data, 0, len(data)))
    cursor = _Cursor(data, 8, len(data))
    while cursor.at < cursor.end:
        section, size = cursor.byte(), cursor.number()
        start = cursor.at
        cursor.skip(size)
        if section == 7:
            inner = _Cursor(data, start, cursor.at)
            for _ in range(inner.number()):
                found.exports.append(inner.text())
                inner.byte()
                inner.number()
    return found


def with_probe(data: bytes, found: Binary) -> bytes:
    """The component with the export `memory-pages` added, or as it is when there is no memory to look at."""
    if found.counts is None or found.memory < 0 or PROBE in found.exports:
        return data
    counts = found.counts
    exports, probe = counts["core instance"], counts["core instance"] + 1
    inline = b"\x01" + _leb(1) + _text("memory") + b"\x02" + _leb(found.memory)
    instantiate = b"\x00" + _leb(counts["core module"]) + _leb(1) + _text("m") + b"\x12" + _leb(exports)
    alias = b"\x00\x00\x01" + _leb(probe) + _text("pages")
    function_type = b"\x40" + _leb(0) + b"\x00\x79"
    lift = b"\x00\x00" + _leb(counts["core func"]) + _leb(0) + _leb(counts["type"])
    export = b"\x00" + _text(PROBE) + b"\x01" + _leb(counts["func"]) + b"\x00"
    return b"".join(
        (
            data,
            _appended(1, _PROBE_MODULE),
            _appended(2, _leb(2) + inline + instantiate),
            _appended(6, _leb(1) + alias),
            _appended(7, _leb(1) + function_type),
            _appended(8, _leb(1) + lift),
            _appended(11, _leb(1) + export),
        )
    )


def _appended(number: int, body: bytes) -> bytes:
    return bytes((number,)) + _leb(len(body)) + body


def _text(value: str) -> bytes:
    return _leb(len(value)) + value.encode()


def _leb(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)
