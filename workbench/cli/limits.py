"""Limits as `LIMIT=VALUE`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.api import Invalid, Limits, Node, profile
from workbench.api.supervision import LIMITS
from workbench.cli import render


def for_spawn(node: Node, module: str, profile_name: str, changes: Sequence[str]) -> Limits | None:
    """Those of a profile for this module, with what `changes` say; None when they say nothing."""
    if not changes:
        return None
    declared = node.modules.get(module).memory_bytes
    return changed(profile(profile_name).limits_for(declared), changes)


def changed(before: Limits, changes: Sequence[str]) -> Limits:
    """`before` with what `changes` say; Invalid names what is not known, or no number."""
    return replace(before, **read(changes))


def read(changes: Sequence[str]) -> dict[str, int]:
    """The values that `changes` name."""
    values: dict[str, int] = {}
    for text in changes:
        name, equals, value = text.partition("=")
        if name not in LIMITS:
            raise Invalid(f"no limit {name!r}; there are {', '.join(LIMITS)}")
        digits = value.replace("_", "").replace(",", "")
        if not equals or not digits.removeprefix("-").isdecimal():
            raise Invalid(f"write {name}=NUMBER, not {text!r}")
        values[name] = int(digits)
    return values


def show_limits(limits: Limits, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(limits))
    else:
        render.facts((name, f"{getattr(limits, name):,}") for name in LIMITS)
