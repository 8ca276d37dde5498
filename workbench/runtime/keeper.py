"""What an actor knows of whoever decides what comes after its end."""

from __future__ import annotations

from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.errors import Cause
from workbench.api.supervision import Ending


class Keeper(Protocol):
    """Whoever decides what comes after an actor's end: its place under a supervisor."""

    @property
    def supervisor(self) -> str: ...

    @property
    def is_copy(self) -> bool:
        """Whether no tree file names it."""
        ...

    def ended(self, ending: Ending, cause: Cause | None, killed_by: str) -> None:
        """It is gone; returns at once."""
        ...

    def restart(self) -> Answer[Any]:
        """Start it by hand."""
        ...
