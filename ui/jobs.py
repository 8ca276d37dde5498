"""Long jobs, deployments and builds: each has its own cancel; the newest one is shown, and Cancel ends that one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from ui.progress import Reporter
from workbench.api import CancelToken, Conflict


class Job(QObject):
    """One that runs. `report` may be called on any thread."""

    def __init__(self, parent: QObject, name: str) -> None:
        super().__init__(parent)
        self.name, self.stage, self.fraction = name, "", -1.0
        self.cancel = CancelToken()
        self.reporter = Reporter(self)
        self.report = self.reporter.report

    @property
    def text(self) -> str:
        return f"{self.name}: {self.stage}" if self.stage else self.name


class Jobs(QObject):
    """All that run; `changed` when another one is the newest, or it got further."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.running: list[Job] = []

    @property
    def newest(self) -> Job | None:
        return self.running[-1] if self.running else None

    def begin(self, name: str, stage: str = "") -> Job:
        job = Job(self, name)
        job.reporter.reported.connect(lambda stage, fraction: self.tell(job, stage, fraction))
        self.running.append(job)
        self.tell(job, stage, -1.0)
        return job

    def tell(self, job: Job, stage: str, fraction: float) -> None:
        """How far it is; -1 is unknown. One that has ended says no more."""
        if job in self.running:
            job.stage, job.fraction = stage, fraction
            self.changed.emit()

    def end(self, job: Job) -> None:
        if job in self.running:
            self.running.remove(job)
            job.setParent(None)
            self.changed.emit()

    @contextmanager
    def doing(self, name: str, stage: str = "") -> Iterator[Job]:
        """One that runs as long as the block, which is left in silence when somebody has cancelled it. Whoever stops
        waiting for the block cancels it, or it would go on, and nobody would wait for it."""
        job = self.begin(name, stage)
        try:
            yield job
        except Conflict:
            if not job.cancel.is_set():
                raise
        except asyncio.CancelledError:
            job.cancel.set()
            raise
        finally:
            self.end(job)

    def cancel(self) -> None:
        """End the one that is shown."""
        if self.newest is not None:
            self.newest.cancel.set()
