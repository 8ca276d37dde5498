"""A node that notes what was changed through it, so that it can be done again as a command, Python or grpcurl."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import QObject, Signal

from ui.copying.files import small
from ui.copying.lines import FACETS, LINES, WITHOUT
from workbench.api import Node, WorkbenchError
from workbench.api.calls import Call, call
from workbench.api.messages import NO_HEADERS
from workbench.api.traces import started

if TYPE_CHECKING:
    from ui.nodes import Held

KEPT = 200
SENDS = frozenset(("actors.ask", "actors.tell"))
"""With a message that is sent from the window a trace begins. It is not noted: the same again is another request."""
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
    """The newest changing calls of a window, oldest first. While `instead` is set the next one is not made: `taken`
    carries it, and whoever wanted it is cancelled."""

    changed = Signal()
    taken = Signal(object)
    """Done, with the outcome `copied`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._kept: deque[Done] = deque(maxlen=KEPT)
        self._number = 0
        self._instead = False

    @property
    def instead(self) -> bool:
        return self._instead

    def take_next(self, *, on: bool) -> None:
        """Whether the next changing call is copied instead of made."""
        with self._lock:
            self._instead = on

    def takes(self, found: Call, held: Held) -> bool:
        """Whether it is copied instead; asked on the thread that is about to make it, once for each."""
        with self._lock:
            if not self._instead:
                return False
            self._instead = False
        self.taken.emit(self._done(found, held, "copied"))
        return True

    def __iter__(self) -> Iterator[Done]:
        with self._lock:
            return iter(tuple(self._kept))

    @property
    def last(self) -> Done | None:
        with self._lock:
            return self._kept[-1] if self._kept else None

    def note(self, found: Call, held: Held, outcome: str) -> None:
        """From the thread that made the call."""
        made = self._done(found, held, outcome)
        with self._lock:
            self._kept.append(made)
        self.changed.emit()

    def _done(self, found: Call, held: Held, outcome: str) -> Done:
        with self._lock:
            self._number += 1
            return Done(self._number, time.time(), found, held.name, held.reached, held.workspace, outcome)


class Log(Protocol):
    """Of one node."""

    def takes(self, found: Call) -> bool: ...

    def note(self, found: Call, outcome: str) -> None: ...


class _Facet:
    """A facet whose changing methods are noted."""

    def __init__(self, facet: str, inner: Any, log: Log) -> None:
        self._facet, self._inner, self._log = facet, inner, log

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._inner, name)
        method = f"{self._facet}.{name}"
        if method not in CHANGING:
            return member

        def noted(*arguments: Any, **options: Any) -> Any:
            made = call(method, *map(small, arguments), **options)
            if self._log.takes(made):
                raise CancelledError
            if method in SENDS:
                options["headers"] = started(options.get("headers") or NO_HEADERS)
            outcome = "internal"
            try:
                answer = member(*arguments, **options)
                outcome = "ok"
                return answer
            except WorkbenchError as error:
                outcome = error.code
                raise
            finally:
                self._log.note(made, outcome)

        return noted


class _Noted:
    """The node itself; its facets are made once."""

    def __init__(self, inner: Node, log: Log) -> None:
        self._inner, self._log = inner, log
        self._facets: dict[str, _Facet] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in FACETS:
            return getattr(self._inner, name)
        if name not in self._facets:
            self._facets[name] = _Facet(name, getattr(self._inner, name), self._log)
        return self._facets[name]

    def __enter__(self) -> _Noted:
        return self

    def __exit__(self, *_: object) -> None:
        self._inner.close()


def noted(node: Node, log: Log) -> Node:
    """`node`, which asks `log` before every changing call and tells it how that ended."""
    return cast(Node, _Noted(node, log))
