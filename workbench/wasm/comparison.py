"""How two modules differ, for an upgrade from one to the other. No I/O: it compares what was described."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping

from workbench.api.modules import Format
from workbench.api.structure import Change, Member, ModuleDetail, ModuleDiff
from workbench.api.words import plural

LINES = 20_000
"""The longest text that is compared line by line."""


Pieces = Mapping[str, bytes]
"""What a module consists of: the files of a python module, the sections of a binary, by name."""


def compare(before: ModuleDetail, after: ModuleDetail, pieces: tuple[Pieces, Pieces]) -> ModuleDiff:
    """The differences of two modules; `pieces` are what each consists of."""
    changes = (*_meaning(before, after), *_surface(before, after), *_substance(before, after, *pieces))
    return ModuleDiff(before.info, after.info, tuple(changes), _text(before, after, *pieces))


def sections(detail: ModuleDetail, data: bytes) -> Pieces:
    """The pieces of a binary: sections of one kind and name together."""
    found: dict[str, bytes] = {}
    for section in detail.sections:
        name = f"{section.kind} {section.name}".strip()
        found[name] = found.get(name, b"") + data[section.offset : section.offset + section.size_bytes]
    return found


def _meaning(before: ModuleDetail, after: ModuleDetail) -> Iterator[Change]:
    yield from _changes("behavior", _words(before.info.behaviors), _words(after.info.behaviors))
    yield from _changes("requires", _words(before.info.requires), _words(after.info.requires))


def _surface(before: ModuleDetail, after: ModuleDetail) -> Iterator[Change]:
    yield from _changes("import", _members(before.imports), _members(after.imports))
    yield from _changes("export", _members(before.exports), _members(after.exports))


def _substance(before: ModuleDetail, after: ModuleDetail, old: Pieces, new: Pieces) -> Iterator[Change]:
    first, second = before.info, after.info
    yield from _changes("memory", _size("at start", first.memory_bytes), _size("at start", second.memory_bytes))
    yield from _changes("size", _size("module", first.size_bytes), _size("module", second.size_bytes))
    part = "file" if Format.PYTHON in (first.format, second.format) else "section"
    yield from _changes(part, _told(old, new), _told(new, old))


def _size(name: str, size_bytes: int) -> dict[str, str]:
    return {name: _bytes(size_bytes)}


def _bytes(size_bytes: int) -> str:
    return plural(size_bytes, "byte")


def _told(pieces: Pieces, others: Pieces) -> dict[str, str]:
    """The size of each piece, and the beginning of its hash where only that differs from its counterpart."""
    told: dict[str, str] = {}
    for name, piece in pieces.items():
        other = others.get(name)
        same_size = other is not None and len(other) == len(piece) and other != piece
        told[name] = _bytes(len(piece)) + f", {hashlib.sha256(piece).hexdigest()[:8]}" * same_size
    return told


def _changes(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """What was removed or changed in the order of `before`, then what was added in the order of `after`."""
    for name, value in before.items():
        if after.get(name) != value:
            yield Change(part, name, value, after.get(name, ""))
    for name, value in after.items():
        if name not in before:
            yield Change(part, name, "", value)


def _words(names: tuple[str, ...]) -> dict[str, str]:
    return {str(name): str(name) for name in names}


def _members(members: tuple[Member, ...]) -> dict[str, str]:
    """Each import or export, and each function and type of an interface, with what is to be compared."""
    found: dict[str, str] = {}
    for member in members:
        found[member.name] = member.type or member.kind
        found.update({f"{member.name}.{inner.name}": inner.type or inner.kind for inner in member.members})
    return found


def _text(before: ModuleDetail, after: ModuleDetail, old: Pieces, new: Pieces) -> str:
    python = before.info.format is Format.PYTHON
    if python != (after.info.format is Format.PYTHON):
        return ""
    names = before.info.file_name, after.info.file_name
    if not python:
        return _unified(_world(before), _world(after), *names)
    if len(old) == len(new) == 1:  # one file each, whatever they are called
        (first,), (second,) = old.values(), new.values()
        return _unified(_source(first), _source(second), *names)
    every = sorted({*old, *new})
    return "".join(_unified(_source(old.get(name, b"")), _source(new.get(name, b"")), name, name) for name in every)


def _unified(before: str, after: str, old_name: str, new_name: str) -> str:
    first, second = before.splitlines(), after.splitlines()
    if len(first) > LINES or len(second) > LINES:
        return f"texts of {len(first):,} and {len(second):,} lines are too long to be compared line by line\n"
    return "".join(f"{line}\n" for line in difflib.unified_diff(first, second, old_name, new_name, lineterm=""))


def _source(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace")


def _world(detail: ModuleDetail) -> str:
    """A binary's world; the imports and exports of a core module, which has none."""
    if detail.wit:
        return detail.wit
    pairs = (("import", detail.imports), ("export", detail.exports))
    return "".join(f"{verb} {member.name}: {member.type}\n" for verb, members in pairs for member in members)
