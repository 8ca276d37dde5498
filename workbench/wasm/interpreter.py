"""The shared Python interpreter of this machine: a module like any other, addressed by hash, built and compiled once.

Two builds of it differ (hash seed and heap are baked in), so a build is found again by the fingerprint of what went in:
the SDK's files, the interfaces and the builder's version.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock
from wasmtime import WasmtimeError

from workbench.api.errors import Conflict, Invalid, Location, Unavailable
from workbench.api.identity import ActorId
from workbench.api.limits import DEFAULT_PROFILE, PROFILES
from workbench.api.modules import CancelToken, Progress, ProgressCallback
from workbench.data import directory
from workbench.guest import build
from workbench.wasm import binary, shipped
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.builds import Builds
from workbench.wasm.codec import Err
from workbench.wasm.compiler import Compiler
from workbench.wasm.component import ComponentProgram, load
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context
from workbench.wasm.holdings import Holdings
from workbench.wasm.immortal import immortalized
from workbench.wasm.instance import Died
from workbench.wasm.linker import Linkers

logger = logging.getLogger(__name__)
BUILD_SECONDS = 12.0
"""A first guess of how long the builder takes, for the progress bar alone."""


HASH = re.compile("[0-9a-f]{64}")
KEPT_BUILDS = 3
SCRATCH = "building.wasm"
SHIPPED = directory("interpreter")
"""Where a packaged program has the one that it brings along; there is no such folder otherwise."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the interpreter found in an actor's source; see `record report` of the loader interface."""

    class_name: str
    documentation: str
    behaviors: tuple[str, ...]
    imports: tuple[str, ...]
    carries_state: bool
    warnings: tuple[str, ...]
    bytecode: str


Runner = Callable[[Callable[[], Any]], Any]
"""Runs a job on a thread that may run guests, and gives its value."""


class Interpreter:
    """Finds, builds and compiles the interpreter, and checks actors' source inside it. Thread-safe."""

    def __init__(
        self, folder: Path, artifacts: Artifacts, compiler: Compiler, engines: Engines, linkers: Linkers, run: Runner
    ) -> None:
        self.folder, self._artifacts = folder, artifacts
        self.builds = Builds(folder.with_name("components"))
        """Where what the same builder has made of actors is kept."""
        self._compiler, self._engines, self._linkers, self._run = compiler, engines, linkers, run
        self._hash = ""
        self._binary: binary.Binary | None = None
        self._programs: dict[int, ComponentProgram] = {}
        self._lock = threading.RLock()

    @property
    def hash(self) -> str:
        """The hash of this machine's interpreter; empty when none is built yet."""
        return self._hash or self._built()

    @property
    def ready(self) -> bool:
        """Whether it is built and compiled, so that `ensure` takes no time."""
        return bool(self._hash or self._find())

    def ensure(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> str:
        """Build and compile it if this machine has none yet, and give its hash. Conflict when cancelled."""
        with self._lock:
            if not self._hash:
                found = self._find() or self._make(progress, cancel)
                self._binary = self._described(found)
                self._hash = found
            return self._hash

    def data(self, module: str) -> bytes | None:
        """The bytes of the build with this hash; None when there is none, or not any more."""
        if not HASH.fullmatch(module):
            return None
        try:
            found = (self.folder / f"{module}.wasm").read_bytes()
        except OSError:
            return None
        return found if hashlib.sha256(found).hexdigest() == module else None

    def program(self, stack_bytes: int) -> ComponentProgram:
        """The interpreter loaded for a stack class."""
        module = self.ensure()
        engine = self._engines.get(stack_bytes)
        with self._lock:
            key = id(engine)
            if key not in self._programs:
                artifact = self._artifacts.use(module) or self._compile(module, None, None)
                assert self._binary is not None
                try:
                    self._programs[key] = load(module, artifact, self._binary, engine, self._linkers)
                except WasmtimeError as error:  # as in Programs.get
                    logger.warning("compiled code of the interpreter cannot be loaded and is made again: %s", error)
                    self._artifacts.forget(module)
                    artifact = self._compile(module, None, None)
                    self._programs[key] = load(module, artifact, self._binary, engine, self._linkers)
            return self._programs[key]

    def check(self, files: Mapping[str, str]) -> Report:
        """Load an actor's files inside the sandbox and compile them. Invalid carries the places in the source."""
        try:
            found = self._run(lambda: self._once("loader", "compile", list(files.items())))
        except Died as died:
            place = (died.cause.location,) if died.cause.location else ()
            raise Invalid(f"loading the source ended in {died.cause}", locations=place) from died
        if isinstance(found, Err):
            raise _source_error(found.value)
        report = found.value
        return Report(
            report.class_name,
            report.documentation,
            tuple(report.behaviors),
            tuple(report.imports),
            report.carries_state,
            tuple(report.warnings),
            report.bytecode,
        )

    def modules(self) -> tuple[str, ...]:
        """The modules of the standard library that actors can import."""
        return tuple(self._run(lambda: self._once("loader", "modules")))

    def _once(self, interface: str, function: str, *arguments: Any) -> Any:
        """One call in an instance of its own, which has no service and no log."""
        limits = PROFILES[DEFAULT_PROFILE].interpreter
        context = Context(ActorId("deploy"), _Nobody(), Holdings(), limits)
        instance = self.program(limits.stack_bytes).instantiate(context, self._engines)
        try:
            return instance.call(interface, function, *arguments)
        finally:
            instance.close()

    def _described(self, module: str) -> binary.Binary:
        """What the reader found in it; kept beside it, because its 20 MB need not be read at each start."""
        path = self.folder / f"{module}.json"
        try:
            return binary.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = binary.read((self.folder / f"{module}.wasm").read_bytes())
            path.write_text(binary.to_json(found), encoding="utf-8")
            return found

    def _built(self) -> str:
        pointer = self.folder / f"current-{fingerprint()}"
        found = pointer.read_text(encoding="ascii") if pointer.is_file() else ""
        return found if found and (self.folder / f"{found}.wasm").is_file() else ""

    def _find(self) -> str:
        found = self._built()
        return found if found and self._artifacts.find(found) else ""

    def _make(self, progress: ProgressCallback | None, cancel: CancelToken | None) -> str:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"the interpreter cannot be kept in {self.folder}: {error.strerror}") from error
        with FileLock(self.folder / "building.lock"):  # another process may be building the same one
            if found := self._find():
                return found
            module = self._built()
            if not module:
                module = shipped.take(SHIPPED, fingerprint(), self.folder) or self._build(progress, cancel)
                (self.folder / f"current-{fingerprint()}").write_text(module, encoding="ascii")
            if self._artifacts.find(module) is None and shipped.take_code(SHIPPED, module, self._artifacts) is None:
                self._compile(module, progress, cancel)
            self._prune()
            return module

    def _prune(self) -> None:
        """Throw away the oldest builds: each takes 70 MB, and a python module is compiled anew for another one.

        What a live process runs on stays: it may still need it for another stack class.
        """
        pointers = sorted(self.folder.glob("current-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        kept = {path.read_text(encoding="ascii") for path in pointers[:KEPT_BUILDS]} | self._artifacts.used_modules()
        for pointer in pointers[KEPT_BUILDS:]:
            if pointer.read_text(encoding="ascii") not in kept:
                pointer.unlink(missing_ok=True)
        for path in self.folder.glob("*.wasm"):
            if path.stem not in kept and path.name != SCRATCH:
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)
                self._artifacts.forget(path.stem)

    def _build(self, progress: ProgressCallback | None, cancel: CancelToken | None) -> str:
        scratch = self.folder / SCRATCH
        started = time.monotonic()

        def report(_line: str) -> None:
            if progress is not None:
                seconds = time.monotonic() - started
                progress(Progress("building the Python interpreter", 0.5 * min(0.99, seconds / BUILD_SECONDS), seconds))

        def cancelled() -> bool:
            report("")
            return cancel is not None and cancel.is_set()

        build.build_interpreter(scratch, report=report, cancelled=cancelled)
        if cancel is not None and cancel.is_set():
            scratch.unlink(missing_ok=True)
            raise Conflict("building the interpreter was cancelled")
        data, objects = immortalized(scratch.read_bytes())
        logger.info("%s objects of the interpreter were made immortal", f"{objects:,}")
        scratch.write_bytes(data)
        module = hashlib.sha256(data).hexdigest()
        scratch.replace(self.folder / f"{module}.wasm")
        return module

    def _compile(self, module: str, progress: ProgressCallback | None, cancel: CancelToken | None) -> Path:
        def report(step: Progress) -> None:
            if progress is not None:
                fraction = 0.5 + 0.5 * (step.fraction or 0.0)
                progress(Progress("compiling the Python interpreter", fraction, step.seconds))

        data = (self.folder / f"{module}.wasm").read_bytes()
        scratch = self._artifacts.scratch(module)
        self._compiler.compile(binary.with_probe(data, binary.read(data)), scratch, progress=report, cancel=cancel)
        path = self._artifacts.keep(module, scratch)
        self._artifacts.use(module)
        self._artifacts.evict()
        return path


class _Nobody:
    """The host of a deploy-time check: no service, no log."""

    @property
    def messaging(self) -> Any:
        return None

    def services(self, _context: Context) -> Any:
        return None

    @property
    def logging(self) -> _Nobody:
        return self

    @property
    def network(self) -> Any:
        return None

    def log(self, *_record: Any) -> None:
        return

    def blocking(self, _actor: ActorId, _what: str) -> nullcontext[None]:
        return nullcontext()

    def interruptible(self, _actor: ActorId, _stop: Callable[[], None]) -> nullcontext[None]:
        return nullcontext()

    def sleep(self, _actor: ActorId, _seconds: float) -> None:
        return


@cache
def fingerprint() -> str:
    """Of everything that goes into the interpreter."""
    digest = hashlib.sha256(version("componentize-py").encode())
    sources = [*build.sources(), *(directory("wit") / "plexspaces-actor").glob("*.wit")]
    for path in sorted(sources, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _source_error(found: Any) -> Invalid:
    place = Location(found.file, found.line, found.column, found.end_line, found.end_column)
    where = f"{place}: " if found.file else ""
    return Invalid(f"{where}{found.kind}: {found.message}", locations=(place,) if found.file else ())
