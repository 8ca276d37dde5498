"""What every panel is: a title, an icon, areas that make it read again, and one way to call the node.

`load()` runs off the Qt thread and touches no widget; `show_loaded()` runs on it and touches no node. A panel that is
not visible reads nothing until it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import monotonic
from typing import ClassVar, ParamSpec, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.settings import Record
from ui.widgets.build import box, button, label, row
from ui.widgets.empty_state import EmptyState
from workbench.api import Area, WorkbenchError

P = ParamSpec("P")
R = TypeVar("R")
REST_MS = 200
"""The least time between two readings of one panel; one that takes long rests four times as long."""
RESTS = 4
SPINNER_MS = 300
CANCEL_MS = 1000


class Panel(QWidget):
    """Base of all panels. Subclasses declare, build their widgets, and override what they need."""

    id: ClassVar[str]
    title: ClassVar[str]
    icon_name: ClassVar[str]
    areas: ClassVar[frozenset[Area]] = frozenset()
    rest_ms: ClassVar[int] = REST_MS

    busy_changed = Signal(bool, bool)
    """Whether a call takes longer than 300 ms, and whether it may be cancelled (1 s)."""
    subtitle_changed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("panel")
        self.setAccessibleName(f"{self.title} panel")
        self._dirty, self._loading, self._again, self._urgent = True, False, False, False
        self._tasks: set[asyncio.Task[None]] = set()
        self._rest = QTimer(self, singleShot=True, interval=self.rest_ms)
        self._rest.timeout.connect(self._rested)
        desk.node_changed.connect(self.refresh)
        desk.nodes.moved.connect(self._hasten)
        desk.bridge.changed.connect(self._areas_changed)
        desk.theme_changed.connect(self.repaint_icons)
        desk.absence_changed.connect(self.show_absence)
        self.busy_changed.connect(self._show_busy)
        self.busy: QWidget | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 0, 1, 1)
        self.column.setSpacing(0)

    def load(self) -> object:
        """Read what the panel shows. Off the Qt thread; only called while there is a node."""
        return None

    def show_loaded(self, found: object) -> None:
        """Show what `load` returned. On the Qt thread."""

    def offer(self, _paths: tuple[Path, ...], /) -> str:
        """What dropping these files on this panel does, as a sentence; empty: the window deploys them."""
        return ""

    def take(self, _paths: tuple[Path, ...], /) -> None:
        """Files were dropped on this panel, which had offered something."""

    def record(self) -> Record:
        """What must survive a restart."""
        return {}

    def restore(self, record: Record) -> None:
        """Take back what `record` gave."""

    def repaint_icons(self) -> None:
        """The theme changed."""

    def show_absence(self) -> None:
        """Why there is no node, where there is nothing else to show."""
        held = self.desk.nodes.current
        in_session = held is not None and held.path is not None
        for empty in self.findChildren(EmptyState):
            empty.hold(self.desk.failure, self.desk.absence, self.desk.sealed, in_session=in_session)

    def _show_busy(self, _on: bool, cancellable: bool) -> None:
        """In the panel itself: the title of a dock is hidden among tabs."""
        if self.busy is None and cancellable:
            bar = QProgressBar(textVisible=False)
            bar.setRange(0, 0)
            bar.setFixedSize(56, 6)
            bar.setAccessibleName(f"{self.title} is working")
            stop = button("Cancel", self.cancel, icon_name="close", name=f"Cancel what {self.title} waits for")
            self.busy = box("foot", row(label("Still waiting …", tone="muted"), bar, None, stop, margins=(10, 4, 8, 4)))
            self.column.addWidget(self.busy)
        if self.busy is not None:
            self.busy.setVisible(cancellable)

    def take_keyboard(self) -> None:
        """The panel was raised: the keyboard goes to what one works with in it, here to its first control."""
        for part in self.findChildren(QWidget):
            if part.isVisibleTo(self) and part.isEnabled() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
                part.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def lead_to(self, name: str) -> None:
        """Choose what is called so."""

    def focus_filter(self) -> None:
        """Put the keyboard where one searches in this panel."""

    def refresh(self) -> None:
        """Read again: now if visible, else when shown."""
        self._dirty = True
        if self.seen and self.desk.node is not None and not self._rest.isActive():
            self._reload()

    @property
    def seen(self) -> bool:
        """Whether any of it is on the screen: Qt only moves a dock behind other tabs aside, and calls it visible."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def come_forward(self) -> None:
        """It is seen again: read what was missed."""
        if self._dirty:
            self.refresh()

    def _areas_changed(self, areas: frozenset[Area]) -> None:
        if areas & self.areas:
            self.refresh()

    def _hasten(self) -> None:
        """Somebody waits for another moment of a session: it comes after the least rest, however long the last took."""
        if self._rest.isActive():
            self._rest.start(min(self._rest.remainingTime(), self.rest_ms))
        self._urgent = self._loading
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.come_forward()

    def _rested(self) -> None:
        if self._dirty:
            self.refresh()

    def _reload(self) -> None:
        if self._loading:
            self._again = True
            return
        self._loading, self._dirty = True, False
        self.desk.bridge.start(self, self._load_and_show(), self._load_failed)

    async def _load_and_show(self) -> None:
        started = monotonic()
        try:
            found = await self.desk.bridge.call(self.load)
            self._rest.setInterval(max(self.rest_ms, round((monotonic() - started) * 1000) * RESTS))
            self.show_loaded(found)
            self.desk.stale_changed.emit("")
        finally:
            self._loading = False
            self._rest.start(self.rest_ms if self._urgent else self._rest.interval())
            self._urgent = False
            if self._again:
                self._again, self._dirty = False, True

    def _load_failed(self, error: Exception) -> None:
        if isinstance(error, WorkbenchError):
            self.desk.stale_changed.emit(str(error))
        else:
            self.desk.failed(error)

    def run(
        self, work: Coroutine[object, None, None], failed: Callable[[Exception], None] | None = None
    ) -> asyncio.Task[None]:
        """Start what the user asked for; a spinner after 300 ms, a way to cancel after 1 s."""
        task = self.desk.bridge.start(self, work, failed or self.desk.failed)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        QTimer.singleShot(SPINNER_MS, self, lambda: self._still(task, False))
        QTimer.singleShot(CANCEL_MS, self, lambda: self._still(task, True))
        return task

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """An API call on the pool; for use inside `run`."""
        return await self.desk.bridge.call(function, *args, **kwargs)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self.busy_changed.emit(False, False)

    def _still(self, task: asyncio.Task[None], cancellable: bool) -> None:
        if task in self._tasks:
            self.busy_changed.emit(True, cancellable)

    def cancel(self) -> None:
        """Stop waiting for what runs; the node may still finish it."""
        for task in tuple(self._tasks):
            task.cancel()
