"""What every node promises of itself: its log, its metrics, its events."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import workbench
from workbench.api import GAP, Area, Crashed, Level, Node, Position


def test_a_node_says_what_it_is(node: Node, interpreter: str) -> None:
    assert node.prepare().interpreter == interpreter
    info = node.info()
    assert info.interpreter == interpreter
    assert (info.actors, info.modules) == (0, 0)
    assert info.workers >= 1
    assert info.wasmtime and info.version and info.workspace


def test_what_an_actor_prints_is_in_the_log_and_can_be_read_on_from_there(node: Node, counter: str) -> None:
    node.actors.ask(counter, "print", "hello\nthere")
    lines = [line for line in node.logs(actor=counter) if line.stream == "stdout"]
    assert [line.message for line in lines] == ["hello", "there"]
    node.actors.ask(counter, "print", "more")
    assert [line.message for line in node.logs(after=lines[-1].seq, actor=counter)] == ["more"]
    assert len(node.logs(limit=1)) == 1


def test_a_crash_is_in_the_log_with_its_traceback(node: Node, counter: str) -> None:
    with pytest.raises(Crashed):
        node.actors.ask(counter, "crash")
    line = next(line for line in node.logs(actor=counter) if line.level in (Level.ERROR, Level.CRITICAL))
    assert "this kills it" in line.message
    assert line.field("exception.type") == "ValueError"
    assert "handle_request" in line.field("exception.stacktrace")


def test_events_come_in_order_from_the_subscription_on(node: Node, counter: str) -> None:
    with node.subscribe([Area.ACTORS, Area.MODULES]) as subscription:
        node.actors.stop(counter)
        node.modules.remove("counter")
        seen: list[tuple[Area, str]] = []
        while ("modules", "removed") not in [(area, kind.partition(".")[2]) for area, kind in seen]:
            events = subscription.get(timeout=5.0)
            assert events, seen
            seen += [(event.area, event.kind) for event in events]
        assert (Area.ACTORS, "actors.stopped") in seen
        assert subscription.lost == 0


def test_whoever_comes_again_gets_what_happened_since_and_nothing_twice(node: Node, counter: str) -> None:
    with node.subscribe([Area.ACTORS]) as events:
        node.actors.suspend(counter)
        seen: list[str] = []
        while "actors.suspended" not in seen:
            seen += [event.kind for event in events.get(timeout=5.0)]
        here = events.position
    node.actors.resume(counter)
    node.modules.alias("another", "counter")  # of an area that is not asked for
    with node.subscribe([Area.ACTORS], after=here) as events:
        again: list[str] = []
        while "actors.resumed" not in again:
            again += [event.kind for event in events.get(timeout=5.0)]
        assert not {"actors.suspended", GAP} & set(again)
        assert events.position.stream == here.stream and events.position.seq > here.seq


@pytest.mark.parametrize("ahead", [True, False])
def test_where_events_are_missing_a_gap_stands_whatever_is_asked_for(node: Node, ahead: bool) -> None:
    with node.subscribe() as events:
        stream = events.position.stream
    unknown = Position(stream, 1 << 40) if ahead else Position("another run", 0)
    with node.subscribe([Area.METRICS], after=unknown) as events:
        first = events.get(timeout=5.0)[0]
        assert (first.kind, first.area) == (GAP, Area.NODE)
        assert "read again what is shown" in first.text


def test_closing_a_subscription_ends_a_wait(node: Node) -> None:
    subscription = node.subscribe([Area.METRICS])
    waiting = threading.Thread(target=lambda: [None for _ in iter(lambda: subscription.get(30.0), ())])
    waiting.start()
    subscription.close()
    waiting.join(10.0)
    assert not waiting.is_alive()
    assert list(subscription.get(0.0)) == []


def test_metrics_have_a_series_for_the_node_and_for_each_actor_asked_for(node: Node, counter: str) -> None:
    with node.subscribe([Area.METRICS]) as ticks:
        node.actors.ask(counter, "increment")
        while not (series := node.metrics([counter])).get(counter):
            assert ticks.get(timeout=5.0)
    assert set(series) == {"", counter}
    assert all(sample.crashes == 0 for sample in series[counter])
    assert series[""][-1].resident_bytes


def test_close_can_be_called_twice(node: Node) -> None:
    node.close()
    node.close()


def test_a_node_may_be_closed_by_another_thread_than_the_one_that_opened_it(tmp_path: Path) -> None:
    opened: list[Node] = []
    opening = threading.Thread(target=lambda: opened.append(workbench.connect(f"embedded:{tmp_path / 'workspace'}")))
    opening.start()
    opening.join(30.0)
    server = workbench.serve(opened[0])
    server.close()
    opened[0].close()
    assert workbench.endpoint(tmp_path / "workspace") is None
    assert not (tmp_path / "workspace" / "holder.json").exists()
    workbench.connect(f"embedded:{tmp_path / 'workspace'}").close()
