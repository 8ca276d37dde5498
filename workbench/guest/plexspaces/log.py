"""The actor's log. `print` goes there as well, line by line, and so does the standard module `logging`.

Fields are names and values beside the message: `log.info("order taken", order=7, total="12.50")`.
"""

from __future__ import annotations

from . import bindings
from .arguments import text


def trace(message: str, **fields: object) -> None:
    """Finest detail."""
    write("trace", message, **fields)


def debug(message: str, **fields: object) -> None:
    """For whoever looks for a fault."""
    write("debug", message, **fields)


def info(message: str, **fields: object) -> None:
    """What happened, in the normal course of things."""
    write("info", message, **fields)


def warn(message: str, **fields: object) -> None:
    """Something is odd, the actor goes on."""
    write("warn", message, **fields)


def error(message: str, **fields: object) -> None:
    """Something failed, the actor goes on."""
    write("error", message, **fields)


def critical(message: str, **fields: object) -> None:
    """The actor cannot go on."""
    write("critical", message, **fields)


def write(level: str, message: str, /, **fields: object) -> None:
    """Add a record at a level: trace, debug, info, warn, error or critical. Fields are written as `str` gives them."""
    levels = bindings.interface("logging").Level
    pairs = [(name, text(name, str(value))) for name, value in fields.items()]
    bindings.call("logging", "log", levels[level.upper()], text("message", message), pairs)
