"""Programs of the binaries that were deployed: compiled once, kept on disk, loaded once per stack class."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workbench.api.modules import CancelToken, ProgressCallback
from workbench.wasm import binary, component, core
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.core_imports import CoreLinkers
from workbench.wasm.engine import Engines
from workbench.wasm.linker import Linkers
from workbench.wasm.program import Program


class Programs:
    """Thread-safe."""

    def __init__(self, artifacts: Artifacts, compiler: Compiler, engines: Engines, linkers: Linkers) -> None:
        self._artifacts, self._compiler, self._engines, self._linkers = artifacts, compiler, engines, linkers
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
            bytes_in = binary.with_probe(data, found) if found.kind == "component" else data
            self._compiler.compile(bytes_in, scratch, progress=progress, cancel=cancel)
            self._artifacts.keep(module, scratch)

    def get(self, module: str, data: Callable[[], bytes], stack_bytes: int) -> Program:
        """The program for a stack class; `data()` is asked for only when it is not loaded yet."""
        engine = self._engines.get(stack_bytes)
        key = module, id(engine)
        if key in self._loaded:
            return self._loaded[key]
        with self._lock:
            if key not in self._loaded:
                content = data()
                found = binary.read(content)
                self.compile(module, content, found)
                artifact = self._artifacts.path(module)
                if found.kind == "core":
                    linker = self._core_linkers.get(engine)
                    self._loaded[key] = core.load(module, artifact, found, engine, linker)
                else:
                    self._loaded[key] = component.load(module, artifact, found, engine, self._linkers)
            return self._loaded[key]

    def ready(self, module: str) -> bool:
        """Whether nothing needs to be compiled before it can run."""
        return self._artifacts.find(module) is not None

    def forget(self, module: str) -> None:
        with self._lock:
            for key in [key for key in self._loaded if key[0] == module]:
                del self._loaded[key]
        self._artifacts.forget(module)
