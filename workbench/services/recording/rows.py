"""Rows of turns as bytes: pickles of tuples, lists, dictionaries, texts, bytes and numbers, and of nothing else."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any, NoReturn

from workbench.api.errors import Invalid
from workbench.api.turn_row import Row

PROTOCOL = 5
PLAIN = {("builtins", kind.__name__): kind for kind in (tuple, list, str, int)}


class _Pickler(pickle.Pickler):
    """Kinds of text, numbers and tuples of our own, and records of the WIT, become plain ones."""

    def reducer_override(self, found: Any) -> Any:
        if isinstance(found, type):
            return NotImplemented  # one of those that the following lines name
        if isinstance(found, tuple | list):
            return tuple, (list(found),)
        if isinstance(found, str):
            return str, (str.__str__(found),)
        if isinstance(found, int):
            return int, (int(found),)
        raise TypeError(f"a host call carries no {type(found).__name__}")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = PLAIN.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return found

    def persistent_load(self, _: Any) -> NoReturn:
        raise pickle.UnpicklingError("it leads out of itself")


def to_bytes(rows: Sequence[Row]) -> bytes:
    """TypeError: a value in them is none that a host call may carry."""
    stream = io.BytesIO()
    _Pickler(stream, PROTOCOL).dump(rows)
    return stream.getvalue()


def from_bytes(data: bytes) -> list[Row]:
    """The rows of all that was put together. Invalid: it is damaged."""
    stream = io.BytesIO(data)
    found: list[Row] = []
    try:
        while stream.tell() < len(data):
            found += _Unpickler(stream).load()
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, AttributeError, IndexError, EOFError) as error:
        raise Invalid(f"it cannot be read: {error}") from None
    return found
