"""A connection that is attached: stale within 3 s of the end of its node, back when that is back, nothing repeated."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from far import Far, cutting_proxy, far_node
from watching import watched

import workbench
from workbench.api import Node, SpawnOptions, Unavailable
from workbench.api.connections import Connection, Mode, Phase
from workbench.connections.link import FIRST_PAUSE, LONGEST_PAUSE, backoff

STALE_SECONDS = 3.0
SLOW = b"""
import time
from plexspaces import GenServer, keyvalue


class Slow(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        keyvalue.increment("begun", 1)
        keyvalue.get("x")
        while True:
            pass
"""


@pytest.mark.parametrize("attempt", range(1, 40))
def test_pauses_double_up_to_a_bound_with_chance_in_them(attempt: int) -> None:
    whole = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
    assert backoff(attempt, 0.0) == pytest.approx(0.75 * whole)
    assert backoff(attempt, 1.0) == pytest.approx(1.25 * whole)
    assert backoff(attempt, 0.2) < backoff(attempt, 0.8)


def test_it_is_attached_with_latency_and_what_the_node_says(node: Node) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server, watched(Connection("own", server.address)) as link:
        _, state = link.wait_phase(Phase.ATTACHED)
        assert state.info is not None
        assert state.info.name == node.info().name
        assert state.latency_ms is not None and 0 < state.latency_ms < 5_000
        assert state.skew_seconds is not None and abs(state.skew_seconds) < 1.0
        assert (state.lacks, state.warnings, state.connected) == (frozenset(), (), 1)


def test_a_killed_node_is_stale_within_three_seconds_and_attached_again_when_it_returns(tmp_path: Path) -> None:
    with far_node(tmp_path / "far") as far, watched(Connection("far", far.address)) as link:
        link.wait_phase(Phase.ATTACHED)
        assert link.link is not None and link.link.node is not None
        node = link.link.node
        node.keyvalue.put("a", "b")
        killed = time.monotonic()
        far.kill()
        when, state = link.wait_phase(Phase.STALE, after=killed)
        assert when - killed < STALE_SECONDS
        assert "no node answers" in state.why or "was cut" in state.why
        _, third = link.wait_for(lambda s: s.phase is Phase.STALE and s.attempt >= 3)
        assert third.since == state.since
        assert third.retry_at is not None and third.retry_at > third.since
        with pytest.raises(Unavailable):
            node.keyvalue.put("a", "c")
        far.start()
        assert link.link is not None
        link.link.retry()
        _, again = link.wait_phase(Phase.ATTACHED, after=when)
        assert again.connected > 1
        assert node.keyvalue.get("a") == "b"  # the same node, as it was left


def test_a_node_that_hangs_is_stale_within_three_seconds_too(tmp_path: Path) -> None:
    import signal

    with far_node(tmp_path / "far") as far, watched(Connection("far", far.address)) as link:
        link.wait_phase(Phase.ATTACHED)
        assert far.process is not None
        stopped = time.monotonic()
        far.process.send_signal(signal.SIGSTOP)
        when, _ = link.wait_phase(Phase.STALE, after=stopped)
        assert when - stopped < STALE_SECONDS
        far.process.send_signal(signal.SIGCONT)
        link.wait_phase(Phase.ATTACHED, after=when)


def test_without_reconnect_a_lost_connection_waits_for_somebody(tmp_path: Path) -> None:
    with far_node(tmp_path / "far") as far, watched(Connection("far", far.address, reconnect=False)) as link:
        link.wait_phase(Phase.ATTACHED)
        far.kill()
        when, state = link.wait_phase(Phase.STALE)
        assert state.retry_at is None
        far.start()
        with workbench.connect(f"grpc://{far.address}") as other:
            assert other.info().name
        assert [s.phase for _, s in link.states][-1] is Phase.STALE
        assert link.link is not None
        link.link.retry()
        link.wait_phase(Phase.ATTACHED, after=when)


def test_without_reconnect_it_stays_stale_also_when_events_find_the_node_again(tmp_path: Path) -> None:
    with far_node(tmp_path / "far") as far, watched(Connection("far", far.address, reconnect=False)) as link:
        link.wait_phase(Phase.ATTACHED)
        assert link.link is not None and link.link.node is not None
        node = link.link.node
        with node.subscribe() as events:
            far.kill()
            link.wait_phase(Phase.STALE)
            far.start()
            until = time.monotonic() + 30.0
            heard = False
            while not heard and time.monotonic() < until:
                with suppress(Unavailable):
                    heard = bool(events.get(0.5))
            assert heard
            for _ in range(100):
                assert node.info().name
        assert link.link.state.phase is Phase.STALE
        link.link.retry()
        link.wait_for(lambda s: s.phase is Phase.ATTACHED and s.connected > 1)


def test_a_changing_call_that_was_cut_says_that_its_outcome_is_unknown_and_is_sent_once(tmp_path: Path) -> None:
    raised: list[Exception] = []
    with far_node(tmp_path / "far") as far, watched(Connection("far", far.address)) as link:
        link.wait_phase(Phase.ATTACHED)
        assert link.link is not None and link.link.node is not None
        node = link.link.node
        node.modules.deploy(SLOW, file_name="slow.py", alias="slow")
        node.actors.spawn("slow", options=SpawnOptions(name="slow", profile="permissive"))

        def ask() -> None:
            try:
                node.actors.ask("slow", "go", timeout=60)
            except Exception as error:
                raised.append(error)

        asking = Thread(target=ask)
        with node.subscribe() as events:
            asking.start()
            while node.keyvalue.get("begun") is None:
                events.get(0.1)
        far.kill()
        asking.join(30)
        when, _ = link.wait_phase(Phase.STALE)
        far.start()
        link.link.retry()
        link.wait_phase(Phase.ATTACHED, after=when)
        assert len(raised) == 1
        assert isinstance(raised[0], Unavailable)
        assert "Whether Actors.Ask was done is not known, and it is not repeated" in str(raised[0])
        beats = len(link.states)
        link.wait_for(lambda _: len(link.states) >= beats + 2)
        assert node.keyvalue.get("begun") in (None, "1")  # what was not on disk is gone, what was came once
        assert [actor.turns for actor in node.actors.list() if actor.id.name == "slow"] in ([], [1]), (
            "born again, and no more"
        )


def test_a_proxy_that_cuts_every_two_seconds_is_told_within_five(node: Node) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server, cutting_proxy(server.address, 2.0) as address:
        started = time.monotonic()
        with watched(Connection("cut", address)) as link:
            when, state = link.wait_for(lambda s: bool(s.warnings))
            assert when - started < 5.0
            assert "is cut every 2.0 s: something between (a proxy" in state.warnings[0]
            assert state.phase is Phase.ATTACHED


def test_a_revoked_token_is_told_and_not_tried_again(node: Node) -> None:
    token = node.tokens.create("ci")
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        with watched(Connection("own", server.address), token=token.secret) as link:
            link.wait_phase(Phase.ATTACHED)
        node.tokens.revoke("ci")
        with watched(Connection("own", server.address), token=token.secret) as link:
            _, state = link.wait_phase(Phase.REFUSED)
            assert "was revoked" in state.why
            assert state.retry_at is None


def test_a_read_only_link_sends_nothing_that_changes(node: Node) -> None:
    entries: list[str] = []
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        with watched(Connection("own", server.address, mode=Mode.READ_ONLY)) as link:
            link.wait_phase(Phase.ATTACHED)
        path = Path(node.info().workspace) / "logs" / "audit.jsonl"
        entries += path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    assert entries == []


def test_far_nodes_are_real(tmp_path: Path) -> None:
    far = Far(tmp_path / "far")
    with pytest.raises(Unavailable), workbench.connect(f"grpc://{far.address}") as nobody:
        nobody.info()
