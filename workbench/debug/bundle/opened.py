"""The modules of a bundle, made ready to run: on the interpreter that was recorded where it can be had.

Nothing that a stranger wrote runs outside the sandbox: modules and interpreters are checked and compiled here, as in
every deployment, and bytecode is loaded by a guest.
"""

from __future__ import annotations

from workbench.api.errors import Invalid, NotFound
from workbench.api.modules import Format, ModuleInfo
from workbench.debug.bundle.reader import Bundle
from workbench.wasm.intake import BEHAVIOR_NAMES
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library, Runnable
from workbench.wasm.program import BEHAVIORS


class Opened:
    """Used by one thread that may run guests. `notes` say where what runs is not what was recorded.

    `interpreter` is the one that the turns at hand ran on; set it before something is opened.
    """

    def __init__(self, bundle: Bundle, library: Library, interpreter: Interpreter) -> None:
        self._bundle, self._library, self._own = bundle, library, interpreter
        self._ready: dict[tuple[str, str, int], Runnable] = {}
        self._inexact: set[tuple[str, str]] = set()
        self._notes: dict[str, None] = {}
        self.interpreter = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def is_exact(self, module: str, interpreter: str) -> bool:
        """Whether a module that was opened runs on what it was recorded on, so that fuel can be compared."""
        return (module, interpreter) not in self._inexact

    def open(self, module: str, stack_bytes: int) -> Runnable:
        """A module of the bundle for a stack class. Invalid, NotFound: it is not to be had, and why."""
        key = module, self.interpreter, stack_bytes
        if key not in self._ready:
            info, data = self._bundle.module(module)
            self._ready[key] = self._made(info, data, stack_bytes)
        return self._ready[key]

    def _made(self, info: ModuleInfo, data: bytes, stack_bytes: int) -> Runnable:
        wanted = self.interpreter
        if wanted and wanted != self._own.hash and (built := self._on_recorded(info, wanted, stack_bytes)) is not None:
            return built
        found = self._library.deploy(data, file_name=info.file_name)
        if found.hash != info.hash:
            raise Invalid(f"modules/{info.hash} is damaged: it is another module, {found.hash[:12]}")
        made = self._library.open(found.hash, stack_bytes)
        if found.format is not Format.PYTHON or not wanted:
            return made
        if wanted != self._own.hash:
            self._inexact.add((info.hash, wanted))
            self._notes.setdefault(
                f"the interpreter {wanted[:12]} that was recorded is not in the bundle; "
                f"{self._own.hash[:12]} of this machine took its place, and fuel is not compared"
            )
            return made
        return self._with_bytecode(info, made)

    def _with_bytecode(self, info: ModuleInfo, made: Runnable) -> Runnable:
        """The bytecode that was recorded must be what the source gives here: one reads the source, and believes it."""
        recorded = self._bundle.bytecode(info.hash, self.interpreter)
        if recorded is None:
            self._notes.setdefault(f"the bundle has no bytecode of {info.file_name}; it was compiled here")
        elif recorded != made.bytecode:
            raise Invalid(f"the bytecode of {info.file_name} in the bundle is not what its source is compiled to")
        return made

    def _on_recorded(self, info: ModuleInfo, interpreter: str, stack_bytes: int) -> Runnable | None:
        """A python module on an interpreter that is in the bundle; None when it, or the bytecode for it, is not."""
        data = self._bundle.interpreter(interpreter)
        bytecode = self._bundle.bytecode(info.hash, interpreter)
        if data is None or bytecode is None:
            return None
        try:
            found = self._library.deploy(data, file_name="interpreter.wasm")
            program = self._library.open(found.hash, stack_bytes).program
        except (Invalid, NotFound) as error:
            raise Invalid(f"the interpreter {interpreter[:12]} in the bundle is none: {error.message}") from None
        behaviors = tuple(name for name in BEHAVIORS if BEHAVIOR_NAMES[name] in info.behaviors)
        self._notes.setdefault(
            f"turns ran on the interpreter {interpreter[:12]} of the bundle; whether the bytecode of {info.file_name} "
            "is that of its source was not looked at"
        )
        return Runnable(info, program, bytecode, behaviors)
