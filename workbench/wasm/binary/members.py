"""The imports and exports of a binary as values of the api."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workbench.api.structure import Member
from workbench.wasm.binary.core import CoreMember
from workbench.wasm.binary.shapes import Instance, Item, Named, Resource, Signature
from workbench.wasm.binary.spelling import Spelling, chain
from workbench.wasm.binary.world import interface_name

CHARACTERS = 2 << 20
"""The most characters of names and types that are told; what is beyond is left out."""
_KINDS = {"func": "function", "core module": "module"}


class _Room:
    """How much may still be told."""

    def __init__(self) -> None:
        self.left = CHARACTERS

    def holds(self, *texts: str) -> bool:
        self.left -= sum(map(len, texts)) + 10
        return self.left >= 0


def core_members(members: Iterable[CoreMember]) -> tuple[Member, ...]:
    """Those of a core module."""
    room = _Room()
    named = ((f"{one.module}.{one.name}" if one.module else one.name, one) for one in members)
    return tuple(Member(name, one.kind, one.type) for name, one in named if room.holds(name, one.type))


def component_members(items: Mapping[str, Item]) -> tuple[Member, ...]:
    """Those of a component; an interface has its functions and types as members."""
    return tuple(_told(items, _Room(), nested=True))


def _told(items: Mapping[str, Item], room: _Room, *, nested: bool) -> Iterator[Member]:
    spelling = Spelling(items)
    for name, item in items.items():
        shape = item.shape
        written = _type(shape, spelling)
        if not room.holds(name, written):
            return
        if isinstance(shape, Instance):
            kind = "interface" if interface_name(name) else "instance"
            yield Member(name, kind, "", tuple(_told(shape.exports, room, nested=False)) if nested else ())
        else:
            yield Member(name, _KINDS.get(item.sort, item.sort), written)


def _type(shape: object, spelling: Spelling) -> str:
    if isinstance(shape, Named):
        *_, last = chain(shape)
        return "resource" if isinstance(last, Resource) else spelling.definition(shape)
    return spelling.text(shape) if isinstance(shape, Signature) else ""
