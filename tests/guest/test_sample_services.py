"""The sample actors in both forms, source and component, as their authors would test them: with `workbench.testing`."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import pytest

from workbench.api import ActorState, Node, NotFound, SpawnOptions, WorkbenchError
from workbench.testing import ActorHandle, VirtualNode

from .conftest import SAMPLES
from .messages import Message, Spawn, steps

Play = Callable[..., ActorHandle]
NUMBERS = count(1)
SERVICES = ("service_demo", "keyvalue", "process_groups", "locks", "registry", "durability", "blob")
NAMES = ("counter", "event", "fsm", *SERVICES)


@pytest.fixture
def play(module_node: VirtualNode, form: str) -> Play:
    """Start a sample actor in one form, under a name of its own unless one is given."""

    def start(
        actor: str, state: str = "", *, name: str = "", profile: str = "permissive", durable: bool = False
    ) -> ActorHandle:
        file = SAMPLES / f"{actor}_actor.py"
        chosen = {"name": name or f"{actor}-{next(NUMBERS)}", "profile": profile, "durable": durable}
        return module_node.start(file, state, component=form == "component", **chosen)

    return start


def test_each_message_of_the_table_is_answered_as_it_says(module_node: VirtualNode, form: str) -> None:
    """In a namespace of its own, so that nobody else's actors and values are met."""
    node = module_node.scoped("default", f"table-{form}")
    answered = 0
    for step in steps():
        if isinstance(step, Spawn):
            file = SAMPLES / f"{step.module}_actor.py"
            module_node.deploy(file, alias=step.module, component=form == "component")
            node.actors.spawn(step.module, options=SpawnOptions(step.name, grants=step.grants, durable=step.durable))
        else:
            found = _answer(node, step)
            assert step.fits(found), f"{step} and not {found!r}"
            answered += 1
    assert answered > 70


def _answer(node: Node, step: Message) -> str:
    try:
        return str(node.actors.ask(step.actor, step.type_, step.payload).payload)
    except WorkbenchError as error:
        return f"!{error.code}"


def test_a_wrong_reply_would_be_found() -> None:
    counted = next(step for step in steps() if isinstance(step, Message))
    assert counted == Message("counter", "increment", "", "1")
    assert counted.fits("1") and not counted.fits("2") and not counted.fits("!rejected")
    assert not Message("a", "b", "", "...").fits("!rejected") and not Message("a", "b", "", "(empty)").fits("x")


def test_the_table_has_every_message_type_that_an_actor_names(module_node: VirtualNode) -> None:
    sent: dict[str, set[str]] = {}
    modules = {step.name: step.module for step in steps() if isinstance(step, Spawn)}
    for step in steps():
        if isinstance(step, Message):
            sent.setdefault(modules[step.actor], set()).add(step.type_)
    for actor in NAMES:
        module = module_node.modules.get(module_node.deploy(SAMPLES / f"{actor}_actor.py"))
        documented = {line.split()[0] for line in module.documentation.splitlines() if line.startswith("    ")}
        assert sent[actor] >= {word for word in documented if word.islower() and word.replace("_", "").isalpha()}, actor


@pytest.mark.parametrize("actor", NAMES)
def test_what_an_actor_does_not_know_it_refuses_with_what_there_is(play: Play, actor: str) -> None:
    found = play(actor)
    error = found.refused("nonsense", "{}")
    assert error.code == "rejected"
    assert found.info.state is ActorState.IDLE


@pytest.mark.parametrize("actor", SERVICES)
@pytest.mark.parametrize("payload", ["{", '{"lock": 1, "group": 2, "id": 3, "queue": 4}', b"\xff", b"{"])
def test_no_payload_ends_an_actor_of_services(play: Play, actor: str, payload: str | bytes) -> None:
    found = play(actor)
    for message_type in TYPES[actor]:
        assert found.refused(message_type, payload).code == "rejected", message_type
    assert found.info.state is ActorState.IDLE


TYPES = {
    "service_demo": ("spawn_actor", "send_message", "tuplespace_write", "tuplespace_read", "send_to_queue"),
    "keyvalue": ("store",),
    "process_groups": ("join_group", "publish"),
    "locks": ("acquire", "try_acquire", "release"),
    "registry": ("register",),
    "durability": ("persist_batch",),
    "blob": ("upload", "copy", "download", "metadata"),
}


def test_a_service_that_was_not_granted_is_refused_by_its_name(play: Play) -> None:
    calls = {
        "service_demo": ("tuplespace_write", "[1]"),
        "keyvalue": ("list", ""),
        "process_groups": ("join_group", "g"),
        "locks": ("acquire", "l"),
        "registry": ("unregister", "r"),
        "durability": ("get_sequence", ""),
        "blob": ("list", "b"),
    }
    for actor, message in calls.items():
        error = play(actor, profile="strict").refused(*message)
        assert error.code == "rejected" and "Denied: " in str(error) and "--grant" in str(error), actor


def test_a_spawned_child_works_and_is_told_of(module_node: VirtualNode, play: Play) -> None:
    demo = play("service_demo")
    module = module_node.deploy(SAMPLES / "counter_actor.py")
    child = str(demo.call("spawn_actor", json.dumps({"module_ref": module, "initial_state": "41"})))
    counter = module_node.actor(child.partition("@")[0])
    demo.call("send_message", json.dumps({"to": child, "message_type": "increment"}))
    assert counter.call("get_count") == "42"
    assert counter.info.parent.partition("@")[0] == demo.name
    assert demo.assert_called("messaging", "tell", child).result


def test_a_message_of_a_topic_is_logged_by_those_whose_filter_lets_it_through(play: Play) -> None:
    all_of_them, some = play("service_demo"), play("service_demo")
    topic = f"topic-{next(NUMBERS)}"
    all_of_them.call("subscribe_to_topic", json.dumps({"topic": topic}))
    some.call("subscribe_to_topic", json.dumps({"topic": topic, "filter": "re*"}))
    for kind in ("resized", "deleted"):
        all_of_them.call("publish_to_topic", json.dumps({"topic": topic, "message_type": kind, "payload": "p"}))
    all_of_them.node.settle()
    assert [line.message.split()[0] for line in all_of_them.logs if ": p" in line.message] == ["resized", "deleted"]
    assert [line.message.split()[0] for line in some.logs if ": p" in line.message] == ["resized"]


def test_bytes_of_queues_and_tuples_are_told_and_not_lost(module_node: VirtualNode, play: Play) -> None:
    demo, queue = play("service_demo"), f"queue-{next(NUMBERS)}"
    demo.call("send_to_queue", json.dumps({"queue": queue, "message_type": "b", "payload": {"base64": "AP8="}}))
    received = json.loads(str(demo.call("receive_from_queue", json.dumps({"queue": queue}))))
    assert received == {"message_type": "b", "payload": {"base64": "AP8="}, "attempt": 1}
    assert module_node.channels.queue_depth(queue) == 0
    module_node.tuplespace.write((queue, b"\x00\xff"))
    for second in ({"typed": "bytes"}, {"any": True}, {"base64": "AP8="}):
        assert json.loads(str(demo.call("tuplespace_read", json.dumps([queue, second])))) == [queue, {"base64": "AP8="}]


def test_what_a_payload_lacks_is_said_in_words(play: Play) -> None:
    demo = play("service_demo")
    for message_type, payload, words in (
        ("send_message", '{"to": 5}', 'message_type is missing in {"to": 5}'),
        ("spawn_actor", "[1]", "a JSON object with module_ref is needed, not [1]"),
        ("tuplespace_read", '[{"typed": "number"}]', "a field of a pattern is a value, "),
        ("tuplespace_write", '"abc"', "a tuple is a JSON list of fields"),
    ):
        said = str(demo.refused(message_type, payload))
        assert words in said and "Error" not in said


@pytest.mark.parametrize("payload", ["{", b"\xff", '{"blob": 5, "to": 5}', "[5]"])
def test_a_payload_that_cannot_be_is_refused_in_words(play: Play, payload: str | bytes) -> None:
    for actor, message_type in (("blob", "upload"), ("blob", "copy"), ("service_demo", "send_message")):
        said = str(play(actor).refused(message_type, payload))
        assert "Error" not in said, said
    for actor in ("locks", "registry", "process_groups"):
        if payload in ("{", b"\xff"):  # any other text is a name
            said = str(play(actor).refused(TYPES[actor][0], payload))
            assert "the payload " in said and "Error" not in said, said


def test_a_key_with_a_time_to_live_goes_away_when_it_has_passed(module_node: VirtualNode, play: Play) -> None:
    keeper, key = play("keyvalue"), f"key-{next(NUMBERS)}"
    keeper.call("store", json.dumps({"key": key, "value": "x", "ttl_ms": 3_600_000}))
    keeper.assert_called("keyvalue", "put", key)
    module_node.advance(3_599)
    assert keeper.call("retrieve", key) == "x"
    module_node.advance(1)
    assert f"there is no key {key!r}" in str(keeper.refused("retrieve", key))


def test_members_log_what_is_published_and_are_gone_when_they_end(module_node: VirtualNode, play: Play) -> None:
    group = f"group-{next(NUMBERS)}"
    one, other = play("process_groups"), play("process_groups")
    one.call("join_group", json.dumps({"group": group, "topics": ["a"]}))
    one.call("join_group", json.dumps({"group": group, "topics": ["b"]}))
    other.call("join_group", group)
    other.call("publish", json.dumps({"group": group, "message_type": "news", "payload": "3:1", "topic": "b"}))
    module_node.settle()
    for member in (one, other):
        assert sum(line.message == f"news from {other.name}@local: 3:1" for line in member.logs) == 1
    module_node.actors.kill(one.id)
    assert [member.actor for member in module_node.process_groups.members(group)] == [other.name]


def test_a_lock_is_waited_for_and_its_lease_ends(module_node: VirtualNode, play: Play) -> None:
    lock = f"lock-{next(NUMBERS)}"
    holder, rival = play("locks"), play("locks")
    version = int(str(holder.call("acquire", json.dumps({"lock": lock, "lease_ms": 60_000}))))
    before = module_node.now
    assert "Timeout" in str(rival.refused("acquire", json.dumps({"lock": lock, "timeout_ms": 5_000})))
    assert module_node.now - before == pytest.approx(5.0)
    module_node.advance(55)
    assert int(str(rival.call("try_acquire", lock))) > version
    assert "Conflict" in str(holder.refused("release", lock))
    assert "does not hold" in str(holder.refused("release", lock))


def test_what_is_held_is_the_state_of_the_locks_actor(module_node: VirtualNode, play: Play) -> None:
    lock, holder = f"lock-{next(NUMBERS)}", play("locks")
    holder.call("acquire", lock)
    module_node.actors.upgrade(holder.id, holder.info.module)
    assert holder.call("release", lock) == ""
    assert module_node.locks.get(lock) is None


def test_an_entry_without_heartbeats_is_degraded_and_removed(module_node: VirtualNode, play: Play) -> None:
    entry, actor = f"entry-{next(NUMBERS)}", play("registry")
    actor.call("register", json.dumps({"id": entry, "ttl_ms": 1_000}))
    seen = [json.loads(str(actor.call("lookup", entry)))["health"]]
    for _ in range(2):
        module_node.advance(1.5)
        seen.append(json.loads(str(actor.call("lookup", entry)))["health"])
    assert seen == ["healthy", "healthy", "unhealthy"]
    module_node.advance(10)
    assert "nothing is registered" in str(actor.refused("lookup", entry))


def test_what_an_actor_registered_goes_with_it(module_node: VirtualNode, play: Play) -> None:
    entry, actor = f"entry-{next(NUMBERS)}", play("registry")
    actor.call("register", entry)
    found = module_node.registry.lookup(entry)
    assert found is not None and found.owner == actor.name
    module_node.actors.stop(actor.id)
    assert module_node.registry.lookup(entry) is None
    with pytest.raises(NotFound):
        module_node.actors.get(actor.id)


def test_a_blob_is_stored_as_text_or_bytes_and_copied(module_node: VirtualNode, play: Play) -> None:
    keeper, bucket = play("blob"), f"bucket-{next(NUMBERS)}"
    keeper.call("upload", json.dumps({"blob": f"{bucket}/a/b", "content": "\u00e9", "content_type": "text/x-note"}))
    keeper.call("upload", json.dumps({"blob": f"{bucket}/c", "base64": "AAH/"}))
    assert (keeper.call("download", f"{bucket}/a/b"), keeper.call("download", f"{bucket}/c")) == (
        "\u00e9",
        b"\x00\x01\xff",
    )
    assert keeper.call("copy", json.dumps({"blob": f"{bucket}/c", "to": f"{bucket}/d"}))
    keeper.call("delete", f"{bucket}/c")
    assert [info.key for info in module_node.blobs.list(bucket)] == ["a/b", "d"]
    assert module_node.blobs.metadata(bucket, "a/b").content_type == "text/x-note"
    assert module_node.blobs.download(bucket, "d") == b"\x00\x01\xff"
    assert keeper.refused("upload", json.dumps({"blob": f"{bucket}/e", "base64": "A"})).code == "rejected"
    assert not module_node.blobs.exists(bucket, "e")


def test_a_durable_counter_is_back_after_a_crash_with_its_state_and_its_events(
    module_node: VirtualNode, play: Play
) -> None:
    kept = play("durability", "5", durable=True)
    assert [kept.call("increment") for _ in range(2)] == ["6", "7"]
    assert kept.call("persist_batch", json.dumps([["a", "1"], ["b", "2"]])) == "4"
    kept.assert_called("durability", "persist_batch")
    assert "a type" in str(kept.refused("persist_batch", json.dumps([["good", "1"], ["", "2"]])))
    assert kept.call("get_sequence") == "4", "all or none are kept"
    for checkpoint, total in ((0, 7), (4, 8)):
        module_node.actors.kill(kept.id)
        module_node.actors.restart(kept.id)
        state = json.loads(str(kept.call("get_state")))
        assert state == {"count": total, "sequence": total - 3, "checkpoint": checkpoint, "replayed": True}
        assert kept.call("checkpoint") == str(total - 3)
        assert kept.call("increment") == str(total + 1)
    events = module_node.journal.events(kept.name)
    assert [event.type for event in events] == ["incremented", "incremented", "a", "b", "incremented", "incremented"]


def test_one_that_is_not_durable_is_told_so_in_words(play: Play) -> None:
    for message_type in ("increment", "checkpoint", "get_sequence", "get_state"):
        said = str(play("durability").refused(message_type))
        assert "is not durable and has no journal; spawn it with --durable" in said
