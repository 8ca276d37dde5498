"""The sample actors do what their docstrings promise, and as a system they keep each other busy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

import workbench
from workbench.api import ActorState, Crashed, Kind, Node, Rejected
from workbench.data import directory

from .conftest import Start

DEADLINE_SECONDS = 20.0


@pytest.fixture
def form() -> str:
    """The samples run as users run them: from source."""
    return "source"


def until(condition: Callable[[], bool]) -> None:
    """Look again and again, each time through the node, until it is so."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"


def test_the_event_log_remembers_forgets_and_answers(node: Node, start: Start) -> None:
    log = start("event").id
    node.actors.tell(log, "notify", "one")
    node.actors.tell(log, "notify", "two")
    assert json.loads(str(node.actors.ask(log, "get_events").payload)) == ["one", "two"]
    node.actors.tell(log, "clear")
    assert node.actors.ask(log, "get_events").payload == "[]"
    assert node.actors.ask(log, "notify", "three").payload == ""
    with pytest.raises(Rejected, match="unknown message type shout: send notify, clear or get_events"):
        node.actors.ask(log, "shout")


def test_the_event_log_keeps_the_newest_and_is_carried_over(node: Node, start: Start) -> None:
    log = start("event").id
    for number in range(120):
        node.actors.tell(log, "notify", str(number))
    node.actors.ask(log, "get_events")  # behind all of them
    second = start("event", node.actors.snapshot(log)).id
    events = json.loads(str(node.actors.ask(second, "get_events").payload))
    assert (len(events), events[0], events[-1]) == (100, "20", "119")


def test_the_workflow_goes_its_way_and_refuses_others(node: Node, start: Start) -> None:
    workflow = start("fsm").id
    types = ("get_state", "start", "complete", "get_state", "reset", "start", "reset")
    states = ["idle", "processing", "done", "done", "idle", "processing", "idle"]
    assert [node.actors.ask(workflow, each).payload for each in types] == states
    with pytest.raises(Rejected, match="complete is not possible in the state idle"):
        node.actors.ask(workflow, "complete")
    assert node.actors.get(workflow).fsm_state == "idle"


def test_the_workflow_takes_its_state_along(node: Node, start: Start) -> None:
    workflow = start("fsm").id
    node.actors.ask(workflow, "start")
    second = start("fsm", node.actors.snapshot(workflow)).id
    assert node.actors.ask(second, "complete").payload == "done"


def test_the_ticker_keeps_the_others_busy(node: Node, start: Start) -> None:
    targets = {"counter": "t-counter", "events": "t-events", "workflow": "t-workflow", "every_ms": 1}
    for actor, name in (("counter", "t-counter"), ("event", "t-events"), ("fsm", "t-workflow")):
        start(actor, name=name)
    ticker = start("ticker", json.dumps(targets)).id
    until(lambda: int(str(node.actors.ask(ticker, "get_ticks").payload)) >= 7)
    node.actors.stop(ticker)
    events = json.loads(str(node.actors.ask("t-events", "get_events").payload))
    assert events[:3] == ["tick 1, count 1", "tick 2, count 2", "tick 3, count 3"]
    assert int(str(node.actors.ask("t-counter", "get_count").payload)) >= 7
    assert node.actors.get("t-workflow").turns >= 7


def test_the_ticker_goes_on_without_the_others(node: Node, start: Start) -> None:
    missing = {name: f"nobody-{name}" for name in ("counter", "events", "workflow")}
    ticker = start("ticker", json.dumps({**missing, "every_ms": 1})).id
    until(lambda: int(str(node.actors.ask(ticker, "get_ticks").payload)) >= 3)
    assert node.actors.get(ticker).state is not ActorState.CRASHED
    assert any(line.message.startswith("cannot reach workflow: ") for line in node.logs(actor=ticker))


def test_a_reloaded_ticker_has_one_timer(node: Node, start: Start) -> None:
    ticker = start("ticker", '{"every_ms": 3600000}').id
    before = json.loads(str(node.actors.snapshot(ticker)))
    node.actors.upgrade(ticker, node.actors.get(ticker).module)
    after = json.loads(str(node.actors.snapshot(ticker)))
    assert after["timer"] != before["timer"]
    assert after == {**before, "timer": after["timer"]}


def test_the_flaky_worker_does_its_jobs_until_one_that_ends_it(node: Node, start: Start) -> None:
    flaky = start("flaky").id
    for message_type, payload in (("divide", "84/7"), ("steps", "27")):
        node.actors.ask(flaky, message_type, payload, kind=Kind.CAST)
    assert node.actors.ask(flaky, "get_done").payload == "2"
    said = [line.message for line in node.logs(actor=flaky)]
    assert said[-2:] == ["divide 84/7: 12", "steps 27: 111"]
    with pytest.raises(Rejected, match="unknown message type shout"):
        node.actors.ask(flaky, "shout", kind=Kind.CAST)
    with pytest.raises(Crashed, match="division by zero"):
        node.actors.ask(flaky, "divide", "84/0", kind=Kind.CAST)
    assert not [row for row in node.capabilities.evidence(flaky) if row.denied], "a traceback looks for no file"


def test_a_round_of_the_flaky_worker_ends_with_a_job_that_ends_it(node: Node, start: Start) -> None:
    flaky = start("flaky").id
    limits = replace(node.actors.get(flaky).limits, fuel=100_000_000)
    node.actors.set_limits(flaky, limits)
    for _ in range(5):
        node.actors.tell(flaky, "tick")
    until(lambda: node.actors.get(flaky).state is ActorState.CRASHED)
    (letter,) = [letter for letter in node.actors.dead_letters() if letter.actor == flaky and letter.cause]
    assert letter.envelope.payload in ("84/0", "0")


def test_the_sample_system_has_a_tree_that_starts_the_worker_again_and_never_gives_up(node: Node) -> None:
    started = workbench.start_sample(node)
    try:
        assert {"counter", "ticker", "flaky", "clerk", "ledger", "foreman", "painter-2"} <= set(started)
        assert [info.name for info in node.supervision.list()] == ["workshop", "workers", "yard"]
        node.actors.tell("flaky", "divide", "84/0")
        until(lambda: bool(node.supervision.history("workers")))
        record = node.supervision.history("workers")[0]
        assert (record.child, record.killed_by, record.plan.start) == ("flaky", "divide", ("flaky", "clerk"))
        until(lambda: node.actors.get("clerk").restarts == 1)
        letter = next(letter for letter in node.actors.dead_letters() if letter.actor.name == "flaky")
        node.actors.resend(letter.seq, payload="84/2")
        until(lambda: any(line.message == "divide 84/2: 42" for line in node.logs(actor="flaky")))
        spec = node.supervision.get("workers").spec
        source = (directory("resources") / "actors" / "flaky_actor.py").read_text()
        round_ms = 5 * int(source.partition("EVERY_MS = ")[2].split()[0])
        assert spec.period_ms / round_ms + 1 < spec.intensity
        assert workbench.start_sample(node) == started
    finally:
        node.supervision.remove("workshop")
        for name in started:
            node.actors.stop(name)
