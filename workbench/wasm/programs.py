"""Programs of the binaries that were deployed: compiled once, kept on disk, loaded once per stack class."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from wasmtime import Engine, WasmtimeError

from workbench.api.errors import Invalid
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.wasm import binary, component, core
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.core_linker import CoreLinkers
from workbench.wasm.engine import Engines
from workbench.wasm.linker import Linkers
from workbench.wasm.program import Program

logger = logging.getLogger(__name__)


class Programs:
    """Thread-safe. What no actor runs, as `used(module)` says, is unloaded when its compiled form has to make room."""

    def __init__(
        self,
        artifacts: Artifacts,
        compiler: Compiler,
        engines: Engines,
        linkers: Linkers,
        *,
        used: Callable[[str], object] = lambda _module: True,
    ) -> None:
        self._artifacts, self._compiler, self._engines, self._linkers = artifacts, compiler, engines, linkers
        self._used = used
        self._core_linkers = CoreLinkers()
        self._loaded: dict[tuple[str, int], Program] = {}
        self._lock = threading.RLock()

    def compile(
        self,
        module: str,
        data: bytes,
        found: binary.Binary,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Have its compiled form on disk. Invalid: the engine refuses it. Conflict: cancelled."""
        if self._artifacts.find(module) is None:
            scratch = self._artifacts.scratch(module)
            probed = binary.with_probe(data, found) if found.kind == "component" else data
            try:
                self._compiler.compile(probed, scratch, progress=progress, cancel=cancel)
            except Invalid:
                if probed is data:
                    raise
                self._compiler.compile(data, scratch, progress=progress, cancel=cancel)  # then without the probe
            self._artifacts.keep(module, scratch)
            self._make_room(module)

    def _make_room(self, kept: str) -> None:
        self._artifacts.use(kept)
        if self._artifacts.overfull:
            with self._lock:
                loaded = {module for module, _ in self._loaded} - {kept}
            for module in loaded:
                if not self._used(module):
                    self._unload(module)
                    self._artifacts.release(module)
        self._artifacts.evict()

    def _unload(self, module: str) -> None:
        with self._lock:
            for key in [key for key in self._loaded if key[0] == module]:
                del self._loaded[key]

    def get(self, module: str, data: Callable[[], bytes], stack_bytes: int) -> Program:
        """The program for a stack class; `data()` is asked for only when it is not loaded yet."""
        engine = self._engines.get(stack_bytes)
        key = module, id(engine)
        if (loaded := self._loaded.get(key)) is not None:
            return loaded
        with self._lock:
            if key not in self._loaded:
                content = data()
                found = binary.read(content)
                try:
                    self._loaded[key] = self._load(module, content, found, engine)
                except WasmtimeError as error:
                    # Whole, and yet not for this engine: compiled for another processor, or written by somebody else.
                    logger.warning("compiled code of %s cannot be loaded and is made again: %s", module, error)
                    self._artifacts.forget(module)
                    self._loaded[key] = self._load(module, content, found, engine)
            return self._loaded[key]

    def _load(self, module: str, content: bytes, found: binary.Binary, engine: Engine) -> Program:
        artifact = self._artifacts.use(module)
        if artifact is None:
            self.compile(module, content, found)
            artifact = self._artifacts.path(module)
        if found.kind == "core":
            return core.load(module, artifact, found, engine, self._core_linkers.get(engine))
        return component.load(module, artifact, found, engine, self._linkers)

    def ready(self, module: str) -> bool:
        """Whether nothing needs to be compiled before it can run."""
        return self._artifacts.find(module) is not None

    def compiled_bytes(self, module: str) -> int | None:
        """The size of its compiled form; None when it has to be compiled first."""
        return self._artifacts.size_bytes(module)

    def forget(self, module: str) -> None:
        self._unload(module)
        self._artifacts.forget(module)
