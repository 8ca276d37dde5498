"""What actors reach of the network: real servers on loopback, real sockets, and names that lie."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import servers
from servers import answer, serving

from workbench.api import Denied, Exhausted, Invalid, Timeout, Unavailable, parse_grant
from workbench.api.hosts import parse_url, target
from workbench.services.network import METHODS, Network
from workbench.services.network import Response as Answer
from workbench.services.pinned import Watch, checked
from workbench.wasm.holdings import Holdings


class Caller:
    """An actor with these grants before a network with this resolver."""

    def __init__(self, *grants: str, names: dict[str, Sequence[str]] | None = None) -> None:
        self.holdings = Holdings(map(parse_grant, grants))
        self.asked: list[str] = []
        self.names = names or {}
        self.network = Network(resolve=self.resolve)

    def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.names[host]

    def permits(self, target: str) -> bool:
        return self.holdings.permits("network", "", target)

    def check(self, target: str) -> None:
        if not self.permits(target):
            raise Denied(f"no grant covers {target}")

    def get(self, url: str, *, method: str = "GET", body: str = "", seconds: float = 10.0, **more: object) -> Answer:
        self.check(parse_url(url).target)
        headers = more.pop("headers", ())
        return self.network.request(
            method, url, headers, body, check=self.check, permits=self.permits, watch=Watch(seconds), **more  # type: ignore[arg-type]
        )  # fmt: skip


def test_a_request_is_answered_with_status_headers_and_body() -> None:
    with serving(answer(b"no", "404 Not Found", "X-One: 1")) as server:
        found = Caller("network/127.0.0.1").get(f"{server.url}/a?b=c", headers=(("X-Mine", "yes"),))
    assert (found.status, found.body) == (404, "no") and ("X-One", "1") in found.headers
    head = server.heads[0].decode()
    assert head.startswith("GET /a?b=c HTTP/1.1\r\n") and "X-Mine: yes" in head
    assert f"Host: 127.0.0.1:{server.port}" in head


def test_a_body_goes_out_and_bytes_come_back() -> None:
    with serving(answer(b"\xff\x00")) as server:
        found = Caller("network/127.0.0.1").get(server.url, method="POST", body="hällo")
    assert found.body == b"\xff\x00"
    assert b"Content-Length: 6\r\n" in server.heads[0] and server.heads[0].endswith("hällo".encode())


def test_the_surroundings_take_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer()) as server, serving(answer(b"the proxy")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert Caller("network/127.0.0.1").get(server.url).body == "fine"
        assert not proxy.heads
    assert b"uthorization" not in server.heads[0]


def test_a_redirect_is_followed_inside_of_what_is_granted_with_each_hop_checked() -> None:
    with serving(answer(b"there")) as last, serving(servers.redirect(f"http://127.0.0.1:{last.port}/x")) as first:
        granted = Caller(f"network/127.0.0.1:{first.port}", f"network/127.0.0.1:{last.port}")
        assert granted.get(first.url).body == "there"
        with pytest.raises(Denied, match=f"127.0.0.1:{last.port}"):
            Caller(f"network/127.0.0.1:{first.port}").get(first.url)
    assert len(last.heads) == 1, "who may not go there has not gone there"


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:1/", "http://localhost:1/", "//localhost:1/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/"],
)
def test_a_redirect_to_this_machine_is_denied(location: str) -> None:
    with serving(servers.redirect(location)) as server, pytest.raises(Denied):
        Caller(f"network/127.0.0.1:{server.port}").get(server.url)


@pytest.mark.parametrize(
    "location",
    [
        *("http://2130706433/", "http://0x7f.1/", "http://017700000001/", "http://127.1/"),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pw@127.0.0.1/"),
    ],
)
def test_a_redirect_to_a_disguise_is_no_url(location: str) -> None:
    with serving(servers.redirect(location)) as server, pytest.raises(Invalid):
        Caller(f"network/127.0.0.1:{server.port}").get(server.url)


def test_a_circle_of_redirects_ends_and_a_post_becomes_a_get() -> None:
    with serving(servers.redirect("/again")) as server, pytest.raises(Unavailable, match="more than 5 redirects"):
        Caller("network/127.0.0.1").get(server.url, method="POST", body="x")
    assert [head.split(b" ")[0] for head in server.heads] == [b"POST", *[b"GET"] * 5]


def test_secrets_stay_with_the_host_that_they_were_meant_for() -> None:
    secret = (("Authorization", "Bearer x"), ("X-Plain", "y"))
    with serving(answer()) as last, serving(servers.redirect(f"http://localhost:{last.port}/")) as first:
        caller = Caller("network/127.0.0.1", "network/localhost", names={"localhost": ["127.0.0.1"]})
        caller.get(first.url, headers=secret)
    assert b"Bearer x" in first.heads[0]
    assert b"Bearer x" not in last.heads[0] and b"X-Plain: y" in last.heads[0]


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked() -> None:
    """DNS rebinding: the second answer would be loopback, and nobody asks for it."""
    with serving(answer()) as server:
        answers = iter([["127.0.0.1"], ["203.0.113.1"]])
        caller = Caller("network/rebinding.example", f"network/127.0.0.1:{server.port}")
        caller.network = Network(resolve=lambda _host, _port: next(answers))
        assert caller.get(f"http://rebinding.example:{server.port}/").body == "fine"
        assert f"Host: rebinding.example:{server.port}".encode() in server.heads[0]
        assert list(answers) == [["203.0.113.1"]], "it was asked once"


def test_the_second_answer_of_a_name_is_checked_like_the_first() -> None:
    """Each request resolves anew: what was allowed before helps nobody."""
    with serving(answer(b"secret")) as server:
        answers = iter([["127.0.0.1"], ["::1"], ["127.0.0.2"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"]])
        caller = Caller("network/rebinding.example", f"network/127.0.0.1:{server.port}")
        caller.network = Network(resolve=lambda _host, _port: next(answers))
        url = f"http://rebinding.example:{server.port}/"
        assert caller.get(url).body == "secret"
        for _ in range(4):
            with pytest.raises(Denied):
                caller.get(url)
    assert len(server.heads) == 1


SPECIAL = [
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1"),
    *(
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "::7f00:1",
    ),
]


@pytest.mark.parametrize("address", SPECIAL)
def test_a_name_leads_to_special_ranges_only_when_the_address_itself_is_granted(address: str) -> None:
    name = "intranet.example"
    caller = Caller(f"network/{name}", names={name: ["8.8.8.8", address]})
    with pytest.raises(Denied, match="--grant network/"):
        checked(name, 80, permits=caller.permits, resolve=caller.resolve, watch=Watch(5))
    bracketed = f"[{address}]" if ":" in address else address
    caller = Caller(f"network/{name}", f"network/{bracketed}:80", names={name: ["8.8.8.8", address]})
    assert len(checked(name, 80, permits=caller.permits, resolve=caller.resolve, watch=Watch(5))) == 2
    with pytest.raises(Denied):
        checked(name, 81, permits=caller.permits, resolve=caller.resolve, watch=Watch(5))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_name_leads_to_public_addresses(address: str) -> None:
    caller = Caller("network/a.example", names={"a.example": [address]})
    assert checked("a.example", 80, permits=caller.permits, resolve=caller.resolve, watch=Watch(5))


def test_the_name_localhost_is_this_machine_and_nothing_else() -> None:
    caller = Caller("network/localhost", names={"localhost": ["127.0.0.1", "::1"]})
    assert checked("localhost", 80, permits=caller.permits, resolve=caller.resolve, watch=Watch(5)) == [
        "127.0.0.1",
        "::1",
    ]
    caller.names["localhost"] = ["127.0.0.1", "10.0.0.1"]
    with pytest.raises(Denied):
        checked("localhost", 80, permits=caller.permits, resolve=caller.resolve, watch=Watch(5))


def test_a_body_without_end_is_cut_off_and_so_is_a_header() -> None:
    caller = Caller("network/127.0.0.1")
    with serving(servers.endless) as server, pytest.raises(Exhausted, match="up to 1,000,000 are taken"):
        caller.get(server.url, text_bytes=1_000_000)
    with serving(servers.huge_header) as server, pytest.raises(Unavailable, match="failed"):
        caller.get(server.url)
    with serving(answer(b"\xff" * 2_000)) as server, pytest.raises(Exhausted, match="which is no text"):
        caller.get(server.url, binary_bytes=1_000)
    with pytest.raises(Exhausted, match="the body of the request"):
        caller.get(server.url, method="POST", body="x" * (8 << 20) + "x")


def test_a_slow_drip_does_not_outlive_the_deadline() -> None:
    ended = threading.Event()
    with serving(servers.drip(ended)) as server:
        started = time.monotonic()
        with pytest.raises(Timeout, match=r"took longer than 0.3 s"):
            Caller("network/127.0.0.1").get(server.url, seconds=0.3)
        assert time.monotonic() - started < 2
        ended.set()


def test_a_resolver_that_hangs_does_not_outlive_the_deadline() -> None:
    ended = threading.Event()
    caller = Caller("network/slow.example")
    caller.network = Network(resolve=lambda _host, _port: ["8.8.8.8"] if ended.wait(30) else [])
    with pytest.raises(Timeout, match=r"finding slow.example took longer than 0\.2 s"):
        caller.get("http://slow.example/", seconds=0.2)
    ended.set()


def test_a_wait_is_ended_from_another_thread() -> None:
    ended, watch = threading.Event(), Watch(30)
    with serving(servers.drip(ended)) as server:
        caller = Caller("network/127.0.0.1")
        threading.Timer(0.2, watch.stop).start()
        with pytest.raises(Unavailable):
            caller.network.request("GET", server.url, (), "", check=caller.check, permits=caller.permits, watch=watch)
        ended.set()


def test_what_is_no_http_and_where_nobody_listens_is_unavailable() -> None:
    caller = Caller("network/127.0.0.1")
    nonsense: servers.Speak = lambda connection, _head: connection.sendall(b"\0\xff nonsense\r\n\r\n")  # noqa: E731
    with serving(nonsense) as server, pytest.raises(Unavailable, match="failed"):
        caller.get(server.url)
    with pytest.raises(Unavailable, match="cannot be reached"):
        caller.get(server.url)
    with serving(answer(), raw=True) as server, pytest.raises(Unavailable, match="failed"):
        caller.get(f"https://127.0.0.1:{server.port}/")


@pytest.mark.parametrize(
    "headers",
    [
        (("Host", "other"),), (("Content-Length", "5"),), (("Transfer-Encoding", "chunked"),), (("a b", "x"),),
        (("", "x"),), (("X", "a\r\nInjected: yes"),), (("X", "\0"),), (("X", "\u20ac"),), (("X", "x" * 20_000),),
        tuple((f"X-{number}", "") for number in range(101)),
    ],
)  # fmt: skip
def test_a_header_that_would_be_more_than_a_header_is_refused(headers: tuple[tuple[str, str], ...]) -> None:
    with serving(answer()) as server, pytest.raises(Invalid):
        Caller("network/127.0.0.1").get(server.url, headers=headers)
    assert not server.heads


@pytest.mark.parametrize("url", ["", "example.org", "http:///x", "http://a b/", "http://a/\r\nX: y", "http://ü/",
                                 "http://a\\@b/", "ftp://a/", "http://a@b/", "http://a:99999/", "http://[::1/",
                                 "http://a/" + "x" * 9_000, "http://\ud800/", "http://*/", "http://../"])  # fmt: skip
def test_what_is_no_url_is_invalid(url: str) -> None:
    with pytest.raises(Invalid):
        parse_url(url)


def test_only_the_methods_of_requests_are_sent() -> None:
    with pytest.raises(Invalid, match="no method"):
        Caller("network/127.0.0.1").get("http://127.0.0.1:1/", method="CONNECT")
    assert "CONNECT" not in METHODS and "TRACE" not in METHODS


def test_a_connection_sends_receives_and_sees_the_end() -> None:
    def echo(connection: object, _head: bytes) -> None:
        while data := connection.recv(100):  # type: ignore[attr-defined]
            connection.sendall(data.upper())  # type: ignore[attr-defined]
            if data == b"bye":
                return

    caller = Caller("network/127.0.0.1")
    with serving(echo, raw=True) as server:
        connection = caller.network.connect(server.host, server.port, permits=caller.permits, watch=Watch(5))
        assert connection.target == target("127.0.0.1", server.port)
        connection.send(b"hello", Watch(5))
        assert connection.receive(100, Watch(5)) == b"HELLO"
        with pytest.raises(Timeout, match=r"took longer than 0.1 s"):
            connection.receive(100, Watch(0.1))
        connection.send(b"bye", Watch(5))
        assert (connection.receive(2, Watch(5)), connection.receive(9, Watch(5))) == (b"BY", b"E")
        assert connection.receive(9, Watch(5)) == b""
        connection.close()
        connection.close()
        with pytest.raises(Unavailable):
            connection.send(b"x", Watch(5))


PEM = Path(__file__).parent / "secure_example.pem"
"""A certificate for secure.example that signs itself, and its key; it protects nothing."""


def secured(connection: socket.socket, _head: bytes) -> None:
    """A server that speaks TLS and says by which name it was called."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    called: list[str] = []
    context.sni_callback = lambda _socket, name, _context: called.append(str(name))
    with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as wrapped:
        wrapped.recv(65_536)
        answer(called[0].encode())(wrapped, b"")


def test_a_certificate_is_verified_for_the_name_although_the_address_is_pinned() -> None:
    names = {"secure.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    caller = Caller("network/secure.example", "network/other.example", "network/127.0.0.1", names=names)
    with serving(secured, raw=True) as server:
        with pytest.raises(Unavailable, match="certificate verify failed"):
            caller.get(f"https://secure.example:{server.port}/")
        caller.network = Network(resolve=caller.resolve, tls=ssl.create_default_context(cafile=PEM))
        assert caller.get(f"https://secure.example:{server.port}/").body == "secure.example"
        for other in ("other.example", "127.0.0.1"):
            with pytest.raises(Unavailable, match="certificate verify failed"):
                caller.get(f"https://{other}:{server.port}/")
