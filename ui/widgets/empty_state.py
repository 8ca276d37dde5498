"""What a panel shows when it has nothing to show: an icon, one line, one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ui.excerpt import excerpt
from ui.icons import pixmap
from ui.theme import current
from ui.widgets.build import button, column, label


class EmptyState(QWidget):
    """Centred in its parent. The button is left out when there is nothing to do but wait.

    `changes`: the button changes something of the node. `recorded` is said instead of the line in a recorded session.
    """

    def __init__(
        self,
        icon_name: str,
        line: str,
        action: str = "",
        clicked: Callable[[], None] | None = None,
        *,
        changes: bool = False,
        recorded: str = "",
    ) -> None:
        super().__init__()
        self._changes, self._recorded, self._in_session = changes, recorded, False
        self.setObjectName("emptyState")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon_name, self._line, self._always = icon_name, line, False
        self.needs_node = True
        self.button: QPushButton | None = None
        self.picture = label()
        self.line = label(line, tone="muted", wrap=True)
        parts: list[QWidget | int | None] = [None, self.picture, self.line]
        if action and clicked is not None:
            self.button = button(action, clicked, style="primary")
            parts.append(self.button)
        self.setLayout(column(*parts, None, margins=(24, 16, 24, 16), spacing=10))
        layout = self.layout()
        assert layout is not None
        for at in range(layout.count()):
            item = layout.itemAt(at)
            if item is not None and item.widget() is not None and item.widget() is not self.line:
                item.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.repaint_icons()

    def repaint_icons(self) -> None:
        self.picture.setPixmap(pixmap(self._icon_name, current().faint, 32, self.devicePixelRatioF()))

    def say(self, line: str, *, always: bool = False) -> None:
        """`always`: in a recorded session too, whatever would be said there instead."""
        self._line, self._always = line, always
        self.line.setText(self._said())

    def _said(self) -> str:
        return self._recorded if self._in_session and self._recorded and not self._always else self._line

    def hold(self, failure: str, reason: str, sealed: str, *, in_session: bool) -> None:
        """Say why there is no node instead, and disable the button while there is none, or, with `sealed`, nothing of
        it can be changed; `in_session`: it is a recorded one."""
        self._in_session = in_session
        if self.needs_node:
            self.line.setText(excerpt(reason, 600) if failure else self._said())
            if self.button is not None:
                why = reason or (sealed if self._changes else "")
                self.button.setEnabled(not why)
                self.button.setToolTip(excerpt(why, 600))
