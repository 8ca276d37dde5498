"""The tuple space, from either end and from inside an actor."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.api import ANY, Area, Conflict, Invalid, Node, NotFound, SpawnOptions, WorkbenchError, where
from workbench.api.keyvalue import LARGEST_TTL_MS
from workbench.api.limits import profile

USER = '''
import json

from plexspaces import GenServer, HostError, tuplespace
from plexspaces.tuplespace import ANY, where


class User(GenServer):
    """Calls `tuplespace` as it is told, and remembers the tuples it was told of."""

    def init(self, state):
        self.heard = []

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "heard":
            return json.dumps(self.heard)
        if message_type == "tuple-written":
            self.heard.append(json.loads(payload))
            return ""
        try:
            return repr(eval(payload, {"t": tuplespace, "ANY": ANY, "where": where}))
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
'''
EVERY = ("text\0ü", 7, -1.5, b"\0\xff", True, None, math.inf)


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every tuple."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return node.actors.spawn("user", options=SpawnOptions(name="user")).id.name


def call(node: Node, actor: str, expression: str) -> object:
    reply = str(node.actors.ask(actor, "call", expression).payload)
    try:
        return eval(reply, {"inf": math.inf})
    except (SyntaxError, NameError):
        return reply


class Waiting:
    """A call that waits, on a thread of its own."""

    def __init__(self, node: Node, kind: str, pattern: object, *, cancel: threading.Event | None = None) -> None:
        self.got: object = None
        before = {waiter.id for waiter in node.tuplespace.waiters()}
        self._thread = threading.Thread(target=self._run, args=(getattr(node.tuplespace, kind), pattern, cancel))
        self._thread.start()
        with node.subscribe([Area.TUPLESPACE]) as events:
            while not {waiter.id for waiter in node.tuplespace.waiters()} - before:
                events.get(0.1)

    def _run(self, wait: object, pattern: object, cancel: threading.Event | None) -> None:
        try:
            self.got = wait(pattern, timeout=30.0, cancel=cancel)  # type: ignore[operator]
        except WorkbenchError as error:
            self.got = error

    def result(self) -> object:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.got


def test_a_tuple_is_written_read_counted_and_taken(node: Node) -> None:
    space = node.tuplespace
    first, second = space.write(("order", 1)), space.write(("order", 2), ttl_ms=60_000)
    space.write(EVERY)
    space.write(("order", 1))
    assert second > first
    assert space.read(("order", int)) == ("order", 1) and space.read(("order", 3)) is None
    assert space.count(("order", ANY)) == 3 and space.count((ANY, 1.0)) == 0
    assert space.read_all(("order", int), limit=2) == [("order", 1), ("order", 2)]
    assert space.take((ANY,) * 7) == EVERY and space.take((ANY,) * 7) is None
    assert space.take(("order", where(">", 1))) == ("order", 2)
    assert [space.take(("order", 1)) for _ in range(3)] == [("order", 1), ("order", 1), None]


def test_what_is_known_of_tuples_is_listed_by_pattern_and_page(node: Node) -> None:
    space = node.tuplespace
    ids = [space.write(("n", number), ttl_ms=60_000 if number else None) for number in range(3)]
    space.write((1.5, b"x"))
    assert [entry.id for entry in space.list(("n", int))] == ids
    assert [entry.fields for entry in space.list(limit=2, after=ids[1])] == [("n", 2), (1.5, b"x")]
    entry = space.list(limit=1)[0]
    assert (entry.fields, entry.size_bytes, entry.expires, entry.author) == (("n", 0), 9, None, "")
    assert (space.list()[1].expires or 0) > entry.written
    shapes = [(shape.kinds, shape.count, shape.size_bytes) for shape in space.shapes()]
    assert shapes == [(("text", "int"), 3, 27), (("float", "bytes"), 1, 9)]
    assert space.shapes()[0].oldest == entry.written
    assert space.remove(ids[1]) and not space.remove(ids[1])
    changes = [(change.change, change.id) for change in space.history(("n", int))]
    assert changes == [*(("written", number) for number in ids), ("removed", ids[1])]
    assert [change.change for change in space.history(limit=2)] == ["written", "removed"]


def test_a_tuple_is_swapped_once_and_the_new_one_is_the_youngest(node: Node) -> None:
    space = node.tuplespace
    space.write(("lock", "free"))
    space.write(("lock", "other"))
    assert space.compare_and_swap(("lock", "free"), ("lock", "mine"))
    assert not space.compare_and_swap(("lock", "free"), ("lock", "yours"))
    assert not space.compare_and_swap((1.0,), (2,))
    assert space.read_all(("lock", ANY)) == [("lock", "other"), ("lock", "mine")]
    assert [change.change for change in space.history()][-2:] == ["replaced", "written"]


def test_a_large_tuple_is_kept_whole_and_its_history_short(node: Node) -> None:
    node.tuplespace.write(("x" * 60_000, b"y" * 5_000))
    assert node.tuplespace.take((str, bytes)) == ("x" * 60_000, b"y" * 5_000)
    change = node.tuplespace.history()[-1]
    assert not change.whole and change.fields == ("x" * 16, b"y" * 16)


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("write", ((),), {}, Invalid, "1 to 64 fields, this one has 0"),
        ("write", ((1,) * 65,), {}, Invalid, "1 to 64 fields, this one has 65"),
        ("write", (("x" * 65_537,),), {}, Invalid, "up to 65,536 bytes"),
        ("write", ((1 << 63,),), {}, Invalid, "64 bits"),
        ("write", (([1],),), {}, Invalid, "not list"),
        ("write", ((1,),), {"ttl_ms": 0}, Invalid, "a time to live is 1 to"),
        ("write", ((1,),), {"ttl_ms": -1}, Invalid, "not -1"),
        ("write", ((1,),), {"ttl_ms": LARGEST_TTL_MS + 1}, Invalid, "a time to live is 1 to"),
        ("take", ((where("like", 1),),), {}, Invalid, "field 1: there is no test 'like'"),
        ("take", ((where("regex:", "("),),), {}, Invalid, "cannot be used"),
        ("take", ((),), {}, Invalid, "1 to 64 fields"),
        ("take", ((1,),), {"timeout": -1.0}, Invalid, "a timeout is 0"),
        ("read_all", ((1,),), {"limit": 0}, Invalid, "a limit is 1 to 100,000"),
        ("near_misses", (), {}, Invalid, "give one of them"),
        ("near_misses", (), {"waiter": 99}, NotFound, "nobody waits under the number 99"),
        ("why_not", (99,), {}, NotFound, "there is no tuple 99"),
        ("why_not", (1,), {"limit": 0}, Invalid, "a limit is 1 to 100,000"),
        ("compare_and_swap", ((1,), ()), {}, Invalid, "1 to 64 fields, this one has 0"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node, function: str, arguments: tuple[object, ...], options: dict[str, object], error: type[WorkbenchError],
    says: str,
) -> None:  # fmt: skip
    node.tuplespace.write((1,))
    before = node.tuplespace.list()
    with pytest.raises(error, match=says) as raised:
        getattr(node.tuplespace, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert node.tuplespace.list() == before and not node.tuplespace.waiters()


def test_who_waits_is_served_in_order_and_is_seen_with_what_comes_close(node: Node) -> None:
    space = node.tuplespace
    takers = [Waiting(node, "take", ("job", int)) for _ in range(3)]
    reader = Waiting(node, "read", ("job", where(">", 1)))
    late = Waiting(node, "take", ("job", ANY))
    assert [(waiter.kind, waiter.pattern) for waiter in space.waiters()] == [
        *[("take", '("job", int)')] * 3, ("read", '("job", > 1)'), ("take", '("job", ?)')
    ]  # fmt: skip
    assert all(waiter.until - waiter.since == pytest.approx(30) for waiter in space.waiters())
    jobs = space.write(("jobs", 1))
    waiter = space.waiters()[0]
    near = space.near_misses(waiter=waiter.id)
    assert [(miss.position, miss.reason, miss.found) for miss in near[0].misses] == [(1, "value", "jobs")]
    assert near[0].sentence == '("jobs", 1): field 1 is "jobs", not "job"'
    assert space.near_misses(("jobs", "1"))[0].misses[0].reason == "type"
    why = space.why_not(jobs)
    assert [miss.waiter.pattern for miss in why] == [*['("job", int)'] * 3, '("job", ?)', '("job", > 1)']
    assert (why[0].sentence, why[0].waiter) == ('field 1 is "jobs", not "job"', waiter)
    assert why[-1].sentence == 'field 1 is "jobs", not "job"; field 2 is 1, which fails the test > 1'
    assert [(miss.position, miss.reason) for miss in why[-1].misses] == [(1, "value"), (2, "test")]
    assert len(space.why_not(jobs, limit=2)) == 2
    assert space.why_not(space.write((1,)))[0].sentence == "it has 1 field, the pattern 2"
    for number in range(3):
        space.write(("job", number))
    assert [taker.result() for taker in takers] == [("job", 0), ("job", 1), ("job", 2)]
    assert not space.count(("job", ANY)) and len(space.waiters()) == 2
    space.write(("job", 7))
    assert (reader.result(), late.result()) == (("job", 7), ("job", 7))
    assert not space.waiters() and not space.count(("job", ANY))


def test_a_replacement_goes_to_the_one_who_waits_for_it(node: Node) -> None:
    node.tuplespace.write(("state", 1))
    taker = Waiting(node, "take", ("state", 2))
    assert node.tuplespace.compare_and_swap(("state", 1), ("state", 2))
    assert taker.result() == ("state", 2) and not node.tuplespace.list()


def test_who_cancels_or_is_out_of_time_takes_nothing(node: Node) -> None:
    cancel = threading.Event()
    taker = Waiting(node, "take", ("job",), cancel=cancel)
    cancel.set()
    assert isinstance(taker.result(), Conflict)
    assert node.tuplespace.take(("job",), timeout=0.01) is None
    with node.subscribe([Area.TUPLESPACE]) as events:
        while node.tuplespace.waiters():
            events.get(0.1)
    node.tuplespace.write(("job",))
    assert node.tuplespace.take(("job",)) == ("job",)


def test_an_actor_uses_the_same_tuples(node: Node, user: str) -> None:
    node.tuplespace.write(("outside", 1))
    assert call(node, user, "t.take(('outside', int))") == ("outside", 1)
    assert call(node, user, f"t.write({EVERY!r}) if False else t.write(('in', 1.0, b'x', True, None))") is None
    entry = node.tuplespace.list()[-1]
    assert (entry.fields, entry.author) == (("in", 1.0, b"x", True, None), "user")
    assert call(node, user, "t.read(('in', float, bytes, bool, type(None)))") == entry.fields
    assert call(node, user, "t.count(('in', 1, ANY, ANY, ANY))") == 0
    assert call(node, user, "t.read_all((where('in', ['a', 'in']), ANY, ANY, ANY, where('=', None)))") == [entry.fields]
    assert call(node, user, "t.count((ANY, ANY, where('in', [b'x', float('inf'), 1]), ANY, ANY))") == 1
    assert call(node, user, "t.compare_and_swap(('in', 1.0, b'x', True, None), ('out',))") is True
    assert call(node, user, "t.take((where('regex:', '^o'),))") == ("out",)
    assert call(node, user, "t.take(('nothing',), timeout_ms=1)") is None
    assert node.tuplespace.history()[-1].by == "user"
    assert str(call(node, user, "t.take((where('like', 1),))")).startswith("invalid: field 1: there is no test 'like'")
    assert str(call(node, user, "t.write(())")).startswith("invalid: a tuple has 1 to 64 fields")
    assert str(call(node, user, "t.write((1,), ttl_ms=0)")).startswith("invalid: a time to live")
    assert str(call(node, user, "t.unsubscribe('s0')")).startswith("not_found: user has no subscription 's0'")


def test_a_subscription_tells_of_every_matching_tuple_until_it_ends(node: Node, user: str) -> None:
    subscription = call(node, user, "t.subscribe(('a', ANY))")
    node.tuplespace.write(("a", b"x"))
    node.tuplespace.write(("b", 1))
    node.tuplespace.compare_and_swap(("b", 1), ("a", math.inf))
    heard = json.loads(str(node.actors.ask(user, "heard").payload))
    assert heard == [
        {"subscription": subscription, "tuple": ["a", {"base64": "eA=="}]},
        {"subscription": subscription, "tuple": ["a", {"float": "inf"}]},
    ]
    call(node, user, f"t.unsubscribe({subscription!r})")
    call(node, user, "t.subscribe(('gone',))")
    node.tuplespace.write(("a", 2))
    assert len(json.loads(str(node.actors.ask(user, "heard").payload))) == 2
    node.actors.kill(user)
    node.actors.restart(user)
    node.tuplespace.write(("gone",))
    assert node.actors.ask(user, "heard").payload == "[]"


@pytest.fixture
def waiting(node: Node, user: str) -> Iterator[threading.Thread]:
    """The actor `user`, inside a take that nothing answers."""
    result: list[object] = []

    def ask() -> None:
        try:
            result.append(node.actors.ask(user, "call", "t.take(('job',), timeout_ms=25_000)").payload)
        except WorkbenchError as error:
            result.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    with node.subscribe([Area.TUPLESPACE]) as events:
        while not node.tuplespace.waiters():
            events.get(0.1)
    thread.result = result  # type: ignore[attr-defined]
    yield thread
    thread.join(20)


def test_a_blocked_actor_holds_nobody_up_and_is_served(node: Node, user: str, waiting: threading.Thread) -> None:
    waiter = node.tuplespace.waiters()[0]
    assert (waiter.actor, waiter.kind, waiter.pattern) == ("user", "take", '("job")')
    assert node.actors.get(user).state == "waiting"
    other = node.actors.spawn("user", options=SpawnOptions(name="other")).id.name
    assert call(node, other, "t.write(('job',))") is None
    waiting.join(20)
    assert waiting.result == ["('job',)"]  # type: ignore[attr-defined]
    assert [(change.author, change.by) for change in node.tuplespace.history()] == [("other", ""), ("other", "user")]


def test_an_actor_that_is_killed_while_it_waits_takes_nothing(node: Node, user: str, waiting: threading.Thread) -> None:
    node.actors.kill(user)
    waiting.join(20)
    assert isinstance(waiting.result[0], WorkbenchError)  # type: ignore[attr-defined]
    with node.subscribe([Area.TUPLESPACE]) as events:
        while node.tuplespace.waiters():
            events.get(0.1)
    node.tuplespace.write(("job",))
    assert node.tuplespace.count(("job",)) == 1


def test_a_wait_beyond_what_the_limits_allow_ends_in_timeout(node: Node, user: str) -> None:
    limits = profile("strict").limits
    assert limits.wait_ms == 1_000
    from dataclasses import replace

    node.actors.set_limits(user, replace(node.actors.get(user).limits, wait_ms=20))
    said = str(call(node, user, "t.take(('job',), timeout_ms=60_000)"))
    assert said.startswith('timeout: user waited 0.02 s to take ("job")') and not node.tuplespace.waiters()


def test_a_tuple_goes_when_its_time_is_over_and_an_event_says_so(node: Node) -> None:
    with node.subscribe([Area.TUPLESPACE]) as events:
        node.tuplespace.write(("soon",), ttl_ms=30)
        told: list[str] = []
        while "tuplespace.expired" not in told:
            told += [event.kind for event in events.get(10.0)]
    assert not node.tuplespace.list() and node.tuplespace.history()[-1].change == "expired"


def test_tuples_outlive_the_node_and_what_expired_meanwhile_is_gone(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        last = [node.tuplespace.write(found) for found in (EVERY, ("b", math.nan), ("c",))][-1]
        node.tuplespace.write(("soon",), ttl_ms=1)
        node.tuplespace.take(("c",))
        before = [entry for entry in node.tuplespace.list() if entry.expires is None]
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert repr(node.tuplespace.list()) == repr(before)
        assert node.tuplespace.take(("b", math.nan)) is not None
        assert node.tuplespace.write(("d",)) >= last
