"""The log of a node on disk: one JSON object per line in `logs/node.jsonl`, rotated and bounded.

What actors and the node say goes into it, and what the program itself logs. Lines are written by a thread of their own:
nobody who says something waits for the disk, and when more is said than can be written the newest lines are lost, which
is counted and said in the file.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

from workbench.api.identity import ActorId
from workbench.api.logs import Level, LogLine
from workbench.api.words import plural
from workbench.config import OFF, Config
from workbench.storage.audit import AuditLog
from workbench.storage.rotating import RotatingLines

logger = logging.getLogger(__name__)
FILE = "node.jsonl"
WAITING = 20_000
"""Lines that may wait to be written."""
CLOSE_SECONDS = 2.0
ORDER = tuple(Level)
Sink: TypeAlias = Callable[[ActorId | None, tuple[str, str] | None, LogLine], None]
PROGRAM = "workbench"
"""The logger whose lines are in it, with all below."""


class NodeLog:
    """Thread-safe; `close()` writes what waits, and is idempotent. Lines below `least` are left out."""

    def __init__(self, folder: Path, *, file_bytes: int, files: int, least: Level) -> None:
        self.path = folder / FILE
        self._lines = RotatingLines(self.path, file_bytes=file_bytes, files=files, failed=self._failed)
        self._wanted = frozenset(ORDER[ORDER.index(least) :])
        self._waiting: deque[dict[str, Any]] = deque()
        self._dropped = 0
        self._some = threading.Event()
        self._closed = False
        self._program = _Program(self)
        self._thread = threading.Thread(target=self._run, name="node-log", daemon=True)

    def start(self) -> None:
        logging.getLogger(PROGRAM).addHandler(self._program)
        self._thread.start()

    def note(self, actor: ActorId | None, scope: tuple[str, str] | None, line: LogLine) -> None:
        """What an actor or the node said."""
        if line.level not in self._wanted:
            return
        tenant, namespace = (actor.tenant, actor.namespace) if actor is not None else scope or ("", "")
        made: dict[str, Any] = {"time": line.time, "level": line.level.value, "source": "actor" if actor else "node"}
        if tenant:
            made |= {"tenant": tenant, "namespace": namespace}
        if actor is not None:
            made |= {"actor": actor.name, "stream": line.stream}
        made["message"] = line.message
        if line.fields:
            made["fields"] = dict(line.fields)
        self.add(made)

    def wants(self, level: Level) -> bool:
        return level in self._wanted

    def add(self, line: dict[str, Any]) -> None:
        if len(self._waiting) >= WAITING:
            self._dropped += 1
            return
        self._waiting.append(line)
        if not self._some.is_set():
            self._some.set()

    def _run(self) -> None:
        while not self._closed:
            self._some.wait()
            self._some.clear()
            self._write_all()

    def _write_all(self) -> None:
        while self._waiting:
            line = self._waiting.popleft()
            lost = self._lines.lost
            if self._write(line) and lost:
                self._say_lost(lost, "could not be written to this file", line["time"])
            if self._dropped and not self._waiting:
                dropped, self._dropped = self._dropped, 0
                self._say_lost(dropped, "came faster than they could be written", line["time"])

    def _write(self, line: dict[str, Any]) -> bool:
        return self._lines.write(f"{as_json(line)}\n".encode(errors="replace"))

    def _say_lost(self, number: int, why: str, now: float) -> None:
        said = f"{plural(number, 'line')} of the log {why} and {'is' if number == 1 else 'are'} lost"
        self._write({"time": now, "level": Level.WARN.value, "source": "node", "message": said})

    def _failed(self, why: str) -> None:
        logger.error("the log could not be written to %s, and the node goes on without it: %s", self.path, why)

    def close(self) -> None:
        if self._closed:
            return
        logging.getLogger(PROGRAM).removeHandler(self._program)
        self._closed = True
        self._some.set()
        if self._thread.ident is not None:
            self._thread.join(CLOSE_SECONDS)
        self._lines.close()


def open_logs(folder: Path, config: Config, closing: ExitStack, *, lasts: bool) -> tuple[AuditLog, Sink | None]:
    """The audit log, and where the lines of the node's log go; nowhere when the workspace ends with its node."""
    audit = AuditLog(folder, file_bytes=config.audit_bytes, files=config.audit_files)
    closing.callback(audit.close)
    if not lasts or config.log_level == OFF:
        return audit, None
    least = Level(config.log_level or Level.INFO)
    log = NodeLog(folder, file_bytes=config.log_bytes, files=config.log_files, least=least)
    closing.callback(log.close)
    log.start()
    return audit, log.note


class _Program(logging.Handler):
    """What the program itself logs."""

    def __init__(self, log: NodeLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = of_record(record)
            if self._log.wants(Level(line["level"])):
                self._log.add(line)
        except Exception:
            self.handleError(record)


class JsonLines(logging.Formatter):
    """The same lines for another handler, such as that of standard error."""

    def format(self, record: logging.LogRecord) -> str:
        return as_json(of_record(record))


def of_record(record: logging.LogRecord) -> dict[str, Any]:
    found = record.levelno
    level = (
        Level.CRITICAL if found >= logging.CRITICAL
        else Level.ERROR if found >= logging.ERROR
        else Level.WARN if found >= logging.WARNING
        else Level.INFO if found >= logging.INFO
        else Level.DEBUG
    )  # fmt: skip
    made: dict[str, Any] = {
        "time": round(record.created, 6), "level": level.value, "source": record.name, "message": record.getMessage(),
    }  # fmt: skip
    if record.exc_info and record.exc_info[0] is not None:
        made["fields"] = {"exception.stacktrace": "".join(traceback.format_exception(*record.exc_info))}
    return made


def as_json(line: dict[str, Any]) -> str:
    """One line, whatever is in it: a newline of a message is escaped."""
    return json.dumps(line, ensure_ascii=False)
