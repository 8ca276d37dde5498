"""A dock with our own title: icon, name, a spinner while it works, float and close."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDockWidget, QFrame, QProgressBar, QScrollArea, QWidget

from ui.icons import icon, pixmap
from ui.panel import Panel
from ui.theme import current
from ui.widgets.build import box, label, row, tool


class Frame(QScrollArea):
    """Around a panel: where a small window leaves less than the panel needs, it scrolls instead of covering others."""

    LEAST = QSize(430, 120)

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(panel)

    def minimumSizeHint(self) -> QSize:
        return self._panel.minimumSizeHint().boundedTo(self.LEAST)

    def sizeHint(self) -> QSize:
        return self._panel.sizeHint()


class Dock(QDockWidget):
    """`titled` is off while the dock is one of several tabs: then its tab is its title."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(panel.title)
        self.panel = panel
        self.working = False
        self.setObjectName(f"dock-{panel.id}")
        self.setAccessibleName(f"{panel.title} dock")
        self.setWidget(Frame(panel))
        self.picture = label()
        self.spinner = QProgressBar(textVisible=False)
        self.spinner.setRange(0, 0)
        self.spinner.setFixedSize(56, 6)
        self.spinner.setAccessibleName(f"{panel.title} is working")
        self.cancel = tool("close", "Cancel", panel.cancel)
        self.cancel.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.cancel.setText("Cancel")
        text = label(panel.title)
        text.setObjectName("dockTitleText")
        self.title = box("dockTitle", row(
            self.picture, text, 6, self.spinner, self.cancel, None,
            tool("layout", f"Float {panel.title}", self._float), tool("close", f"Close {panel.title}", self.hide),
            margins=(10, 3, 5, 3), spacing=7,
        ))  # fmt: skip
        self._bare = QWidget()
        self._bare.setFixedHeight(0)
        self.setTitleBarWidget(self.title)
        panel.busy_changed.connect(self._busy)
        self.visibilityChanged.connect(self._visibility_changed)
        self._busy(False, False)
        self.repaint_icons()

    def _float(self) -> None:
        self.setFloating(not self.isFloating())

    def _visibility_changed(self, on: bool) -> None:
        """Told by Qt before it has moved the dock: the panel looks a moment later."""
        if on:
            QTimer.singleShot(0, self.panel, self.panel.come_forward)

    def _busy(self, on: bool, cancellable: bool) -> None:
        self.spinner.setVisible(on)
        self.cancel.setVisible(cancellable)
        self.setWindowTitle(f"{self.panel.title} …" if on else self.panel.title)  # a tab shows nothing else of it
        self.working = on

    def set_titled(self, on: bool) -> None:
        wanted = self.title if on else self._bare
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)
            wanted.show()

    def repaint_icons(self) -> None:
        self.picture.setPixmap(pixmap(self.panel.icon_name, current().icon, 16, self.devicePixelRatioF()))
        self.setWindowIcon(self.icon())

    def icon(self) -> QIcon:
        return icon("running", "accent") if self.working else icon(self.panel.icon_name)
