"""The sample actors do what their docstrings promise, and as a system they keep each other busy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from workbench.api import ActorState, Node, Rejected

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
