"""The registry, from either end and from inside actors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contract_sources import happened

import workbench
from workbench.api import (
    AlreadyExists,
    Area,
    Health,
    Invalid,
    Node,
    NotFound,
    RegistryEntry,
    SpawnOptions,
    WorkbenchError,
)
from workbench.api.keyvalue import LARGEST_TTL_MS

USER = '''
import json

from plexspaces import GenServer, HostError, registry


class User(GenServer):
    """Calls `registry` as it is told."""

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "crash":
            raise RuntimeError("this kills it")
        try:
            return repr(eval(payload, {"r": registry, "Health": registry.Health}))
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
'''


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every entry."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return node.actors.spawn("user", options=SpawnOptions(name="user", grants=("registry",))).id.name


def call(node: Node, actor: str, expression: str) -> str:
    return str(node.actors.ask(actor, "call", expression).payload)


def add(node: Node, identity: str, kind: str = "service", **more: object) -> RegistryEntry:
    options: dict[str, object] = {"address": f"http://{len(identity)}", **more}
    return node.registry.register(identity, object_type=kind, **options)  # type: ignore[arg-type]


def ids(found: object) -> list[str]:
    return [entry.id for entry in found]  # type: ignore[attr-defined]


def test_an_entry_is_registered_found_replaced_and_removed(node: Node) -> None:
    registry = node.registry
    made = add(node, "shop", labels={"zone": "eu"}, ttl_ms=60_000, owner="me")
    assert registry.lookup("shop") == made and registry.lookup("nothing") is None
    assert (made.object_type, made.address, made.labels, made.ttl_ms) == ("service", "http://4", {"zone": "eu"}, 60_000)
    assert (made.health, made.missed, made.owner, made.outside) == (Health.HEALTHY, 0, "me", True)
    assert made.registered == made.heartbeat
    other = add(node, "shop", "node", address="x", owner="me")
    assert registry.lookup("shop") == other and (other.labels, other.ttl_ms) == ({}, None)
    with pytest.raises(AlreadyExists, match="'shop' is registered already, by session 'me'"):
        add(node, "shop", owner="you")
    with pytest.raises(AlreadyExists, match="'shop' is registered already"):
        add(node, "shop")
    assert registry.lookup("shop") == other
    registry.unregister("shop")
    assert registry.lookup("shop") is None and not registry.discover()
    assert add(node, "shop", owner="you").owner == "you"


def test_entries_are_found_by_type_labels_health_and_page(node: Node) -> None:
    registry = node.registry
    for number in range(5):
        add(node, f"s{number}", "service" if number % 2 else "node", labels={"zone": "eu", "n": f"{number}"})
    assert ids(registry.discover()) == ["s0", "s1", "s2", "s3", "s4"]
    assert ids(registry.discover(object_type="service")) == ["s1", "s3"]
    assert ids(registry.discover(labels={"zone": "eu"}, after="s1", limit=2)) == ["s2", "s3"]
    assert ids(registry.discover(labels={"zone": "eu", "n": "4"})) == ["s4"]
    assert not registry.discover(labels={"zone": "us"}) and not registry.discover(object_type="actor")
    assert not registry.discover(after="s4") and not registry.discover(after="\U0010ffff")
    sick = registry.heartbeat("s2", health=Health.DEGRADED)
    assert sick.health is Health.DEGRADED and sick.heartbeat > sick.registered
    assert ids(registry.discover(health=Health.DEGRADED)) == ["s2"]
    assert ids(registry.discover(health=Health.HEALTHY, limit=3)) == ["s0", "s1", "s3"]
    assert registry.heartbeat("s2").health is Health.HEALTHY


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("register", ("",), {}, Invalid, "the name of an entry has 1 to 1,024 bytes, this one has 0"),
        ("register", ("ü" * 600,), {}, Invalid, "this one has 1,200"),
        ("register", ("b",), {"object_type": ""}, Invalid, "the type of an entry has 1 to 256 bytes, not 0"),
        ("register", ("b",), {"address": ""}, Invalid, "an address has 1 to 4,096 bytes, not 0"),
        ("register", ("b",), {"ttl_ms": 0}, Invalid, "a time to live is 1 to"),
        ("register", ("b",), {"ttl_ms": -1}, Invalid, "not -1"),
        ("register", ("b",), {"ttl_ms": LARGEST_TTL_MS + 1}, Invalid, "a time to live is 1 to"),
        ("register", ("b",), {"labels": {f"{n}": "" for n in range(65)}}, Invalid, "up to 64 labels, this one has 65"),
        ("register", ("b",), {"labels": {"": "x"}}, Invalid, "the name of a label has 1 to 256 bytes, this one has 0"),
        ("register", ("b",), {"labels": {"n": "x" * 1_025}}, Invalid, "label 'n' has 1 to 1,024 bytes, not 1,025"),
        ("register", ("a",), {"owner": "other"}, AlreadyExists, "'a' is registered already, by somebody outside"),
        ("unregister", ("b",), {}, NotFound, "nothing is registered as 'b'"),
        ("heartbeat", ("b",), {}, NotFound, "nothing is registered as 'b'"),
        ("heartbeat", ("a",), {"health": "fine"}, Invalid, "no health 'fine'; there are healthy, degraded, unhealthy"),
        ("discover", (), {"health": "fine"}, Invalid, "there is no health 'fine'"),
        ("discover", (), {"limit": 0}, Invalid, "a limit is 1 to 100,000"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node, function: str, arguments: tuple[str, ...], options: dict[str, object], error: type[WorkbenchError],
    says: str,
) -> None:  # fmt: skip
    add(node, "a")
    before = node.registry.discover()
    if function == "register":
        options = {"object_type": "service", "address": "x", **options}
    with pytest.raises(error, match=says) as raised:
        getattr(node.registry, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert node.registry.discover() == before


def test_names_are_data(node: Node) -> None:
    names = ["a\0b", "a", "a:b", "../x", "*", "'\"", "ü\u202e", "a@b", " ", "a=b"]
    for name in names:
        add(node, name, name, address=name, labels={name: name}, owner=name)
    assert ids(node.registry.discover()) == sorted(names)
    for name in names:
        assert ids(node.registry.discover(object_type=name, labels={name: name})) == [name]
        assert (node.registry.lookup(name) or add(node, "x")).address == name
    add(node, "empty", labels={"n": ""})
    assert ids(node.registry.discover(labels={"n": ""})) == ["empty"]


def test_what_an_actor_registers_is_its_own(node: Node, user: str) -> None:
    assert call(node, user, "r.register('me', object_type='actor', address='user@local', labels={'a': 'b'})") == "None"
    entry = node.registry.lookup("me")
    assert entry is not None and (entry.owner, entry.outside, entry.labels) == ("user", False, {"a": "b"})
    with pytest.raises(AlreadyExists, match="'me' is registered already, by actor 'user'"):
        add(node, "me", owner="user")
    assert call(node, user, "r.register('me', object_type='x', address='y', ttl_ms=60000)") == "None"
    assert call(node, user, "r.lookup('nothing')") == "None"
    assert "object_type='x', address='y', labels={}, ttl_ms=60000, health=<Health.HEALTHY" in (
        call(node, user, "r.lookup('me')")
    )
    add(node, "other", labels={"zone": "eu"})
    assert call(node, user, "[found.id for found in r.discover()]") == "['me', 'other']"
    assert call(node, user, "[f.id for f in r.discover(labels={'zone': 'eu'}, object_type='service')]") == "['other']"
    assert call(node, user, "r.heartbeat('me', health=Health.UNHEALTHY)") == "None"
    assert call(node, user, "[f.id for f in r.discover(health=Health.UNHEALTHY, after='a', limit=9)]") == "['me']"
    assert call(node, user, "r.register('other', object_type='x', address='y')").startswith(
        "already_exists: 'other' is"
    )
    assert call(node, user, "r.register('x', object_type='x', address='y', ttl_ms=0)").startswith("invalid: a time to")
    assert call(node, user, "r.heartbeat('x')").startswith("not_found: nothing is registered as 'x'")
    assert call(node, user, "r.unregister('other')") == "None"
    assert ids(node.registry.discover()) == ["me"]


@pytest.mark.parametrize("end", ["crash", "kill", "stop"])
def test_the_entries_of_an_actor_end_with_it(node: Node, user: str, end: str) -> None:
    for name in ("a", "b"):
        call(node, user, f"r.register('{name}', object_type='actor', address='user')")
    add(node, "c")
    with node.subscribe([Area.REGISTRY]) as events:
        if end == "crash":
            with pytest.raises(WorkbenchError):
                node.actors.ask(user, "crash")
        else:
            getattr(node.actors, end)(user)
        told = [(event.kind, event.subject, event.text) for event in happened(events, 2)]
    said = "user, which registered it, has ended"
    assert told == [("registry.unregistered", "a", said), ("registry.unregistered", "b", said)]
    assert ids(node.registry.discover()) == ["c"]


def test_who_misses_heartbeats_is_removed_and_events_say_so(node: Node) -> None:
    with node.subscribe([Area.REGISTRY]) as events:
        add(node, "soon", ttl_ms=20)
        told: list[str] = []
        while "registry.reaped" not in told:
            told += [event.kind for event in events.get(10.0)]
    assert told[0] == "registry.registered" and told[-2:] == ["registry.unhealthy", "registry.reaped"]
    assert node.registry.lookup("soon") is None


def test_entries_outlive_the_node(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
        node.actors.spawn("user", options=SpawnOptions(name="user", grants=("registry",)))
        call(node, "user", "r.register('of an actor', object_type='actor', address='user')")
        add(node, "a", labels={"ü": "\0"}, ttl_ms=60_000, owner="me")
        add(node, "soon", ttl_ms=60_000)
        node.registry.heartbeat("a", health=Health.DEGRADED)
        before = node.registry.discover()
        assert ids(before) == ["a", "of an actor", "soon"]
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.registry.discover() == before
        assert json.dumps(dict(before[0].labels)) == '{"\\u00fc": "\\u0000"}'
        node.registry.unregister("a")
