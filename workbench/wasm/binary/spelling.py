"""How types are written in WIT inside one interface or world: by their names there, else spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from workbench.wasm.binary.cursor import DEPTH
from workbench.wasm.binary.shapes import (
    Compound,
    Generic,
    Item,
    Named,
    Plain,
    Reference,
    Resource,
    Shape,
    Signature,
)

TYPE_CHARACTERS = 10_000
UNREADABLE = "…"
"""Stands where a type is too deep, too long or too new to be written."""
LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*")
_WORDS = (
    "as async bool borrow char constructor enum error-context export f32 f64 flags from func future import include "
    "interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple type "
    "u16 u32 u64 u8 use variant with world"
)
_KEYWORDS = frozenset(_WORDS.split())


def label(name: str) -> str:
    """A name as WIT writes it: keywords get a percent sign."""
    return f"%{name}" if name in _KEYWORDS else name


class Spelling:
    """Writes types; `items` are what the interface or world exports, in order."""

    def __init__(self, items: Mapping[str, Item]) -> None:
        self._texts: dict[int, str] = {}
        for name, item in items.items():
            if item.sort == "type" and isinstance(item.shape, Named):
                self._know(name, item.shape)

    def _know(self, name: str, shape: Shape) -> None:
        for step in chain(shape):
            if id(step) in self._texts:
                return
            if isinstance(step, Named | Compound | Resource):
                self._texts[id(step)] = label(name)

    def text(self, shape: object, depth: int = 0) -> str:
        """`list<payload>`, `u32`, … No longer than `TYPE_CHARACTERS`, however the types are nested."""
        found = self._texts.get(id(shape))
        if found is None:
            found = UNREADABLE if depth > DEPTH else self._spelled(shape, depth + 1)
            if isinstance(shape, Generic | Compound):
                self._texts[id(shape)] = found
        return found

    def _spelled(self, shape: object, depth: int) -> str:
        match shape:
            case Plain(name):
                return name
            case Named(name):
                return label(name)
            case Reference(owned, target):
                return self.text(target, depth) if owned else f"borrow<{self.text(target, depth)}>"
            case Generic():
                return self._generic(shape, depth)
            case Compound(form):
                return f"{form} {{ {joined(self.members(shape, depth))} }}"
            case Signature():
                return self.signature(shape)
            case Resource():
                return "resource"
        return UNREADABLE

    def _generic(self, shape: Generic, depth: int) -> str:
        given = [argument for argument in shape.arguments if argument is not None]
        if shape.form == "result" and shape.arguments[0] is None and given:
            return f"result<_, {self.text(given[0], depth)}>"
        parts = joined(self.text(argument, depth) for argument in given)
        length = f", {shape.length}" if shape.length is not None else ""
        return f"{shape.form}<{parts}{length}>" if given else shape.form

    def members(self, shape: Compound, depth: int = 0) -> Iterator[str]:
        """The fields or cases of a compound, as WIT writes them."""
        for name, kind in shape.members:
            if kind is None:
                yield label(name)
            elif shape.form == "record":
                yield f"{label(name)}: {self.text(kind, depth)}"
            else:
                yield f"{label(name)}({self.text(kind, depth)})"

    def signature(self, shape: Signature, *, skip: int = 0) -> str:
        """A function's type; `skip` leaves out its first parameters."""
        params = joined(f"{label(name)}: {self.text(kind)}" for name, kind in shape.params[skip:])
        result = f" -> {self.text(shape.result)}" if shape.result is not None else ""
        return f"{'async ' * shape.asynchronous}func({params}){result}"

    def definition(self, shape: Shape) -> str:
        """What a name stands for, on one line: `record { … }`, `list<u8>`."""
        target = shape.target if isinstance(shape, Named) else shape
        if isinstance(target, Compound):
            return f"{target.form} {{ {joined(self.members(target))} }}"
        return self.text(target)


def chain(shape: Shape) -> Iterator[Shape]:
    """A type and what it is another name for, down to where it is defined."""
    for _ in range(DEPTH):
        yield shape
        if not isinstance(shape, Named):
            return
        shape = shape.target


def joined(parts: Iterable[str]) -> str:
    """The parts behind commas, cut where they become too long to be of use."""
    found, size = [], 0
    for part in parts:
        found.append(part)
        size += len(part) + 2
        if size > TYPE_CHARACTERS:
            return ", ".join([*found[:-1], UNREADABLE])
    return ", ".join(found)
