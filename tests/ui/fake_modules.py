"""The modules of the node in memory: what they are made of is made up, in proportions that real ones have."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import threading
from collections.abc import Sequence
from time import time
from typing import Protocol

from workbench.api import (
    ActorInfo,
    AlreadyExists,
    Area,
    Behavior,
    CancelToken,
    Change,
    Conflict,
    Format,
    Invalid,
    Location,
    Member,
    ModuleDetail,
    ModuleDiff,
    ModuleInfo,
    NotFound,
    Progress,
    ProgressCallback,
    Section,
)

WORLD = """package plexspaces:actor@1.0.0;

/// What a server of requests looks like.
world gen-server-actor {
  import logging;
  import messaging;
  export lifecycle;
  export gen-server;
}

interface gen-server {
  use types.{payload};
  handle-request: func(sender: string, message-type: string, payload: payload) -> result<payload, string>;
}
"""
NO_WORLD = "Python source has no world of its own: the interpreter's is the same for every module."
IMPORTS = (
    Member("plexspaces:actor/logging@1.0.0", "interface", members=(
        Member("log", "function", "func(level: level, message: string)"),
    )),
    Member("plexspaces:actor/messaging@1.0.0", "interface", members=(
        Member("ask", "function", "func(to: string, message-type: string, payload: payload) -> result<payload, error>"),
        Member("tell", "function", "func(to: string, message-type: string, payload: payload) -> result<_, error>"),
    )),
)  # fmt: skip
HANDLERS = (
    Member("plexspaces:actor/lifecycle@1.0.0", "interface", members=(
        Member("init", "function", "func(state: payload) -> result<_, string>"),
        Member("snapshot-state", "function", "func() -> result<payload, string>"),
    )),
    Member("handle-request", "function", "func(sender: string, message-type: string, payload: payload) -> "
           "result<payload, string>"),
)  # fmt: skip


class Listed(Protocol):
    def list(self) -> Sequence[ActorInfo]: ...


class Told(Protocol):
    """The node, as far as its modules need it."""

    @property
    def actors(self) -> Listed: ...

    def emit(self, area: Area, kind: str, subject: str = "") -> None: ...


def sections(size: int) -> tuple[Section, ...]:
    """A component around one core module."""
    shares = (("type", "", 0.02, 40), ("import", "", 0.01, 12), ("function", "", 0.01, 310), ("code", "", 0.52, 310),
              ("data", "", 0.24, 3), ("custom", "name", 0.08, None), ("custom", "producers", 0.01, None))  # fmt: skip
    parts, at = [], 64
    for kind, name, share, items in shares:
        parts.append(Section(kind, name, at, int(size * share), items))
        at += int(size * share)
    core = Section("core module", "main", 64, at - 64, 1, tuple(parts))
    return (Section("type", "", 8, 56, 9), core, Section("canonical", "", at, int(size * 0.03), 14),
            Section("alias", "", at + int(size * 0.03), int(size * 0.02), 22),
            Section("export", "", at + int(size * 0.05), int(size * 0.01), 4))  # fmt: skip


class FakeModules:
    def __init__(self, node: Told) -> None:
        self._node = node
        self.known: dict[str, ModuleInfo] = {}
        self.bytes: dict[str, bytes] = {}
        self.described: list[str] = []
        self.held = threading.Lock()
        """Who holds it lets a deployment wait between its steps."""

    def deploy(
        self,
        data: bytes,
        *,
        file_name: str = "",
        alias: str = "",
        force: bool = False,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> ModuleInfo:
        for stage, fraction in (("checking", 0.2), ("compiling", 0.7), ("keeping", 1.0)):
            if progress:
                progress(Progress(stage, fraction))
            with self.held:
                if cancel and cancel.is_set():
                    raise Conflict("deploying was cancelled")
        if not data:
            raise Invalid("the file is empty")
        component = data.startswith(b"\0asm")
        if not component:
            self._check(data, file_name)
        digest = hashlib.sha256(data).hexdigest()
        for other in tuple(self.known.values()):
            if alias and alias in other.aliases and other.hash != digest:
                if not force:
                    raise AlreadyExists(f"the alias {alias!r} names other bytes")
                self.known[other.hash] = dataclasses.replace(other, aliases=())
        behavior = (
            Behavior.GEN_FSM
            if b"GenFSM" in data
            else Behavior.GEN_EVENT
            if b"GenEvent" in data
            else Behavior.GEN_SERVER
        )
        info = ModuleInfo(
            digest, Format.COMPONENT if component else Format.PYTHON, len(data), file_name, (behavior,),
            ("logging", "messaging"), ("messaging",), (alias,) if alias else (), time(), 13 << 20,
        )  # fmt: skip
        self.known[digest], self.bytes[digest] = info, data
        self._node.emit(Area.MODULES, "modules.deployed", digest)
        return info

    def _check(self, data: bytes, file_name: str) -> None:
        try:
            compile(data, file_name or "actor.py", "exec")
        except SyntaxError as error:
            place = Location(
                file_name, error.lineno or 1, error.offset or 1, error.end_lineno or 0, error.end_offset or 0
            )
            raise Invalid(f"{file_name}:{place.line}: {error.msg}", locations=(place,)) from error
        if b"class " not in data:
            raise Invalid("no actor class in this file: derive one from GenServer, GenEvent or GenFSM")

    def list(self) -> Sequence[ModuleInfo]:
        return sorted(self.known.values(), key=lambda info: -info.deployed)

    def get(self, reference: str) -> ModuleInfo:
        for info in self.known.values():
            if reference in info.aliases or info.hash.startswith(reference):
                return info
        raise NotFound(f"no module {reference!r}")

    def exists(self, reference: str) -> bool:
        return any(reference in info.aliases or info.hash.startswith(reference) for info in self.known.values())

    def data(self, reference: str) -> bytes:
        return self.bytes[self.get(reference).hash]

    def bytecode(self, reference: str, interpreter: str) -> str:
        raise NotFound(f"{self.get(reference).name} was not compiled on the interpreter {interpreter!r}")

    def alias(self, name: str, reference: str, *, force: bool = False) -> ModuleInfo:
        info = self.get(reference)
        for other in tuple(self.known.values()):
            if name in other.aliases and other.hash != info.hash:
                if not force:
                    raise AlreadyExists(f"the alias {name!r} names other bytes")
                self.known[other.hash] = dataclasses.replace(other, aliases=())
        self.known[info.hash] = info = dataclasses.replace(info, aliases=(name, *info.aliases))
        self._node.emit(Area.MODULES, "modules.alias", info.hash)
        return info

    def remove(self, reference: str) -> None:
        info = self.get(reference)
        if users := self.users(info):
            raise Conflict(f"{len(users)} actors use it: {', '.join(users)}")
        self.known.pop(info.hash)
        self._node.emit(Area.MODULES, "modules.removed", info.hash)

    def users(self, info: ModuleInfo) -> tuple[str, ...]:
        return tuple(row.id.name for row in self._node.actors.list() if row.module == info.hash)

    def describe(self, reference: str) -> ModuleDetail:
        info = self.get(reference)
        self.described.append(info.hash)
        if info.format is Format.PYTHON:
            file = Section("file", info.file_name, 0, info.size_bytes)
            return ModuleDetail(info, (file,), (), HANDLERS, users=self.users(info), notes=(NO_WORLD,))
        return ModuleDetail(info, sections(info.size_bytes), IMPORTS, HANDLERS, WORLD, 3 * info.size_bytes,
                            self.users(info))  # fmt: skip

    def diff(self, before: str, after: str) -> ModuleDiff:
        one, other = self.get(before), self.get(after)
        first, second = (self.data(part.hash).decode(errors="replace").splitlines() for part in (one, other))
        text = "\n".join(difflib.unified_diff(first, second, one.file_name, other.file_name, lineterm=""))
        changes = [Change("size", "bytes", str(one.size_bytes), str(other.size_bytes))]
        if one.behaviors != other.behaviors:
            changes.append(Change("behavior", str(one.behaviors[0]), str(one.behaviors[0]), ""))
            changes.append(Change("behavior", str(other.behaviors[0]), "", str(other.behaviors[0])))
        return ModuleDiff(one, other, tuple(changes), text)

    def build(
        self, reference: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
    ) -> bytes:
        if progress:
            progress(Progress("building", 0.5))
        with self.held:
            if cancel and cancel.is_set():
                raise Conflict("building was cancelled")
        return b"\0asm" + self.data(reference)
