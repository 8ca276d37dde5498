"""The error tree: one class and one code for each situation, the same in a guest, on the wire, on stderr and on screen.

    WorkbenchError
    ├── NotFound          not_found        no such actor, module, key …
    ├── AlreadyExists     already_exists   the name is taken
    ├── Invalid           invalid          the request itself is wrong; may carry source locations
    ├── Denied            denied           no grant covers it
    ├── Rejected          rejected         the actor refused this message and lives on
    ├── Crashed           crashed          the actor died of this message; carries the cause
    ├── Timeout           timeout          the wait is over, the answer may still come
    ├── Exhausted         exhausted        a limit: carries its name, value and what was used
    ├── Conflict          conflict         somebody else was faster, or the request would wait for itself
    ├── Unavailable       unavailable      not reachable, not built, not running
    ├── Unauthenticated   unauthenticated  no or wrong token
    ├── Nondeterministic  nondeterministic a replay differed from its recording
    └── Internal          internal         our bug

A message says what happened, with names and numbers, and what to do if there is something to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from workbench.api.value import value


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source file; lines and columns count from 1, 0 means unknown."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an instance died: `code` is `crashed` or `exhausted`.

    An exhausted limit names itself (`fuel`, `memory`, `time`, `stack`) with its value and what was used, in the
    limit's unit (fuel units, bytes, milliseconds); `used` is None when the engine could not tell.
    """

    code: str
    message: str
    location: Location | None = None
    traceback: str = ""
    limit: str = ""
    limit_value: int = 0
    used: int | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code != "crashed" else self.message


@value
class Figures:
    """What one turn took: fuel (None when the engine's number is wrong), bytes alive after it, nanoseconds."""

    fuel: int | None
    memory_bytes: int | None
    wall_ns: int


class WorkbenchError(Exception):
    """Root of the tree. `figures` are those of the turn that ended in this error, where there was one.

    `subject` is what in a larger request it is about: the child of a tree, by name. `locations` are the places in the
    caller's source, best first.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, figures: Figures | None = None, subject: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.figures = figures
        self.subject = subject
        self.locations: tuple[Location, ...] = ()

    def __str__(self) -> str:
        return self.message


class NotFound(WorkbenchError):
    code = "not_found"


class AlreadyExists(WorkbenchError):
    code = "already_exists"


class Invalid(WorkbenchError):
    """The request itself is wrong."""

    code = "invalid"

    def __init__(
        self,
        message: str,
        *,
        locations: tuple[Location, ...] = (),
        figures: Figures | None = None,
        subject: str = "",
    ) -> None:
        super().__init__(message, figures=figures, subject=subject)
        self.locations = locations


class Denied(WorkbenchError):
    code = "denied"
    exit_code = 4


class Rejected(WorkbenchError):
    code = "rejected"


class Crashed(WorkbenchError):
    code = "crashed"
    exit_code = 3

    def __init__(self, message: str, *, cause: Cause | None = None, figures: Figures | None = None) -> None:
        super().__init__(message, figures=figures)
        self.cause = cause


class Timeout(WorkbenchError):
    code = "timeout"


class Exhausted(WorkbenchError):
    """A limit was reached: `limit` is its name, `value` what was allowed, `used` what was asked for or used."""

    code = "exhausted"

    def __init__(
        self, message: str, *, limit: str = "", value: int = 0, used: int | None = None, figures: Figures | None = None
    ) -> None:
        super().__init__(message, figures=figures)
        self.limit, self.value, self.used = limit, value, used


class Conflict(WorkbenchError):
    code = "conflict"


class Unavailable(WorkbenchError):
    code = "unavailable"
    exit_code = 5


class Unauthenticated(WorkbenchError):
    code = "unauthenticated"


class Nondeterministic(WorkbenchError):
    code = "nondeterministic"


class Internal(WorkbenchError):
    code = "internal"


def by_code(code: str) -> type[WorkbenchError]:
    """The class of `code`; an unknown code is Internal, so that a newer peer's errors still arrive."""
    return next((kind for kind in WorkbenchError.__subclasses__() if kind.code == code), Internal)
