"""A node that notes what was changed through it, so that it can be done again as a command, Python or grpcurl."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal

from ui.copying.files import small
from ui.copying.lines import FACETS, LINES, WITHOUT
from workbench.api import Node, WorkbenchError
from workbench.api.calls import Call, call

if TYPE_CHECKING:
    from ui.nodes import Held

KEPT = 200
CHANGING = frozenset((*LINES, *WITHOUT))


@dataclass(frozen=True, slots=True)
class Done:
    """A changing call that ended at `time`, on the node called `node`; `outcome` is `ok` or the code of an error."""

    number: int
    time: float
    call: Call
    node: str
    at: tuple[str, ...]
    workspace: str
    outcome: str


class Doings(QObject):
    """The newest changing calls of a window, oldest first."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._kept: deque[Done] = deque(maxlen=KEPT)
        self._number = 0

    def __iter__(self) -> Iterator[Done]:
        with self._lock:
            return iter(tuple(self._kept))

    @property
    def last(self) -> Done | None:
        with self._lock:
            return self._kept[-1] if self._kept else None

    def note(self, found: Call, held: Held, outcome: str) -> None:
        """From the thread that made the call."""
        with self._lock:
            self._number += 1
            self._kept.append(Done(self._number, time.time(), found, held.name, held.reached, held.workspace, outcome))
        self.changed.emit()


class _Facet:
    """A facet whose changing methods are noted."""

    def __init__(self, facet: str, inner: Any, note: Callable[[Call, str], None]) -> None:
        self._facet, self._inner, self._note = facet, inner, note

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._inner, name)
        method = f"{self._facet}.{name}"
        if method not in CHANGING:
            return member

        def noted(*arguments: Any, **options: Any) -> Any:
            outcome = "internal"
            try:
                answer = member(*arguments, **options)
                outcome = "ok"
                return answer
            except WorkbenchError as error:
                outcome = error.code
                raise
            finally:
                self._note(call(method, *map(small, arguments), **options), outcome)

        return noted


class _Noted:
    """The node itself; its facets are made once."""

    def __init__(self, inner: Node, note: Callable[[Call, str], None]) -> None:
        self._inner, self._note = inner, note
        self._facets: dict[str, _Facet] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in FACETS:
            return getattr(self._inner, name)
        if name not in self._facets:
            self._facets[name] = _Facet(name, getattr(self._inner, name), self._note)
        return self._facets[name]

    def __enter__(self) -> _Noted:
        return self

    def __exit__(self, *_: object) -> None:
        self._inner.close()


def noted(node: Node, note: Callable[[Call, str], None]) -> Node:
    """`node`, which tells `note` of every changing call and how it ended."""
    return cast(Node, _Noted(node, note))
