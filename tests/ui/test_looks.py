"""Contrast, icons and numbers."""

from __future__ import annotations

import pytest
from PySide6.QtSvg import QSvgRenderer
from qasync import QEventLoop

from ui import format as show
from ui import icons, theme
from ui.actions import SPECS
from ui.states import CODES, LEVELS, OUTCOMES, STATES
from ui.stylesheet import TEMPLATE
from workbench.api import ActorState, Level, Outcome

PAIRS = [
    (tokens, tone, surface)
    for tokens in (theme.LIGHT, theme.DARK)
    for tone, surfaces in theme.TEXT_ON.items()
    for surface in surfaces
]


@pytest.mark.parametrize(("tokens", "tone", "surface"), PAIRS, ids=lambda part: getattr(part, "name", part))
def test_text_can_be_read_on_every_surface_it_is_drawn_on(tokens: theme.Tokens, tone: str, surface: str) -> None:
    assert theme.contrast(tokens.color(tone), tokens.color(surface)) >= theme.MINIMUM_CONTRAST


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_curves_and_icons_stand_out_from_their_ground(tokens: theme.Tokens) -> None:
    assert len(set(tokens.series)) == len(tokens.series)
    assert all(theme.contrast(color, tokens.base) >= 3 for color in tokens.series)
    assert theme.contrast(tokens.icon, tokens.window) >= theme.MINIMUM_CONTRAST


def test_contrast_is_the_ratio_of_the_web_guidelines() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_stylesheet_names_only_known_tokens(loop: QEventLoop) -> None:
    colors = {name: "#123456" for name in theme.Tokens.__slots__ if name != "series"} | theme.pictures(theme.LIGHT)
    colors |= {"title_size": "9pt", "caption_size": "9pt"}
    sheet = TEMPLATE
    for name, color in colors.items():
        sheet = sheet.replace("{" + name + "}", color)
    assert not [part for part in sheet.split("{")[1:] if part.split("}")[0].isidentifier()]


def test_every_icon_that_is_named_exists_and_can_be_drawn(loop: QEventLoop) -> None:
    named = {spec.icon for spec in SPECS if spec.icon}
    named |= {icon for table in (STATES, OUTCOMES, LEVELS, CODES) for icon, _ in table.values()}  # type: ignore[attr-defined]
    assert named <= set(icons.names())
    for name in icons.names():
        assert QSvgRenderer(str(icons.folder() / f"{name}.svg")).isValid()


def test_no_state_is_told_by_colour_alone() -> None:
    assert set(STATES) == set(ActorState)
    assert set(OUTCOMES) == set(Outcome)
    assert set(LEVELS) == set(Level)
    assert len({icon for icon, _ in STATES.values()}) == len(STATES)


@pytest.mark.parametrize(
    ("shown", "text"),
    [(show.short(None), "–"), (show.short(950), "950"), (show.short(12_340), "12.3\u2009k"),
     (show.size(13 << 20), "13\u2009MiB"),
     (show.duration(0.00034), "340\u2009µs"), (show.duration(200), "3 min 20 s"),
     (show.nanoseconds(1_234_000), "1.23\u2009ms"),
     (show.count(1_234), "1,234"), (show.plural(1, "actor"), "1 actor"), (show.duration(100.0), "1 min 40 s"),
     (show.duration(20.0), "20\u2009s"), (show.one_line("a\n  b"), "a b")],
)  # fmt: skip
def test_numbers_are_written_as_people_read_them(shown: str, text: str) -> None:
    assert shown == text
