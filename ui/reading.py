"""Reading what the newest wish is for, however fast wishes follow each other and however long one takes.

An older reading is cancelled, and what it found is not shown. What takes longer is a job, which says so and has its
cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer

from ui.desk import Desk
from ui.jobs import Job
from workbench.api import CancelToken, Conflict

PATIENCE_MS = 300
CANCELLED = "it was cancelled; choose it again to read it"


class Wish(Protocol):
    """What is to be read; two that are equal are for the same. `name` says it to people."""

    @property
    def name(self) -> str: ...


W = TypeVar("W", bound=Wish)
R = TypeVar("R")


class Reading(QObject, Generic[W, R]):
    """For `owner`. `read` runs off the Qt thread and ends in Conflict when its token is set; `show` gets what it found.
    `clear` is told at once when another wish comes, and with the reason when its reading was cancelled by hand."""

    def __init__(
        self,
        desk: Desk,
        owner: QObject,
        read: Callable[[W, CancelToken], R],
        show: Callable[[W, R], None],
        clear: Callable[[W, str], None],
    ) -> None:
        super().__init__(owner)
        self._desk, self._read, self._show, self._clear = desk, read, show, clear
        self._wish: W | None = None
        self._wishes = 0
        self._cancel = CancelToken()
        self._job: Job | None = None
        self._runs = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._tell)

    def want(self, wish: W | None) -> None:
        """None: nothing any more."""
        if wish == self._wish:
            return
        self._wish = wish
        self._wishes += 1
        self._cancel.set()
        if wish is None:
            return
        self._clear(wish, "reading …")
        if not self._runs:
            self._runs = True
            self._desk.bridge.start(self, self._serve(), self._desk.failed)

    def again(self) -> None:
        """More may be known by now."""
        wish, self._wish = self._wish, None
        self.want(wish)

    async def _serve(self) -> None:
        try:
            served = 0
            while (wish := self._wish) is not None and served != self._wishes:
                served = self._wishes
                await self._serve_one(wish, served)
        finally:
            self._runs = False

    async def _serve_one(self, wish: W, number: int) -> None:
        cancel = self._cancel = CancelToken()
        self._patience.start()
        try:
            found = await self._desk.bridge.call(self._read, wish, cancel)
            if number == self._wishes:
                self._show(wish, found)
        except Conflict:
            if not cancel.is_set():
                raise
            if number == self._wishes:
                self._clear(wish, CANCELLED)
        finally:
            cancel.set()  # whoever stops waiting for it leaves nothing behind that goes on
            self._patience.stop()
            job, self._job = self._job, None
            if job is not None:
                self._desk.jobs.end(job)

    def _tell(self) -> None:
        """It takes longer than anybody waits without being told."""
        if self._wish is not None:
            self._job = self._desk.jobs.begin(self._wish.name, "reading")
            self._job.cancel = self._cancel
