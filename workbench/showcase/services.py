"""What an actor can do on its node when it was granted: spawn and send, the tuple space, queues and topics."""

from __future__ import annotations

from workbench.api import Area, Rejected
from workbench.showcase.stage import Stage

DEMO = "service_demo_actor.py"


def demonstrate(stage: Stage) -> None:
    stage.deploy("counter_actor.py")
    demo = stage.start(DEMO, "demo", grants=("spawn",))
    _actors(stage, demo)
    _tuples(stage, demo)
    _channels(stage, demo)
    _denied(stage)


def _actors(stage: Stage, demo: str) -> None:
    node = stage.node
    child = str(stage.ask(demo, "spawn_actor", {"module_ref": "counter", "initial_state": "41"}))
    info = node.actors.get(child)
    stage.equal(
        "ActorService: an actor spawned a child", (info.parent.partition("@")[0], info.module_name), (demo, "counter")
    )
    stage.fact(f"{child}, with the grants {', '.join(info.grants)}")
    wanted = {"to": child, "message_type": "increment"}
    message = str(stage.ask(demo, "send_message", wanted))
    stage.equal("ActorService: it sent the child a message", stage.ask(child, "get_count"), "42")
    stage.fact(f"message {message}")


def _tuples(stage: Stage, demo: str) -> None:
    node = stage.node
    for number, state in ((7, "open"), (8, "open"), (9, "closed")):
        stage.ask(demo, "tuplespace_write", ["order", number, state])
    shapes = [(shape.kinds, shape.count) for shape in node.tuplespace.shapes()]
    stage.equal("TupleSpace: three tuples were written", shapes, [(("text", "int", "text"), 3)])
    pattern = ["order", {"predicate": [">", 7]}, {"any": True}]
    stage.equal(
        "TupleSpace: a pattern finds the oldest match",
        stage.asked(demo, "tuplespace_read", pattern),
        ["order", 8, "open"],
    )
    stage.equal("TupleSpace: reading leaves it there", node.tuplespace.count(("order", int, str)), 3)
    taken = node.tuplespace.take(("order", 8, "open"))
    left = stage.asked(demo, "tuplespace_read", ["order", 8, "open"])
    stage.equal("TupleSpace: what was taken is gone", (taken, left), (("order", 8, "open"), None))


def _channels(stage: Stage, demo: str) -> None:
    node = stage.node
    message = {"queue": "jobs", "message_type": "resize", "payload": "photo.png"}
    sent = str(stage.ask(demo, "send_to_queue", message))
    stage.equal("Queue: a message waits for one consumer", node.channels.queue_depth("jobs"), 1)
    worker = stage.start(DEMO, "worker")
    found = stage.asked(worker, "receive_from_queue", {"queue": "jobs"})
    stage.equal(
        "Queue: another actor received it", found, {"message_type": "resize", "payload": "photo.png", "attempt": 1}
    )
    stage.fact(f"message {sent}")
    none = stage.asked(worker, "receive_from_queue", {"queue": "jobs", "timeout_ms": 10})
    stage.equal("Queue: acknowledged, it is gone", (none, list(node.channels.messages("jobs"))), (None, []))
    stage.ask(worker, "subscribe_to_topic", {"topic": "photos", "filter": "re*"})
    stage.ask(demo, "subscribe_to_topic", {"topic": "photos"})
    for kind in ("resized", "deleted"):
        stage.ask(demo, "publish_to_topic", {"topic": "photos", "message_type": kind, "payload": "photo.png"})
    everybody = {demo: ["resized", "deleted"], worker: ["resized"]}
    stage.until(lambda: _heard(stage, demo, worker) == everybody, Area.LOGS)
    stage.equal("Topic: every subscriber has what its filter lets through", _heard(stage, demo, worker), everybody)


def _heard(stage: Stage, *actors: str) -> dict[str, list[str]]:
    return {
        actor: [line.partition(" ")[0] for line in stage.logged(actor) if line.endswith(": photo.png")]
        for actor in actors
    }


def _denied(stage: Stage) -> None:
    strict = stage.start(DEMO, "strict", profile="strict")
    calls: dict[str, object] = {
        "spawn_actor": {"module_ref": "counter"},
        "tuplespace_write": ["order", 10, "open"],
        "send_to_queue": {"queue": "jobs", "message_type": "resize"},
    }
    for message_type, payload in calls.items():
        claim = f"Every service needs its grant: {message_type} is denied without one"
        said = stage.refused(claim, Rejected, stage.ask, strict, message_type, payload)
        stage.check("The refusal names that grant", said.startswith("Denied: ") and "--grant" in said, found=said)
    stage.equal("Nothing of that was done", stage.node.tuplespace.count(("order", 10, "open")), 0)
