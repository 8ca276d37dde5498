"""Small constructors, so that panels read like what they look like. Each gives its control an accessible name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.icons import icon

Layout = TypeVar("Layout", bound=QBoxLayout)


def row(
    *parts: QWidget | int | None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 6
) -> QHBoxLayout:
    """Widgets side by side; a number is a gap, None stretches."""
    return _fill(QHBoxLayout(), parts, margins, spacing)


def column(
    *parts: QWidget | int | None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 6
) -> QVBoxLayout:
    return _fill(QVBoxLayout(), parts, margins, spacing)


def box(name: str, layout: QBoxLayout, tone: str = "") -> QWidget:
    """A widget around a layout; `name` is its style (`band`, `foot`, `card`, `notice`)."""
    made = QWidget()
    made.setObjectName(name)
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setLayout(layout)
    if tone:
        made.setProperty("tone", tone)
    return made


def browser(name: str, follow: Callable[[QUrl], None] | None = None) -> QTextBrowser:
    """Rich text that is read; `follow` is called with a link that was clicked."""
    made = QTextBrowser()
    made.setOpenLinks(False)
    made.setProperty("flat", "true")
    made.setAccessibleName(name)
    made.document().setDocumentMargin(10)
    if follow is not None:
        made.anchorClicked.connect(follow)
    return made


def label(text: str = "", *, tone: str = "", role: str = "", wrap: bool = False) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if tone:
        made.setProperty("tone", tone)
    if role:
        made.setProperty("role", role)
    return made


def shrinks(made: QLabel) -> None:
    """Let a text that only says more than needed be cut off where there is no room for it."""
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(made.wordWrap())
    made.setSizePolicy(policy)
    made.setMinimumWidth(1)


def set_tone(widget: QWidget, tone: str) -> None:
    """Change a widget's `tone` and let the stylesheet see it."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(
    text: str, clicked: Callable[[], None], *, style: str = "", icon_name: str = "", name: str = ""
) -> QPushButton:
    """`style` is primary, danger, link or segment."""
    made = QPushButton(text)
    made.setAccessibleName(name or text)
    if style:
        made.setProperty(style, "true")
    if icon_name:
        made.setProperty("icon_name", icon_name)
        made.setProperty("icon_tone", {"primary": "on_accent", "danger": "error"}.get(style, "icon"))
        made.setIcon(icon(icon_name, made.property("icon_tone")))
        made.setIconSize(QSize(16, 16))
    made.clicked.connect(lambda: clicked())
    return made


def tool(
    icon_name: str, name: str, clicked: Callable[[], None] | None = None, *, checkable: bool = False
) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setCheckable(checkable)
    made.setProperty("icon_name", icon_name)
    if clicked is not None:
        made.clicked.connect(lambda: clicked())
    return made


def tool_for(action: QAction, *, text: bool = False) -> QToolButton:
    """A tool button that is this action."""
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(action.text())
    made.setToolButtonStyle(
        Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    return made


def repaint_tools(parent: QWidget) -> None:
    """Take the icons of plain buttons again, in the theme's new colours."""
    for found in parent.findChildren(QAbstractButton):
        name = found.property("icon_name")
        if isinstance(name, str) and name:
            found.setIcon(icon(name, found.property("icon_tone") or "icon"))


def clear(layout: QBoxLayout) -> None:
    """Remove and delete all that is in a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.deleteLater()


def _fill(
    layout: Layout, parts: tuple[QWidget | int | None, ...], margins: tuple[int, int, int, int], spacing: int
) -> Layout:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif part is None:
            layout.addStretch(1)
        else:
            layout.addSpacing(part)
    return layout
