"""Regular expressions whose time is bounded by the length of what is searched: RE2, which never goes back."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

from workbench.api.errors import Invalid

MEMORY_BYTES = 256 << 10
"""For one expression and its automaton; what does not fit is refused."""


@lru_cache(maxsize=256)
def searcher(expression: str) -> Callable[[bytes], object | None]:
    """A search of UTF-8 text for the expression, anywhere in it. Invalid: it cannot be read, or is too large."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = MEMORY_BYTES, False, True
    try:
        search: Callable[[bytes], object | None] = re2.compile(expression.encode(), options).search
    except re2.error as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise Invalid(f"the regular expression {expression[:60]!r} cannot be used: {said}") from None
    return search
