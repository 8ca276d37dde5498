"""Timers of a durable actor fire on another thread: also while they are set, and while all of them are stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.api.journal import Post, Timer
from workbench.api.messages import Envelope, Kind
from workbench.clock import SystemClock
from workbench.runtime.outbox import Outbox
from workbench.runtime.timers import Timers

ENVELOPE = Envelope("e", Kind.INFO, "due", "", "", 1.0, "e", {})


class AtTheWorstMoment(Timers):
    """Fires one timer while another is set (`hasty`), or while one is cancelled."""

    def __init__(self, *, hasty: bool) -> None:
        super().__init__(SystemClock())
        self._hasty = hasty
        self.jobs: list[Callable[[], object]] = []

    def after(self, seconds: float, job: Callable[[], object]) -> int:
        number = super().after(seconds, job)
        if self._hasty:
            job()
        else:
            self.jobs.append(job)
        return number

    def cancel(self, number: int) -> bool:
        if self.jobs:
            self.jobs.pop()()
        return super().cancel(number)


@pytest.mark.parametrize("hasty", [True, False])
def test_a_timer_that_fires_meanwhile_is_no_timer_any_more(hasty: bool) -> None:
    fired: list[int] = []

    def fire(number: int) -> Post | None:
        fired.append(number)
        return None

    outbox = Outbox(SystemClock(), AtTheWorstMoment(hasty=hasty), lambda _: None, fire)
    outbox.arm([Timer(number, 0.0, ENVELOPE) for number in range(1, 6)])
    assert outbox.timers == (0 if hasty else 5)
    outbox.disarm()
    assert outbox.timers == 0
    assert len(fired) == (5 if hasty else 0), "whoever disarms them knows that none fires any more: they are on disk"
