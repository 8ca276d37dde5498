"""Order and time in the test's own hands: no threads, a fake clock, and a deadlock that is named."""

from __future__ import annotations

import threading

import pytest

from workbench.answer import Answer
from workbench.api import Exhausted
from workbench.clock import FakeClock, SystemClock
from workbench.runtime import scheduler as module
from workbench.runtime import threads
from workbench.runtime.scheduler import Deadlock, Scheduler
from workbench.runtime.threads import may_run_guest, start
from workbench.runtime.timers import Timers
from workbench.wasm.gate import current


class Job:
    def __init__(self, run: object) -> None:
        self.run = run  # type: ignore[assignment]


def still() -> tuple[Scheduler, Timers, FakeClock]:
    clock = FakeClock()
    timers = Timers(clock)
    return Scheduler(timers, clock, workers=0), timers, clock


def test_what_was_submitted_first_runs_first() -> None:
    scheduler, _, _ = still()
    order: list[int] = []
    for number in range(3):
        scheduler.submit(Job(lambda number=number: order.append(number)))  # type: ignore[misc]
    scheduler.run_until_idle()
    assert order == [0, 1, 2]


def test_a_wait_runs_what_others_have_to_do_and_then_moves_the_clock_to_the_next_timer() -> None:
    scheduler, timers, clock = still()
    began = clock.now()
    answer: Answer[str] = Answer()
    order: list[str] = []
    scheduler.submit(Job(lambda: order.append("other")))
    timers.after(3600.0, lambda: answer.set("an hour later"))
    assert scheduler.wait(answer, 7200.0)
    assert (answer.take(), order, clock.now() - began) == ("an hour later", ["other"], 3600.0)


def test_a_wait_without_an_answer_ends_after_its_own_time() -> None:
    scheduler, _, clock = still()
    began = clock.now()
    assert not scheduler.wait(Answer(), 30.0)
    assert clock.now() - began == 30.0


def test_a_wait_ends_in_its_time_though_others_have_something_to_do_for_ever() -> None:
    scheduler, _, clock = still()
    began = clock.now()

    def again() -> None:
        scheduler.wait(Answer(), 1.0)
        scheduler.submit(Job(again))

    scheduler.submit(Job(again))
    assert not scheduler.wait(Answer(), 30.0)
    assert clock.now() - began < 40.0


def test_running_until_a_time_ends_though_somebody_is_never_idle() -> None:
    scheduler, _, clock = still()
    began = clock.now()

    def again() -> None:
        clock.advance(1.0)
        scheduler.submit(Job(again))

    scheduler.submit(Job(again))
    scheduler.run_until_idle(clock.monotonic() + 10.0)
    assert clock.now() - began == 11.0


def test_a_wait_that_nothing_can_end_is_a_deadlock() -> None:
    scheduler, _, _ = still()
    with pytest.raises(Deadlock):
        scheduler.wait(Answer(), float("inf"))


def test_a_cancelled_timer_never_runs() -> None:
    scheduler, timers, clock = still()
    ran: list[int] = []
    number = timers.after(1.0, lambda: ran.append(1))
    assert timers.cancel(number) and not timers.cancel(number)
    clock.advance(2.0)
    scheduler.run_until_idle()
    assert not ran


def test_timers_fire_in_the_order_of_their_time() -> None:
    scheduler, timers, clock = still()
    order: list[str] = []
    timers.after(2.0, lambda: order.append("second"))
    timers.after(1.0, lambda: order.append("first"))
    clock.advance(5.0)
    scheduler.run_until_idle()
    assert order == ["first", "second"]


def test_a_job_that_fails_does_not_stop_the_timers() -> None:
    _, timers, clock = still()
    ran: list[int] = []
    timers.after(1.0, lambda: 1 // 0)
    timers.after(2.0, lambda: ran.append(1))
    clock.advance(5.0)
    assert timers.run_due() == 2
    assert ran == [1]


def test_a_blocked_turn_is_replaced_so_that_others_go_on() -> None:
    clock = SystemClock()
    scheduler = Scheduler(Timers(clock), clock, workers=1)
    free, done = threading.Event(), threading.Event()

    def waits() -> None:
        current.instance = object()
        try:
            with scheduler.blocked():
                scheduler.submit(Job(free.set))
                assert free.wait(10)
        finally:
            current.instance = None
        done.set()

    scheduler.submit(Job(waits))
    assert done.wait(10)
    scheduler.close()


def test_too_many_waiting_turns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_CAP", 1)
    scheduler, _, _ = still()
    current.instance = object()
    try:
        with scheduler.blocked(), pytest.raises(Exhausted, match="use a cast"), scheduler.blocked():
            pass
    finally:
        current.instance = None


def test_only_a_prepared_thread_outside_of_turns_may_run_a_guest() -> None:
    assert not may_run_guest(), "the main thread never runs wasm"
    seen: list[bool] = []

    def look() -> None:
        seen.append(may_run_guest())
        current.instance = object()
        seen.append(may_run_guest())

    before = stack_bytes()
    start("looks", look).join(10)
    assert seen == [True, False]
    assert stack_bytes() == before, "the size is set for that one thread alone"


def stack_bytes() -> int:
    """The stack that new threads get. Asking for it sets it to the system's own, so it is set back."""
    with threads._start_lock:
        found = threading.stack_size()
        threading.stack_size(found)
        return found
