"""What is looked at before a module is kept: each format is checked, compiled and described in its own way."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from workbench.api.errors import Invalid
from workbench.api.modules import Behavior, CancelToken, Format, ModuleInfo, Progress, ProgressCallback
from workbench.wasm import binary
from workbench.wasm.component import ComponentProgram
from workbench.wasm.core import CoreProgram
from workbench.wasm.core_imports import interfaces
from workbench.wasm.detect import Deployable
from workbench.wasm.interpreter import Interpreter, Report
from workbench.wasm.programs import Programs
from workbench.wasm.validation import check_names, check_types

BEHAVIOR_NAMES = {
    "gen-server": Behavior.GEN_SERVER,
    "gen-event": Behavior.GEN_EVENT,
    "gen-fsm": Behavior.GEN_FSM,
    "generic": Behavior.GENERIC,
}
_NO_CAPABILITY = frozenset({"types", "debug"})
_CAPABILITY = {"http": "network", "socket": "network"}
NO_SNAPSHOT = "it exports no snapshot_state: its state cannot be carried over by an upgrade, a move or a rest"


class Taken(NamedTuple):
    """A module that passed: what is known about it, and its bytecode when it is Python."""

    info: ModuleInfo
    bytecode: str = ""


class Intake:
    """Thread-safe."""

    def __init__(self, programs: Programs, interpreter: Interpreter) -> None:
        self._programs, self._interpreter = programs, interpreter

    def take(
        self,
        found: Deployable,
        file_name: str,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> Taken:
        """Check a module and have it compiled. Invalid says what is wrong with it. Conflict: cancelled."""
        if found.format is Format.PYTHON:
            return self._python(found.data, file_name or "actor.py", progress, cancel)
        return Taken(self._binary(found, file_name, progress, cancel))

    def _python(
        self, data: bytes, file_name: str, progress: ProgressCallback | None, cancel: CancelToken | None
    ) -> Taken:
        interpreter = self._interpreter.ensure(progress=progress, cancel=cancel)
        if progress is not None:
            progress(Progress("checking the source"))
        report = self._interpreter.check(files(data, file_name))
        info = _info(
            Deployable(Format.PYTHON, data),
            file_name,
            report.behaviors,
            report.imports,
            memory_bytes=self._interpreter.program(0).memory_bytes,
            class_name=report.class_name,
            documentation=report.documentation,
            interpreter=interpreter,
            carries_state=report.carries_state,
            warnings=report.warnings,
        )
        return Taken(info, report.bytecode)

    def report(self, data: bytes, file_name: str) -> Report:
        """Python source checked and compiled once more, on the interpreter of now."""
        return self._interpreter.check(files(data, file_name))

    def _binary(
        self, found: Deployable, file_name: str, progress: ProgressCallback | None, cancel: CancelToken | None
    ) -> ModuleInfo:
        module = identity(found)
        described = binary.read(found.data)
        if found.format is Format.COMPONENT:
            check_names(described)
        self._programs.compile(module, found.data, described, progress=progress, cancel=cancel)
        try:
            program = self._programs.get(module, lambda: found.data, 0)
            if isinstance(program, ComponentProgram):
                check_types(program.component, program.engine)
        except Invalid:
            self._programs.forget(module)
            raise
        memory = described.memory_bytes
        if isinstance(program, CoreProgram):
            keeps = "snapshot_state" in program.functions
            warnings = () if keeps else (NO_SNAPSHOT,)
            names = interfaces(program.pre.module)
            return _info(
                found, file_name, program.behaviors, names, memory_bytes=memory, carries_state=keeps, warnings=warnings
            )
        ours = [
            name.partition("/")[2].partition("@")[0] for name in described.imports if name.startswith("plexspaces:")
        ]
        names = tuple(name for name in ours if name != "types")
        return _info(found, file_name, program.behaviors, names, memory_bytes=memory)


def identity(found: Deployable) -> str:
    """The SHA-256 that a module is known by, in hex."""
    return hashlib.sha256(found.data).hexdigest()


def files(data: bytes, file_name: str) -> dict[str, str]:
    """The sources of a Python module by path; that they are UTF-8 was seen when it was detected."""
    return {file_name: data.decode("utf-8-sig")}


def requires(imports: Sequence[str]) -> tuple[str, ...]:
    """The capabilities that interfaces need."""
    return tuple(dict.fromkeys(_CAPABILITY.get(name, name) for name in imports if name not in _NO_CAPABILITY))


def _info(
    found: Deployable, file_name: str, behaviors: Sequence[str], imports: Sequence[str], **known: Any
) -> ModuleInfo:
    return ModuleInfo(
        hash=identity(found),
        format=found.format,
        size_bytes=len(found.data),
        file_name=Path(file_name).name,
        behaviors=tuple(BEHAVIOR_NAMES[name] for name in behaviors),
        imports=tuple(imports),
        requires=requires(imports),
        aliases=(),
        deployed=time.time(),
        **known,
    )
