"""Grants of running actors: evidence, live changes and their audit, from either end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.api import (
    Area,
    ChildSpec,
    Denied,
    Evidence,
    Invalid,
    Node,
    NotFound,
    SpawnOptions,
    SupervisorSpec,
    profile,
)

PROBE = '''
import os
import random
import time

from plexspaces import GenServer, Reject, keyvalue, messaging, HostError


class Probe(GenServer):
    """Tries things, and says how it went."""

    def handle_request(self, from_actor, message_type, payload):
        try:
            return str(getattr(self, message_type)(payload))
        except HostError as error:
            return f"{error.code}: {error}"

    def tell(self, payload):
        return messaging.tell(payload, "x") and "told"

    def get(self, payload):
        return keyvalue.get(payload)

    def clock(self, payload):
        return time.time()

    def steady(self, payload):
        return time.monotonic()

    def sleep(self, payload):
        time.sleep(float(payload))
        return time.monotonic()

    def x(self, payload):
        return ""

    def draw(self, payload):
        return os.urandom(8).hex()

    def spawn(self, payload):
        return messaging.spawn("probe", "", grants=payload.split())

    def die(self, payload):
        raise ValueError("asked to")

    def snapshot_state(self):
        return ""

    def init(self, state):
        pass
'''
VIRTUAL_YEAR = 1_800_000_000.0
"""Before it is the fixed start of virtual time; the machines that run this are later."""


@pytest.fixture
def probe(node: Node) -> str:
    node.modules.deploy(PROBE.encode(), file_name="probe.py", alias="probe")
    return node.actors.spawn("probe", options=SpawnOptions(name="p", profile="strict")).id.name


def asked(node: Node, message_type: str, payload: str = "", actor: str = "p") -> str:
    return str(node.actors.ask(actor, message_type, payload).payload)


def row(node: Node, capability: str, actor: str = "p") -> Evidence:
    return next(each for each in node.capabilities.evidence(actor) if each.capability == capability)


def test_a_grant_is_effective_from_the_next_call_on_and_so_is_taking_it_away(node: Node, probe: str) -> None:
    assert asked(node, "tell", "p").startswith("denied: messaging.tell on 'p' needs the capability messaging")
    said = node.capabilities.grant(probe, "messaging/p")
    assert said == "messaging/p takes effect at the next host call of p"
    assert asked(node, "tell", "p") == "told"
    assert "holds for messaging/p only" in asked(node, "tell", "q")
    assert node.actors.get(probe).grants == ("logging", "messaging/p")
    node.capabilities.revoke(probe, "messaging/p")
    assert asked(node, "tell", "p").startswith("denied")


def test_evidence_says_what_is_required_granted_used_and_denied(node: Node, probe: str) -> None:
    asked(node, "tell", "somebody")
    asked(node, "get", "key")
    found = row(node, "messaging")
    assert (found.required, found.granted, found.used, found.denied) == (True, (), 0, 1)
    assert found.last_denial is not None
    assert (found.last_denial.what, found.last_denial.name) == ("messaging.tell", "somebody")
    assert found.last_denial.grant == "messaging/somebody"
    assert found.last_denial.message_type == "tell" and found.last_denial.time > VIRTUAL_YEAR - 10**9
    assert row(node, "keyvalue").denied == 1 and row(node, "keyvalue").required
    assert row(node, "logging").granted == ("logging",)
    assert {each.actor.name for each in node.capabilities.evidence()} == {"p"}
    with pytest.raises(NotFound):
        node.capabilities.evidence("nobody")


def test_evidence_and_grants_outlive_a_crash(node: Node, probe: str) -> None:
    node.capabilities.grant(probe, "messaging", duration="always")
    asked(node, "tell", "p")
    asked(node, "get", "key")
    with pytest.raises(Exception, match="asked to"):
        node.actors.ask(probe, "die")
    node.actors.restart(probe)
    assert row(node, "messaging").used == 1 and row(node, "keyvalue").denied == 1
    assert asked(node, "tell", "p") == "told"


def test_a_grant_for_once_is_used_up_by_the_call_that_it_alone_allowed(node: Node, probe: str) -> None:
    node.capabilities.grant(probe, "messaging", duration="once")
    assert "holds for" not in asked(node, "get", "key"), "a call of another capability leaves it"
    assert asked(node, "tell", "p") == "told"
    assert asked(node, "tell", "p").startswith("denied")
    assert "messaging" not in node.actors.get(probe).grants and row(node, "messaging").used == 1
    node.capabilities.grant(probe, "messaging", duration="once")
    node.capabilities.grant(probe, "messaging/p")
    assert asked(node, "tell", "p") == "told", "what lasts is used first"
    assert "messaging" in node.actors.get(probe).grants
    assert [change.action for change in node.capabilities.audit()] == ["granted", "used up", "granted", "granted"]
    assert [change.by for change in node.capabilities.audit()] == ["caller", "host", "caller", "caller"]


def test_time_and_chance_follow_their_grants_and_no_clock_goes_back(node: Node, probe: str) -> None:
    assert float(asked(node, "clock")) < VIRTUAL_YEAR - 10**8 + 10**6
    seen = [float(asked(node, "sleep", "1000000000"))]
    node.capabilities.grant(probe, "clocks")
    for _ in range(3):
        assert float(asked(node, "clock")) > 1_760_000_000
        seen += [float(asked(node, "steady")), float(asked(node, "steady"))]
        node.capabilities.revoke(probe, "clocks")
        seen += [float(asked(node, "steady")), float(asked(node, "sleep", "5"))]
        node.capabilities.grant(probe, "clocks")
    assert seen == sorted(seen) and row(node, "clocks").used
    drawn = asked(node, "draw")
    node.actors.spawn("probe", options=SpawnOptions(name="q", profile="strict", grants=("random",)))
    node.capabilities.grant(probe, "random")
    assert drawn != asked(node, "draw") and row(node, "random").used == 1


def test_trimming_takes_what_was_never_used_and_a_dry_run_takes_nothing(node: Node, probe: str) -> None:
    for grant in ("messaging", "keyvalue:read/a", "locks"):
        node.capabilities.grant(probe, grant)
    asked(node, "tell", "p")
    unused = node.capabilities.trim(probe, dry=True)
    assert set(unused) == {"logging", "keyvalue:read/a", "locks"}
    assert set(node.actors.get(probe).grants) == {*unused, "messaging"}
    assert node.capabilities.trim(probe) == unused
    assert node.actors.get(probe).grants == ("messaging",)
    assert node.capabilities.trim(probe) == ()
    assert node.capabilities.audit(limit=1)[0].action == "trimmed"


@pytest.mark.parametrize(
    ("body", "used"),
    [("return ''", 0), ("import os; return os.urandom(4).hex()", 1), ("import uuid; return str(uuid.uuid4())", 1),
     ("import random; return str([random.random() for _ in range(20)])", 1)],
)  # fmt: skip
def test_a_birth_is_no_use_of_random_and_a_turn_that_draws_is_one(node: Node, body: str, used: int) -> None:
    source = (
        f"from plexspaces import GenServer\nclass A(GenServer):\n    def handle_request(self, *_):\n        {body}\n"
    )
    node.modules.deploy(source.encode(), file_name="drawing.py", alias="drawing")
    node.actors.spawn("drawing", options=SpawnOptions(name="p"))
    assert row(node, "random").used == 0
    node.actors.ask("p", "go")
    assert row(node, "random").used == used
    node.actors.kill("p")
    node.actors.restart("p")
    assert row(node, "random").used == used
    assert ("random" in node.capabilities.trim("p")) is (used == 0)


@pytest.mark.parametrize(
    ("grant", "duration", "said"),
    [
        ("flying", "session", "no capability 'flying'"),
        ("clocks", "once", "cannot be granted once"),
        ("environment/HOME", "once", "cannot be granted once"),
        ("messaging", "forever", "no duration 'forever'"),
        ("filesystem//nowhere/at/all=/data:ro", "session", "there is no folder /nowhere/at/all"),
        ("filesystem//srv/../etc=/data:ro", "session", "has a '..'"),
    ],
)
def test_what_cannot_be_granted_is_refused_in_a_sentence_and_changes_nothing(
    node: Node, probe: str, grant: str, duration: str, said: str
) -> None:
    before = node.actors.get(probe).grants
    with pytest.raises(Invalid, match=said):
        node.capabilities.grant(probe, grant, duration=duration)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no actor 'nobody'"):
        node.capabilities.grant("nobody", "messaging")
    with pytest.raises(NotFound, match="p does not hold locks; it holds logging"):
        node.capabilities.revoke(probe, "locks")
    assert node.actors.get(probe).grants == before and not node.capabilities.audit()


def test_what_is_bound_at_the_start_says_that_it_takes_effect_then(node: Node, probe: str) -> None:
    said = node.capabilities.grant(probe, "environment/HOME")
    assert "takes effect at the next start of p" in said


def test_changes_and_denials_are_events_and_lines_of_the_log(node: Node, probe: str) -> None:
    with node.subscribe([Area.CAPABILITIES]) as events:
        node.capabilities.grant(probe, "locks")
        node.capabilities.trim(probe)
        for _ in range(20):
            asked(node, "tell", "secret")
        found: list[str] = []
        while len(found) < 3:
            found += [f"{event.kind} {event.subject} {event.text}" for event in events.get(5)]
    assert found[0] == "capabilities.granted p locks (session)"
    assert found[1] == "capabilities.trimmed p logging, locks"
    assert found[2] == "capabilities.denied p messaging: messaging.tell on 'secret'"
    assert row(node, "messaging").denied == 20 and len(found) <= 4, "at most one event a second"
    lines = [line.message for line in node.logs(actor=probe)]
    assert "capabilities granted by the caller: locks (session)" in lines


def test_a_child_never_exceeds_its_parent_as_it_is_now(node: Node, probe: str) -> None:
    node.capabilities.grant(probe, "spawn")
    node.capabilities.grant(probe, "keyvalue:read/a*")
    assert asked(node, "spawn", "keyvalue:read/ab*").startswith("denied")  # it is lent, and not to be handed on
    node.capabilities.grant(probe, "keyvalue:read/a*", duration="always")
    child = asked(node, "spawn", "keyvalue:read/ab*")
    assert "keyvalue:read/ab*" in node.actors.get(child).grants
    assert set(node.actors.get(child).grants) == {"keyvalue:read/ab*", "logging"}
    assert asked(node, "spawn", "keyvalue:read/b").startswith("denied: p cannot give keyvalue:read/b")
    node.capabilities.revoke(probe, "keyvalue:read/a*")
    assert asked(node, "spawn", "keyvalue:read/ab*").startswith("denied")


def test_a_wrong_grant_at_spawn_starts_nothing(node: Node, probe: str) -> None:
    for grant in ("flying", "filesystem//nowhere=/x:ro", "network/127.1"):
        with pytest.raises(Invalid):
            node.actors.spawn("probe", options=SpawnOptions(name="wrong", grants=(grant,)))
    with pytest.raises(NotFound):
        node.actors.get("wrong")
    with pytest.raises((Denied, NotFound)):
        node.capabilities.trim("wrong")


def test_a_child_gets_at_most_the_limits_of_its_parent(node: Node) -> None:
    node.modules.deploy(PROBE.encode(), file_name="probe.py", alias="probe")
    low = replace(profile("strict").interpreter, time_ms=50)
    options = SpawnOptions(name="p", profile="strict", grants=("spawn", "messaging"), limits=low)
    node.actors.spawn("probe", options=options)
    asked(node, "spawn", "")
    child = next(info for info in node.actors.list() if info.id.name != "p")
    assert child.limits == low, "the profile that is usual gives more"


def test_a_tree_that_is_applied_is_in_the_audit_of_grants(node: Node) -> None:
    node.modules.deploy(PROBE.encode(), file_name="probe.py", alias="probe")

    def tree(*grants: str) -> SupervisorSpec:
        return SupervisorSpec("shop", children=(ChildSpec("p", "probe", profile="strict", grants=grants),))

    node.supervision.apply(tree("locks"))
    node.capabilities.grant("p", "spawn", duration="always")
    node.supervision.apply(tree("registry"))
    changes = [(change.action, change.grants) for change in node.capabilities.audit()]
    assert changes == [
        ("granted", ("spawn",)),
        ("revoked", ("locks", "spawn")),
        ("granted", ("registry",)),
    ]
