"""The imports and exports of a binary as values of the api."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workbench.api.structure import Member
from workbench.wasm.binary.core import CoreMember
from workbench.wasm.binary.shapes import Instance, Item, Named, Resource, Signature
from workbench.wasm.binary.spelling import Spelling, chain
from workbench.wasm.binary.world import interface_name

MEMBERS = 20_000
"""The most imports and exports, and members of theirs, that are told."""
_KINDS = {"func": "function", "core module": "module"}


def core_members(members: Iterable[CoreMember]) -> tuple[Member, ...]:
    """Those of a core module."""
    return tuple(Member(f"{one.module}.{one.name}" if one.module else one.name, one.kind, one.type) for one in members)


def component_members(items: Mapping[str, Item]) -> tuple[Member, ...]:
    """Those of a component; an interface has its functions and types as members."""
    left = [MEMBERS]
    return tuple(_told(items, left, nested=True))


def _told(items: Mapping[str, Item], left: list[int], *, nested: bool) -> Iterator[Member]:
    spelling = Spelling(items)
    for name, item in items.items():
        left[0] -= 1
        if left[0] < 0:
            return
        shape = item.shape
        if isinstance(shape, Instance):
            kind = "interface" if interface_name(name) else "instance"
            yield Member(name, kind, "", tuple(_told(shape.exports, left, nested=False)) if nested else ())
        else:
            yield Member(name, _KINDS.get(item.sort, item.sort), _type(shape, spelling))


def _type(shape: object, spelling: Spelling) -> str:
    if isinstance(shape, Named):
        *_, last = chain(shape)
        return "resource" if isinstance(last, Resource) else spelling.definition(shape)
    return spelling.text(shape) if isinstance(shape, Signature) else ""
