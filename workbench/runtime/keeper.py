"""What comes after an actor's end is somebody's decision."""

from __future__ import annotations

from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.errors import Cause
from workbench.api.supervision import Ending


class Keeper(Protocol):
    """Whoever decides what comes after an actor's end: its place under a supervisor."""

    @property
    def supervisor(self) -> str: ...

    def ended(self, ending: Ending, cause: Cause | None, killed_by: str) -> None:
        """It is gone; returns at once."""
        ...

    def restart(self) -> Answer[Any]:
        """Start it by hand."""
        ...
