"""A scope of index spaces: of a component, or of the type of one or of an instance; types are declared into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.api.errors import Invalid
from workbench.wasm.binary.core_types import skip_core_type
from workbench.wasm.binary.cursor import DEPTH, Cursor, Newer
from workbench.wasm.binary.shapes import (
    SHAPES,
    Compound,
    Generic,
    Instance,
    Item,
    Named,
    Plain,
    Reference,
    Resource,
    Sealed,
    Shape,
    Signature,
)
from workbench.wasm.binary.spaces import OUTER, alias, external_name

if TYPE_CHECKING:
    from workbench.wasm.binary.component import Nested

_PLAIN = {
    0x7F: "bool",
    0x7E: "s8",
    0x7D: "u8",
    0x7C: "s16",
    0x7B: "u16",
    0x7A: "s32",
    0x79: "u32",
    0x78: "s64",
    0x77: "u64",
    0x76: "f32",
    0x75: "f64",
    0x74: "char",
    0x73: "string",
    0x64: "error-context",
}
_RECORD, _VARIANT, _LIST, _TUPLE, _FLAGS, _ENUM, _OPTION, _RESULT = 0x72, 0x71, 0x70, 0x6F, 0x6E, 0x6D, 0x6B, 0x6A
_OWN, _BORROW, _FIXED_LIST, _STREAM, _FUTURE, _MAP = 0x69, 0x68, 0x67, 0x66, 0x65, 0x63
_FUNC, _ASYNC_FUNC, _COMPONENT, _INSTANCE, _RESOURCE, _ASYNC_RESOURCE = 0x40, 0x43, 0x41, 0x42, 0x3F, 0x3E
_CASE_LESS = {_FLAGS: "flags", _ENUM: "enum"}
_OPTIONAL = {_STREAM: "stream", _FUTURE: "future"}
_EXTERN_SORTS = {1: "func", 3: "type", 4: "component", 5: "instance"}


class Scope:
    """The index spaces that types may refer to, and those around them."""

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        if self.depth > DEPTH:
            raise Newer(f"components and types nested deeper than {DEPTH} are not read")
        self.spaces: dict[str, list[Shape | Nested | None]] = {
            name: [] for name in ("type", "func", "instance", "component", "core module", "value")
        }
        self.exports: dict[str, Item] = {}

    def add(self, item: Item) -> None:
        if item.sort in self.spaces:
            self.spaces[item.sort].append(item.shape)

    def item(self, sort: str, index: int) -> Item:
        if sort not in self.spaces:
            return Item(sort, None)
        space = self.spaces[sort]
        if index >= len(space):
            raise Invalid(f"it refers to the {sort} {index}, there are {len(space)}: the binary is damaged")
        return Item(sort, space[index])

    def shape(self, index: int) -> Shape:
        found = self.item("type", index).shape
        if not isinstance(found, SHAPES):
            raise Newer(f"the type {index} is newer than this reader")
        return found

    def export(self, name: str, item: Item) -> None:
        """A new name for an item, which makes it a new entry of its index space."""
        if item.sort == "type" and isinstance(item.shape, SHAPES):
            item = Item("type", Named(name, item.shape))
        self.exports[name] = item
        self.add(item)

    def name(self, name: str, item: Item) -> None:
        """The outermost component's imports and exports are what others may take types from."""
        if self.depth == 0 and isinstance(item.shape, Instance) and not item.shape.home:
            item.shape.home = name

    def take_alias(self, cursor: Cursor) -> None:
        sort, how, which = alias(cursor)
        if how == OUTER:
            scope: Scope | None = self
            for _ in range(min(which, DEPTH + 1)):
                scope = scope.parent if scope else None
            if scope is None:
                raise Invalid(f"an alias reaches {which} scopes out, there are {self.depth}: the binary is damaged")
            self.add(scope.item(sort, cursor.number()))
        elif how == 0:
            self._take_export(sort, self.item("instance", which).shape, cursor.text())
        else:
            cursor.skip_text()

    def _take_export(self, sort: str, source: object, name: str) -> None:
        if not isinstance(source, Instance):
            self.add(Item(sort, None))
            return
        item = source.exports.get(name)
        if item is None or item.sort != sort:
            raise Invalid(f"an alias names the {sort} {name!r}, which the instance does not export")
        if sort == "type" and isinstance(item.shape, SHAPES):
            item = Item("type", Named(name, item.shape, source))
        self.add(item)

    def extern(self, cursor: Cursor) -> Item:
        """The description behind the name of an import or export, as if it were there."""
        what = cursor.byte()
        if what == 0:
            cursor.byte()
            cursor.number()
            return Item("core module", None)
        if what == 3:
            return Item("type", self.shape(cursor.number()) if cursor.byte() == 0 else Resource())
        if what not in _EXTERN_SORTS:
            raise Newer(f"the kind {what:#x} of an import is newer than this reader")
        found = self.item("type", cursor.number()).shape
        if what == 5 and isinstance(found, Instance):
            found = Instance(found.exports)
        return Item(_EXTERN_SORTS[what], found)

    def imported(self, cursor: Cursor, given: Mapping[str, Item]) -> tuple[str, Item]:
        """Take an import; what was `given` for it stands in its place, so that types keep their identity."""
        name = external_name(cursor)
        item = self.extern(cursor)
        handed = given.get(name)
        if handed is not None and handed.sort == item.sort and item.sort != "func":
            item = handed
        elif item.sort == "type" and isinstance(item.shape, SHAPES):
            item = Item("type", Named(name, item.shape))
        self.name(name, item)
        self.add(item)
        return name, item

    def declare(self, cursor: Cursor) -> None:
        """One entry of a type section."""
        self.spaces["type"].append(self._type(cursor))

    def _type(self, cursor: Cursor) -> Shape:
        form = cursor.byte()
        if form in (_FUNC, _ASYNC_FUNC):
            return self._signature(cursor, form == _ASYNC_FUNC)
        if form == _INSTANCE:
            return Instance(self._declarations(cursor).exports)
        if form == _COMPONENT:
            return Sealed(self._declarations(cursor).exports)
        if form in (_RESOURCE, _ASYNC_RESOURCE):
            cursor.byte()
            if form == _ASYNC_RESOURCE or cursor.byte():
                cursor.number()
            if form == _ASYNC_RESOURCE and cursor.byte():
                cursor.number()
            return Resource()
        return self._value_type(form, cursor)

    def _signature(self, cursor: Cursor, asynchronous: bool) -> Signature:
        params = tuple((cursor.text(), self._value(cursor)) for _ in range(cursor.count()))
        result = None
        if cursor.byte() == 0:
            result = self._value(cursor)
        elif cursor.byte():
            raise Newer("several named results are not read")
        return Signature(params, result, asynchronous)

    def _value_type(self, form: int, cursor: Cursor) -> Shape:
        if form in _PLAIN:
            return Plain(_PLAIN[form])
        if form == _RECORD:
            return Compound("record", tuple((cursor.text(), self._value(cursor)) for _ in range(cursor.count())))
        if form == _VARIANT:
            return Compound("variant", tuple(self._case(cursor) for _ in range(cursor.count())))
        if form in _CASE_LESS:
            return Compound(_CASE_LESS[form], tuple((cursor.text(), None) for _ in range(cursor.count())))
        if form in (_OWN, _BORROW):
            return Reference(form == _OWN, self.shape(cursor.number()))
        return self._generic(form, cursor)

    def _generic(self, form: int, cursor: Cursor) -> Generic:
        if form == _LIST:
            return Generic("list", (self._value(cursor),))
        if form == _FIXED_LIST:
            return Generic("list", (self._value(cursor),), cursor.number())
        if form == _OPTION:
            return Generic("option", (self._value(cursor),))
        if form == _TUPLE:
            return Generic("tuple", tuple(self._value(cursor) for _ in range(cursor.count())))
        if form == _RESULT:
            return Generic("result", (self._maybe(cursor), self._maybe(cursor)))
        if form in _OPTIONAL:
            return Generic(_OPTIONAL[form], (self._maybe(cursor),))
        if form == _MAP:
            return Generic("map", (self._value(cursor), self._value(cursor)))
        raise Newer(f"the type {form:#x} is newer than this reader")

    def _case(self, cursor: Cursor) -> tuple[str, Shape | None]:
        name, kind = cursor.text(), self._maybe(cursor)
        if cursor.byte():
            raise Newer("a case that refines another is not read")
        return name, kind

    def _maybe(self, cursor: Cursor) -> Shape | None:
        return self._value(cursor) if cursor.byte() else None

    def _value(self, cursor: Cursor) -> Shape:
        number = cursor.signed()
        if number >= 0:
            return self.shape(number)
        code = number & 0x7F
        if code not in _PLAIN:
            raise Newer(f"the value type {code:#x} is newer than this reader")
        return Plain(_PLAIN[code])

    def _declarations(self, cursor: Cursor) -> Scope:
        """The inside of the type of an instance or component, in a scope of its own."""
        inner = Scope(self)
        for _ in range(cursor.count()):
            what = cursor.byte()
            if what == 0:
                skip_core_type(cursor)
            elif what == 1:
                inner.declare(cursor)
            elif what == 2:
                inner.take_alias(cursor)
            elif what == 3:
                inner.imported(cursor, {})
            elif what == 4:
                inner.export(external_name(cursor), inner.extern(cursor))
            else:
                raise Newer(f"the declaration {what:#x} is newer than this reader")
        return inner
