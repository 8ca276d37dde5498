"""What is shown of a long text: one giant line would hold the window for seconds. Copying takes all of it."""

from __future__ import annotations

import re

from workbench.api.words import plural

LINE_CHARACTERS = 2000
TEXT_CHARACTERS = 64 * 1024
WHOLE_CHARACTERS = 1 << 20
"""The most that is laid out at all; what is longer can be copied."""
FOLD_CHARACTERS = 200
_GIANT = re.compile(rf"[^\n]{{{LINE_CHARACTERS + 1}}}")
_PIECE = re.compile(rf"[^\n]{{{FOLD_CHARACTERS}}}(?=[^\n])")


def is_long(text: str) -> bool:
    """Whether only an excerpt of it is shown at first."""
    return len(text) > TEXT_CHARACTERS or has_giant_line(text)


def has_giant_line(text: str) -> bool:
    """Whether a line of it is too long to be wrapped into a view."""
    return len(text) > LINE_CHARACTERS and _GIANT.search(text) is not None


def short_line(line: str, limit: int = LINE_CHARACTERS) -> str:
    """The start of a line, and how much more there is."""
    return line if len(line) <= limit else f"{line[:limit]} … {plural(len(line) - limit, 'character')} more"


def excerpt(text: str, limit: int = TEXT_CHARACTERS) -> str:
    """At most `limit` characters in lines of at most 2,000, saying what was left out."""
    if len(text) <= limit and not has_giant_line(text):
        return text
    lines = [short_line(line) for line in text[:limit].split("\n")]
    left = len(text) - limit
    return "\n".join([*lines, f"… {plural(left, 'character')} more"] if left > 0 else lines)


def whole(text: str) -> str:
    """All of it, giant lines folded into pieces, up to what a view can hold."""
    shown = excerpt(text, WHOLE_CHARACTERS) if len(text) > WHOLE_CHARACTERS else text
    return _PIECE.sub("\\g<0>\n", shown) if has_giant_line(text) else shown
