"""Which bracket belongs to which, strings and comments left aside."""

from __future__ import annotations

PAIRS = {"(": ")", "[": "]", "{": "}"}
BACK = {close: open_ for open_, close in PAIRS.items()}


def match(text: str, position: int) -> tuple[int, int] | None:
    """The bracket at or before `position` and its partner, or None."""
    for at in (position, position - 1):
        if 0 <= at < len(text) and text[at] in PAIRS:
            other = _partner(text, at)
            return (at, other) if other >= 0 else None
        if 0 <= at < len(text) and text[at] in BACK:
            other = _opener(text, at)
            return (other, at) if other >= 0 else None
    return None


def _partner(text: str, at: int) -> int:
    depth = 0
    for here in _code(text):
        if here < at:
            continue
        depth += (text[here] in PAIRS) - (text[here] in BACK)
        if depth == 0:
            return here if text[here] == PAIRS[text[at]] else -1
    return -1


def _opener(text: str, at: int) -> int:
    open_: list[int] = []
    for here in _code(text):
        if here > at:
            break
        if text[here] in PAIRS:
            open_.append(here)
        elif open_:
            started = open_.pop()
            if here == at:
                return started if text[started] == BACK[text[at]] else -1
    return -1


def _code(text: str) -> list[int]:
    """Places of all brackets outside strings and comments."""
    found, at, mark = [], 0, ""
    while at < len(text):
        char = text[at]
        if mark:
            if char == "\\":
                at += 1
            elif text.startswith(mark, at) or (char == "\n" and len(mark) == 1):
                at += len(mark) - 1
                mark = ""
        elif char == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif char in "\"'":
            mark = char * 3 if text.startswith(char * 3, at) else char
            at += len(mark) - 1
        elif char in PAIRS or char in BACK:
            found.append(at)
        at += 1
    return found
