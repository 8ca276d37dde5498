"""The rules by which secrets are taken out of a session, as they are written in one line."""

from __future__ import annotations

import re

from workbench.api import Invalid

_RULE = re.compile(r"\s*(?:(/(?:\\.|[^\\])*?/)|([^,]*?))\s*(?:,|$)")
"""An expression between slashes, whatever it contains, or a name up to the next comma."""


def rules(line: str) -> tuple[str, ...]:
    """What stands between commas, those inside an expression apart. A slash in one is written `\\/` beside a comma.
    Invalid: half an expression, or none."""
    found, at = [], 0
    while at < len(line) and (match := _RULE.match(line, at)) is not None:
        at = match.end()
        expression, name = match[1], match[2]
        if expression:
            _check(expression)
        elif name and "/" in (name[0], name[-1]):
            raise Invalid(f"{name} is half an expression: it is written between two slashes, as /pass-[0-9]+/.")
        if rule := expression or name:
            found.append(rule)
    return tuple(found)


def _check(expression: str) -> None:
    if expression == "//":
        raise Invalid("// is an empty expression, which every text matches: write one between the slashes.")
    if re.search(r",\s*/", expression[1:-1]):
        raise Invalid(f"{expression} may be one expression or two: write \\/ for a slash inside one.")
    try:
        re.compile(expression[1:-1])
    except re.error as error:
        raise Invalid(f"{expression} is no regular expression: {error}.") from None
