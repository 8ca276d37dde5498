"""Which store of keys a URL names: `sqlite:FILE`, or `memory:`; empty is the workspace's own database."""

from __future__ import annotations

from pathlib import Path

from workbench.api.errors import Invalid
from workbench.services.keyvalue.memory import MemoryStore
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.keyvalue.store import Store
from workbench.storage.database import Database
from workbench.storage.separate import SeparateDatabase


def opened(url: str, workspace: Database) -> Store:
    """The store. Invalid: it is no URL of one. Unavailable: another process has the file."""
    kind, _, rest = url.partition(":")
    if not url:
        return SqliteStore(workspace)
    if kind == "memory" and not rest:
        return MemoryStore()
    if kind == "sqlite" and (file := rest.removeprefix("//")):
        return SqliteStore(SeparateDatabase(Path(file).expanduser().absolute()), owned=True)
    raise Invalid(f"{url!r} is no store of keys; write sqlite:FILE or memory:")
