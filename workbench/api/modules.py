"""Modules: deployed code, addressed by content, and the facet `node.modules`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from threading import Event as CancelToken
from typing import TYPE_CHECKING, Protocol, TypeAlias

from workbench.api.value import value

if TYPE_CHECKING:
    from workbench.api.structure import ModuleDetail, ModuleDiff

SIZE_BYTES = 64 << 20
"""The largest module that is taken."""
PREFIX_CHARACTERS = 8
"""The shortest hash prefix that is taken for a reference."""


class Format(StrEnum):
    """Told apart by content, never by file name alone."""

    COMPONENT = "component"
    CORE = "core"
    PYTHON = "python"


class Behavior(StrEnum):
    """What a module can handle, in the words of its language; detected from exports or base classes at deploy."""

    GEN_SERVER = "gen_server"
    GEN_EVENT = "gen_event"
    GEN_FSM = "gen_fsm"
    GENERIC = "generic"


@value
class ModuleInfo:
    """What is known about one module. `hash` is the SHA-256 of its bytes, in hex.

    `imports` are the interfaces that it uses (`keyvalue`, …), `requires` the capabilities those need. `interpreter`
    is the hash of the interpreter a python module was compiled on, else empty. `memory_bytes` is what it declares at
    start. `carries_state` is False when its state cannot be handed to a new instance; `warnings` say why.
    `compiled` is True when nothing needs to be compiled before it can run.
    """

    hash: str
    format: Format
    size_bytes: int
    file_name: str
    behaviors: tuple[Behavior, ...]
    imports: tuple[str, ...]
    requires: tuple[str, ...]
    aliases: tuple[str, ...]
    deployed: float
    memory_bytes: int
    class_name: str = ""
    documentation: str = ""
    interpreter: str = ""
    carries_state: bool = True
    warnings: tuple[str, ...] = ()
    compiled: bool = True

    @property
    def name(self) -> str:
        """What it is called where it is shown: the newest alias, else its file's name; a reference is the hash."""
        return self.aliases[0] if self.aliases else PurePath(self.file_name).stem or self.hash[:12]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a long job is: what it does now, and how much is done (0 to 1; None when it cannot be known)."""

    stage: str
    fraction: float | None = None
    seconds: float = 0.0


ProgressCallback: TypeAlias = Callable[[Progress], None]


class Modules(Protocol):
    """The facet `node.modules`. A reference is an alias (`name`, `name@version`), a hash, or a unique prefix of 8."""

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
        """Check, compile and keep `data`; idempotent. `alias` then points at it, with `force` even if taken.

        Invalid says which export, import or source line is wrong, or that the alias would be read as a hash.
        AlreadyExists: the alias names other bytes.
        Setting `cancel` (a threading.Event) from another thread ends the job with Conflict. `progress` is called on
        the calling thread.
        """
        ...

    def list(self) -> Sequence[ModuleInfo]:
        """All modules, newest first."""
        ...

    def get(self, reference: str) -> ModuleInfo:
        """NotFound, or Invalid with the candidates when a prefix is ambiguous."""
        ...

    def exists(self, reference: str) -> bool:
        """Whether there is such a module; Invalid with the candidates when a prefix is ambiguous."""
        ...

    def data(self, reference: str) -> bytes:
        """The bytes as kept: the source of a python module (a zip when it has several files), else the binary.

        The hash of an interpreter that the node has gives that one.
        """
        ...

    def bytecode(self, reference: str, interpreter: str) -> str:
        """What a python module was compiled to on the interpreter of this hash; NotFound when it was not."""
        ...

    def describe(self, reference: str) -> ModuleDetail:
        """What is inside a module: sections, imports, exports, its world in WIT, and who uses it."""
        ...

    def diff(self, before: str, after: str) -> ModuleDiff:
        """How two modules differ, for an upgrade from one to the other."""
        ...

    def alias(self, name: str, reference: str, *, force: bool = False) -> ModuleInfo:
        """Let `name` point at a module; AlreadyExists when it points at another one and `force` is off."""
        ...

    def remove(self, reference: str) -> None:
        """Forget a module and its aliases; Conflict says how many actors use it and names those of the caller."""
        ...

    def build(
        self, reference: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
    ) -> bytes:
        """A standalone component of a deployed python module."""
        ...


__all__ = [
    "PREFIX_CHARACTERS",
    "SIZE_BYTES",
    "Behavior",
    "CancelToken",
    "Format",
    "ModuleInfo",
    "Modules",
    "Progress",
    "ProgressCallback",
]
