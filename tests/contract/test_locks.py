"""Locks, from either end and from inside actors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import workbench
from workbench.api import (
    Area,
    Conflict,
    Invalid,
    Lock,
    Node,
    NotFound,
    SpawnOptions,
    Timeout,
    WorkbenchError,
)
from workbench.api.locks import LARGEST_LEASE_MS

USER = '''
from plexspaces import GenServer, HostError, locks


class User(GenServer):
    """Calls `locks` as it is told; what it was given it keeps under its name."""

    def init(self, state):
        self.held = {}

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "crash":
            raise RuntimeError("this kills it")
        try:
            found = eval(payload, {"l": locks, "held": self.held, "Lock": locks.Lock})
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
        if isinstance(found, locks.Lock):
            self.held[found.name] = found
            return f"{found.name} {found.holder or 'outside'} {found.version}"
        return repr(found)
'''


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every lock."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return spawn(node, "user")


def spawn(node: Node, name: str) -> str:
    return node.actors.spawn("user", options=SpawnOptions(name=name, grants=("locks",))).id.name


def call(node: Node, actor: str, expression: str) -> str:
    return str(node.actors.ask(actor, "call", expression).payload)


class Waiting:
    """A call on a thread of its own that waits for a lock."""

    def __init__(self, node: Node, job: Callable[[], object]) -> None:
        self.got: object = None
        before = {waiter.id for waiter in node.locks.waiters()}
        self._thread = threading.Thread(target=self._run, args=(job,))
        self._thread.start()
        with node.subscribe([Area.LOCKS]) as events:
            while not {waiter.id for waiter in node.locks.waiters()} - before:
                events.get(0.1)

    def _run(self, job: Callable[[], object]) -> None:
        try:
            self.got = job()
        except WorkbenchError as error:
            self.got = error

    def result(self) -> object:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.got


def waiting(node: Node, holder: str, cancel: threading.Event | None = None) -> Waiting:
    return Waiting(node, lambda: node.locks.acquire("a", timeout=30.0, holder=holder, cancel=cancel))


def test_a_lock_is_acquired_renewed_released_and_its_version_grows(node: Node) -> None:
    locks = node.locks
    first = locks.acquire("a", lease_ms=60_000, holder="me")
    assert (first.name, first.holder, first.outside) == ("a", "me", True)
    assert first.expires - first.since == pytest.approx(60)
    assert locks.get("a") == first and locks.list() == [first] and locks.try_acquire("a", holder="you") is None
    longer = locks.renew("a", first.version, lease_ms=120_000, holder="me")
    assert longer.version == first.version and longer.expires > first.expires
    locks.release("a", first.version, holder="me")
    assert locks.get("a") is None and not locks.list()
    second = locks.try_acquire("a", holder="you")
    assert second is not None and second.version > first.version
    other = locks.acquire("b", holder="you")
    assert [each.name for each in locks.list()] == ["a", "b"] and locks.list("b") == [other]
    assert locks.list(after="a", limit=1) == [other] and not locks.list(after="z")
    assert [(change.change, change.holder) for change in locks.history("a")] == [
        ("acquired", "me"), ("renewed", "me"), ("released", "me"), ("acquired", "you")
    ]  # fmt: skip
    assert [change.name for change in locks.history(limit=1)] == ["b"]


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("acquire", ("b",), {}, Invalid, "give holder"),
        ("acquire", ("b",), {"lease_ms": 0}, Invalid, "a lease is 1 to 86,400,000 ms, not 0"),
        ("acquire", ("b",), {"lease_ms": -1}, Invalid, "not -1"),
        ("acquire", ("b",), {"lease_ms": LARGEST_LEASE_MS + 1}, Invalid, "a lease is 1 to"),
        ("acquire", ("b",), {"lease_ms": 1 << 62}, Invalid, "a lease is 1 to"),
        ("acquire", ("",), {}, Invalid, "the name of a lock has 1 to 1,024 bytes, this one has 0"),
        ("acquire", ("ü" * 600,), {}, Invalid, "this one has 1,200"),
        ("acquire", ("b",), {"holder": "ü" * 600}, Invalid, "the name of a holder"),
        ("acquire", ("b",), {"timeout": -1.0}, Invalid, "a timeout is 0"),
        ("acquire", ("a",), {"holder": "me"}, Conflict, "session 'me' holds lock 'a' already"),
        ("acquire", ("a",), {"holder": "you", "timeout": 0.0}, Timeout, "within 0 s: session 'me' holds it in version"),
        ("try_acquire", ("a",), {"holder": "me"}, Conflict, "holds lock 'a' already, in version"),
        ("renew", ("a", 0), {"holder": "me"}, Conflict, "no longer held in version 0: session 'me' has version"),
        ("renew", ("b", 1), {"holder": "me"}, Conflict, "lock 'b' is no longer held in version 1: its lease is over"),
        ("renew", ("a", 1), {"holder": "you"}, Conflict, "lock 'a' is held by session 'me', not by session 'you'"),
        ("renew", ("a", 1), {"holder": "me", "lease_ms": 0}, Invalid, "a lease is 1 to"),
        ("release", ("a", 1), {"holder": "you"}, Conflict, "is held by session 'me'"),
        ("release", ("a", 7), {"holder": "me"}, Conflict, "no longer held in version 7"),
        ("release", ("b", 1), {"holder": "me"}, Conflict, "no longer held in version 1"),
        ("force", ("b",), {}, NotFound, "nobody holds lock 'b'"),
        ("list", (), {"limit": 0}, Invalid, "a limit is 1 to 100,000"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node, function: str, arguments: tuple[object, ...], options: dict[str, object], error: type[WorkbenchError],
    says: str,
) -> None:  # fmt: skip
    assert node.locks.acquire("a", lease_ms=60_000, holder="me").version == 1
    before = node.locks.list()
    if function == "acquire" and "holder" not in options and says != "give holder":
        options = {**options, "holder": "me"}
    with pytest.raises(error, match=says) as raised:
        getattr(node.locks, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert node.locks.list() == before and not node.locks.waiters()


def test_who_waits_is_served_in_order_and_is_seen(node: Node) -> None:
    held = node.locks.acquire("a", lease_ms=60_000, holder="first")
    second, third = waiting(node, "second"), waiting(node, "third")
    assert [(waiter.name, waiter.holder) for waiter in node.locks.waiters("a")] == [("a", "second"), ("a", "third")]
    assert not node.locks.waiters("b")
    with pytest.raises(Conflict, match="session 'third' waits for lock 'a' already"):
        node.locks.acquire("a", holder="third")
    assert node.locks.try_acquire("a", holder="fourth") is None
    node.locks.release("a", held.version, holder="first")
    got = second.result()
    assert isinstance(got, Lock) and got.holder == "second" and got.version > held.version
    assert node.locks.get("a") == got and [waiter.holder for waiter in node.locks.waiters()] == ["third"]
    assert node.locks.force("a") == got
    last = third.result()
    assert isinstance(last, Lock) and last.version > got.version and not node.locks.waiters()


def test_who_cancels_or_is_out_of_time_holds_nothing(node: Node) -> None:
    held = node.locks.acquire("a", lease_ms=60_000, holder="first")
    cancel = threading.Event()
    cancelled, following = waiting(node, "second", cancel), waiting(node, "third")
    cancel.set()
    assert isinstance(cancelled.result(), Conflict)
    with pytest.raises(Timeout, match=r"lock 'a' was not to be had within 0.01 s: session 'first' holds it in version"):
        node.locks.acquire("a", timeout=0.01, holder="fourth")
    node.locks.release("a", held.version, holder="first")
    got = following.result()
    assert isinstance(got, Lock) and got.holder == "third"
    with node.subscribe([Area.LOCKS]) as events:
        while node.locks.waiters():  # over gRPC the node learns of it a little later
            events.get(0.1)


def test_names_are_data(node: Node) -> None:
    names = ["a\0b", "a", "a:b", "../x", "*", "'\"", "ü\u202e", "a@b", " "]
    versions = {name: node.locks.acquire(name, lease_ms=60_000, holder=name).version for name in names}
    assert [lock.name for lock in node.locks.list()] == sorted(names) and len(set(versions.values())) == len(names)
    for name, version in versions.items():
        node.locks.release(name, version, holder=name)
    assert not node.locks.list()


def test_an_actor_holds_a_lock_by_its_own_name(node: Node, user: str) -> None:
    assert call(node, user, "l.acquire('a', lease_ms=60000)") == "a user@local 1"
    held = node.locks.get("a")
    assert held is not None and (held.holder, held.outside) == ("user", False)
    with pytest.raises(Conflict, match="is held by actor 'user', not by session 'user'"):
        node.locks.release("a", 1, holder="user")
    assert node.locks.try_acquire("a", holder="user") is None, "a session of the same name is somebody else"
    assert call(node, user, "l.acquire('a')").startswith("conflict: actor 'user' holds lock 'a' already")
    assert call(node, user, "l.renew(held['a'], lease_ms=90000)") == "a user@local 1"
    assert call(node, user, "l.release(Lock('a', '', 9, 0))").startswith("conflict: lock 'a' is no longer held in ver")
    assert call(node, user, "l.try_acquire('b', lease_ms=0)").startswith("invalid: a lease is 1 to")
    assert call(node, user, "l.acquire('b', lease_ms=2**63)").startswith("invalid: a lease is 1 to")
    assert call(node, user, "l.release(held['a'])") == "None" and call(node, user, "l.get('a')") == "None"
    node.locks.acquire("a", lease_ms=60_000, holder="me")
    assert call(node, user, "l.get('a')") == "a outside 2" and call(node, user, "l.try_acquire('a')") == "None"
    assert call(node, user, "l.acquire('a', timeout_ms=1)").startswith("timeout: lock 'a' was not to be had within")
    assert call(node, user, "[1 for lock in [l.held('c')] if lock.__enter__() and not lock.__exit__(*[None] * 3)]") == (
        "[1]"
    )
    assert not node.locks.list("c")


@pytest.mark.parametrize("end", ["crash", "kill", "stop"])
def test_the_locks_of_an_actor_that_ends_are_free_and_go_to_who_waits(node: Node, user: str, end: str) -> None:
    for name in ("a", "b"):
        call(node, user, f"l.acquire('{name}', lease_ms=60000)")
    following = waiting(node, "next")
    if end == "crash":
        with pytest.raises(WorkbenchError):
            node.actors.ask(user, "crash")
    else:
        getattr(node.actors, end)(user)
    got = following.result()
    assert isinstance(got, Lock) and got.version > 2
    assert [lock.name for lock in node.locks.list()] == ["a"]
    assert [change.change for change in node.locks.history("b")] == ["acquired", "ended"]


BORN = """
from plexspaces import GenServer, keyvalue, locks


class Born(GenServer):
    def init(self, state):
        locks.acquire("birth", lease_ms=60_000)
        if keyvalue.exists("die"):
            raise RuntimeError("it cannot live")

    def handle_request(self, from_actor, message_type, payload):
        return ""
"""


def test_what_an_actor_took_while_it_was_born_is_free_when_that_fails(node: Node) -> None:
    node.modules.deploy(BORN.encode(), file_name="born.py", alias="born")
    node.actors.spawn("born", options=SpawnOptions(name="born", grants=("locks", "keyvalue")))
    assert [lock.holder for lock in node.locks.list()] == ["born"]
    node.actors.kill("born")
    node.keyvalue.put("die", "x")
    for birth in (
        lambda: node.actors.restart("born"),
        lambda: node.actors.spawn("born", options=SpawnOptions(name="other", grants=("locks", "keyvalue"))),
    ):
        with pytest.raises(WorkbenchError, match="it cannot live"):
            birth()
        assert not node.locks.list()
    assert [change.change for change in node.locks.history("birth")] == ["acquired", "ended"] * 3


def test_an_actor_that_waits_holds_nobody_up_and_one_that_is_killed_gets_nothing(node: Node, user: str) -> None:
    other = spawn(node, "other")
    held = node.locks.acquire("a", lease_ms=60_000, holder="me")
    killed = Waiting(node, lambda: call(node, user, "l.acquire('a', timeout_ms=25000)"))
    served = Waiting(node, lambda: call(node, other, "l.acquire('a', timeout_ms=25000)"))
    assert [(waiter.holder, waiter.outside) for waiter in node.locks.waiters()] == [("user", False), ("other", False)]
    info = node.actors.get(user)
    assert (info.state, info.waiting_for) == ("waiting", "acquire 'a'")
    node.actors.kill(user)
    assert isinstance(killed.result(), WorkbenchError)
    node.locks.release("a", held.version, holder="me")
    assert served.result() == f"a other@local {held.version + 1}" and not node.locks.waiters()


def test_a_wait_beyond_what_the_limits_allow_ends_in_timeout(node: Node, user: str) -> None:
    node.locks.acquire("a", lease_ms=60_000, holder="me")
    node.actors.set_limits(user, replace(node.actors.get(user).limits, wait_ms=20))
    said = call(node, user, "l.acquire('a', timeout_ms=60000)")
    assert said.startswith("timeout: user waited 0.02 s to acquire 'a'") and not node.locks.waiters()


def test_one_leads_until_it_ends(node: Node, user: str) -> None:
    other = spawn(node, "other")
    assert call(node, user, "l.leader('shop', lease_ms=60000)") == "shop user@local 1"
    assert call(node, other, "l.leader('shop')") == "None"
    assert call(node, user, "l.leader('shop', lease_ms=60000)") == "shop user@local 1"
    node.actors.stop(user)
    assert call(node, other, "l.leader('shop')") == "shop other@local 2"
    node.locks.force("shop")
    assert call(node, other, "l.leader('shop')") == "shop other@local 3"


def test_a_lease_ends_by_itself_and_an_event_says_so(node: Node) -> None:
    with node.subscribe([Area.LOCKS]) as events:
        node.locks.acquire("soon", lease_ms=30, holder="me")
        told = [event for event in events.get(10.0) if event.kind == "locks.expired"]
        while not told:
            told = [event for event in events.get(10.0) if event.kind == "locks.expired"]
    assert (told[0].subject, told[0].text) == ("soon", "session 'me' held it in version 1")
    assert node.locks.get("soon") is None and node.locks.history()[-1].change == "expired"


def test_locks_outlive_the_node_with_their_lease_and_versions_go_on(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
        spawn(node, "user")
        call(node, "user", "l.acquire('of an actor', lease_ms=60000)")
        node.locks.acquire("stays", lease_ms=60_000, holder="me")
        node.locks.acquire("soon", lease_ms=1, holder="me")
        gone = node.locks.acquire("gone", holder="me")
        node.locks.release("gone", gone.version, holder="me")
        before = [lock for lock in node.locks.list() if lock.name != "soon"]
        assert [lock.name for lock in before] == ["of an actor", "stays"]
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.locks.list() == before
        assert node.locks.acquire("gone", holder="you").version == gone.version + 1
        node.locks.release("stays", before[1].version, holder="me")
