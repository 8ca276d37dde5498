"""Connections on disk: one file of JSON in the folder of settings, for all windows and commands of a user."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.api import AlreadyExists, Exhausted, Invalid, NotFound, Unavailable
from workbench.api.connections import Connection, Mode, check_name
from workbench.connections.keychain import Keychain
from workbench.data import config_directory

FILE = "connections.json"
LOCK_SECONDS = 5.0
Held = list[Connection]
KNOWN = frozenset(field.name for field in fields(Connection))


class Connections:
    """The connections of this user. Each call reads the file, so that windows and commands see each other's changes.

    Invalid: the file cannot be read; it is never written over then. Unavailable: it is in use, or cannot be written.
    """

    def __init__(self, folder: Path | None = None, keychain: Keychain | None = None) -> None:
        self.path = (folder or config_directory()) / FILE
        self.keychain = keychain or Keychain()

    def list(self) -> Sequence[Connection]:
        """By folder and name."""
        return sorted(self._read(), key=lambda each: (each.folder.casefold(), each.name.casefold()))

    def get(self, name: str) -> Connection:
        found = next((each for each in self._read() if each.name == name), None)
        if found is None:
            raise NotFound(f"no connection is called {name[:60]!r}: workbench node connection list names them")
        return found

    def has(self, name: str) -> bool:
        return any(each.name == name for each in self._read())

    def add(self, connection: Connection) -> None:
        """AlreadyExists: there is one of this name."""
        check_name(connection.name)
        with self._writing() as held:
            if any(each.name == connection.name for each in held):
                raise AlreadyExists(f"there is a connection {connection.name!r} already; choose another name")
            held.append(connection)

    def replace(self, name: str, connection: Connection) -> None:
        """Put it in the place of `name`, which may be its old name; its secret goes along."""
        check_name(connection.name)
        with self._writing() as held:
            at = _position(held, name)
            if connection.name != name and any(each.name == connection.name for each in held):
                raise AlreadyExists(f"there is a connection {connection.name!r} already; choose another name")
            held[at] = connection
        self.keychain.move(name, connection.name)

    def remove(self, name: str) -> None:
        """With its secret."""
        with self._writing() as held:
            del held[_position(held, name)]
        self.keychain.delete(name)

    def duplicate(self, name: str) -> Connection:
        """The same under a free name, with its secret."""
        found, taken = self.get(name), {each.name for each in self._read()}
        made = replace(found, name=next(free for free in numbered(name, len(taken)) if free not in taken))
        self.add(made)
        if secret := self.keychain.get(name):
            self.keychain.set(made.name, secret)
        return made

    def _read(self) -> Held:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return [_connection(each) for each in found["connections"]]
        except FileNotFoundError:
            return []
        except Invalid as error:
            raise Invalid(f"{self.path} holds a connection that cannot be: {error}") from None
        except OSError as error:
            raise Unavailable(f"{self.path} cannot be read: {(error.strerror or 'unknown error').lower()}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(f"{self.path} is damaged ({type(error).__name__}): mend it, or move it away") from None

    @contextmanager
    def _writing(self) -> Iterator[Held]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS):
                held = self._read()
                yield held
                _write(self.path, {"connections": [asdict(each) for each in held]})
        except Timeout:
            raise Unavailable(f"{self.path} is in use by another program for {LOCK_SECONDS:g} s; try again") from None
        except OSError as error:
            kind = Exhausted if error.errno == 28 else Unavailable
            raise kind(f"{self.path} cannot be written: {(error.strerror or 'unknown error').lower()}") from None


def _position(held: Sequence[Connection], name: str) -> int:
    at = next((at for at, each in enumerate(held) if each.name == name), -1)
    if at < 0:
        raise NotFound(f"no connection is called {name[:60]!r}: workbench node connection list names them")
    return at


def numbered(name: str, taken: int) -> Iterator[str]:
    """More names like it than so many others could have taken."""
    return (f"{name[:58]} {number}" for number in range(2, taken + 3))


def _connection(record: dict[str, Any]) -> Connection:
    """What a newer program has written besides is left out."""
    known = {key: value for key, value in record.items() if key in KNOWN}
    for field in fields(Connection):
        value = known.get(field.name)
        if field.name == "mode":
            if value is not None and value not in tuple(Mode):
                raise Invalid(f"there is no mode {value!r}; there are {', '.join(Mode)}")
            known["mode"] = Mode(value) if value is not None else Mode.NORMAL
        elif value is not None and type(value) is not (bool if field.name == "reconnect" else str):
            raise Invalid(f"{field.name} cannot be {str(value)[:40]!r}")
    return Connection(**known)


def _write(path: Path, value: object) -> None:
    """Whole or not at all, for the user alone."""
    scratch = path.with_suffix(f".{os.getpid()}.new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
    scratch.replace(path)
