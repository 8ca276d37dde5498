"""Which export handles a message, decided by its kind and by what the module exports. Pure."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from workbench.api.errors import Invalid
from workbench.api.messages import Kind
from workbench.wasm.program import BEHAVIORS

CALL_ORDER = ("gen-server", "gen-fsm", "generic")
OTHER_ORDER = ("gen-event", "gen-fsm", "generic", "gen-server")
NO_REPLY = "handle_request returned no reply for"
"""How a refusal begins that only says that a handler gave no reply; a cast or an info message needs none."""


class Route(NamedTuple):
    interface: str
    handler: str


@cache
def first_route(kind: Kind, behaviors: tuple[str, ...]) -> Route | None:
    """The first export that exists; None when there is none for this kind."""
    order = CALL_ORDER if kind is Kind.CALL else OTHER_ORDER
    return next((Route(name, BEHAVIORS[name]) for name in order if name in behaviors), None)


def route(kind: Kind, behaviors: tuple[str, ...], name: str) -> Route:
    """The first export that exists; Invalid when this actor cannot be called."""
    found = first_route(kind, behaviors)
    if found is not None:
        return found
    raise Invalid(f"{name} handles events only (gen_event): send it a cast, it cannot answer a call")
