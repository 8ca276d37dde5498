"""Finds the places in a traceback, so that a click can go there."""

from __future__ import annotations

import html
import re

from workbench.api import Location

TRACE = "trace"
"""How the address of a link begins that shows a trace."""
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


def place(line: str) -> Location | None:
    """The place that one line of a traceback names."""
    found = _FRAME.search(line)
    return Location(found["file"], int(found["line"])) if found else None


def innermost(traceback: str) -> Location | None:
    """The last place of a whole traceback: where it happened."""
    places = [found for found in map(place, traceback.splitlines()) if found is not None]
    return places[-1] if places else None


def as_html(traceback: str, link: str, plain: str) -> str:
    """The traceback with its places as links; their address is `file:line`."""
    lines = []
    for line in traceback.rstrip().splitlines():
        found = place(line)
        safe = html.escape(line).replace("  ", "&nbsp; ")
        if found is not None:
            address = html.escape(f"place:{found.line}:{found.file}")
            safe = f'<a href="{address}" style="color:{link};text-decoration:none">{safe}</a>'
        lines.append(safe)
    return f'<div style="color:{plain};white-space:pre">' + "<br>".join(lines) + "</div>"


def from_address(address: str) -> Location | None:
    """The place behind a link made by `as_html`."""
    head, _, rest = address.partition(":")
    line, _, file = rest.partition(":")
    return Location(file, int(line)) if head == "place" and line.isdigit() else None
