"""What is kept of the modules in memory is what stands in the database, however reads and writes meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.storage.database import Database
from workbench.storage.modules import StoredModules
from workbench.storage.schema import migrate


class Meeting(Database):
    """Between reading the rows and giving them it lets something else happen, once."""

    meanwhile: Callable[[], None] | None = None

    def query(self, *given: Any) -> Sequence[Any]:
        rows = super().query(*given)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return rows


def test_who_read_before_a_write_does_not_keep_it_after(tmp_path: Path) -> None:
    database = Meeting(tmp_path / "workbench.db")
    migrate(database)
    modules = StoredModules(database, tmp_path / "modules")
    modules.point("old", "a" * 64)
    database.meanwhile = lambda: modules.point("new", "b" * 64)
    modules.aliases()
    assert set(modules.aliases()) == {"old", "new"}
    database.close()
