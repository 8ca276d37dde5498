"""Modules on disk: rows in the database, bytes as files named by their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from workbench.api.errors import Exhausted, NotFound, Unavailable
from workbench.api.modules import Behavior, Format, ModuleInfo
from workbench.storage.database import Database, Transaction

KEPT_CODE = 64
"""How many modules' bytecode stays in memory."""
_SAVE = "INSERT OR REPLACE INTO modules (hash, format, size_bytes, file_name, deployed, info) VALUES (?, ?, ?, ?, ?, ?)"
_ALL = "SELECT info FROM modules ORDER BY deployed DESC, rowid DESC"
_POINT = "INSERT OR REPLACE INTO aliases (name, module) VALUES (?, ?)"
_ALIASES = "SELECT name, module FROM aliases ORDER BY seq"
_SAVE_CODE = "INSERT OR REPLACE INTO bytecode (module, interpreter, code) VALUES (?, ?, ?)"
_CODE = "SELECT code FROM bytecode WHERE module = ? AND interpreter = ?"


class StoredModules:
    """Implements the library's ModuleStore. Thread-safe.

    What was read is kept until the next write, which nobody else can make: a workspace has one process. A spawn asks
    for its module's row, its aliases and its bytecode, and reading them each time cost more than starting the actor.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._infos: Mapping[str, ModuleInfo] | None = None
        self._aliases: Mapping[str, str] | None = None
        self._code: dict[tuple[str, str], str] = {}
        self._lock = Lock()
        self._writes = 0

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._database.transaction() as tx:
            yield tx
        with self._lock:  # who has read before this must not keep it after this
            self._writes += 1
            self._infos = self._aliases = None

    def save(self, info: ModuleInfo, data: bytes) -> None:
        self._write(info.hash, data)
        text = json.dumps(asdict(info))
        with self._writing() as tx:
            tx.execute(_SAVE, (info.hash, info.format, info.size_bytes, info.file_name, info.deployed, text))

    def repair(self, module: str, data: bytes) -> None:
        """Write the bytes of a known module again when its file is missing or differs."""
        try:
            whole = (self._folder / module).read_bytes() == data  # they gave its name: no need to hash the file as well
        except OSError:
            whole = False
        if not whole:
            self._write(module, data)

    def _write(self, module: str, data: bytes) -> None:
        path = self._folder / module
        try:
            self._folder.mkdir(exist_ok=True)
            scratch = path.with_suffix(".part")
            scratch.write_bytes(data)
            scratch.replace(path)
        except OSError as error:
            path.with_suffix(".part").unlink(missing_ok=True)
            kind = Exhausted if error.errno == 28 else Unavailable
            raise kind(
                f"the module could not be kept in {self._folder}: {error.strerror}; nothing was changed"
            ) from error

    def load(self, module: str) -> ModuleInfo | None:
        return self._all().get(module)

    def data(self, module: str) -> bytes:
        data = self._read(module)
        if data is None:
            raise NotFound(
                f"the bytes of module {module[:12]} in {self._folder} are gone or were changed; deploy it again"
            )
        return data

    def _read(self, module: str) -> bytes | None:
        """The bytes that the name promises; None when there is no such file or its content is another."""
        try:
            data = (self._folder / module).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == module else None

    def all(self) -> Sequence[ModuleInfo]:
        return list(self._all().values())

    def _all(self) -> Mapping[str, ModuleInfo]:
        infos = self._infos
        if infos is None:
            writes = self._writes
            infos = {info.hash: info for info in (_info(row["info"]) for row in self._database.query(_ALL))}
            with self._lock:
                if writes == self._writes:
                    self._infos = infos
        return infos

    def point(self, alias: str, module: str) -> None:
        with self._writing() as tx:
            tx.execute(_POINT, (alias, module))

    def aliases(self) -> Mapping[str, str]:
        aliases = self._aliases
        if aliases is None:
            writes = self._writes
            aliases = {row["name"]: row["module"] for row in self._database.query(_ALIASES)}
            with self._lock:
                if writes == self._writes:
                    self._aliases = aliases
        return aliases

    def remove(self, module: str) -> None:
        with self._writing() as tx:
            tx.execute("DELETE FROM aliases WHERE module = ?", (module,))
            tx.execute("DELETE FROM bytecode WHERE module = ?", (module,))
            tx.execute("DELETE FROM modules WHERE hash = ?", (module,))
        self._code = {key: code for key, code in self._code.items() if key[0] != module}
        (self._folder / module).unlink(missing_ok=True)

    def save_bytecode(self, module: str, interpreter: str, bytecode: str) -> None:
        with self._database.transaction() as tx:
            tx.execute(_SAVE_CODE, (module, interpreter, bytecode))
        self._code.pop((module, interpreter), None)

    def bytecode(self, module: str, interpreter: str) -> str | None:
        key = module, interpreter
        if key not in self._code:
            rows = self._database.query(_CODE, key)
            if not rows:
                return None
            if len(self._code) >= KEPT_CODE:
                self._code.clear()
            self._code[key] = str(rows[0]["code"])
        return self._code.get(key)


def _info(text: str) -> ModuleInfo:
    values = json.loads(text)
    for name in ("imports", "requires", "aliases", "warnings"):
        values[name] = tuple(values[name])
    values["behaviors"] = tuple(Behavior(name) for name in values["behaviors"])
    values["format"] = Format(values["format"])
    return ModuleInfo(**values)
