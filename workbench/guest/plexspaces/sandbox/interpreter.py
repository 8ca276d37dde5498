"""The shared interpreter: it becomes the actor whose source it is given. Built once, it serves every Python actor."""

from __future__ import annotations

import platform
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from .. import bindings
from ..errors import HostError
from . import dependencies, faults, inspection, library, printing, program
from .exports import STAGE, Generic, GenEvent, GenFsm, GenServer, Lifecycle
from .faults import SourceFault

__all__ = ["Debugger", "GenEvent", "GenFsm", "GenServer", "Generic", "Lifecycle", "Loader"]
T = TypeVar("T")
EXPORTS: Any = bindings.exports("loader")


class Loader:
    """Loads and compiles an actor's source."""

    def compile(self, files: list[Any]) -> Any:
        """Load, check and compile; the answer is a report or what is wrong."""
        return _answered(lambda: _report({file.path: file.text for file in files}))

    def load(self, bytecode: str) -> None:
        """Make the actor ready for its state."""
        _answered(lambda: STAGE.load(program.from_text(bytecode)))

    def modules(self) -> list[str]:
        """The names of the standard modules that actors can import."""
        return sorted(library.STANDARD)


class Debugger:
    """Switches for looking into the actor."""

    def set_tracing(self, enabled: bool) -> None:
        """Report every line from the next turn on, or no longer."""
        STAGE.trace(enabled)


def _report(files: dict[str, str]) -> Any:
    source = program.from_files(files)
    try:
        STAGE.program = source
        module = _run(source)
        kind = inspection.find(module, source)
        source.class_name = next(name for name, each in vars(module).items() if each is kind)
        inspection.check(kind, source)
        return EXPORTS.Report(
            class_name=kind.__name__,
            documentation=printing.clean(inspection.documentation(kind, module)),
            behaviors=inspection.behaviors(kind),
            imports=dependencies.interfaces(source),
            has_init=inspection.defines(kind, "init"),
            has_snapshot=inspection.defines(kind, "snapshot_state"),
            carries_state=inspection.carries_state(kind),
            warnings=[*source.warnings, *inspection.warnings(kind), *dependencies.unreachable(source)],
            bytecode=source.to_text(),
            python_version=platform.python_version(),
        )
    finally:
        source.forget()


def _run(source: program.Program) -> ModuleType:
    """Run the top level once. It gets no services: it runs again at every birth, and its actor does not exist yet."""
    try:
        return source.run()
    except HostError as error:
        message = f"services answer in init and in the handlers, not while the module is loaded ({error.message})"
        raise SourceFault(type(error).__name__, message, faults.place_of(error, source.paths)) from None


def _answered(work: Callable[[], T]) -> T:
    """Whatever goes wrong with an actor's source is an answer, never the end of the instance."""
    try:
        return work()
    except SourceFault as fault:
        raise _source_error(fault) from None
    except BaseException as error:
        running = STAGE.program
        raise _source_error(faults.of_exception(error, running.paths, tuple(running.modules))) from None
    finally:
        printing.flush()


def _source_error(fault: SourceFault) -> Any:
    place = fault.place
    return bindings.Err(
        EXPORTS.SourceError(
            kind=fault.kind,
            message=printing.clean(fault.message),
            file=place.file,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
        )
    )
