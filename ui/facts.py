"""Facts as a grid of two columns, in the HTML that a text browser shows."""

from __future__ import annotations

import html
from collections.abc import Iterable

from ui.theme import current

Facts = Iterable[tuple[str, str]]


def grid(facts: Facts) -> str:
    """Name and value, one pair in a row; what has no value is left out."""
    rows = "".join(
        f'<tr><td style="color:{current().muted};padding:2px 18px 2px 0;white-space:nowrap">{html.escape(name)}</td>'
        f'<td style="padding:2px 0">{html.escape(value)}</td></tr>'
        for name, value in facts
        if value
    )
    return f'<table style="margin-top:8px">{rows}</table>'


def caption(text: str) -> str:
    """A small heading."""
    style = f"color:{current().muted};font-weight:600;margin-top:8px;margin-bottom:2px"
    return f'<div style="{style}">{html.escape(text)}</div>'
