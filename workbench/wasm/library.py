"""The module library: deployed code by content, its aliases, and what has to be loaded to run it."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from workbench.api.errors import Conflict, Invalid, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.modules import (
    PREFIX_CHARACTERS,
    SIZE_BYTES,
    CancelToken,
    Format,
    ModuleInfo,
    Progress,
    ProgressCallback,
)
from workbench.api.structure import ModuleDetail, ModuleDiff
from workbench.guest import build, sources
from workbench.wasm import builds, description
from workbench.wasm.comparison import compare, sections
from workbench.wasm.detect import detect
from workbench.wasm.intake import BEHAVIOR_NAMES, Intake, identity
from workbench.wasm.interpreter import Interpreter, fingerprint
from workbench.wasm.program import BEHAVIORS, Program
from workbench.wasm.programs import Programs
from workbench.wasm.references import check_alias, is_hexadecimal, resolve


class ModuleStore(Protocol):
    """Where modules are kept; implemented by the storage."""

    def save(self, info: ModuleInfo, data: bytes) -> None: ...
    def repair(self, module: str, data: bytes) -> None: ...
    def load(self, module: str) -> ModuleInfo | None: ...
    def data(self, module: str) -> bytes: ...
    def all(self) -> Sequence[ModuleInfo]: ...
    def point(self, alias: str, module: str) -> None: ...
    def aliases(self) -> Mapping[str, str]: ...
    def remove(self, module: str) -> None: ...
    def save_bytecode(self, module: str, interpreter: str, bytecode: str) -> None: ...
    def bytecode(self, module: str, interpreter: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Runnable:
    """A module loaded for a stack class. A python module runs on the interpreter's program with its own bytecode."""

    info: ModuleInfo
    program: Program
    bytecode: str
    behaviors: tuple[str, ...]

    @property
    def names(self) -> tuple[str, str]:
        """The hashes that a turn names: the module's, and that of the interpreter it runs on, if it does."""
        return self.info.hash, self.program.module if self.bytecode else ""


class Library:
    """The facet `node.modules`. Thread-safe; `changed(area, kind, subject, text)` is called after each change."""

    def __init__(
        self,
        store: ModuleStore,
        programs: Programs,
        interpreter: Interpreter,
        *,
        changed: Callable[[Area, str, str, str], None],
        users: Callable[[str], Sequence[ActorId]],
        tenant: str = "default",
    ) -> None:
        self._store, self._programs, self._interpreter = store, programs, interpreter
        self._intake = Intake(programs, interpreter)
        self._changed, self._users, self._tenant = changed, users, tenant
        self._shown: dict[str, tuple[ModuleInfo, ModuleInfo]] = {}  # as stored, and with its aliases
        self._named: tuple[Mapping[str, str] | None, Mapping[str, tuple[str, ...]]] = None, {}

    def seen_by(self, tenant: str) -> Library:
        """The same library for another tenant, who is told the names of its own actors only."""
        seen = copy.copy(self)
        seen._tenant = tenant
        return seen

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
        if not isinstance(data, bytes):
            raise Invalid(f"a module is given as bytes, not {type(data).__name__}")
        if len(data) > SIZE_BYTES:
            raise Invalid(f"the module has {len(data):,} bytes; up to {SIZE_BYTES:,} are taken")
        if cancel is not None and cancel.is_set():
            raise Conflict("the deployment was cancelled")
        found = detect(data, file_name)
        module = identity(found)
        if alias:
            check_alias(alias, module, self._store.aliases(), force=force)
        known = self._store.load(module)
        if known is not None:
            self._store.repair(module, found.data)
        if known is None or not self._ready(known):
            taken = self._intake.take(found, Path(file_name).name, progress=progress, cancel=cancel)
            if taken.bytecode:
                self._store.save_bytecode(module, taken.info.interpreter, taken.bytecode)
            if known is None:
                self._store.save(taken.info, found.data)
                self._changed(Area.MODULES, "modules.deployed", module, taken.info.file_name)
        if alias:
            self._point(alias, module)
        return self.get(module)

    def _ready(self, info: ModuleInfo) -> bool:
        if info.format is Format.PYTHON:
            return self._store.bytecode(info.hash, self._interpreter.hash) is not None
        return self._programs.ready(info.hash)

    def open(self, reference: str, stack_bytes: int) -> Runnable:
        """Everything needed to instantiate a module; compiles what is missing."""
        info = self._known(reference)
        if info.format is not Format.PYTHON:
            program = self._programs.get(info.hash, lambda: self._store.data(info.hash), stack_bytes)
            return Runnable(info, program, "", program.behaviors)
        program = self._interpreter.program(stack_bytes)
        bytecode = self._store.bytecode(info.hash, program.module)
        if bytecode is None:  # it was compiled on another build of the interpreter
            bytecode = self._intake.report(self.data(info.hash), info.file_name).bytecode
            self._store.save_bytecode(info.hash, program.module, bytecode)
        behaviors = tuple(name for name in BEHAVIORS if BEHAVIOR_NAMES[name] in info.behaviors)
        return Runnable(info, program, bytecode, behaviors)

    @property
    def count(self) -> int:
        return len(self._store.all())

    def list(self) -> Sequence[ModuleInfo]:
        names = self._names()
        return [
            replace(info, aliases=names.get(info.hash, ()), compiled=self._ready(info)) for info in self._store.all()
        ]

    def get(self, reference: str) -> ModuleInfo:
        info = self._known(reference)
        return replace(info, compiled=self._ready(info))

    def exists(self, reference: str) -> bool:
        try:
            self._known(reference)
        except NotFound:
            return False
        return True

    def _known(self, reference: str) -> ModuleInfo:
        """A module with its aliases."""
        info = self._store.load(self._resolve(reference))
        if info is None:
            raise NotFound(f"no module {reference!r}; {_advice(reference)}")
        names = self._names().get(info.hash, ())
        before = self._shown.get(info.hash)
        if before is None or before[0] is not info or before[1].aliases != names:
            before = self._shown[info.hash] = info, replace(info, aliases=names)
        return before[1]

    def _names(self) -> Mapping[str, tuple[str, ...]]:
        """Aliases of each module, the newest first."""
        aliases = self._store.aliases()
        if self._named[0] is not aliases:
            names: dict[str, tuple[str, ...]] = {}
            for alias, module in aliases.items():
                names[module] = (alias, *names.get(module, ()))
            self._named = aliases, names
        return self._named[1]

    def _resolve(self, reference: str) -> str:
        if self._store.load(reference) is not None:
            return reference
        return resolve(reference, self._store.all(), self._store.aliases())

    def data(self, reference: str) -> bytes:
        try:
            return self._store.data(self._known(reference).hash)
        except NotFound:
            if (interpreter := self._interpreter.data(reference)) is None:
                raise
            return interpreter

    def bytecode(self, reference: str, interpreter: str) -> str:
        info = self._known(reference)
        found = self._store.bytecode(info.hash, interpreter)
        if found is None:
            raise NotFound(f"{info.name} was not compiled on the interpreter {interpreter[:12]!r}")
        return found

    def describe(self, reference: str) -> ModuleDetail:
        info = self.get(reference)
        users = sorted(actor.name for actor in self._users(info.hash) if actor.tenant == self._tenant)
        compiled_bytes = self._compiled_bytes(info)
        return description.describe(info, self._store.data(info.hash), compiled_bytes=compiled_bytes, users=users)

    def _compiled_bytes(self, info: ModuleInfo) -> int | None:
        if info.format is not Format.PYTHON:
            return self._programs.compiled_bytes(info.hash)
        bytecode = self._store.bytecode(info.hash, self._interpreter.hash)
        return None if bytecode is None else len(bytecode)

    def diff(self, before: str, after: str) -> ModuleDiff:
        first, second = self.describe(before), self.describe(after)
        return compare(first, second, (self._pieces(first), self._pieces(second)))

    def _pieces(self, detail: ModuleDetail) -> Mapping[str, bytes]:
        data = self._store.data(detail.info.hash)
        python = detail.info.format is Format.PYTHON
        return description.sources(detail.info, data) if python else sections(detail, data)

    def alias(self, name: str, reference: str, *, force: bool = False) -> ModuleInfo:
        info = self.get(reference)
        check_alias(name, info.hash, self._store.aliases(), force=force)
        self._point(name, info.hash)
        return self.get(info.hash)

    def _point(self, alias: str, module: str) -> None:
        if self._store.aliases().get(alias) != module:
            self._store.point(alias, module)
            self._changed(Area.MODULES, "modules.aliased", module, alias)

    def remove(self, reference: str) -> None:
        info = self.get(reference)
        if users := self._users(info.hash):
            raise Conflict(f"module {info.name} is in use by {self._told(users)}; stop them first")
        self._store.remove(info.hash)
        self._programs.forget(info.hash)
        self._shown.pop(info.hash, None)
        self._changed(Area.MODULES, "modules.removed", info.hash, info.name)

    def _told(self, users: Sequence[ActorId]) -> str:
        """The caller's own by name; of other tenants neither names nor numbers."""
        own = sorted(actor.name for actor in users if actor.tenant == self._tenant)
        return ", ".join(own) + " and others" * (len(own) < len(users)) if own else "others"

    def build(
        self, reference: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
    ) -> bytes:
        info = self.get(reference)
        if info.format is not Format.PYTHON:
            raise Invalid(f"module {info.name} is a {info.format} already; only Python source is built")
        started = time.monotonic()
        files = sources.texts(self.data(info.hash), info.file_name)
        report = self._interpreter.check(files)

        described = (report.class_name, *report.behaviors), report.imports
        key = builds.key(fingerprint(), files, *described)
        known = self._interpreter.builds.find(key)
        if known is not None:
            return known

        def cancelled() -> bool:
            if progress is not None:
                progress(Progress("building the component", None, time.monotonic() - started))
            return cancel is not None and cancel.is_set()

        with tempfile.TemporaryDirectory(prefix="workbench-build-") as folder:
            output = Path(folder) / "actor.wasm"
            build.build_component(
                files,
                output,
                class_name=report.class_name,
                behaviors=report.behaviors,
                imports=report.imports,
                report=lambda _line: None,
                cancelled=cancelled,
            )
            data = output.read_bytes()
        self._interpreter.builds.keep(key, data)
        return data


def _advice(reference: str) -> str:
    if 0 < len(reference) < PREFIX_CHARACTERS and is_hexadecimal(reference):
        return f"the beginning of a hash has {PREFIX_CHARACTERS} or more characters"
    return "deploy it first, or list them with: workbench module list"
