"""Values that are made by the hundred thousand: frozen dataclasses with slots and a fast constructor.

`@dataclass(frozen=True, slots=True)` sets each field through `object.__setattr__`; for the four values of every turn
that came to a third of the turn. Here an instance is born as the open class, whose fields are plain assignments, and is
sealed by taking on the frozen class when it is complete (8 fields: 0.47 us instead of 1.33 us on CPython 3.11).
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def value(cls: type[T]) -> type[T]:
    """Make a class of annotated fields a frozen value. It behaves as a frozen dataclass with slots does."""
    unsealed: Any = dataclasses.dataclass(slots=True, unsafe_hash=True)(cls)
    members = {"__slots__": (), "__doc__": cls.__doc__, "__module__": cls.__module__, "__qualname__": cls.__qualname__}
    methods = {"__setattr__": _refuse, "__delattr__": _refuse, "__reduce__": _reduce}
    sealed: Any = type(cls.__name__, (unsealed,), {**members, **methods})
    sealed.__init__ = _constructor(unsealed, sealed)
    return sealed  # type: ignore[no-any-return]  # a subclass made at run time


def _constructor(unsealed: Any, sealed: Any) -> Any:
    """`__init__` with the parameters of the fields, as dataclasses write it, between the two changes of class."""
    known: dict[str, Any] = {"_unsealed": unsealed, "_sealed": sealed, "_set": object.__setattr__, "_missing": MISSING}
    head, body = ["self"], ["_set(self, '__class__', _unsealed)"]
    for field in dataclasses.fields(unsealed):
        name = field.name
        if field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            head.append(f"{name}=_default_{name}")
            body.append(f"self.{name} = {name}")
        elif field.default_factory is not MISSING:
            known[f"_new_{name}"] = field.default_factory
            head.append(f"{name}=_missing")
            body.append(f"self.{name} = _new_{name}() if {name} is _missing else {name}")
        else:
            head.append(name)
            body.append(f"self.{name} = {name}")
    body.append("self.__class__ = _sealed")
    exec(f"def __init__({', '.join(head)}):\n    " + "\n    ".join(body), known)  # the field names are identifiers
    made = known["__init__"]
    made.__qualname__ = f"{sealed.__qualname__}.__init__"
    made.__annotations__ = {**unsealed.__init__.__annotations__}
    return made


def _refuse(self: Any, name: str, *_: Any) -> NoReturn:
    raise FrozenInstanceError(f"{name} of a {type(self).__name__} cannot be changed")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(getattr(self, field.name) for field in dataclasses.fields(self))
