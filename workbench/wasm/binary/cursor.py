"""A position in a binary that trusts nothing: reading past the end, endless numbers and huge counts end in words."""

from __future__ import annotations

from workbench.api.errors import Invalid

ENTRIES = 1_000_000
"""The most entries of all sections together that are read; engines take no more of one kind either."""
NAME_BYTES = 100_000
"""The longest name; the engine's own bound."""
DEPTH = 50
"""How deep components and types may be nested inside each other."""
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
SORTS = (*_CORE_SORTS.values(), *_SORTS.values())


class Newer(Exception):
    """Something that this reader does not know, or more than it looks at; the engine may."""


class Work:
    """How many entries may still be read; shared by all cursors of one reading, so that no binary keeps it busy."""

    __slots__ = ("entries", "left")

    def __init__(self, entries: int = ENTRIES) -> None:
        self.entries = self.left = entries

    def take(self, entries: int) -> None:
        self.left -= entries
        if self.left < 0:
            raise Newer(f"it has more than {self.entries:,} entries, the rest was not read")


class Cursor:
    """A position in bytes. Invalid: it is damaged. Newer: it cannot be understood here."""

    __slots__ = ("at", "data", "end", "work")

    def __init__(self, data: bytes | memoryview, at: int = 0, end: int | None = None, work: Work | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end
        self.work = work or Work()

    @property
    def more(self) -> bool:
        return self.at < self.end

    def byte(self) -> int:
        if self.at >= self.end:
            raise self._cut()
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """An unsigned number of up to 64 bits (LEB128)."""
        at = self.at
        if at < self.end and self.data[at] < 0x80:  # nearly all are of one byte
            self.at = at + 1
            return self.data[at]
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value
            if shift > 63:
                raise Invalid(f"a number at byte {self.at} is longer than 64 bits: the binary is damaged")

    def signed(self) -> int:
        """A signed number of up to 64 bits (LEB128)."""
        at = self.at
        if at < self.end and self.data[at] < 0x80:
            self.at = at + 1
            return self.data[at] - (self.data[at] & 0x40) * 2
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value - (1 << shift) if byte & 0x40 else value
            if shift > 63:
                raise Invalid(f"a number at byte {self.at} is longer than 64 bits: the binary is damaged")

    def count(self) -> int:
        """How many entries follow. Each takes a byte at least: no count is trusted beyond what is there."""
        found = self.number()
        left = self.end - self.at
        if found > left:
            raise Invalid(f"{found:,} entries are announced at byte {self.at}, {left:,} bytes are left: it was cut off")
        self.work.take(found)
        return found

    def text(self) -> str:
        size = self.number()
        if size > NAME_BYTES and size <= self.end - self.at:
            raise Invalid(f"a name of {size:,} bytes at byte {self.at}; up to {NAME_BYTES:,} are taken")
        self.skip(size)
        self.work.take(size >> 6)
        return str(self.data[self.at - size : self.at], "utf-8", "replace")

    def skip_text(self) -> None:
        self.skip(self.number())

    def skip(self, size: int) -> None:
        if size > self.end - self.at:
            raise self._cut()
        self.at += size

    def inside(self, size: int) -> Cursor:
        """A cursor over the next `size` bytes, which this one leaves behind."""
        start = self.at
        self.skip(size)
        return Cursor(self.data, start, self.at, self.work)

    def section(self) -> tuple[int, Cursor]:
        """The next section's number and a cursor over its contents."""
        self.work.take(1)
        number = self.byte()
        return number, self.inside(self.number())

    def sort(self) -> str:
        byte = self.byte()
        sorts, number = (_CORE_SORTS, self.byte()) if byte == 0 else (_SORTS, byte)
        if number not in sorts:
            raise Newer(f"the sort {number:#x} is newer than this reader")
        return sorts[number]

    def _cut(self) -> Invalid:
        return Invalid(f"the binary ends in the middle of a section, at byte {self.end}: it was cut off")
