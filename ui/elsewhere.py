"""The mark above the panels while they show a node elsewhere: which connection, its colour, what it lets out."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ui.desk import Desk
from ui.excerpt import excerpt
from ui.icons import pixmap
from ui.phases import TONES
from ui.theme import current
from ui.widgets.build import box, button, label, row, shrinks, tool_for
from workbench.api.connections import Connection, Mode

LETS = {
    Mode.NORMAL: "",
    Mode.CONFIRM: " Each change is asked about before it is sent.",
    Mode.READ_ONLY: " It is read-only: nothing that changes the node is sent.",
}


class Elsewhere(QObject):
    """`mark` is seen only then."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self.picture, self.said = label(), label(wrap=True)
        shrinks(self.said)
        line = row(self.picture, self.said, tool_for(desk.actions["nodes.running"], text=True),
                   button("Detach", self._detach, style="link", icon_name="stop"), margins=(12, 3, 8, 3))  # fmt: skip
        line.setStretch(1, 1)
        self.mark = box("recorded", line)
        self.mark.hide()
        desk.nodes.changed.connect(self._show)
        desk.theme_changed.connect(self._show)

    def _connection(self) -> Connection | None:
        held = self._desk.nodes.current
        return held.connection if held is not None else None

    def _show(self) -> None:
        found = self._connection()
        self.mark.setVisible(found is not None)
        if found is None:
            return
        color = current().color(TONES[found.colour])
        self.picture.setPixmap(pixmap("node", color, 16, self.picture.devicePixelRatioF()))
        self.picture.setToolTip(f"Its colour is {found.colour}" if found.colour else "It has no colour")
        through = f" through {found.ssh}" if found.ssh else ""
        where = f" ({found.address}{through})" if found.name != found.address else through
        said = f"All panels show {found.name}{where}.{LETS[found.mode]}"
        self.said.setText(said)
        self.said.setToolTip(excerpt(said, 600))

    def _detach(self) -> None:
        if (found := self._connection()) is not None:
            self._desk.attachments.detach(found.name)
