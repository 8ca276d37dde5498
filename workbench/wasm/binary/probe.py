"""The memory probe: the engine gives the host no view of a component's memory, but sections may be added at its end.

One small core module that runs `memory.size` is aliased to the component's memory and lifted as the export
`memory-pages`. The module's identity stays the hash of its original bytes.
"""

from __future__ import annotations

from workbench.wasm.binary.binary import Binary

PROBE = "memory-pages"
# (module (import "m" "memory" (memory 0)) (func (export "pages") (result i32) memory.size))
_PROBE_MODULE = bytes.fromhex(
    "0061736d010000000105016000017f020d01016d066d656d6f72790200000302010007090105706167657300000a060104003f000b"
)


def no_probe(found: Binary) -> str:
    """Why a module gets no memory probe; empty when it gets one, or shows its memory itself."""
    if found.kind == "core":
        return "" if found.memories else "it has no memory"
    if found.counts is None:
        return "the reader does not understand all of it"
    if PROBE in found.exports:
        return f"it has an export {PROBE} of its own"
    return "" if found.memory >= 0 else "it has no memory that the reader can see"


def with_probe(data: bytes, found: Binary) -> bytes:
    """The component with the export `memory-pages` added, or as it is when there is no memory to look at."""
    counts = found.counts
    if counts is None or no_probe(found):
        return data
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
