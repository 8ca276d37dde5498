"""What every other part needs to know of a binary before it runs: names, memory, and where a probe would go."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from workbench.api.errors import Invalid
from workbench.wasm.binary.core import CoreMember, read_core
from workbench.wasm.binary.core_types import Memory
from workbench.wasm.binary.cursor import SORTS, Cursor, Newer
from workbench.wasm.binary.spaces import Spaces

VERSION = 2
"""Of this reader: what an older one stored is read again."""
COMPONENT = b"\0asm\x0d\0\1\0"
CORE = b"\0asm\1\0\0\0"


@dataclass(slots=True)
class Binary:
    """What was read. `kind` is `component` or `core`; `memory_bytes` is the largest memory declared at start.

    `counts` are the sizes of a component's index spaces and `memory` the index of its first aliased core memory; they
    are None and -1 when the reader met something newer than itself: such a module runs, without a probe, and `notes`
    say why. `table_elements` is the size of the largest table at start. `core_imports`, `core_exports` and `memories`
    are those of a core module.
    """

    kind: str
    imports: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    memory_bytes: int = 0
    counts: dict[str, int] | None = None
    memory: int = -1
    table_elements: int = 0
    notes: list[str] = field(default_factory=list)
    core_imports: tuple[CoreMember, ...] = ()
    core_exports: tuple[CoreMember, ...] = ()
    memories: tuple[Memory, ...] = ()
    version: int = 0


def is_wasm(data: bytes) -> bool:
    return data[:4] == b"\0asm"


def read(data: bytes) -> Binary:
    """Read one binary, without its code and data. Invalid says where it is damaged."""
    if data[:8] == CORE:
        return _core(Cursor(data, 8))
    if data[:8] != COMPONENT:
        raise Invalid(f"not a WebAssembly binary of a known version: it starts with {data[:8].hex(' ')}")
    return _component(Cursor(data, 8))


def _core(cursor: Cursor) -> Binary:
    found = read_core(cursor)
    return Binary(
        "core",
        [f"{member.module}.{member.name}" for member in found.imports],
        [member.name for member in found.exports],
        found.memory_bytes,
        table_elements=found.table_elements,
        notes=found.notes,
        core_imports=tuple(found.imports),
        core_exports=tuple(found.exports),
        memories=tuple(found.memories),
        version=VERSION,
    )


def _component(cursor: Cursor) -> Binary:
    spaces = Spaces(dict.fromkeys(SORTS, 0))
    known = True
    while cursor.more:
        try:
            spaces.read(*cursor.section())
        except Newer as newer:
            known = False  # go on: the names of imports and exports are still wanted
            spaces.notes.append(f"something before byte {cursor.at} could not be read: {newer}")
            if cursor.work.left < 0:
                break
    return Binary(
        "component",
        spaces.imports,
        spaces.exports,
        spaces.memory_bytes,
        spaces.counts if known else None,
        spaces.memory if known else -1,
        table_elements=spaces.table_elements,
        notes=spaces.notes,
        version=VERSION,
    )


def to_json(found: Binary) -> str:
    """What was read of a component, to be kept beside it; what only core modules have is left out."""
    values = asdict(found)
    for name in ("core_imports", "core_exports", "memories"):
        del values[name]
    return json.dumps(values)


def from_json(text: str) -> Binary:
    """What `to_json` wrote. ValueError: another version of the reader wrote it, or it is damaged."""
    try:
        found = Binary(**json.loads(text))
    except TypeError as error:
        raise ValueError(str(error)) from error
    if found.version != VERSION:
        raise ValueError(f"the reader had the version {found.version}, it has {VERSION}")
    return found
