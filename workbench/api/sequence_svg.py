"""A sequence diagram as SVG: one file that needs nothing else, light or dark as its viewer, readable without eyes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from workbench.api.sequence import Arrow, ArrowKind, Diagram, Party, spoken
from workbench.api.sequence_layout import CHARACTER, LOOP, MARGIN, NAME_CHARACTERS, TOP, Layout, fitted, lay_out, room

STYLE = """
text{font:12px system-ui,sans-serif;fill:#1c2333} .name{font-weight:600;text-anchor:middle} .between{text-anchor:middle}
.ground{fill:#ffffff} .box{fill:#eef1f7;stroke:#c3c9d6} .life{stroke:#c3c9d6;stroke-dasharray:3 4}
.arrow{fill:none;stroke:#1d5fd1;stroke-width:1.5} .back{stroke-dasharray:5 4}
.other{stroke:#6b4bb8} .bad{stroke:#b3261e} .tip{fill:#1d5fd1} .tip.other{fill:#6b4bb8}
@media (prefers-color-scheme:dark){text{fill:#e6e9f0} .ground{fill:#171a21} .box{fill:#252a36;stroke:#4a5163}
.life{stroke:#4a5163} .arrow{stroke:#7db0ff} .other{stroke:#c0a6ff} .bad{stroke:#ff8a80}
.tip{fill:#7db0ff} .tip.other{fill:#c0a6ff}}
"""
BACK = frozenset({ArrowKind.REPLY, ArrowKind.REJECTED, ArrowKind.CRASHED, ArrowKind.LINK, ArrowKind.INFO})
OPEN = frozenset({ArrowKind.CAST, ArrowKind.TIMER, ArrowKind.LINK, ArrowKind.INFO})
OTHER = frozenset({ArrowKind.TIMER, ArrowKind.LINK, ArrowKind.INFO, ArrowKind.BIRTH, ArrowKind.SERVICE})
HEAD = 6.0
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg(diagram: Diagram, title: str = "Sequence diagram") -> str:
    layout = lay_out(diagram)
    return "\n".join(_lines(diagram, layout, title)) + "\n"


def _lines(diagram: Diagram, layout: Layout, title: str) -> Iterator[str]:
    width, height = round(layout.width), round(layout.height)
    who = ", ".join(party.name for party in diagram.parties) or "nobody"
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title what">')  # fmt: skip
    yield f'<title id="title">{_text(title)}</title>'
    yield f'<desc id="what">{len(diagram.arrows):,} arrows between {_text(who)}</desc>'
    yield f"<style>{STYLE}</style>"
    yield f'<rect class="ground" width="{width}" height="{height}"/>'
    for x, party in zip(layout.columns, diagram.parties, strict=True):
        yield f'<line class="life" x1="{x:.1f}" y1="{TOP:.0f}" x2="{x:.1f}" y2="{height - MARGIN:.0f}"/>'
        yield _party(party, x)
    for at, arrow in enumerate(diagram.arrows):
        yield _arrow(diagram, layout, arrow, layout.row(at))
    yield "</svg>"


def _party(party: Party, x: float) -> str:
    wide = min(len(party.name), NAME_CHARACTERS) * CHARACTER + 24
    name = _text(fitted(party.name, NAME_CHARACTERS * CHARACTER))
    box = f'<rect class="box" x="{x - wide / 2:.1f}" y="16" width="{wide:.1f}" height="30" rx="5"/>'
    title = _text(f"{party.kind} {party.name}")
    return f'<g><title>{title}</title>{box}<text class="name" x="{x:.1f}" y="35">{name}</text></g>'


def _arrow(diagram: Diagram, layout: Layout, arrow: Arrow, y: float) -> str:
    start, end = layout.columns[arrow.source], layout.columns[arrow.target]
    bad = arrow.lost or arrow.kind in (ArrowKind.CRASHED, ArrowKind.REJECTED)
    look = "arrow bad" if bad else "arrow other" if arrow.kind in OTHER else "arrow"
    if start == end:
        path = f"M{start:.1f} {y - 7:.1f}h{LOOP:.0f}v14h{-LOOP:.0f}"
        tip, way, x, anchor, tall = (end, y + 7), -1.0, start + LOOP + 6, "", y + 4
    else:
        path = f"M{start:.1f} {y:.1f}H{end:.1f}"
        tip, way, x, anchor, tall = (end, y), 1.0 if end > start else -1.0, (start + end) / 2, ' class="between"', y - 5
    head = _head(tip, way, crossed=bad, filled=arrow.kind not in OPEN)
    closed = " tip" if head.endswith("z") else ""
    label = _text(fitted(arrow.label, room(layout, arrow.source, arrow.target)))
    dashed = " back" if arrow.kind in BACK else ""
    line = f'<path class="{look}{dashed}" d="{path}"/><path class="{look}{closed}" d="{head}"/>'
    drawn = f'{line}<text{anchor} x="{x:.1f}" y="{tall:.1f}">{label}</text>'
    title = _text(spoken(diagram, arrow))
    return f'<g data-actor="{_text(arrow.actor)}" data-turn="{arrow.seq}"><title>{title}</title>{drawn}</g>'


def _head(tip: tuple[float, float], way: float, *, crossed: bool, filled: bool) -> str:
    """A cross where it did not end well, else an arrow: closed, or open when nobody waits for it."""
    x, y, back = tip[0], tip[1], tip[0] - way * HEAD * 1.4
    if crossed:
        return f"M{back - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
    closed = "z" if filled else ""
    return f"M{back:.1f} {y - HEAD / 1.5:.1f}L{x:.1f} {y:.1f}L{back:.1f} {y + HEAD / 1.5:.1f}{closed}"


def _text(text: str) -> str:
    """XML has no word for control characters and halves of pairs."""
    return html.escape(_NO_XML.sub("\ufffd", text))
