"""`http` and `socket` in real actors: through the SDK, the sandbox and the gate to real servers on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import servers
from servers import answer, serving

import workbench
from workbench.api import Crashed, Evidence, Node, SpawnOptions

CALLER = """
from plexspaces import GenServer, HostError, http, socket

class Caller(GenServer):
    def init(self, state):
        self.open = []
    def snapshot_state(self):
        return ""
    def handle_request(self, from_actor, message_type, payload):
        try:
            return str(getattr(self, message_type)(payload))
        except HostError as error:
            return f"{error.code}: {error}"
    def get(self, payload):
        found = http.get(payload, headers={"X-Mine": "yes"})
        return f"{found.status} {found.text[:100]} {found.header('x-theirs')}"
    def post(self, payload):
        url, _, body = payload.partition(" ")
        return http.post(url, body.encode()).text
    def hurried(self, payload):
        return http.get(payload, timeout_ms=200).text
    def connect(self, payload):
        host, _, port = payload.rpartition(":")
        self.open.append(socket.connect(host, int(port)))
        return len(self.open)
    def say(self, payload):
        self.open[0].send(payload.encode())
        return self.open[0].receive().decode()
    def end(self, payload):
        while self.open:
            self.open.pop().close()
        return "closed"
    def many(self, payload):
        for _ in range(20):
            self.connect(payload)
    def die(self, payload):
        raise ValueError("asked to")
"""


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(CALLER.encode(), file_name="caller.py", alias="caller")
        yield found


@pytest.fixture
def caller(node: Node) -> Iterator[str]:
    yield node.actors.spawn("caller", options=SpawnOptions(name="c")).id.name
    node.actors.stop("c")


def asked(node: Node, message_type: str, payload: str = "") -> str:
    return str(node.actors.ask("c", message_type, payload).payload)


def evidence(node: Node) -> Evidence:
    return next(row for row in node.capabilities.evidence("c") if row.capability == "network")


def shout(connection: object, _head: bytes) -> None:
    while data := connection.recv(100):  # type: ignore[attr-defined]
        connection.sendall(data.upper())  # type: ignore[attr-defined]


def test_an_actor_asks_a_granted_server_and_no_other(node: Node, caller: str) -> None:
    with serving(answer(b"hello", "200 OK", "X-Theirs: too")) as server:
        assert f"grant it with --grant network/127.0.0.1:{server.port}" in asked(node, "get", server.url)
        assert not server.heads
        node.capabilities.grant(caller, f"network/127.0.0.1:{server.port}")
        assert asked(node, "get", f"{server.url}/x") == "200 hello too"
        assert asked(node, "post", f"{server.url} body") == "hello"
        assert b"X-Mine: yes" in server.heads[0] and server.heads[1].endswith(b"body")
        assert "holds for" in asked(node, "get", f"http://localhost:{server.port}/")
        assert asked(node, "get", "http://[::ffff:7f00:1]:1/").startswith("denied")
        assert asked(node, "get", "nonsense").startswith("invalid")
        node.capabilities.revoke(caller, f"network/127.0.0.1:{server.port}")
        assert asked(node, "get", server.url).startswith("denied")
    found = evidence(node)
    assert (found.required, found.used, found.denied) == (True, 2, 4)


def test_redirects_to_this_machine_reach_nothing(node: Node, caller: str) -> None:
    with serving(answer(b"secret")) as inner:
        for location in (f"http://127.0.0.1:{inner.port}", f"http://localhost:{inner.port}", f"//[::1]:{inner.port}"):
            with serving(servers.redirect(location)) as outer:
                node.capabilities.grant(caller, f"network/127.0.0.1:{outer.port}")
                assert asked(node, "get", outer.url).startswith("denied: http.request on"), location
    assert not inner.heads and evidence(node).denied == 3


def test_a_name_that_turns_to_this_machine_is_denied_and_counted(node: Node, caller: str) -> None:
    network = node._machine.network  # type: ignore[attr-defined]
    genuine, answers = network._resolve, iter([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]])
    network._resolve = lambda _host, _port: next(answers)
    try:
        with serving(answer(b"secret")) as server:
            node.capabilities.grant(caller, "network/rebinding.example")
            url = f"http://rebinding.example:{server.port}/"
            assert "leads to an address of this machine" in asked(node, "get", url)
            node.capabilities.grant(caller, f"network/127.0.0.1:{server.port}")
            assert asked(node, "get", url).startswith("200 secret"), "granted by that very address"
            assert asked(node, "get", url).startswith("denied") and "10.0.0.1" not in asked(node, "get", "x")
            assert len(server.heads) == 1
    finally:
        network._resolve = genuine
    assert evidence(node).denied == 2


def test_hostile_servers_end_in_an_error_and_the_actor_lives_on(node: Node, caller: str) -> None:
    node.capabilities.grant(caller, "network/127.0.0.1")
    ended = threading.Event()
    with serving(servers.endless) as server:
        assert "exhausted: size" in asked(node, "get", server.url)
    with serving(servers.huge_header) as server:
        assert asked(node, "get", server.url).startswith("unavailable")
    with serving(servers.drip(ended)) as server:
        assert asked(node, "hurried", server.url).startswith("timeout")
        ended.set()
    with serving(answer(b"fine")) as server:
        assert asked(node, "get", server.url) == "200 fine None"


def test_connections_belong_to_the_instance(node: Node, caller: str) -> None:
    with serving(shout, raw=True) as server:
        place = f"{server.host}:{server.port}"
        assert asked(node, "connect", place).startswith("denied")
        node.capabilities.grant(caller, f"network/{place}")
        assert (asked(node, "connect", place), asked(node, "say", "hello")) == ("1", "HELLO")
        node.capabilities.revoke(caller, f"network/{place}")
        assert asked(node, "say", "still?").startswith("denied"), "each call looks at its host again"
        node.capabilities.grant(caller, f"network/{place}")
        assert asked(node, "say", "again") == "AGAIN"
        assert asked(node, "end") == "closed"
        assert asked(node, "many", place).startswith("exhausted: c has 16 connections open already")
        held = node._machine.system.find(node._actors.id_of("c")).body.instance.world  # type: ignore[attr-defined]
        assert len(held.connections) == 16
        with pytest.raises(Crashed):
            node.actors.ask(caller, "die")
        assert not held.connections, "closed with the instance"
        node.actors.restart(caller)
        assert asked(node, "connect", place) == "1"


def test_a_kill_ends_a_wait_for_the_network(node: Node, caller: str) -> None:
    node.capabilities.grant(caller, "network/127.0.0.1")
    ended, outcome = threading.Event(), []

    def wait() -> None:
        try:
            node.actors.ask(caller, "get", server.url)
        except Crashed as error:
            outcome.append(str(error))

    with serving(servers.drip(ended)) as server:
        thread = threading.Thread(target=wait)
        thread.start()
        while not server.heads:
            thread.join(0.01)
        node.actors.kill(caller)
        thread.join(5)
        ended.set()
    assert outcome and "killed" in outcome[0]
