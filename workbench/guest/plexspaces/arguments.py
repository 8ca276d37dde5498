"""Checks of what an actor hands to the host.

The bindings abort the whole actor over a value of the wrong type, so it is refused here, with a sentence that names
the argument: TypeError for another type, Invalid, as the host's own, for a value that cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from . import bindings
from .errors import Invalid

U32 = (1 << 32) - 1
U64 = (1 << 64) - 1
S64 = (1 << 63) - 1

Range: TypeAlias = tuple[int, int]
"""What the host takes of a number, the least and the most; what the bindings can carry is more."""
TTL_MS: Final[Range] = 1, 100 * 365 * 86_400_000
DELAY_MS: Final[Range] = 0, 365 * 86_400_000
QUEUED_TTL_MS: Final[Range] = 1, 365 * 86_400_000
LEASE_MS: Final[Range] = 1, 86_400_000
LIMIT: Final[Range] = 1, 100_000


def text(name: str, value: object) -> str:
    """`value`, if it is text that can be written as UTF-8."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {_kind(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Invalid(f"{name} has half of a surrogate pair at position {error.start}, which is no text") from None
    return value


def optional_text(name: str, value: object) -> str | None:
    """`value`, if it is text or None."""
    return None if value is None else text(name, value)


def natural(name: str, value: object, largest: int = U64, *, taken: Range | None = None) -> int:
    """`value`, if it is a whole number from 0 to `largest`. The error names what is `taken` by the host, if known."""
    return _between(name, value, 0, largest, taken)


def optional_natural(name: str, value: object, *, taken: Range | None = None) -> int | None:
    """`value`, if it is a whole number that is not negative, or None."""
    return None if value is None else natural(name, value, taken=taken)


def integer(name: str, value: object) -> int:
    """`value`, if it is a whole number of 64 bits."""
    return _between(name, value, -S64 - 1, S64)


def data_of(name: str, value: object) -> bytes:
    """`value` as bytes, if it is bytes, a bytearray or a memoryview."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise TypeError(f"{name} must be bytes, not {_kind(value)}")


def payload_of(name: str, value: object) -> Any:
    """`value` as the bindings' payload, if it is text or bytes."""
    if isinstance(value, str):
        return bindings.to_wit(text(name, value))
    if isinstance(value, bytes | bytearray | memoryview):
        return bindings.to_wit(bytes(value))
    raise TypeError(f"{name} must be str or bytes, not {_kind(value)}")


def texts(name: str, values: Iterable[str]) -> list[str]:
    """All of `values`, if each is text. A single str is refused: it would be taken apart into its characters."""
    if isinstance(values, str):
        raise TypeError(f"{name} must be a list of str, not one str")
    return [text(f"{name}[{index}]", value) for index, value in enumerate(values)]


def pairs(name: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The items of a mapping from text to text."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{name} must be a dict of str to str, not {_kind(values)}")
    return [(text(f"a name in {name}", key), text(f"{name}[{key!r}]", value)) for key, value in values.items()]


def _between(name: str, value: object, smallest: int, largest: int, taken: Range | None = None) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {_kind(value)}")
    if not smallest <= value <= largest:
        least, most = taken or (smallest, largest)
        raise Invalid(f"{name} must be from {least:,} to {most:,}, not {value:,}")
    return int(value)


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__
