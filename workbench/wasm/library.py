"""The module library: deployed code by content, its aliases, and what has to be loaded to run it."""

from __future__ import annotations

import copy
import hashlib
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from workbench.api.errors import AlreadyExists, Conflict, Invalid, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.modules import (
    PREFIX_CHARACTERS,
    SIZE_BYTES,
    Behavior,
    CancelToken,
    Format,
    ModuleInfo,
    Progress,
    ProgressCallback,
)
from workbench.guest import build
from workbench.wasm import binary
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import Engines
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.linker import Linkers
from workbench.wasm.program import BEHAVIORS, Program, check_names, check_types, load

BEHAVIOR_NAMES = {
    "gen-server": Behavior.GEN_SERVER,
    "gen-event": Behavior.GEN_EVENT,
    "gen-fsm": Behavior.GEN_FSM,
    "generic": Behavior.GENERIC,
}
LOOKED_AT_BYTES = 512
TEXT_SHARE = 0.9
_NO_CAPABILITY = frozenset({"types", "debug"})
_CAPABILITY = {"http": "network", "socket": "network"}


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


class Library:
    """The facet `node.modules`. Thread-safe; `changed(area, kind, subject, text)` is called after each change."""

    def __init__(
        self,
        store: ModuleStore,
        artifacts: Artifacts,
        compiler: Compiler,
        engines: Engines,
        linkers: Linkers,
        interpreter: Interpreter,
        *,
        changed: Callable[[Area, str, str, str], None],
        users: Callable[[str], Sequence[ActorId]],
        tenant: str = "default",
    ) -> None:
        self._store, self._artifacts, self._compiler = store, artifacts, compiler
        self._engines, self._linkers, self._interpreter = engines, linkers, interpreter
        self._changed, self._users, self._tenant = changed, users, tenant
        self._programs: dict[tuple[str, int], Program] = {}
        self._lock = threading.RLock()

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
        if len(data) > SIZE_BYTES:
            raise Invalid(f"the module has {len(data):,} bytes; up to {SIZE_BYTES:,} are taken")
        if cancel is not None and cancel.is_set():
            raise Conflict("the deployment was cancelled")
        module = hashlib.sha256(data).hexdigest()
        if alias:
            self._check_alias(alias, module, force)
        known = self._store.load(module)
        if known is not None:
            self._store.repair(module, data)
        if known is None or not self._ready(known):
            what = detect(data, file_name)
            made = (self._python if what is Format.PYTHON else self._component)(
                module, data, Path(file_name).name, progress, cancel
            )
            if known is None:
                self._store.save(made, data)
                self._changed(Area.MODULES, "modules.deployed", module, made.file_name)
        if alias:
            self._point(alias, module)
        return self.get(module)

    def _ready(self, info: ModuleInfo) -> bool:
        if info.format is Format.PYTHON:
            return self._store.bytecode(info.hash, self._interpreter.hash) is not None
        return self._artifacts.find(info.hash) is not None

    def _python(
        self,
        module: str,
        data: bytes,
        file_name: str,
        progress: ProgressCallback | None,
        cancel: CancelToken | None,
    ) -> ModuleInfo:
        interpreter = self._interpreter.ensure(progress=progress, cancel=cancel)
        if progress is not None:
            progress(Progress("checking the source"))
        name = file_name or "actor.py"
        report = self._interpreter.check({name: _source(data)})
        self._store.save_bytecode(module, interpreter, report.bytecode)
        return ModuleInfo(
            hash=module,
            format=Format.PYTHON,
            size_bytes=len(data),
            file_name=name,
            behaviors=tuple(BEHAVIOR_NAMES[name] for name in report.behaviors),
            imports=report.imports,
            requires=_requires(report.imports),
            aliases=(),
            deployed=time.time(),
            memory_bytes=self._interpreter.program(0).memory_bytes,
            class_name=report.class_name,
            documentation=report.documentation,
            interpreter=interpreter,
            carries_state=report.carries_state,
            warnings=report.warnings,
        )

    def _component(
        self,
        module: str,
        data: bytes,
        file_name: str,
        progress: ProgressCallback | None,
        cancel: CancelToken | None,
    ) -> ModuleInfo:
        found = binary.read(data)
        check_names(found)
        if self._artifacts.find(module) is None:
            scratch = self._artifacts.scratch(module)
            self._compiler.compile(binary.with_probe(data, found), scratch, progress=progress, cancel=cancel)
            self._artifacts.keep(module, scratch)
        program = self._program(module, found, 0)
        try:
            check_types(program.component, program.engine)
        except Invalid:
            self._artifacts.forget(module)
            raise
        ours = [name.partition("/")[2].partition("@")[0] for name in found.imports if name.startswith("plexspaces:")]
        imports = tuple(name for name in ours if name != "types")
        return ModuleInfo(
            hash=module,
            format=Format.COMPONENT,
            size_bytes=len(data),
            file_name=file_name,
            behaviors=tuple(BEHAVIOR_NAMES[name] for name in program.behaviors),
            imports=imports,
            requires=_requires(imports),
            aliases=(),
            deployed=time.time(),
            memory_bytes=found.memory_bytes,
        )

    def _program(self, module: str, found: binary.Binary | None, stack_bytes: int) -> Program:
        engine = self._engines.get(stack_bytes)
        with self._lock:
            key = module, id(engine)
            if key not in self._programs:
                data = None if found else self._store.data(module)
                described = found or binary.read(data or b"")
                artifact = self._artifacts.find(module)
                if artifact is None:
                    scratch = self._artifacts.scratch(module)
                    self._compiler.compile(binary.with_probe(self._store.data(module), described), scratch)
                    artifact = self._artifacts.keep(module, scratch)
                self._programs[key] = load(module, artifact, described, engine, self._linkers)
            return self._programs[key]

    def open(self, reference: str, stack_bytes: int) -> Runnable:
        """Everything needed to instantiate a module; compiles what is missing."""
        info = self.get(reference)
        if info.format is Format.COMPONENT:
            program = self._program(info.hash, None, stack_bytes)
            return Runnable(info, program, "", program.behaviors)
        program = self._interpreter.program(stack_bytes)
        bytecode = self._store.bytecode(info.hash, program.module)
        if bytecode is None:  # it was compiled on another build of the interpreter
            bytecode = self._interpreter.check({info.file_name: _source(self.data(info.hash))}).bytecode
            self._store.save_bytecode(info.hash, program.module, bytecode)
        behaviors = tuple(name for name in BEHAVIORS if BEHAVIOR_NAMES[name] in info.behaviors)
        return Runnable(info, program, bytecode, behaviors)

    def list(self) -> Sequence[ModuleInfo]:
        names = self._names()
        return [self._with_names(info, names) for info in self._store.all()]

    def get(self, reference: str) -> ModuleInfo:
        info = self._store.load(self._resolve(reference))
        if info is None:
            raise NotFound(f"no module {reference!r}; deploy it first, or list them with: workbench module list")
        return self._with_names(info, self._names())

    def _with_names(self, info: ModuleInfo, names: Mapping[str, Sequence[str]]) -> ModuleInfo:
        return replace(info, aliases=tuple(names.get(info.hash, ())), compiled=self._ready(info))

    def _names(self) -> Mapping[str, Sequence[str]]:
        """Aliases of each module, the newest first."""
        names: dict[str, tuple[str, ...]] = {}
        for alias, module in self._store.aliases().items():
            names[module] = (alias, *names.get(module, ()))
        return names

    def _resolve(self, reference: str) -> str:
        lowered, aliases = reference.lower(), self._store.aliases()
        if self._store.load(lowered) is not None:
            return lowered
        if reference in aliases:
            return aliases[reference]
        versions = [alias for alias in aliases if alias.rpartition("@")[0] == reference]
        if versions:
            return aliases[versions[-1]]
        if _looks_like_hash(reference):
            found = [info for info in self._store.all() if info.hash.startswith(lowered)]
            if len(found) > 1:
                candidates = ", ".join(f"{info.hash[:16]} ({info.file_name})" for info in found)
                raise Invalid(f"{reference!r} is ambiguous: {candidates}; give more characters")
            if found:
                return found[0].hash
        return lowered

    def data(self, reference: str) -> bytes:
        return self._store.data(self.get(reference).hash)

    def alias(self, name: str, reference: str, *, force: bool = False) -> ModuleInfo:
        info = self.get(reference)
        self._check_alias(name, info.hash, force)
        self._point(name, info.hash)
        return self.get(info.hash)

    def _check_alias(self, alias: str, module: str, force: bool) -> None:
        if not alias or alias != alias.strip() or "\0" in alias:
            raise Invalid(f"{alias!r} cannot be an alias: it must not be empty, begin or end with a space, or hold NUL")
        if _looks_like_hash(alias.partition("@")[0]):
            raise Invalid(
                f"{alias!r} cannot be an alias: {PREFIX_CHARACTERS} or more hexadecimal digits are read as a hash"
            )
        target = self._store.aliases().get(alias)
        if target is not None and target != module and not force:
            raise AlreadyExists(
                f"the alias {alias!r} points at {target[:12]}, not at {module[:12]}; use --force to move it"
            )

    def _point(self, alias: str, module: str) -> None:
        if self._store.aliases().get(alias) != module:
            self._store.point(alias, module)
            self._changed(Area.MODULES, "modules.aliased", module, alias)

    def remove(self, reference: str) -> None:
        info = self.get(reference)
        if users := self._users(info.hash):
            raise Conflict(f"module {info.name} is in use by {self._told(users)}; stop them first")
        self._store.remove(info.hash)
        self._artifacts.forget(info.hash)
        with self._lock:
            for key in [key for key in self._programs if key[0] == info.hash]:
                del self._programs[key]
        self._changed(Area.MODULES, "modules.removed", info.hash, info.name)

    def _told(self, users: Sequence[ActorId]) -> str:
        names = ", ".join(sorted(actor.name for actor in users if actor.tenant == self._tenant))
        return f"{len(users)} actor{'s' * (len(users) > 1)}{f' ({names})' * bool(names)}"

    def build(
        self, reference: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
    ) -> bytes:
        info = self.get(reference)
        if info.format is not Format.PYTHON:
            raise Invalid(f"module {info.name} is a {info.format} already; only Python source is built")
        started = time.monotonic()
        sources = {info.file_name: _source(self.data(info.hash))}
        report = self._interpreter.check(sources)

        def cancelled() -> bool:
            if progress is not None:
                progress(Progress("building the component", None, time.monotonic() - started))
            return cancel is not None and cancel.is_set()

        with tempfile.TemporaryDirectory(prefix="workbench-build-") as folder:
            output = Path(folder) / "actor.wasm"
            build.build_component(
                sources,
                output,
                class_name=report.class_name,
                behaviors=report.behaviors,
                imports=report.imports,
                report=lambda _line: None,
                cancelled=cancelled,
            )
            return output.read_bytes()


def detect(data: bytes, file_name: str = "") -> Format:
    """Tell by content what was given; Invalid says what it looks like, by its name too."""
    if not data:
        raise Invalid("the file is empty")
    if binary.is_wasm(data):
        return Format.COMPONENT
    if data[:2] == b"PK":
        raise Invalid("this is a zip archive; actors of several files cannot be deployed yet, only a single .py file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if file_name.endswith(".py") or _looks_like_text(data):
            name = Path(file_name).name or "the file"
            raise Invalid(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None
        raise Invalid(f"neither WebAssembly nor Python source: it starts with the bytes {data[:8].hex(' ')}") from None
    if "\0" in text:
        raise Invalid("neither WebAssembly nor Python source: it contains NUL bytes")
    if text.lstrip().startswith(("(module", "(component")):
        raise Invalid("this is WebAssembly text; assemble it to a component first, text cannot be deployed yet")
    return Format.PYTHON


def _looks_like_text(data: bytes) -> bool:
    """Whether nearly all of the first bytes are printable ASCII, as in source that somebody wrote."""
    first = data[:LOOKED_AT_BYTES]
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in first)
    return b"\0" not in first and printable >= len(first) * TEXT_SHARE


def _looks_like_hash(reference: str) -> bool:
    return len(reference) >= PREFIX_CHARACTERS and not set(reference.lower()) - set("0123456789abcdef")


def _source(data: bytes) -> str:
    """The text of a Python module; that it is UTF-8 was seen when it was deployed."""
    return data.decode("utf-8-sig")


def _requires(imports: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_CAPABILITY.get(name, name) for name in imports if name not in _NO_CAPABILITY))
