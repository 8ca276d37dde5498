"""What every facet of a remote node is: a class whose calls refuse a number that the wire has no room for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isfunction
from typing import Any, TypeVar

from workbench.api import Invalid

T = TypeVar("T")
OUT_OF_RANGE = "Value out of range: "
"""How protobuf begins when a number does not fit its field; the number follows."""


class Facet:
    """Each method of a subclass raises Invalid for a number that does not fit its message; nothing was sent then."""

    def __init_subclass__(cls) -> None:
        for name, member in list(vars(cls).items()):
            if isfunction(member) and not name.startswith("_"):
                setattr(cls, name, _refusing(member))


def _refusing(call: Callable[..., T]) -> Callable[..., T]:
    @wraps(call)
    def refusing(*arguments: Any, **options: Any) -> T:
        try:
            return call(*arguments, **options)
        except ValueError as error:
            said = str(error)
            if not said.startswith(OUT_OF_RANGE):
                raise
            number = said.removeprefix(OUT_OF_RANGE)
            raise Invalid(
                f"the number {number} is outside of what {call.__name__} takes; nothing was sent, write another one"
            ) from None

    return refusing
