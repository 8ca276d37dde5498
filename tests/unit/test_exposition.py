"""What Prometheus reads of a node is what the node did: read over HTTP, with Prometheus' own parser."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

import workbench
from tests.benchmarks.messages import TALLY
from workbench.api import Conflict, Crashed, Invalid, SpawnOptions
from workbench.exposition import ACTORS
from workbench.node import LocalNode

DIES = b"""
from plexspaces import GenServer


class Dies(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        raise ValueError(payload)
"""
Found = Mapping[tuple[str, str], float]


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with workbench.connect("embedded:") as opened:
        assert isinstance(opened, LocalNode)
        yield opened


def read(address: str) -> Found:
    """Values by name, and actor or state."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, sample.labels.get("actor", sample.labels.get("state", ""))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(node: LocalNode, listen: str = "127.0.0.1:0") -> Found:
    with closing(workbench.expose_metrics(node, listen)) as exposition:
        return read(exposition.address.replace("0.0.0.0", "127.0.0.1"))


def test_what_is_read_is_what_was_done_also_by_who_is_gone(node: LocalNode) -> None:
    module = node.modules.deploy(TALLY, file_name="tally.wat").hash
    for name in ("stays", "goes"):
        node.actors.spawn(module, options=SpawnOptions(name=name))
    fuel = sum(node.actors.ask(name, "increment").figures.fuel or 0 for name in ("stays", "goes", "stays"))
    node._machine.metrics.sample()
    before = scraped(node)
    assert (before["workbench_actors", "idle"], before["workbench_actors", "crashed"]) == (2, 0)
    assert (before["workbench_actor_turns_total", "stays"], before["workbench_actor_turns_total", "goes"]) == (3, 2)
    assert before["workbench_turns_total", ""] == 5
    assert before["workbench_fuel_total", ""] >= fuel > 0
    node.actors.ask("goes", "increment")
    node.actors.stop("goes")
    after = scraped(node)
    assert after["workbench_turns_total", ""] >= 6, "the last turn of who is gone counts before the next sample"
    assert ("workbench_actor_turns_total", "goes") not in after
    assert after["workbench_database_bytes", ""] > 0
    assert after["workbench_recording_limit_bytes", ""] == node._machine.config.recording_bytes
    assert after["process_resident_memory_bytes", ""] > 1e6


def test_it_is_ready_until_it_is_drained_and_says_where_there_is_what(node: LocalNode) -> None:
    def asked(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{exposition.address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    with closing(workbench.expose_metrics(node, "[::1]:0")) as exposition:
        assert asked("/ready") == (200, "ready\n")
        exposition.drain()
        assert asked("/ready") == (503, "draining\n")
        assert asked("/metrics")[0] == 200
        assert asked("/") == (404, "there are /metrics and /ready\n")


def test_a_crash_is_counted(node: LocalNode, interpreter: str) -> None:
    assert interpreter
    node.actors.spawn(node.modules.deploy(DIES, file_name="a.py").hash, options=SpawnOptions(name="a"))
    with pytest.raises(Crashed):
        node.actors.ask("a", "go")
    node._machine.metrics.sample()
    found = scraped(node)
    assert (found["workbench_crashes_total", ""], found["workbench_actors", "crashed"]) == (1, 1)


def test_beyond_this_machine_no_actor_is_named(node: LocalNode) -> None:
    node.actors.spawn(node.modules.deploy(TALLY, file_name="tally.wat").hash, options=SpawnOptions(name="secret"))
    assert not [key for key in scraped(node, "0.0.0.0:0") if "secret" in key]
    assert [key for key in scraped(node) if "secret" in key], "this test can fail"


def test_as_many_actors_as_can_be_read_have_figures_and_the_others_are_counted(node: LocalNode) -> None:
    module = node.modules.deploy(TALLY, file_name="tally.wat").hash
    for number in range(ACTORS + 3):
        node.actors.spawn(module, options=SpawnOptions(name=f"tally-{number:03}"))
    found = scraped(node)
    assert len([name for name, _ in found if name == "workbench_actor_turns_total"]) == ACTORS
    assert found["workbench_actors_left_out", ""] == 3


def test_a_port_that_is_taken_and_what_is_no_address_are_told(node: LocalNode) -> None:
    said = r"cannot offer metrics at 127\.0\.0\.1:\d+: address already in use"
    with closing(workbench.expose_metrics(node, "127.0.0.1:0")) as first, pytest.raises(Conflict, match=said):
        workbench.expose_metrics(node, first.address)
    with pytest.raises(Invalid, match="is not an address"):
        workbench.expose_metrics(node, "somewhere")
    with pytest.raises(Invalid, match="is not an address"):
        workbench.expose_metrics(node, "127.0.0.1:99999")
