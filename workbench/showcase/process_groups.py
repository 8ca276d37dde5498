"""Groups of actors as Erlang's pg2: joins are counted, topics are a union, who ends leaves by itself."""

from __future__ import annotations

from workbench.api import Area, Rejected
from workbench.showcase.stage import Stage

ACTOR = "process_groups_actor.py"
GROUP = "news"


def demonstrate(stage: Stage) -> None:
    for name in ("ada", "bob", "cyd", "desk"):
        stage.start(ACTOR, name)
    _join(stage)
    _publish(stage)
    _leave(stage)


def _join(stage: Stage) -> None:
    stage.ask("ada", "join_group", {"group": GROUP, "topics": ["sport"]})
    stage.ask("bob", "join_group", {"group": GROUP, "topics": ["weather"]})
    stage.ask("cyd", "join_group", GROUP)
    stage.equal("Three actors joined the group", _members(stage), ["ada", "bob", "cyd"])
    stage.ask("bob", "join_group", {"group": GROUP, "topics": ["sport"]})
    bob = next(member for member in stage.node.process_groups.members(GROUP) if member.actor == "bob")
    stage.equal("Joins are counted, and topics are merged", (bob.joins, bob.topics), (2, ("sport", "weather")))


def _members(stage: Stage) -> list[str]:
    return [member.actor for member in stage.node.process_groups.members(GROUP)]


def _publish(stage: Stage) -> None:
    cases = (
        ("A message to all reaches every member", None, ["ada", "bob", "cyd"]),
        ("A topic reaches those who listen to it, and those who listen to everything", "weather", ["bob", "cyd"]),
        ("A topic of two members and one for everything", "sport", ["ada", "bob", "cyd"]),
    )
    for number, (claim, topic, expected) in enumerate(cases):
        message = {"group": GROUP, "message_type": f"item-{number}", "payload": "3:1", "topic": topic}
        reached = sorted(address.partition("@")[0] for address in stage.asked("desk", "publish", message))
        stage.equal(claim, reached, expected)
        stage.fact(f"topic {topic or 'none'}: {', '.join(reached)}")
        everybody = {name: name in expected for name in ("ada", "bob", "cyd")}
        stage.until(lambda number=number, expected=everybody: _got(stage, number) == expected, Area.LOGS)  # type: ignore[misc]
        stage.equal("and each of them has handled it", _got(stage, number), everybody)


def _got(stage: Stage, number: int) -> dict[str, bool]:
    """Who has logged the message, once."""
    said = f"item-{number} from desk"
    return {name: sum(line.startswith(said) for line in stage.logged(name)) == 1 for name in ("ada", "bob", "cyd")}


def _leave(stage: Stage) -> None:
    stage.ask("bob", "leave_group", GROUP)
    bob = next(member for member in stage.node.process_groups.members(GROUP) if member.actor == "bob")
    stage.equal("Leaving takes one join back", (bob.joins, bob.topics), (1, ("weather",)))
    stage.ask("bob", "leave_group", GROUP)
    stage.equal("The last one ends the membership", _members(stage), ["ada", "cyd"])
    stage.refused("Who is no member cannot leave", Rejected, stage.ask, "bob", "leave_group", GROUP)
    stage.node.actors.kill("ada")
    left = stage.until(lambda: _members(stage) == ["cyd"], Area.PROCESS_GROUPS, Area.ACTORS)
    stage.check("An actor that ends has left by itself", left, found=_members(stage))
    strict = stage.start(ACTOR, "strict", profile="strict")
    stage.refused("Without the grant nobody joins", Rejected, stage.ask, strict, "join_group", GROUP)
