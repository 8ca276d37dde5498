"""Keys and values, from either end and from inside an actor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbench
from workbench.api import Area, Invalid, Node, NotFound, SpawnOptions, WorkbenchError
from workbench.api.keyvalue import KEY_BYTES, LARGEST_TTL_MS
from workbench.api.names import INT_MOST

USER = '''
import json

from plexspaces import GenServer, HostError, keyvalue


class User(GenServer):
    """Calls `keyvalue` as it is told, and remembers what it was told of changes."""

    def init(self, state):
        self.heard = []

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "heard":
            return json.dumps(self.heard)
        if message_type == "key-changed":
            self.heard.append([message_type, json.loads(payload)])
            return ""
        arguments = json.loads(payload)
        try:
            return json.dumps(getattr(keyvalue, message_type)(*arguments))
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
'''


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every key."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return node.actors.spawn("user", options=SpawnOptions(name="user", grants=("keyvalue",))).id.name


def call(node: Node, actor: str, function: str, *arguments: object) -> object:
    reply = node.actors.ask(actor, function, json.dumps(arguments)).payload
    try:
        return json.loads(reply)
    except ValueError:
        return reply


def test_a_key_is_set_read_counted_and_removed(node: Node) -> None:
    keys = node.keyvalue
    assert keys.get("a") is None and keys.entry("a") is None and not keys.exists("a")
    keys.put("a", "one")
    keys.put("b", b"\x00\xff", ttl_ms=60_000)
    assert (keys.get("a"), keys.get("b"), keys.exists("b")) == ("one", b"\x00\xff", True)
    entry = keys.entry("b")
    assert entry is not None and (entry.size_bytes, entry.version, entry.author) == (2, 1, "")
    assert keys.ttl("a") is None and 0 < (keys.ttl("b") or 0) <= 60_000
    assert list(keys.keys()) == ["a", "b"] and [each.key for each in keys.list(after="a")] == ["b"]
    assert keys.increment("n") == 1 and keys.increment("n", -5) == -4 and keys.get("n") == "-4"
    assert keys.compare_and_swap("n", "-4", "7") and not keys.compare_and_swap("n", "-4", "8")
    assert keys.compare_and_swap("new", None, "x") and not keys.compare_and_swap("new", None, "y")
    assert keys.delete("a") and not keys.delete("a")
    changes = [(change.key, change.change) for change in keys.history()]
    assert changes[:2] == [("a", "put"), ("b", "put")] and changes[-1] == ("a", "deleted")
    assert [change.key for change in keys.history("n", limit=1)] == ["new"]


def test_a_tree_has_one_step_for_all_keys_behind_a_delimiter(node: Node) -> None:
    for key in ("a:b:1", "a:b:2", "a:c", "a:", "b", "a"):
        node.keyvalue.put(key, key)
    steps = node.keyvalue.level("a:")
    assert [(step.prefix, step.entry is not None) for step in steps] == [("a:", True), ("a:b:", False), ("a:c", True)]
    assert [step.prefix for step in node.keyvalue.level(limit=2)] == ["a", "a:"]
    assert [step.prefix for step in node.keyvalue.level(after="a:")] == ["b"]
    with pytest.raises(Invalid, match="a delimiter is at least one character"):
        node.keyvalue.level(delimiter="")


@pytest.mark.parametrize(
    ("function", "arguments", "error", "says"),
    [
        ("get", ("",), Invalid, "a key has 1 to 1,024 bytes, this one has 0"),
        ("put", ("ü" * 600, "v"), Invalid, "this one has 1,200"),
        ("put", ("k", "v", 0), Invalid, "a time to live is 1 to"),
        ("put", ("k", "v", -1), Invalid, "not -1"),
        ("put", ("k", "v", LARGEST_TTL_MS + 1), Invalid, "a time to live is 1 to"),
        (
            "increment",
            ("text",),
            Invalid,
            "'text' holds 'five', which is no whole number .* nothing was changed",
        ),
        ("increment", ("most",), Invalid, "beyond 64 bits; nothing was changed"),
        ("ttl", ("nothing",), NotFound, "no key 'nothing'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node, function: str, arguments: tuple[str, str, int], error: type[WorkbenchError], says: str
) -> None:
    node.keyvalue.put("text", "five")
    node.keyvalue.put("most", str(INT_MOST))
    before = [(entry.key, entry.version) for entry in node.keyvalue.list()]
    *plain, more = (*arguments, None) if len(arguments) < 3 else arguments
    options = {"ttl_ms": more} if more is not None else {}
    with pytest.raises(error, match=says) as raised:
        getattr(node.keyvalue, function)(*plain, **options)
    assert "\n" not in str(raised.value)
    assert [(entry.key, entry.version) for entry in node.keyvalue.list()] == before
    node.keyvalue.put("k" * KEY_BYTES, "the longest key")


def test_an_actor_uses_the_same_keys(node: Node, user: str) -> None:
    node.keyvalue.put("a", "from outside")
    assert call(node, user, "get", "a") == "from outside"
    assert call(node, user, "get", "nothing") is None
    call(node, user, "put", "b", "from inside")
    entry = node.keyvalue.entry("b")
    assert entry is not None and (entry.value, entry.author) == ("from inside", "user")
    assert call(node, user, "increment", "n", 2) == 2 and call(node, user, "exists", "n") is True
    assert call(node, user, "list_keys", "") == ["a", "b", "n"]
    assert call(node, user, "compare_and_swap", "n", "2", "x") is True
    assert str(call(node, user, "increment", "n", 1)).startswith("invalid: 'n' holds 'x'")
    assert str(call(node, user, "put", "", "x")).startswith("invalid: a key has 1 to 1,024 bytes")
    assert call(node, user, "delete", "b") is True and node.keyvalue.get("b") is None
    assert str(call(node, user, "ttl", "b")).startswith("not_found: no key 'b'")


def test_a_watch_tells_of_changes_under_its_prefix_until_it_ends(node: Node, user: str) -> None:
    watch = call(node, user, "watch", "a:")
    node.keyvalue.put("a:1", "x")
    node.keyvalue.put("b", "x")
    node.keyvalue.delete("a:1")
    heard = json.loads(str(node.actors.ask(user, "heard").payload))
    assert heard == [
        ["key-changed", {"watch": watch, "key": "a:1", "change": "put"}],
        ["key-changed", {"watch": watch, "key": "a:1", "change": "deleted"}],
    ]
    assert str(call(node, user, "unwatch", "w0")).startswith("not_found: user has no watch 'w0'")
    call(node, user, "unwatch", watch)
    node.keyvalue.put("a:1", "y")
    assert len(json.loads(str(node.actors.ask(user, "heard").payload))) == 2


def test_a_watch_ends_with_its_actor(node: Node, user: str) -> None:
    call(node, user, "watch", "")
    node.actors.kill(user)
    node.actors.restart(user)
    node.keyvalue.put("a", "x")
    assert node.actors.ask(user, "heard").payload == "[]"


def test_a_key_goes_when_its_time_is_over_and_an_event_says_so(node: Node, user: str) -> None:
    watch = call(node, user, "watch", "")
    with node.subscribe([Area.KEYVALUE]) as events:
        node.keyvalue.put("soon", "x", ttl_ms=50)
        kinds: list[str] = []
        while "keyvalue.expired" not in kinds:
            kinds += [event.kind for event in events.get(10.0)]
    assert node.keyvalue.get("soon") is None and node.keyvalue.history()[-1].change == "expired"
    heard = json.loads(str(node.actors.ask(user, "heard").payload))
    assert heard[-1] == ["key-changed", {"watch": watch, "key": "soon", "change": "expired"}]


def test_keys_outlive_the_node_and_what_expired_meanwhile_is_gone(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        node.keyvalue.put("stays", "x")
        node.keyvalue.put("soon", "x", ttl_ms=1)
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert list(node.keyvalue.keys()) == ["stays"]
