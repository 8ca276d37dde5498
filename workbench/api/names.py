"""Names of things in services: data, never syntax."""

from __future__ import annotations

from workbench.api.errors import Invalid

NAME_BYTES = 1 << 10
INT_LEAST, INT_MOST = -(1 << 63), (1 << 63) - 1
MOST_SECONDS = 31_536_000
"""A year: nobody waits for longer."""
SHOWN = 40
"""So many characters of a name are repeated in a sentence."""


def check_name(text: str, what: str, *, most: int = NAME_BYTES) -> str:
    """The name of `what` (as `a lock`), which is any text of 1 to `most` bytes, or Invalid."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(f"{text[:SHOWN]!r} is no Unicode text, so it cannot be the name of {what}") from None
    if not 1 <= size <= most:
        raise Invalid(f"the name of {what} has 1 to {most:,} bytes, this one has {size:,}: {text[:SHOWN]!r}")
    return text


def check_number(number: int, what: str) -> int:
    """A whole number that stands for `what` (as `an id`) and fits into 64 bits, or Invalid."""
    if not INT_LEAST <= number <= INT_MOST:
        raise Invalid(f"{what} is a whole number of at most 64 bits, not {number:,}")
    return number


def check_timeout(seconds: float) -> float:
    """How long to wait, or Invalid."""
    if not 0 <= seconds <= MOST_SECONDS:
        raise Invalid(f"a timeout is 0 to {MOST_SECONDS:,} seconds, not {seconds:,}")
    return seconds


def check_limit(limit: int) -> int:
    """How many are asked for at once, or Invalid."""
    if not 1 <= limit <= 100_000:
        raise Invalid(f"a limit is 1 to 100,000, not {limit:,}")
    return limit
