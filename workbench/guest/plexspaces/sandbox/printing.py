"""What an actor prints goes to its log, line by line and in order; the standard module `logging` goes there, too."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

from .. import bindings
from ..errors import HostError

LONGEST = 4 << 10
"""Characters after which a line is cut in two: a record must not grow without end, nor be shortened by the host."""


_STANDARD_CONFIG = logging.basicConfig


def clean(text: str) -> str:
    """`text` as it can be written in UTF-8: halves of surrogate pairs become question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def write(level: str, message: str, fields: list[tuple[str, str]]) -> None:
    """Add a record to the log. An actor without the grant for it goes on in silence."""
    levels = bindings.interface("logging").Level
    try:
        bindings.call("logging", "log", levels[level], clean(message), [(name, clean(text)) for name, text in fields])
    except HostError:
        return


class Lines(io.TextIOBase):
    """A text stream whose lines become records; `flush` sends what has no end of line yet."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, stream: str) -> None:
        self._fields = [("stream", stream)]
        self.pending = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, last = (self.pending + text).split("\n")
        for line in lines:
            self._send(line)
        whole = len(last) - len(last) % LONGEST
        if whole:
            self._send(last[:whole])
        self.pending = last[whole:]
        return len(text)

    def flush(self) -> None:
        if self.pending:
            line, self.pending = self.pending, ""
            self._send(line)

    def _send(self, line: str) -> None:
        for start in range(0, max(len(line), 1), LONGEST):
            write("INFO", line[start : start + LONGEST], self._fields)


OUT, ERROR = Lines("stdout"), Lines("stderr")


class LogHandler(logging.Handler):
    """Takes the records of the standard module `logging` when the actor has not set it up otherwise."""

    def emit(self, record: logging.LogRecord) -> None:
        names = (
            (logging.CRITICAL, "CRITICAL"),
            (logging.ERROR, "ERROR"),
            (logging.WARNING, "WARN"),
            (logging.INFO, "INFO"),
        )
        level = next((name for number, name in names if record.levelno >= number), "DEBUG")
        write(level, self.format(record), [("logger", record.name)])


def install() -> None:
    """Replace the standard streams. They stay until the instance ends."""
    sys.stdout, sys.stderr, sys.stdin = OUT, ERROR, io.StringIO()
    logging.lastResort = LogHandler()
    logging.basicConfig = _basic_config


def _basic_config(**options: Any) -> None:
    """`logging.basicConfig` as authors know it, except that records keep their level on the way to the log."""
    if options.keys().isdisjoint({"stream", "filename", "handlers"}):
        options = {"format": "%(message)s", **options, "handlers": [LogHandler()]}
    _STANDARD_CONFIG(**options)


def flush() -> None:
    """Send what was printed without an end of line. Called at the end of every turn."""
    if OUT.pending:
        OUT.flush()
    if ERROR.pending:
        ERROR.flush()
