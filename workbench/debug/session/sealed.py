"""What would change something is refused, in this one place: a facet has the methods that read, and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from workbench.api.actors import Actors
from workbench.api.blobs import Blobs
from workbench.api.capabilities import Capabilities
from workbench.api.channels import Channels
from workbench.api.debugger import Debugger
from workbench.api.errors import Denied
from workbench.api.journal import Journal
from workbench.api.keyvalue import KeyValue
from workbench.api.locks import Locks
from workbench.api.modules import Modules
from workbench.api.process_groups import ProcessGroups
from workbench.api.registry import Registry
from workbench.api.supervision import Supervision
from workbench.api.tokens import Tokens
from workbench.api.tuplespace import TupleSpace

READS: Mapping[object, frozenset[str]] = {
    facet: frozenset(names.split())
    for facet, names in {
        Modules: "list get exists data bytecode describe diff",
        Actors: "list get snapshot turns dead_letters",
        Capabilities: "evidence audit",
        Supervision: "list get history",
        KeyValue: "get entry exists keys list level ttl history",
        Locks: "get list waiters history",
        ProcessGroups: "members list",
        Registry: "lookup discover",
        TupleSpace: "read read_all count list shapes waiters near_misses why_not history",
        Channels: "queues queue queue_depth messages message topics published",
        Blobs: "download stream download_range exists metadata list level buckets",
        Debugger: "level statistics segments turns changes holdings state",
        Journal: "list get entries events verify",
        Tokens: "",  # none is in a session, and what is not there is not to be listed as if there were none
    }.items()
}
"""Of each facet. A method that is not named here is refused, a new one too until somebody names it."""


def sealed(facet: object, name: str, inside: Callable[[], object]) -> Any:
    """The facet of the recorded session `name`; what reads is done by what `inside()` is at the time."""
    return _Sealed(facet, name, inside)


def refused(name: str, what: str) -> Denied:
    """The one sentence."""
    return Denied(
        f"{what} was refused: {name} is a recorded session, which nothing can change; "
        "do it on a node that runs (workbench node starts one)"
    )


class _Sealed:
    """See `sealed`."""

    def __init__(self, facet: object, name: str, inside: Callable[[], object]) -> None:
        self._facet, self._name, self._inside = facet, name, inside

    def __getattr__(self, method: str) -> Any:
        if method.startswith("_") or not callable(getattr(self._facet, method, None)):
            raise AttributeError(f"{_called(self._facet)} has no {method!r}")
        if method in READS[self._facet]:
            return getattr(self._inside(), method)
        what = f"{_called(self._facet)}.{method}"

        def refuse(*_: object, **__: object) -> NoReturn:
            raise refused(self._name, what)

        return refuse


def _called(facet: object) -> str:
    name = str(getattr(facet, "__name__", facet))
    return {"ProcessGroups": "process_groups"}.get(name, name.lower())
