"""Where Tab leads: past what is hidden behind other tabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def following(here: QWidget, forward: bool, behind: Sequence[QWidget]) -> QWidget | None:
    """What comes after the parts that are `behind`; None when Qt would not go into one of them anyway."""
    skipped = False
    for part in _chain(here, forward):
        if any(panel.isAncestorOf(part) for panel in behind):
            skipped = True
        else:
            return part if skipped else None
    return None


def _chain(here: QWidget, forward: bool) -> Iterator[QWidget]:
    """What Tab may stop at, in order, once round the window."""
    part: QWidget | None = here
    while part is not None:
        part = part.nextInFocusChain() if forward else part.previousInFocusChain()
        if part is None or part is here:
            return
        if (
            part.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
            and part.isEnabled() and part.isVisible() and part.focusProxy() is None and part.window() is here.window()
        ):  # fmt: skip
            yield part
