"""The journal of one durable actor lived through again, apart from every node, as a session bundle is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.api.bundles import ActorReplay
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.api.journal import JournalInfo
from workbench.api.modules import CancelToken, Format, ProgressCallback
from workbench.api.node import Node
from workbench.api.turns import Turn
from workbench.debug.bundle.index import Place
from workbench.debug.bundle.replay import Life, Looks, lived
from workbench.runtime.apart import apart
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library, Runnable

PAGE = 1_000
FUEL = "fuel is not compared: a journal does not say which wasmtime its turns ran on"


class OfJournal:
    """The entries, a page at a time. Each number from the first to the last is a place; a damaged one has no turn."""

    def __init__(self, node: Node, info: JournalInfo) -> None:
        self._node, self._info = node, info
        self._places = [Place(seq, False, 0, seq) for seq in range(info.first, info.last + 1)] if info.entries else []
        self._page: dict[int, Turn] = {}

    def places(self, actor: ActorId) -> Sequence[Place]:  # noqa: ARG002  # there is one
        return self._places

    def turn_at(self, place: Place) -> Turn:
        """Invalid: the entry is damaged, or gone."""
        if place.seq not in self._page:
            found = self._node.journal.entries(self._info.actor, after=place.seq - 1, limit=PAGE)
            self._page = {turn.seq: turn for turn in found}
        if (turn := self._page.get(place.seq)) is None:
            raise Invalid(f"entry {place.seq:,} is damaged or gone: workbench journal verify {self._info.actor.name}")
        return turn


class OfNode:
    """The modules of a node, deployed where they are lived through."""

    def __init__(self, node: Node, library: Library, interpreter: Interpreter) -> None:
        self._node, self._library, self._own = node, library, interpreter
        self.interpreter = ""
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def is_exact(self, module: str, interpreter: str) -> bool:  # noqa: ARG002
        return False

    def open(self, module: str, stack_bytes: int) -> Runnable:
        """NotFound, Invalid: it is not to be had."""
        try:
            info, data = self._node.modules.get(module), self._node.modules.data(module)
        except NotFound:
            raise NotFound(f"the module {module[:12]} is not deployed any more") from None
        found = self._library.deploy(data, file_name=info.file_name)
        if info.format is Format.PYTHON and self.interpreter and self.interpreter != self._own.hash:
            self._notes.setdefault(
                f"turns ran on the interpreter {self.interpreter[:12]}; {self._own.hash[:12]} took its place"
            )
        return self._library.open(found.hash, stack_bytes)


def replay(
    around: Surroundings,
    library: Library,
    interpreter: Interpreter,
    node: Node,
    info: JournalInfo,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> ActorReplay:
    """Runs on a thread for guests. Conflict: cancelled."""
    turns, programs = OfJournal(node, info), OfNode(node, library, interpreter)
    life = Life(apart(around, cancel), programs, info.actor, same_engine=False)
    (found,) = lived(turns, [life], Looks(len(turns.places(info.actor)), progress, cancel).step)
    return replace(found, notes=(*found.notes, *programs.notes, FUEL))
