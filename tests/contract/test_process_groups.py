"""Process groups, from either end and from inside actors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from contract_sources import happened

import workbench
from workbench.api import ActorId, Area, Exhausted, Invalid, Node, NotFound, PublishResult, SpawnOptions, WorkbenchError
from workbench.services.process_groups.service import MOST_JOINS

USER = '''
import json

from plexspaces import GenServer, HostError, process_groups


class User(GenServer):
    """Calls `process_groups` as it is told, and remembers what was published to it."""

    def init(self, state):
        self.heard = []

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "heard":
            return json.dumps(self.heard)
        if message_type == "crash":
            raise RuntimeError("this kills it")
        if message_type != "call":
            self.heard.append([message_type, from_actor, payload if isinstance(payload, str) else payload.hex()])
            return ""
        try:
            return repr(eval(payload, {"g": process_groups}))
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
'''


@pytest.fixture
def users(node: Node) -> tuple[str, str]:
    """Two actors that may use every group."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    for name in ("one", "two"):
        node.actors.spawn("user", options=SpawnOptions(name=name))
    return "one", "two"


def call(node: Node, actor: str, expression: str) -> str:
    return str(node.actors.ask(actor, "call", expression).payload)


def heard(node: Node, actor: str) -> list[list[str]]:
    found: list[list[str]] = json.loads(str(node.actors.ask(actor, "heard").payload))
    return found


def test_a_group_is_made_joined_published_to_left_and_deleted(node: Node, users: tuple[str, str]) -> None:
    groups = node.process_groups
    with node.subscribe([Area.PROCESS_GROUPS]) as events:
        assert groups.create("g") and not groups.create("g")
        groups.join("g", "one")
        groups.join("g", ActorId("two"), topics=["b", "a"])
        groups.join("g", "two", topics=["c"])
        assert [(member.actor, member.joins, member.topics) for member in groups.members("g")] == [
            ("one", 1, ()), ("two", 2, ("a", "b", "c"))
        ]  # fmt: skip
        assert [(group.name, group.members, group.joins) for group in groups.list()] == [("g", 2, 3)]
        assert groups.publish("g", "all", "x") == PublishResult(("one", "two"))
        assert groups.publish("g", "some", b"\x01", topic="c") == PublishResult(("one", "two"))
        assert groups.publish("g", "few", topic="d") == PublishResult(("one",))
        groups.leave("g", "two")
        assert groups.publish("g", "left", topic="c") == PublishResult(("one",))
        assert groups.members("g")[1].topics == ("a", "b"), "the newest join is the one that was taken back"
        groups.leave("g", "two")
        assert groups.remove("g", "one") == 1 and not groups.members("g")
        groups.delete("g")
        assert not groups.list()
        told = [(event.kind.partition(".")[2], event.subject, event.text) for event in happened(events, 8)]
    assert told == [
        ("created", "g", ""), ("joined", "g", "one"), ("joined", "g", "two"), ("joined", "g", "two, for the 2. time"),
        ("left", "g", "two, and is in it 1 times still"), ("left", "g", "two"), ("left", "g", "one"),
        ("deleted", "g", "it had 0 members"),
    ]  # fmt: skip
    assert heard(node, "one") == [["all", "", "x"], ["some", "", "01"], ["few", "", ""], ["left", "", ""]]
    assert heard(node, "two") == [["all", "", "x"], ["some", "", "01"]]


def test_a_member_that_joined_for_everything_gets_everything_until_that_join_ends(
    node: Node, users: tuple[str, str]
) -> None:
    groups = node.process_groups
    groups.create("g")
    groups.join("g", "one", topics=["a"])
    groups.join("g", "one")
    assert groups.members("g")[0].topics == () and groups.publish("g", "x", topic="z").delivered == ("one",)
    groups.leave("g", "one")
    assert groups.members("g")[0].topics == ("a",) and not groups.publish("g", "x", topic="z").delivered


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("create", ("",), {}, Invalid, "the name of a group has 1 to 1,024 bytes, this one has 0"),
        ("create", ("ü" * 600,), {}, Invalid, "this one has 1,200"),
        ("delete", ("no",), {}, NotFound, "no group 'no'; create it first"),
        ("join", ("no", "one"), {}, NotFound, "no group 'no'"),
        ("join", ("g", "nobody"), {}, NotFound, "no actor 'nobody' lives in default/default"),
        ("join", ("g", "one"), {"topics": [""]}, Invalid, "the name of a topic"),
        ("join", ("g", "one"), {"topics": ["t"] * 65}, Invalid, "a join has up to 64 topics, this one has 65"),
        ("leave", ("no", "one"), {}, NotFound, "no group 'no'"),
        ("leave", ("g", "two"), {}, NotFound, "'two' is no member of group 'g'"),
        ("remove", ("g", "two"), {}, NotFound, "'two' is no member"),
        ("members", ("no",), {}, NotFound, "no group 'no'"),
        ("publish", ("no", "x"), {}, NotFound, "no group 'no'"),
        ("publish", ("g", "x"), {"topic": ""}, Invalid, "the name of a topic"),
        ("list", (), {"limit": 0}, Invalid, "a limit is 1 to 100,000"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node, users: tuple[str, str], function: str, arguments: tuple[object, ...], options: dict[str, object],
    error: type[WorkbenchError], says: str,
) -> None:  # fmt: skip
    node.process_groups.create("g")
    node.process_groups.join("g", "one")
    before = node.process_groups.list(), node.process_groups.members("g")
    with pytest.raises(error, match=says) as raised:
        getattr(node.process_groups, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert (node.process_groups.list(), node.process_groups.members("g")) == before
    assert heard(node, "one") == []


def test_one_actor_joins_no_oftener_than_the_bound(node: Node, users: tuple[str, str]) -> None:
    node.process_groups.create("g")
    for _ in range(MOST_JOINS):
        node.process_groups.join("g", "one")
    with pytest.raises(Exhausted, match="one has joined group 'g' 1,000 times, which is the most") as raised:
        node.process_groups.join("g", "one")
    assert raised.value.limit == "joins" and node.process_groups.remove("g", "one") == MOST_JOINS


def test_names_are_data(node: Node, users: tuple[str, str]) -> None:
    names = ["a\0b", "a", "a:b", "../x", "*", "'\"", "ü\u202e", "a@b", " "]
    for name in names:
        node.process_groups.create(name)
        node.process_groups.join(name, "one", topics=[name])
    assert [group.name for group in node.process_groups.list()] == sorted(names)
    assert [group.name for group in node.process_groups.list("a", after="a", limit=2)] == ["a\0b", "a:b"]
    assert not node.process_groups.list(after="\U0010ffff")
    for name in names:
        assert node.process_groups.publish(name, name, topic=name).delivered == ("one",)
        assert not node.process_groups.publish(name, name, topic=name + "x").delivered
    assert [message for message, _, _ in heard(node, "one")] == names


def test_a_member_whose_mailbox_is_full_did_not_get_it_and_that_is_said(node: Node, users: tuple[str, str]) -> None:
    groups = node.process_groups
    groups.create("g")
    for name in users:
        groups.join("g", name)
    node.actors.suspend("two")
    node.actors.set_limits("two", replace(node.actors.get("two").limits, mailbox=1))
    with node.subscribe([Area.PROCESS_GROUPS]) as events:
        assert groups.publish("g", "first") == PublishResult(("one", "two"))
        assert groups.publish("g", "second") == PublishResult(("one",), ("two",))
        (event,) = happened(events, 1)
    assert (event.kind, event.subject) == ("process-groups.refused", "g")
    assert event.text == "1 of 2 members could not take 'second': two"
    (letter,) = node.actors.dead_letters()
    assert letter.envelope.type == "second" and "the mailbox of two is full" in letter.reason
    node.actors.resume("two")
    assert [message for message, _, _ in heard(node, "two")] == ["first"]


def test_actors_use_the_same_groups(node: Node, users: tuple[str, str]) -> None:
    assert call(node, "one", "g.create('g')") == call(node, "one", "g.create('g')") == "None"
    assert call(node, "one", "g.join('g', ['a'])") == call(node, "two", "g.join('g')") == "None"
    assert call(node, "one", "g.groups()") == "['g']"
    assert (
        call(node, "one", "g.members('g')") == call(node, "one", "g.local_members('g')") == "['one@local', 'two@local']"
    )
    assert call(node, "two", "g.publish('g', 'news', 'x', topic='a')") == "['one@local', 'two@local']"
    assert call(node, "two", "g.publish('g', 'other', topic='b')") == "['two@local']"
    assert heard(node, "one") == [["news", "two@local", "x"]]
    assert call(node, "one", "g.leave('g')") == "None"
    assert call(node, "one", "g.leave('g')").startswith("not_found: 'one' is no member of group 'g'")
    assert call(node, "one", "g.join('no')").startswith("not_found: no group 'no'; create it first")
    assert call(node, "one", "g.publish('no', 'x')").startswith("not_found: no group 'no'")
    assert call(node, "one", "g.create('')").startswith("invalid: the name of a group")
    assert call(node, "one", "g.delete('g')") == "None"
    assert call(node, "one", "g.delete('g')").startswith("not_found: no group 'g'")


@pytest.mark.parametrize("end", ["crash", "kill", "stop"])
def test_an_actor_that_ends_leaves_by_itself(node: Node, users: tuple[str, str], end: str) -> None:
    for group in ("a", "b"):
        node.process_groups.create(group)
        node.process_groups.join(group, "one")
        node.process_groups.join(group, "one")
    node.process_groups.join("b", "two")
    with node.subscribe([Area.PROCESS_GROUPS]) as events:
        if end == "crash":
            with pytest.raises(WorkbenchError):
                node.actors.ask("one", "crash")
        else:
            getattr(node.actors, end)("one")
        told = [(event.subject, event.text) for event in happened(events, 2)]
    assert sorted(told) == [("a", "one, which has ended"), ("b", "one, which has ended")]
    assert not node.process_groups.members("a") and [each.actor for each in node.process_groups.members("b")] == ["two"]
    if end != "stop":
        with pytest.raises(NotFound, match="no actor 'one' lives"):
            node.process_groups.join("a", "one")
        node.actors.restart("one")
    assert node.process_groups.publish("b", "x") == PublishResult(("two",))


def test_groups_are_forgotten_when_the_node_ends(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        node.process_groups.create("g")
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert not node.process_groups.list()
