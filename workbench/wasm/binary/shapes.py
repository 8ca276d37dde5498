"""Types of components as a binary holds them: a graph whose parts have names only where somebody exports them.

Two shapes are the same type when they are the same object. `Item` is what an import or export stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from workbench.wasm.binary.component import Nested


@dataclass(slots=True, eq=False, repr=False)
class Plain:
    """`u8`, `string`, … and what a newer reader would know better."""

    name: str


@dataclass(slots=True, eq=False, repr=False)
class Generic:
    """`list`, `option`, `tuple`, `result`, `stream`, `future` or `map` of other shapes; None is an absent one."""

    form: str
    arguments: tuple[Shape | None, ...]
    length: int | None = None


@dataclass(slots=True, eq=False, repr=False)
class Compound:
    """A `record`, `variant`, `enum` or `flags`; the shape of a case may be absent."""

    form: str
    members: tuple[tuple[str, Shape | None], ...]


@dataclass(slots=True, eq=False, repr=False)
class Reference:
    """An `own` or `borrow` of a resource."""

    owned: bool
    target: Shape


@dataclass(slots=True, eq=False, repr=False)
class Resource:
    pass


@dataclass(slots=True, eq=False, repr=False)
class Named:
    """A type under the name that it is exported by; `source` is the instance it was taken from, if it was."""

    name: str
    target: Shape
    source: Instance | None = None


@dataclass(slots=True, eq=False, repr=False)
class Signature:
    """The type of a function."""

    params: tuple[tuple[str, Shape], ...]
    result: Shape | None
    asynchronous: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Instance:
    """An instance, or the type of one. `home` is the name under which the component imports or exports it."""

    exports: dict[str, Item] = field(default_factory=dict)
    home: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Sealed:
    """A component that is known by its type only: what an instance of it would export."""

    exports: dict[str, Item] = field(default_factory=dict)


SHAPES = (Plain, Generic, Compound, Reference, Resource, Named, Signature, Instance, Sealed)
Shape: TypeAlias = "Plain | Generic | Compound | Reference | Resource | Named | Signature | Instance | Sealed"


@dataclass(frozen=True, slots=True)
class Item:
    """What a name stands for. `sort` is the binary's word; `shape` is None where the reader does not follow."""

    sort: str
    shape: Shape | Nested | None


def named(name: str, item: Item) -> Item:
    """The item as something exports it: a type that has no name yet gets this one."""
    if item.sort != "type" or isinstance(item.shape, Named) or not isinstance(item.shape, SHAPES):
        return item
    return Item("type", Named(name, item.shape))
