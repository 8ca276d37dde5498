"""The one place that touches the generated bindings of the sandbox (`wit_world`).

They exist only inside an actor, and a component's world has only the interfaces that its source uses: each is imported
when it is first called. Anywhere else a call raises `Unavailable` with a sentence that says so. The bindings are
generated for each world, hence untyped here; the service modules give every result its type.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

from .errors import Unavailable, from_host

INSIDE = sys.platform == "wasi"
"""Whether this is the inside of an actor."""


class _NoRefusal(Exception):
    """Stands in for the bindings' `Err` where there are none; nobody raises it."""


Err: Any = import_module("componentize_py_types").Err if INSIDE else _NoRefusal
"""The bindings' exception for the error case of a WIT result."""


@cache
def interface(name: str) -> Any:
    """The bindings of one imported interface, such as `keyvalue` or `process_groups`: its functions and types."""
    module = name.replace("_", " ")
    if not INSIDE:
        raise Unavailable(f"plexspaces.{name} works only inside an actor: run this file with the workbench")
    try:
        return import_module(f"wit_world.imports.{name}")
    except ModuleNotFoundError:
        raise Unavailable(
            f"this component was built without {module}: import plexspaces.{name} in its source and build it again"
        ) from None


def call(name: str, function: str, *arguments: object) -> Any:
    """Call one function of an imported interface; the error case of its result is raised as a `HostError`."""
    try:
        return getattr(interface(name), function)(*arguments)
    except Err as refusal:
        raise from_host(refusal.value.code, refusal.value.message) from None


def to_wit(value: str | bytes) -> Any:
    """A checked payload as the bindings want it."""
    text, binary = _payloads()
    return text(value) if isinstance(value, str) else binary(value)


@cache
def _payloads() -> tuple[Any, Any]:
    types = interface("types")
    return types.Payload_Text, types.Payload_Binary


def exports(name: str) -> Any:
    """The types of one exported interface, such as `loader`."""
    return import_module(f"wit_world.exports.{name}")
