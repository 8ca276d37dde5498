"""Every call over gRPC is counted by method and status, and how long it took: scraped as Prometheus does."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

import workbench
from tests.unit.fragile import FRAGILE
from workbench.api import Area, Crashed, Node, NotFound, SpawnOptions
from workbench.node import LocalNode
from workbench.rpc.generated.plexspaces.v1 import actors_pb2, common_pb2
from workbench.runtime.calls import BOUNDS, METHODS, OTHERS, Calls

Scrape = Callable[[], dict[tuple[str, ...], float]]


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with workbench.connect("embedded:") as opened:
        assert isinstance(opened, LocalNode)
        opened.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        opened.actors.spawn("fragile", options=SpawnOptions(name="till"))
        yield opened


@pytest.fixture
def address(node: LocalNode) -> Iterator[str]:
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        yield server.address


@pytest.fixture
def remote(address: str) -> Iterator[Node]:
    with workbench.connect(f"grpc://{address}") as opened:
        yield opened


@pytest.fixture
def scrape(node: LocalNode) -> Iterator[Scrape]:
    """Values by name, method, and code or bound."""

    def read() -> dict[tuple[str, ...], float]:
        with urllib.request.urlopen(f"http://{exposition.address}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {
            (sample.name, sample.labels["method"], sample.labels.get("code", sample.labels.get("le", ""))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("workbench_grpc")
        }

    with closing(workbench.expose_metrics(node, "127.0.0.1:0")) as exposition:
        yield read


def until(scrape: Scrape, *key: str, value: float = 1.0) -> dict[tuple[str, ...], float]:
    """A call is counted when its handler is left, which may be after its caller has the answer."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = scrape()
        if found.get(key) == value:
            return found
    raise AssertionError(f"{key} is not {value}: {found}")


def test_calls_are_counted_by_method_and_status_and_timed(remote: Node, scrape: Scrape) -> None:
    assert not scrape()
    for _ in range(3):
        remote.actors.ask("till", "increment")
    with pytest.raises(NotFound):
        remote.actors.ask("nobody", "increment")
    with pytest.raises(Crashed):
        remote.actors.ask("till", "die")
    remote.actors.list()
    until(scrape, "workbench_grpc_calls_total", "Actors.List", "OK")
    until(scrape, "workbench_grpc_calls_total", "Actors.Ask", "ABORTED")
    found = until(scrape, "workbench_grpc_calls_total", "Actors.Ask", "OK", value=3)
    assert found["workbench_grpc_calls_total", "Actors.Ask", "NOT_FOUND"] == 1
    assert found["workbench_grpc_call_seconds_count", "Actors.Ask", ""] == 5
    assert 0 < found["workbench_grpc_call_seconds_sum", "Actors.Ask", ""] < 60
    buckets = [found["workbench_grpc_call_seconds_bucket", "Actors.Ask", str(bound)] for bound in BOUNDS]
    assert buckets == sorted(buckets) and buckets[-1] == 5
    assert found["workbench_grpc_call_seconds_bucket", "Actors.Ask", "+Inf"] == 5


def test_a_stream_is_counted_when_its_reader_leaves(remote: Node, scrape: Scrape) -> None:
    with closing(remote.subscribe([Area.ACTORS])) as events:
        assert ("workbench_grpc_calls_total", "Node.Watch", "OK") not in scrape()
        remote.actors.spawn("fragile", options=SpawnOptions(name="one more"))
        assert events.get(timeout=10) is not None
        assert not [key for key in scrape() if key[1] == "Node.Watch"], "it goes on"
    found = until(scrape, "workbench_grpc_calls_total", "Node.Watch", "CANCELLED")
    assert found["workbench_grpc_call_seconds_count", "Node.Watch", ""] == 1


def test_a_caller_that_runs_out_of_time_and_names_that_nobody_serves(address: str, scrape: Scrape) -> None:
    with grpc.insecure_channel(address) as channel:
        for name in ("Nonsense", "../../etc", "x" * 500):
            with pytest.raises(grpc.RpcError):
                channel.unary_unary(f"/plexspaces.v1.Actors/{name}")(b"", timeout=10)
        ask = channel.unary_unary(
            "/plexspaces.v1.Actors/Ask", actors_pb2.AskRequest.SerializeToString, actors_pb2.Reply.FromString
        )
        request = actors_pb2.AskRequest(actor=common_pb2.ActorId(name="till"), message_type="spin", timeout_seconds=20)
        with pytest.raises(grpc.RpcError):
            ask(request, timeout=0.3)
        until(scrape, "workbench_grpc_calls_total", "unknown", "UNIMPLEMENTED", value=3)
    found = until(scrape, "workbench_grpc_calls_total", "Actors.Ask", "DEADLINE_EXCEEDED")
    assert {key[1] for key in found} == {"unknown", "Actors.Ask"}


def test_what_is_counted_is_bounded_and_none_is_lost_between_threads() -> None:
    calls = Calls()

    def add() -> None:
        for number in range(2_000):
            calls.add("Actors.Ask", "OK", number / 1_000)

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (asked,) = calls.times()
    assert (asked.count, asked.up_to[-1], asked.up_to[0]) == (8_000, 8_000, 8)
    assert calls.ended() == [("Actors.Ask", "OK", 8_000)]
    for number in range(METHODS + 10):
        calls.add(f"method {number}", "OK", 0.0)
    assert len(calls.times()) == METHODS + 1
    assert next(each.count for each in calls.times() if each.method == OTHERS) == 11
