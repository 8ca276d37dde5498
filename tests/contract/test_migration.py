"""An actor moves from the node to another one, and both sides go on reaching each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from contract_sources import COUNTER

import workbench
from tests.wire.proxy import Proxy
from workbench.api import (
    ActorState,
    AlreadyExists,
    Area,
    CancelToken,
    ChildSpec,
    Conflict,
    Crashed,
    Denied,
    Invalid,
    Node,
    NotFound,
    Progress,
    Role,
    SpawnOptions,
    SupervisorSpec,
    Timeout,
    Unauthenticated,
    Unavailable,
)
from workbench.node import LocalNode
from workbench.runtime.moving.departure import Departure

SOURCE = """
from plexspaces import GenServer, durability, messaging


class Traveller(GenServer):
    def init(self, state):
        self.count, self.heard = int(state or 0), ""

    def snapshot_state(self):
        return str(self.count)

    def handle_request(self, from_actor, message_type, payload):
        to, _, rest = payload.partition(" ")
        if message_type == "add":
            self.count += int(payload)
        elif message_type == "ask":
            return messaging.ask(to, rest or "get", "1")
        elif message_type == "tell":
            messaging.tell(to, rest, "1")
        elif message_type == "later":
            messaging.send_after(int(to), "rang", rest)
        elif message_type == "monitor":
            messaging.monitor(payload)
        elif message_type == "stop":
            messaging.stop(payload)
        elif message_type == "die":
            raise ValueError(payload)
        elif message_type == "who":
            return f"{from_actor} {messaging.self_id()}"
        elif message_type == "keep":
            durability.persist("kept", payload)
        elif message_type in ("DOWN", "rang"):
            self.heard += message_type
        elif message_type == "heard":
            return self.heard
        return str(self.count)
"""


class Other:
    """Another node, behind an address."""

    def __init__(self, folder: Path) -> None:
        self.node = workbench.connect(f"embedded:{folder}")
        self.server = workbench.serve(self.node, listen="127.0.0.1:0")
        self.address = self.server.address

    def close(self) -> None:
        if self.address:
            self.address = ""
            self.server.close()
            self.node.close()


@pytest.fixture
def other(interpreter: str, tmp_path: Path) -> Iterator[Other]:
    made = Other(tmp_path / "other")
    yield made
    made.close()


@pytest.fixture
def third(interpreter: str, tmp_path: Path) -> Iterator[Other]:
    made = Other(tmp_path / "third")
    yield made
    made.close()


@pytest.fixture
def here(embedded: Node) -> Iterator[str]:
    """Where the others reach the node."""
    with workbench.serve(embedded, listen="127.0.0.1:0") as server:
        yield server.address


def spawn(node: Node, *names: str, durable: bool = False) -> None:
    node.modules.deploy(SOURCE.encode(), file_name="traveller.py", alias="traveller")
    for name in names:
        node.actors.spawn("traveller", options=SpawnOptions(name=name, durable=durable))


def heard(node: Node, actor: str, expected: str) -> None:
    """It hears this soon: it comes from another node."""
    pause = Event()
    for _ in range(200):
        found = node.actors.ask(actor, "heard").payload
        if found == expected:
            return
        pause.wait(0.05)
    raise AssertionError(f"{actor} heard {found!r}, and not {expected!r}")


def gone(node: Node, actor: str) -> None:
    pause = Event()
    for _ in range(200):
        try:
            node.actors.ask(actor, "get")
        except NotFound:
            return
        pause.wait(0.05)
    raise AssertionError(f"{actor} is still known")


def test_it_goes_on_there_with_its_state_and_is_reached_from_both(node: Node, other: Other) -> None:
    spawn(node, "x")
    node.actors.ask("x", "add", "5")
    told: list[Progress] = []
    done = node.actors.migrate("x", other.address, progress=told.append)
    assert done.actor == "x" and done.node == "local" and done.address == other.address
    assert [phase.name for phase in done.phases] == [
        "reach", "module", "pause", "snapshot", "send", "commit", "resume"
    ]  # fmt: skip
    assert done.bytes > len(SOURCE) and 0 < done.paused_ms < done.ms + 1
    assert "send" in [report.stage for report in told]
    assert other.node.actors.ask("x", "add", "1").payload == "6"
    assert node.actors.ask("x", "add", "1").payload == "7"
    node.actors.tell("x", "add", "1")
    assert node.actors.ask("x", "get").payload == "8"
    assert "x" not in [info.id.name for info in node.actors.list()]
    with pytest.raises(Unavailable, match=r"x was moved to the node local \(127.*--node 127"):
        node.actors.get("x")
    with pytest.raises(AlreadyExists, match="its forward address stands here"):
        node.actors.spawn("traveller", options=SpawnOptions(name="x"))
    again = other.node.actors.get("x")
    assert again.turns == 5 and again.module == node.modules.get("traveller").hash


def test_who_stays_behind_and_who_left_keep_calling_each_other(node: Node, other: Other) -> None:
    spawn(node, "x", "left")
    spawn(other.node, "left")
    node.actors.migrate("x", other.address)
    assert node.actors.ask("left", "ask", "x add").payload == "1"
    assert node.actors.ask("left", "ask", "x@local add").payload == "2"
    assert other.node.actors.ask("x", "ask", "left add").payload == "1", (
        "the one that it knew, not that of its new node"
    )
    assert other.node.actors.ask("x", "ask", "left@local add").payload == "2"
    other.node.actors.ask("x", "tell", "left add")
    assert other.node.actors.ask("x", "ask", "left get").payload == "3", "after what it told it"
    assert other.node.actors.ask("left", "get").payload == "0"


def test_any_other_address_of_another_node_needs_a_cluster(node: Node, other: Other) -> None:
    spawn(node, "x", "left")
    node.actors.migrate("x", other.address)
    for where, who in ((node, "left"), (other.node, "x")):
        with pytest.raises(Crashed, match="needs a cluster"):
            where.actors.ask(who, "ask", "y@elsewhere get")
        where.actors.restart(who)
    with pytest.raises(Unavailable, match="needs a cluster"):
        node.actors.ask("y@elsewhere", "get")


def test_an_end_is_told_of_both_ways(node: Node, other: Other) -> None:
    spawn(node, "x", "left", "third")
    node.actors.ask("left", "monitor", "x")
    node.actors.ask("x", "monitor", "third")
    node.actors.migrate("x", other.address)
    node.actors.stop("third")
    heard(other.node, "x", "DOWN")
    other.node.actors.ask("x", "monitor", "left")
    other.node.actors.stop("x")
    heard(node, "left", "DOWN")
    gone(node, "x")


def test_a_monitor_that_is_set_after_the_move_is_told_too(node: Node, other: Other) -> None:
    spawn(node, "x", "left")
    node.actors.migrate("x", other.address)
    other.node.actors.ask("x", "monitor", "left")
    node.actors.ask("left", "ask", "x get")
    node.actors.kill("left")
    heard(other.node, "x", "DOWN")


@pytest.mark.parametrize("durable", [False, True])
def test_timers_and_what_waits_in_the_mailbox_go_along(node: Node, other: Other, durable: bool) -> None:
    spawn(node, "x", durable=durable)
    node.actors.ask("x", "later", "1000 soon")
    node.actors.suspend("x")
    for _ in range(3):
        node.actors.tell("x", "add", "1")
    done = node.actors.migrate("x", other.address)
    assert done.messages + done.timers == 4, "one that has fired waits in the mailbox"
    assert other.node.actors.get("x").state is ActorState.SUSPENDED, "as it was"
    other.node.actors.resume("x")
    heard(other.node, "x", "rang")
    assert other.node.actors.ask("x", "get").payload == "3"


def test_it_comes_back_and_moves_on(node: Node, other: Other, third: Other, here: str) -> None:
    spawn(node, "x", "left")
    node.actors.migrate("x", other.address)
    other.node.actors.migrate("x", third.address)
    assert node.actors.ask("left", "ask", "x add").payload == "1", "by way of the node between"
    assert third.node.actors.ask("x", "ask", "left add").payload == "1"
    third.node.actors.migrate("x", here)
    assert node.actors.ask("x", "add", "1").payload == "2"
    assert [info.id.name for info in node.actors.list()] == ["left", "x"]
    assert other.node.actors.ask("x", "add", "1").payload == "3", "it is found from where it has been"
    assert node.actors.ask("x", "ask", "left add").payload == "2"


def test_what_is_handed_over_is_what_somebody_sent(node: Node, other: Other, here: str) -> None:
    spawn(node, "x")
    ways = (node, other.address), (other.node, here)
    moves = [mover.actors.migrate("x", to) for _ in range(4) for mover, to in ways]
    assert [done.messages for done in moves] == [0] * 8


def test_a_durable_one_goes_on_in_the_journal_of_its_new_node(node: Node, other: Other, tmp_path: Path) -> None:
    spawn(node, "x", durable=True)
    node.actors.ask("x", "keep", "one")
    node.actors.ask("x", "add", "4", headers={"idempotency-key": "k"})
    last = node.journal.get("x").last
    node.actors.migrate("x", other.address)
    assert not node.journal.get("x").runs and node.journal.get("x").entries > 0, "what it was stays to be read"
    assert other.node.actors.ask("x", "add", "4", headers={"idempotency-key": "k"}).payload == "4", "not once more"
    other.node.actors.ask("x", "keep", "two")
    found = other.node.journal.get("x")
    assert found.first > last and found.runs
    assert [event.payload for event in other.node.journal.events("x")] == ["one", "two"]
    other.close()
    with workbench.connect(f"embedded:{tmp_path / 'other'}") as again:
        assert again.actors.ask("x", "get").payload == "4"
        assert [str(damage) for damage in again.journal.verify() if not damage.harmless] == []


@pytest.mark.parametrize("durable", [False, True])
def test_when_it_cannot_live_there_it_serves_on_here(node: Node, other: Other, durable: bool) -> None:
    spawn(node, "x", durable=durable)
    spawn(other.node, "x")
    node.actors.ask("x", "later", "200 soon")
    node.actors.ask("x", "add", "2")
    with pytest.raises(AlreadyExists, match=r"was not moved and serves on here\. At the node .*: another x") as taken:
        node.actors.migrate("x", other.address)
    assert taken.value.message.endswith(f"workbench actor stop x --node {other.address}")
    heard(node, "x", "rang")
    assert node.actors.ask("x", "add", "1").payload == "3"
    assert other.node.actors.ask("x", "get").payload == "0"


def test_what_cannot_be_moved_is_refused_in_words(node: Node, other: Other, here: str) -> None:
    spawn(node, "x")
    with pytest.raises(Invalid, match="that is this node"):
        node.actors.migrate("x", here)
    with pytest.raises(Invalid, match="a port is a number"):
        node.actors.migrate("x", "127.0.0.1:port")
    with pytest.raises(NotFound, match="no connection is called"):
        node.actors.migrate("x", "nowhere")
    with pytest.raises(NotFound, match="no actor 'y'"):
        node.actors.migrate("y", other.address)
    node.actors.kill("x")
    with pytest.raises(Crashed, match="it was killed"):
        node.actors.migrate("x", other.address)
    node.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    node.supervision.apply(SupervisorSpec("shop", children=(ChildSpec("till", "traveller"),)))
    with pytest.raises(Invalid, match="its supervisor shop starts it again here"):
        node.actors.migrate("till", other.address)
    assert other.node.actors.list() == []


def test_who_may_not_is_told_so_and_a_move_is_in_the_log_of_changes(embedded: Node, other: Other) -> None:
    spawn(embedded, "x")
    with workbench.serve(embedded, listen="127.0.0.1:0") as server:
        operator = embedded.tokens.create("o", role=Role.OPERATE).secret
        with (
            workbench.connect(f"grpc://{server.address}", token=operator) as remote,
            pytest.raises(Denied, match=r"Actors\.Migrate needs the role admin"),
        ):
            remote.actors.migrate("x", other.address)
        admin = embedded.tokens.create("a", role=Role.ADMIN).secret
        with workbench.connect(f"grpc://{server.address}", token=admin) as remote:
            remote.actors.migrate("x", other.address)
    assert ("Actors.Migrate", f"x/{other.address}", "ok") in told(embedded)
    name = embedded.info().name
    other.server.close()  # a link is written down when it has ended
    found = {method: subject for method, subject, _ in told(other.node)}
    settled = found["Actors.Settle"]
    assert settled and (found["Actors.Arrive"], found["Actors.Relay"]) == (f"x/{name}/{settled}", name)


def test_a_token_that_is_asked_for_there_is_shown_and_must_be_right(node: Node, other: Other) -> None:
    spawn(node, "x")
    secret = other.node.tokens.create("mover", role=Role.OPERATE).secret
    with pytest.raises(Unauthenticated, match="asks for a token"):
        node.actors.migrate("x", other.address)
    node.actors.migrate("x", other.address, token=secret)
    assert node.actors.ask("x", "add", "1").payload == "1"


def test_each_tenant_has_its_own_token_and_a_wrong_one_takes_the_place_of_none(embedded: Node, other: Other) -> None:
    assert isinstance(embedded, LocalNode) and isinstance(other.node, LocalNode)
    spawn(embedded, "x", "y")
    shop = embedded.scoped("shop", "till")
    shop.actors.spawn("traveller", options=SpawnOptions(name="x"))
    ours = other.node.tokens.create("ours", role=Role.OPERATE).secret
    theirs = other.node.scoped("shop", "till").tokens.create("theirs", role=Role.OPERATE).secret
    with Proxy(other.address) as proxy:
        embedded.actors.migrate("x", proxy.address, token=ours)
        shop.actors.migrate("x", proxy.address, token=theirs)
        with pytest.raises(Unauthenticated):
            embedded.actors.migrate("y", proxy.address, token="wrong")
        proxy.cut()
        for node in (embedded, shop):
            assert node.actors.ask("x", "add", "1").payload == "1", "its link shows its own token again"
        embedded.actors.migrate("y", proxy.address)
    assert sorted(info.id.name for info in other.node.actors.list()) == ["x", "y"]


def test_a_link_that_is_refused_is_in_the_log_once_and_so_is_that_it_is_back(embedded: Node, other: Other) -> None:
    spawn(embedded, "x", "y")
    first = other.node.tokens.create("first", role=Role.OPERATE)
    second = other.node.tokens.create("second", role=Role.OPERATE).secret
    embedded.actors.migrate("x", other.address, token=first.secret)
    other.node.tokens.revoke("first")

    def refused() -> int:
        entries = audited(other.node)
        return sum(entry["method"] == "Actors.Relay" and entry["outcome"] == "unauthenticated" for entry in entries)

    until(lambda: refused() > 3)
    embedded.actors.migrate("y", other.address, token=second)
    assert embedded.actors.ask("x", "add", "1").payload == "1"
    told = [line.message for line in embedded.logs() if "the link to" in line.message]
    assert len(told) == 2 and all(other.address in line for line in told), told
    assert "the token" in told[0] and "there again" in told[1]


def audited(node: Node) -> list[dict[str, str]]:
    log = Path(node.info().workspace) / "logs" / "audit.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def told(node: Node) -> list[tuple[str, str, str]]:
    return [(entry["method"], entry["subject"], entry["outcome"]) for entry in audited(node)]


def until(holds: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(200):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("it did not become so within 10 s")


def test_one_that_does_not_end_its_turn_is_not_moved(node: Node, other: Other) -> None:
    spawn(node, "x", "left")
    node.actors.suspend("left")
    node.actors.tell("x", "ask", "left get")
    with node.subscribe([Area.ACTORS]) as events:
        while node.actors.get("x").state is not ActorState.WAITING:
            events.get(0.05)
    with pytest.raises(Timeout, match=r"its turn in hand \(waiting\) did not end within 0.2 s"):
        node.actors.migrate("x", other.address, timeout=0.2)
    node.actors.resume("left")
    assert node.actors.ask("x", "get").payload == "0"


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("step", ["_ensure", "_pause", "_snapshot", "_send", "_commit"])
def test_whatever_fails_it_serves_on_as_it_was(
    embedded: Node, other: Other, monkeypatch: pytest.MonkeyPatch, step: str, durable: bool
) -> None:
    spawn(embedded, "x", durable=durable)
    embedded.actors.ask("x", "add", "2")
    embedded.actors.ask("x", "later", "300 soon")
    does = getattr(Departure, step)

    def fails(*arguments: object) -> None:
        does(*arguments)
        raise Unavailable(f"planted in {step}")

    with monkeypatch.context() as planted:
        planted.setattr(Departure, step, fails)
        with pytest.raises(Unavailable, match="planted in"):
            embedded.actors.migrate("x", other.address)
    assert other.node.actors.list() == []
    heard(embedded, "x", "rang")
    assert embedded.actors.ask("x", "add", "1").payload == "3"
    assert embedded.actors.migrate("x", other.address).timers == 0
    assert embedded.actors.ask("x", "add", "1").payload == "4" and embedded.actors.list() == []


def test_a_move_that_is_cancelled_leaves_it_here(node: Node, other: Other) -> None:
    spawn(node, "x")
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Conflict, match="cancelled"):
        node.actors.migrate("x", other.address, cancel=cancel)
    assert node.actors.ask("x", "add", "1").payload == "1" and other.node.actors.list() == []


def test_it_stays_in_its_tenant_and_namespace(embedded: Node, other: Other) -> None:
    spawn(embedded)
    assert isinstance(embedded, LocalNode) and isinstance(other.node, LocalNode)
    shop, theirs = embedded.scoped("shop", "till"), other.node.scoped("shop", "till")
    for name in ("x", "left"):
        shop.actors.spawn("traveller", options=SpawnOptions(name=name))
    shop.actors.migrate("x", other.address)
    assert [info.id.name for info in theirs.actors.list()] == ["x"] and other.node.actors.list() == []
    assert theirs.actors.ask("x", "ask", "left add").payload == "1"
    with pytest.raises(NotFound):
        embedded.actors.ask("x", "get")
    bound = other.node.tokens.create("mover", role=Role.OPERATE).secret
    with pytest.raises(Denied, match="bound to a tenant and a namespace, and the call names another"):
        shop.actors.migrate("left", other.address, token=bound)
    assert shop.actors.ask("left", "get").payload == "1"


DOOR = """
from plexspaces import GenFSM


class Door(GenFSM):
    def init(self, state):
        self.pushes = int(state or 0)

    def handle_transition(self, from_actor, message_type, payload):
        self.pushes += 1
        return "open" if self.pushes % 2 else "shut"

    def snapshot_state(self):
        return str(self.pushes)
"""


@pytest.mark.parametrize("durable", [False, True])
def test_the_state_of_a_machine_goes_along_and_so_does_one_that_sleeps(node: Node, other: Other, durable: bool) -> None:
    module = node.modules.deploy(DOOR.encode(), file_name="door.py")
    node.actors.spawn(module.hash, options=SpawnOptions(name="door", durable=durable))
    assert node.actors.ask("door", "push").state == "open"
    node.actors.passivate("door")
    node.actors.migrate("door", other.address)
    assert other.node.actors.get("door").fsm_state == "open"
    assert node.actors.ask("door", "push").state == "shut"


def test_two_ways_to_one_node_are_two_links(node: Node, other: Other) -> None:
    spawn(node, "x", "y", "left")
    with Proxy(other.address) as proxy:
        node.actors.migrate("x", other.address)
        node.actors.migrate("y", proxy.address)
        for number in ("1", "2", "3"):
            assert node.actors.ask("x", "add", "1").payload == number
            assert node.actors.ask("y", "add", "1").payload == number
            assert other.node.actors.ask("y", "ask", "left add").payload == number
        assert other.node.actors.ask("x", "ask", "y get").payload == "3", "it came from the same node"
