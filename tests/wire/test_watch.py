"""Events over a wire that is cut, of a node that is killed, to a reader that is slow: complete, or a gap says so."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.wire.processes import NodeProcess
from tests.wire.proxy import Proxy
from workbench.api import GAP, Area, Event, Position, Subscription, Unavailable
from workbench.rpc.client import RemoteNode
from workbench.rpc.generated.plexspaces.v1 import node_pb2 as pb

STORM = ("tests.wire.storm",)
STALE_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
SECONDS, RATE = 3, 5_000
GROWN_BYTES = 48 << 20
"""What 100,000 events of 100 characters may leave in the node: 20,000 of them are remembered."""


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[NodeProcess]:
    with NodeProcess(tmp_path / "workspace", program=STORM) as started:
        yield started


def until(events: Subscription, last: str) -> list[Event]:
    """All that comes, up to the event with the subject `last`."""
    found: list[Event] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while not found or found[-1].subject != last:
        assert time.monotonic() < end, f"{len(found):,} events came, {last} was not among them"
        try:
            found.extend(events.get(1.0))
        except Unavailable:
            continue
    return found


def test_a_proxy_that_cuts_every_two_seconds_loses_nothing(storm: NodeProcess) -> None:
    with (
        Proxy(storm.address, every_seconds=2.0) as proxy,
        RemoteNode(proxy.address) as node,
        node.subscribe([Area.REGISTRY]) as events,
    ):
        storm.tell("1000 7000")
        found = until(events, "6999")
        assert [event.subject for event in found] == [str(number) for number in range(7_000)]
        assert proxy.cuts >= 3
        assert events.lost == 0


def test_five_thousand_events_a_second_arrive_in_order_and_in_bounded_memory(storm: NodeProcess) -> None:
    with RemoteNode(storm.address) as node, node.subscribe([Area.REGISTRY]) as events:
        storm.tell(f"{RATE} {RATE}")
        until(events, str(RATE - 1))
        before = storm.held()["resident_bytes"]
        begun = time.monotonic()
        storm.tell(f"{RATE} {SECONDS * RATE}")
        found = until(events, str((SECONDS + 1) * RATE - 1))
        assert [event.subject for event in found] == [str(RATE + number) for number in range(SECONDS * RATE)]
        assert time.monotonic() - begun < 2 * SECONDS
        assert storm.held()["resident_bytes"] - before < GROWN_BYTES


def test_a_node_that_is_killed_is_stale_within_3_s_and_a_gap_says_that_it_is_another_run(storm: NodeProcess) -> None:
    with RemoteNode(storm.address) as node, node.subscribe([Area.REGISTRY]) as events:
        storm.tell("1000 10")
        until(events, "9")
        storm.kill()
        killed = time.monotonic()
        with pytest.raises(Unavailable, match=storm.address):
            events.get(PATIENCE_SECONDS)
        assert time.monotonic() - killed < STALE_SECONDS
        with pytest.raises(Unavailable):  # it is still so, and that is told after the wait, not in a busy loop
            events.get(0.2)
        assert time.monotonic() - killed > 0.2
        storm.start()
        back = time.monotonic()
        first = until(events, "")
        assert time.monotonic() - back < STALE_SECONDS
        assert [event.kind for event in first] == [GAP]
        assert "started anew" in first[0].text
        storm.tell("1000 10")
        assert [event.subject for event in until(events, "9")] == [str(number) for number in range(10)]


def test_a_node_that_hangs_is_stale_within_3_s_and_goes_on_without_a_gap(storm: NodeProcess) -> None:
    with RemoteNode(storm.address) as node, node.subscribe([Area.REGISTRY]) as events:
        storm.tell("1000 10")
        until(events, "9")
        storm.signal(signal.SIGSTOP)
        stopped = time.monotonic()
        with pytest.raises(Unavailable, match="said nothing"):
            events.get(PATIENCE_SECONDS)
        assert time.monotonic() - stopped < STALE_SECONDS
        storm.signal(signal.SIGCONT)
        storm.tell("1000 10")
        assert [event.subject for event in until(events, "19")] == [str(number) for number in range(10, 20)]


def test_a_reader_that_is_slow_holds_nobody_up_and_is_told_of_its_gap(storm: NodeProcess) -> None:
    with grpc.insecure_channel(storm.address) as channel, RemoteNode(storm.address) as node:
        watch = channel.unary_stream(
            "/plexspaces.v1.Node/Watch", pb.WatchRequest.SerializeToString, pb.WatchResponse.FromString
        )
        slow = watch(pb.WatchRequest(areas=["registry"]), timeout=PATIENCE_SECONDS)
        next(slow)
        before = storm.held()["resident_bytes"]
        storm.tell("50000 100000")
        assert storm.process.stdout is not None and storm.process.stdout.readline() == "done\n"
        assert storm.held()["resident_bytes"] - before < GROWN_BYTES
        assert node.info().actors == 0
        found: list[pb.Event] = []
        for answer in slow:
            found.extend(answer.events)
            if found and found[-1].subject == "99999":
                break
        assert answer.lost > 0
        gaps = [number for number, event in enumerate(found) if event.kind == GAP]
        assert gaps and all(found[number + 1].seq - found[number].seq == 1 for number in gaps)
        assert len(found) - len(gaps) + answer.lost == 100_000
        slow.cancel()


def test_a_watcher_goes_on_where_another_one_was(storm: NodeProcess) -> None:
    with RemoteNode(storm.address) as node:
        with node.subscribe([Area.REGISTRY]) as events:
            storm.tell("1000 10")
            until(events, "9")
            here = events.position
        storm.tell("1000 10")
        with node.subscribe([Area.REGISTRY], after=here) as events:
            assert [event.subject for event in until(events, "19")] == [str(number) for number in range(10, 20)]


@pytest.mark.parametrize("after", [Position("another", 0), Position("", 10**9)])
def test_a_position_that_the_node_does_not_know_is_a_gap(storm: NodeProcess, after: Position) -> None:
    with RemoteNode(storm.address) as node, node.subscribe([Area.REGISTRY], after=after) as events:
        assert [event.kind for event in events.get()] == [GAP]
