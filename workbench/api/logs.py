"""Lines of the log: what actors print and log, their tracebacks, and what the node says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Severity, in rising order."""

    TRACE = "trace"
    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class LogLine:
    """Line `seq` of the node's log. `actor` is empty for the node's own; `stream` is `log`, `stdout` or `stderr`.

    `fields` are what the actor added, in order; a crash carries OpenTelemetry's `exception.*` and `code.*` names.
    """

    seq: int
    time: float
    level: Level
    actor: str
    message: str
    stream: str = "log"
    fields: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")
