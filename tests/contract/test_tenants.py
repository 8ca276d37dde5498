"""The tenant matrix: nothing of one tenant can be reached, seen or inferred by another, with the same names in both.

For every host function that this node has, from the WIT: what it answers about another tenant's thing is what it
answers about a thing that does not exist. One that is new must be put into one of the lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from contract_sources import COUNTER

import workbench
from tests.unit.hostile_names import value
from workbench.api import ChildSpec, Invalid, Node, SpawnOptions, SupervisorSpec, WorkbenchError, profile
from workbench.node import LocalNode
from workbench.rpc.security import Caller, metadata
from workbench.wasm.codec import Err, Ok
from workbench.wasm.gate import REGISTRY, through_gate
from workbench.wasm.types import Primitive, Type
from workbench.wasm.wit import actor_package

SECRET, ABSENT = "vault", "valet"
HOSTILE = ("..", "*", ">", "a:b", "a@b", "'\"", "nul\0", "ü\u202e", "default", "other")
NAMED = {
    ("messaging", function) for function in ("tell", "ask", "spawn", "stop", "link", "unlink", "monitor", "demonitor")
}
"""Functions whose first argument names a thing of the caller's tenant."""
NAMELESS = {
    ("messaging", function) for function in ("self-id", "parent-id", "send-after", "cancel-timer", "now-ms")
} | {("logging", "log")}
"""Functions that reach nothing but the caller itself."""
SHARED = {("http", "request"), *(("socket", function) for function in ("connect", "send", "receive", "close"))}
"""The network, which is no tenant's; connections are numbered for each instance."""


def _keep_keys(node: Node) -> None:
    node.keyvalue.put(SECRET, "1")
    node.keyvalue.put(f"{SECRET}:below", "secret")


def _keep_tuples(node: Node) -> None:
    for _ in range(2):
        node.tuplespace.write((SECRET,))
    node.tuplespace.write((SECRET, 1))


def _keep_locks(node: Node) -> None:
    for name in (SECRET, "another"):
        node.locks.acquire(name, lease_ms=60_000, holder=SECRET)


def _keep_groups(node: Node) -> None:
    for name in (SECRET, "another"):
        node.process_groups.create(name)
        node.process_groups.join(name, SECRET, topics=("a",))


def _groups(node: Node) -> object:
    groups = node.process_groups.list()
    return groups, [node.process_groups.members(group.name) for group in groups]


def _keep_entries(node: Node) -> None:
    for name in (SECRET, "another"):
        node.registry.register(name, object_type=SECRET, address=SECRET, labels={SECRET: SECRET})


def _keep_queues(node: Node) -> None:
    node.channels.send(SECRET, SECRET, "secret")
    node.channels.publish(SECRET, SECRET, "secret")


def _queues(node: Node) -> object:
    found = node.channels.queues(), node.channels.messages(SECRET), node.channels.topics(), node.channels.published()
    return tuple(map(list, found))


def _keep_blobs(node: Node) -> None:
    for key in (SECRET, "another"):
        node.blobs.upload(SECRET, key, "secret", metadata={SECRET: SECRET})


def _keep_journal(node: Node) -> None:
    """The journal of whoever is called so there; the one that asks has none, as before."""
    module = node.modules.deploy(COUNTER.encode(), file_name="counter.py")
    node.actors.spawn(module.hash, options=SpawnOptions("kept", durable=True))
    node.actors.ask("kept", "increment")


SERVICES: dict[str, tuple[Callable[[Node], None], Callable[[Node], object]]] = {
    "blob": (_keep_blobs, lambda node: (node.blobs.buckets(), node.blobs.list(SECRET))),
    "channels": (_keep_queues, _queues),
    "durability": (_keep_journal, lambda node: (node.journal.list(), node.journal.entries("kept"))),
    "keyvalue": (_keep_keys, lambda node: node.keyvalue.list()),
    "locks": (_keep_locks, lambda node: node.locks.list()),
    "process-groups": (_keep_groups, _groups),
    "registry": (_keep_entries, lambda node: node.registry.discover()),
    "tuplespace": (_keep_tuples, lambda node: (node.tuplespace.list(), node.tuplespace.shapes())),
}
"""By interface: how a tenant comes to have things called `vault`, and a picture of all that it has there."""
SERVED = {key for key in REGISTRY if key[0] in SERVICES}


@pytest.fixture
def tenants(embedded: Node) -> Iterator[tuple[LocalNode, LocalNode]]:
    """Two tenants of one node, an actor `mine` in the one and `vault` in the other."""
    assert isinstance(embedded, LocalNode)
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    one, other = embedded.scoped("one", "space"), embedded.scoped("other", "space")
    one.actors.spawn("counter", options=SpawnOptions(name="mine", profile="permissive"))
    other.actors.spawn("counter", options=SpawnOptions(name=SECRET, grants=("locks/secret",)))
    yield one, other


def test_every_host_function_of_this_node_has_its_case() -> None:
    assert set(REGISTRY) <= NAMED | NAMELESS | SHARED | SERVED


@pytest.mark.parametrize("key", sorted(NAMED), ids=".".join)
def test_a_thing_of_another_tenant_is_no_other_than_one_that_is_not_there(
    tenants: tuple[LocalNode, LocalNode], key: tuple[str, str]
) -> None:
    one, other = tenants
    before = other.actors.get(SECRET)
    assert _answer(one, key, SECRET) == _answer(one, key, ABSENT).replace(ABSENT, SECRET)
    for way in (f"{SECRET}@local", f"other/space/{SECRET}", f"other:{SECRET}", f"{SECRET}@other"):
        absent = way.replace(SECRET, ABSENT)
        assert _answer(one, key, way) == _answer(one, key, absent).replace(absent, way).replace(ABSENT, SECRET)
    assert other.actors.get(SECRET) == before, "nothing has reached it"


@pytest.mark.parametrize("key", sorted(SERVED), ids=".".join)
def test_a_service_answers_as_if_no_other_tenant_had_anything(
    tenants: tuple[LocalNode, LocalNode], embedded: Node, key: tuple[str, str]
) -> None:
    one, other = tenants
    assert isinstance(embedded, LocalNode)
    before = embedded.scoped("one", "before")
    before.actors.spawn("counter", options=SpawnOptions(name="mine", profile="permissive"))
    arguments = [value(kind, SECRET) for _, kind in _parameters(key)]
    alone = _through(before, key, arguments)
    keep, picture = SERVICES[key[0]]
    keep(other)
    held = picture(other)
    with other.subscribe() as events:
        assert _through(one, key, arguments) == alone
        assert picture(other) == held, "nothing has reached it"
        assert not [event for event in events.get(0) if event.area != "metrics"]


def _parameters(key: tuple[str, str]) -> Sequence[tuple[str, Type]]:
    function = actor_package().interfaces[key[0]].function(key[1])
    assert function is not None
    return function.params


def _through(node: LocalNode, key: tuple[str, str], arguments: Sequence[Any]) -> str:
    """What the actor `mine` is told, without what is only a number of the node, and without the time of day."""
    found = node._machine.system.find(node._actors.id_of("mine"))
    answer = re.sub(r"_at_ms=\d+", "_at_ms=TIME", str(through_gate(*key, found.body.context, tuple(arguments))))
    return re.sub(r"'[mpsw]\d+'", "'ID'", answer)


def _answer(node: LocalNode, key: tuple[str, str], name: str) -> str:
    """What the actor `mine` is told, through its own gate."""
    function = actor_package().interfaces[key[0]].function(key[1])
    assert function is not None
    rest: list[Any] = []
    for kind in (kind for _, kind in function.params[1:]):
        options = SimpleNamespace(name=name, profile=None, grants=[], link=False, monitor=False)
        rest.append("x" if kind == Primitive("string") else 1 if isinstance(kind, Primitive) else options)
    if key[1] == "spawn":
        rest[0] = ""
    if key[1] in ("tell", "ask"):
        rest[1] = ""
    found = node._machine.system.find(node._actors.id_of("mine"))
    answer = through_gate(*key, found.body.context, (name, *rest))
    return f"{answer.value}" if isinstance(answer, Err) else f"ok {_without_number(answer)}"


def _without_number(answer: Ok) -> str:
    """Ids of messages are numbers of the node."""
    return "" if isinstance(answer.value, str) else str(answer.value)


def test_names_logs_turns_evidence_and_audit_of_one_tenant_are_not_shown_to_another(
    tenants: tuple[LocalNode, LocalNode],
) -> None:
    one, other = tenants
    with one.subscribe() as events:
        other.actors.ask(SECRET, "increment")
        other.capabilities.grant(SECRET, "registry/hidden*")
        other.capabilities.revoke(SECRET, "locks/secret")
        other.capabilities.trim(SECRET)
        other.actors.kill(SECRET)
        other.actors.restart(SECRET)
        _give_up(other)
        one.actors.kill("mine")
        one.actors.restart("mine")
        seen = "".join(f"{event.kind} {event.subject} {event.text}\n" for event in events.get(5))
    assert "actors.restarted mine" in seen
    shown = [seen, *map(str, one.logs()), *map(str, one.actors.list()), *map(str, one.actors.turns())]
    shown += [*map(str, one.capabilities.evidence()), *map(str, one.capabilities.audit()), str(one.info().actors)]
    shown += [str(one.modules.list()), str(one.modules.describe("counter")), str(one.metrics([SECRET]).get(SECRET))]
    for word in (SECRET, "hidden", "locks/secret", "other"):
        assert not [text for text in shown if word in text.replace("test_names", "")], word
    assert one.info().actors == 1 and {row.actor.name for row in one.capabilities.evidence()} == {"mine"}
    assert len(other.capabilities.audit()) == 3
    for denied in (
        lambda: one.capabilities.grant(SECRET, "locks"),
        lambda: one.capabilities.revoke(SECRET, "locks"),
        lambda: one.capabilities.trim(SECRET),
        lambda: one.capabilities.evidence(SECRET),
    ):
        with pytest.raises(WorkbenchError, match="no actor 'vault' in one/space"):
            denied()


def _give_up(node: LocalNode) -> None:
    """A tree whose only child ends for a reason that is a secret, and whose supervisor then stops."""
    node.supervision.apply(SupervisorSpec("hidden-tree", intensity=0, children=(ChildSpec("hidden-job", "counter"),)))
    with pytest.raises(WorkbenchError):
        node.actors.ask("hidden-job", "crash", "hidden")
    while not any("gave up" in line.message for line in node.logs()):
        node.logs()
    assert node.supervision.get("hidden-tree").stopped_because


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_is_the_name_of_a_tenant_a_namespace_and_an_actor(embedded: Node, name: str) -> None:
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    with workbench.serve(embedded):
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        url = f"grpc://{found.address}"
        with (
            workbench.connect(url, token=found.token, tenant=f"t{name}", namespace=name) as one,
            workbench.connect(url, token=found.token, tenant="t", namespace=f"{name}x") as other,
        ):
            called = name.replace("@", "")
            one.actors.spawn("counter", options=SpawnOptions(name=called))
            assert one.actors.ask(called, "increment").payload == "1"
            made = one.actors.list()[0].id
            assert (made.tenant, made.namespace, made.name) == (f"t{name}", name, called)
            assert not other.actors.list() and not embedded.actors.list()
            one.capabilities.grant(called, f"locks/{name}*")
            assert f"locks/{name}*" in one.actors.get(called).grants and not other.capabilities.audit()
            with pytest.raises(WorkbenchError, match="no actor"):
                other.actors.ask(called, "increment")


def test_the_profile_that_grants_all_gives_no_way_out_of_the_tenant(tenants: tuple[LocalNode, LocalNode]) -> None:
    one, _ = tenants
    assert set(one.actors.get("mine").grants) == set(profile("permissive").grants)


@pytest.mark.parametrize("name", ["", "\ud800", "x" * 1025])
@pytest.mark.parametrize("what", ["tenant", "namespace"])
def test_what_is_no_name_of_a_tenant_is_refused_and_not_taken_for_the_default_one(
    embedded: Node, what: str, name: str
) -> None:
    assert isinstance(embedded, LocalNode)
    said = f"a {what} has a name of 1 to 1,024 bytes of Unicode, and .*; without one it is 'default'"
    with pytest.raises(Invalid, match=said):
        embedded.scoped(**{"tenant": "one", "namespace": "one", what: name})
    with pytest.raises(Invalid, match=said):
        workbench.connect("grpc://127.0.0.1:1", **{what: name})
    with pytest.raises(Invalid, match=said):
        workbench.connect("embedded:", **{what: name})


def test_an_endpoint_refuses_an_empty_tenant_of_a_foreign_client(embedded: Node) -> None:
    with workbench.serve(embedded) as server:
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        caller = Caller(tenant="")
        with (
            grpc.insecure_channel(server.address) as channel,
            pytest.raises(grpc.RpcError, match="a tenant has a name of 1 to 1,024 bytes"),
        ):
            info = channel.unary_unary("/plexspaces.v1.Node/Info")
            info(b"", metadata=metadata(caller, found.token), timeout=10)
