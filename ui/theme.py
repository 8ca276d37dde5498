"""Colours and shapes: two sets of tokens, one palette and one stylesheet made from them.

Nothing else in the app names a colour. The text tokens keep a contrast of 4.5 to 1 on every surface they are used on.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ui.settings import config_directory
from ui.stylesheet import stylesheet
from workbench.data import directory

CHOICES = ("system", "light", "dark")
MINIMUM_CONTRAST = 4.5
STYLED = "styled"
PICTURES = {
    "arrow": ("chevron-down", "icon"),
    "check": ("bold-check", "on_accent"),
    "close": ("close", "icon"),
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme. Surfaces first, then what is drawn on them."""

    name: str
    window: str
    panel: str
    base: str
    raised: str
    hover: str
    border: str
    border_strong: str
    selection: str
    current_line: str
    text: str
    muted: str
    faint: str
    disabled: str
    icon: str
    accent: str
    accent_fill: str
    accent_hover: str
    on_accent: str
    ok: str
    warn: str
    error: str
    info: str
    special: str
    ok_tint: str
    warn_tint: str
    error_tint: str
    info_tint: str
    keyword: str
    string: str
    number: str
    comment: str
    function: str
    type: str
    decorator: str
    series: tuple[str, ...]

    def color(self, tone: str) -> str:
        """The colour called `tone`."""
        found = getattr(self, tone)
        assert isinstance(found, str)
        return found


DARK = Tokens(
    name="dark",
    window="#14171d",
    panel="#1b1f27",
    base="#171a21",
    raised="#272d38",
    hover="#232935",
    border="#2b313d",
    border_strong="#414a5a",
    selection="#1f3b66",
    current_line="#1f242e",
    text="#e4e8ef",
    muted="#a3adbd",
    faint="#7f8a9b",
    disabled="#5d6778",
    icon="#b7c0ce",
    accent="#74aaff",
    accent_fill="#2a67d4",
    accent_hover="#2e6cda",
    on_accent="#ffffff",
    ok="#54c98b",
    warn="#e6b655",
    error="#ff8787",
    info="#74aaff",
    special="#c19cff",
    ok_tint="#17322a",
    warn_tint="#37301c",
    error_tint="#3b2127",
    info_tint="#1a2c49",
    keyword="#c19cff",
    string="#9bd08a",
    number="#f0b878",
    comment="#8893a5",
    function="#7db6ff",
    type="#67d0d8",
    decorator="#e6b655",
    series=("#74aaff", "#54c98b", "#f0b050", "#c19cff", "#ff8f8f", "#4fcfd8", "#f08ac0", "#b4c860"),
)
LIGHT = Tokens(
    name="light",
    window="#eef0f4",
    panel="#fafbfc",
    base="#ffffff",
    raised="#e6e9ef",
    hover="#eef2f8",
    border="#d9dde5",
    border_strong="#b6bdca",
    selection="#d3e3ff",
    current_line="#f4f6fa",
    text="#1a2130",
    muted="#4f5a6b",
    faint="#657083",
    disabled="#9aa3b1",
    icon="#465163",
    accent="#1a5bd0",
    accent_fill="#1f62d6",
    accent_hover="#1a54ba",
    on_accent="#ffffff",
    ok="#116b41",
    warn="#7d5200",
    error="#b62626",
    info="#1a5bd0",
    special="#6a3cc0",
    ok_tint="#e2f4ea",
    warn_tint="#fcf1d8",
    error_tint="#fdeaea",
    info_tint="#e6effd",
    keyword="#6a3cc0",
    string="#23702f",
    number="#9a4b00",
    comment="#5f6b7c",
    function="#1a5bd0",
    type="#0b6b78",
    decorator="#7d5200",
    series=("#1f62d6", "#15804e", "#b86a00", "#7a48d0", "#c93636", "#0b7f8c", "#b8327a", "#6a7d14"),
)
TEXT_ON = {
    "text": ("window", "panel", "base", "raised", "hover", "selection", "current_line", "ok_tint", "warn_tint"),
    "muted": ("window", "panel", "base", "raised", "hover", "selection"),
    "faint": ("panel", "base"),
    "accent": ("panel", "base", "hover"),
    "on_accent": ("accent_fill", "accent_hover"),
    "ok": ("panel", "base", "hover", "selection", "ok_tint"),
    "warn": ("panel", "base", "hover", "selection", "warn_tint"),
    "error": ("panel", "base", "hover", "selection", "error_tint"),
    "info": ("panel", "base", "hover", "info_tint"),
    "special": ("panel", "base", "hover", "selection"),
    "keyword": ("base", "current_line"),
    "string": ("base", "current_line"),
    "number": ("base", "current_line"),
    "comment": ("base", "current_line"),
    "function": ("base", "current_line"),
    "type": ("base", "current_line"),
    "decorator": ("base", "current_line"),
}
"""Which text token is drawn on which surfaces; the contrast test reads this table."""


def luminance(color: str) -> float:
    """WCAG relative luminance of `#rrggbb`."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, part: float) -> str:
    """`part` of one colour, the rest of the other."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(first * part + second * (1 - part)):02x}" for first, second in pairs)


_current = LIGHT


def current() -> Tokens:
    """The tokens in force."""
    return _current


def resolve(choice: str) -> Tokens:
    """The tokens for `system`, `light` or `dark`."""
    if choice == "system":
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def apply(app: QApplication, choice: str) -> Tokens:
    """Give the application the palette of `choice`; `sheet` and the icons follow when their owners ask again."""
    global _current
    _current = resolve(choice)
    if app.property(STYLED) is None:  # to set it again would draw the whole window anew
        app.setStyle("Fusion")
        app.setProperty(STYLED, True)
    app.setPalette(palette(_current))
    return _current


def sheet() -> str:
    """The stylesheet of the tokens in force, in the size of the application's text."""
    return _sheet(_current, QApplication.font().pointSizeF(), config_directory())


@lru_cache(maxsize=4)
def _sheet(tokens: Tokens, points: float, _folder: Path) -> str:
    colors = {field.name: getattr(tokens, field.name) for field in fields(tokens) if field.name != "series"}
    sizes = {"title_size": f"{points * 1.22:.1f}pt", "caption_size": f"{points * 0.92:.1f}pt"}
    return stylesheet(colors | pictures(tokens) | sizes)


def pictures(tokens: Tokens) -> dict[str, str]:
    """The few icons that the stylesheet can only take from files, written in this theme's colours."""
    made = {}
    for key, (name, color) in PICTURES.items():
        path = config_directory() / "theme" / f"{tokens.name}-{name}.svg"
        drawing = (directory("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawing.replace("currentColor", tokens.color(color)), encoding="utf-8")
        made[key] = path.as_posix()
    return made


def palette(tokens: Tokens) -> QPalette:
    """Every role that Fusion or a view reads; what is disabled is paler."""
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.base,
        QPalette.ColorRole.AlternateBase: tokens.panel,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.error,
        QPalette.ColorRole.Highlight: tokens.selection,
        QPalette.ColorRole.HighlightedText: tokens.text,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.faint,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.Light: tokens.raised,
        QPalette.ColorRole.Midlight: tokens.hover,
        QPalette.ColorRole.Mid: tokens.border,
        QPalette.ColorRole.Dark: tokens.border_strong,
        QPalette.ColorRole.Shadow: tokens.window,
        QPalette.ColorRole.Accent: tokens.accent_fill,
    }
    made = QPalette()
    for role, color in roles.items():
        made.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    return made


@lru_cache(maxsize=1)
def _mono_family() -> str:
    wanted = ("JetBrains Mono", "Cascadia Code", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono")
    there = set(QFontDatabase.families())
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return next((family for family in wanted if family in there), system)


def mono(points: float = 0.0) -> QFont:
    """The fixed-width font of code, payloads and numbers in columns."""
    font = QFont(_mono_family())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(points or max(QApplication.font().pointSizeF(), 8.0))
    return font
