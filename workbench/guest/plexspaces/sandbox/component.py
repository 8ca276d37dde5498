"""A standalone component: the actor's source is in it, and runs when the actor starts, as in the interpreter."""

from __future__ import annotations

from typing import Any

from . import birth, exports, program
from .exports import STAGE, Generic, GenEvent, GenFsm, GenServer
from .stage import Stage, turn

__all__ = ["GenEvent", "GenFsm", "GenServer", "Generic", "Lifecycle", "embed"]


class Lifecycle(exports.Lifecycle):
    """Birth, state and end; birth loads the source first."""

    def init(self, state: Any) -> None:
        _load(STAGE)
        STAGE.init(state)


def embed(files: dict[str, str]) -> None:
    """Compile the actor's files while the component is built. Raises SourceFault for what cannot be compiled."""
    STAGE.program = program.from_files(files)
    birth.prepare()


@turn
def _load(stage: Stage) -> None:
    stage.load(stage.program)
