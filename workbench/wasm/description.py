"""What is inside a deployed module, told without running it: see `ModuleDetail`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

from workbench.api.errors import Invalid
from workbench.api.modules import Behavior, Format, ModuleInfo
from workbench.api.structure import Member, ModuleDetail, Section
from workbench.guest import archive
from workbench.wasm import binary
from workbench.wasm.binary.contents import Contents, read_contents
from workbench.wasm.program import LIFECYCLE
from workbench.wasm.types import Interface
from workbench.wasm.wit import actor_package

_INTERFACES = {
    Behavior.GEN_SERVER: "gen-server",
    Behavior.GEN_EVENT: "gen-event",
    Behavior.GEN_FSM: "gen-fsm",
    Behavior.GENERIC: "generic",
}


def describe(info: ModuleInfo, data: bytes, *, compiled_bytes: int | None, users: Sequence[str]) -> ModuleDetail:
    """Everything about one module. It always answers: what cannot be read is told in `notes`."""
    found = _python(info, data) if info.format is Format.PYTHON else _binary(data)
    return ModuleDetail(
        info, found.sections, found.imports, found.exports, found.wit, compiled_bytes, tuple(users), found.notes
    )


def _binary(data: bytes) -> Contents:
    try:
        found = binary.read(data)
    except Invalid as error:
        return Contents(notes=(f"it cannot be read: {error.message}",))
    contents = read_contents(data, found)
    reason = binary.no_probe(found)
    if not reason:
        return contents
    notes = (*contents.notes, f"its memory is not measured while it runs: {reason}")
    return Contents(contents.sections, contents.imports, contents.exports, contents.wit, notes)


def _python(info: ModuleInfo, data: bytes) -> Contents:
    interfaces = [_INTERFACES[behavior] for behavior in info.behaviors]
    return Contents(_sections(info, data), _interfaces(info.imports), _interfaces((LIFECYCLE, *interfaces)))


def _sections(info: ModuleInfo, data: bytes) -> tuple[Section, ...]:
    if not archive.is_archive(data):
        return (Section("file", info.file_name, 0, len(data)),)
    entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    return tuple(Section("file", entry.filename, entry.header_offset, entry.file_size) for entry in entries)


def sources(info: ModuleInfo, data: bytes) -> dict[str, bytes]:
    """The files of a python module by name."""
    return dict(archive.read(data).files) if archive.is_archive(data) else {info.file_name: data}


def _interfaces(names: Iterable[str]) -> tuple[Member, ...]:
    package = actor_package()
    known = ((name, package.interfaces.get(name)) for name in names)
    return tuple(_member(package.qualified(name), interface) for name, interface in known)


def _member(name: str, interface: Interface | None) -> Member:
    functions = interface.functions if interface else ()
    return Member(name, "interface", "", tuple(Member(one.name, "function", str(one)) for one in functions))
