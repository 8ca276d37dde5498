"""Attacks on a listener, and what honest callers are told: tokens, roles, tenants, rates, the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from contract_sources import COUNTER
from google.protobuf.message_factory import GetMessageClass
from test_parity import FACETS

import workbench
from workbench.api import (
    ChildSpec,
    Denied,
    Exhausted,
    Invalid,
    Node,
    Role,
    SpawnOptions,
    SupervisorSpec,
    Unauthenticated,
    WorkbenchError,
)  # fmt: skip
from workbench.rpc.client import RemoteNode
from workbench.rpc.roles import changes, needed
from workbench.rpc.security import Caller, metadata
from workbench.rpc.server import Server, serve
from workbench.rpc.server.access import Access
from workbench.rpc.server.rates import Rates

METHODS = {
    f"{name}/{method.name}": method
    for name, (_, _, _, file) in FACETS.items()
    for method in file.DESCRIPTOR.services_by_name[name].methods
}
SECRET = "0123456789abcdef0123456789abcdef"
REFUSED = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED)


@pytest.fixture
def server(embedded: Node) -> Iterator[Server]:
    with workbench.serve(embedded, listen="127.0.0.1:0") as running:
        yield running


def status(address: str, method: str, sent: tuple[tuple[str, str | bytes], ...]) -> grpc.StatusCode:
    """How a call with an empty request ends; what goes on for ever is left after its first answer."""
    described = METHODS[method]
    with grpc.insecure_channel(address) as channel:
        call = channel.stream_stream(f"/plexspaces.v1.{method}")
        answers = call(iter([GetMessageClass(described.input_type)().SerializeToString()]), metadata=sent, timeout=30)
        try:
            next(answers, None)
        except grpc.RpcError as error:
            return error.code()
        answers.cancel()
    return grpc.StatusCode.OK


def audited(node: Node) -> list[dict[str, object]]:
    path = Path(node.info().workspace) / "logs" / "audit.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_on_this_machine_nobody_needs_a_token_until_there_is_one(server: Server, embedded: Node) -> None:
    with RemoteNode(server.address) as anybody:
        made = anybody.tokens.create("ci", role=Role.ADMIN)
        with pytest.raises(Unauthenticated, match="none was shown: give --token-file FILE or WORKBENCH_TOKEN"):
            anybody.info()
    with RemoteNode(server.address, token=made.secret) as holder:
        holder.tokens.revoke("ci")
        with pytest.raises(Unauthenticated, match="'ci' was revoked"):
            holder.info()
    with RemoteNode(server.address) as anybody, pytest.raises(Unauthenticated):
        anybody.info()


@pytest.mark.parametrize("method", METHODS)
def test_no_method_can_be_called_without_a_token_or_with_too_little_of_a_role(
    server: Server, embedded: Node, method: str
) -> None:
    reader, operator = embedded.tokens.create("r"), embedded.tokens.create("o", role=Role.OPERATE)
    assert status(server.address, method, ()) is grpc.StatusCode.UNAUTHENTICATED
    wanted = needed(METHODS[method])
    for token in (reader, operator):
        got = status(server.address, method, metadata(Caller(), token.secret))
        assert (got is grpc.StatusCode.PERMISSION_DENIED) is not token.token.role.includes(wanted), got
        assert got is not grpc.StatusCode.UNAUTHENTICATED


WRONG = ("wrong", "Bearer", "", "wbt_", "wbt_000000000000_" + "A" * 43, "x" * 10_000, "' OR 1=1 --", "../../etc/passwd")


@pytest.mark.parametrize("token", WRONG)
def test_a_wrong_token_opens_nothing(server: Server, embedded: Node, token: str) -> None:
    embedded.tokens.create("ci")
    for header in (f"Bearer {token}", f"bearer {token}", token, f"Basic {token}"):
        assert status(server.address, "Node/Info", (("authorization", header),)) is grpc.StatusCode.UNAUTHENTICATED


def test_the_id_of_a_token_with_the_secret_of_another_opens_nothing(server: Server, embedded: Node) -> None:
    one, two = embedded.tokens.create("one"), embedded.tokens.create("two")
    forged = one.secret[:17] + two.secret[17:]
    with RemoteNode(server.address, token=forged) as forger, pytest.raises(Unauthenticated, match="wrong token"):
        forger.info()


def test_a_revoked_token_ends_its_open_streams_and_no_others(server: Server, embedded: Node) -> None:
    made, other = embedded.tokens.create("ci"), embedded.tokens.create("other")
    with (
        RemoteNode(server.address, token=made.secret) as remote,
        RemoteNode(server.address, token=other.secret) as stays,
    ):
        with remote.subscribe() as events, stays.subscribe() as others:
            embedded.tokens.revoke("ci")
            with pytest.raises(Unauthenticated, match="revoked"):
                while True:
                    events.get(4.0)
            embedded.keyvalue.put("a", "b")
            assert others.get(10.0)
        with pytest.raises(Unauthenticated, match="'ci' was revoked"):
            remote.subscribe()


def test_a_token_that_expires_ends_its_open_streams(server: Server, embedded: Node) -> None:
    made = embedded.tokens.create("ci", expires_seconds=1.0)
    with (
        RemoteNode(server.address, token=made.secret) as remote,
        remote.subscribe() as events,
        pytest.raises(Unauthenticated, match="token ci has expired"),
    ):
        while True:
            embedded.keyvalue.put("a", "b")
            events.get(0.05)


def test_a_token_binds_its_holder_to_its_tenant_and_namespace(server: Server, embedded: Node) -> None:
    shop = embedded.scoped("shop", "web")  # type: ignore[attr-defined]
    secret = shop.tokens.create("ci", role=Role.ADMIN).secret
    shop.keyvalue.put("k", "theirs")
    embedded.keyvalue.put("k", "default's")
    with RemoteNode(server.address, token=secret) as unnamed:
        assert unnamed.keyvalue.get("k") == "theirs"
    with RemoteNode(server.address, token=secret, tenant="shop", namespace="web") as named:
        assert named.keyvalue.get("k") == "theirs"
        assert [token.name for token in named.tokens.list()] == ["ci"]
    said = set()
    for tenant in ("default", "absent", "", "shop\0", "SHOP", "sho", "shop/../default"):
        with RemoteNode(server.address, token=secret, tenant=tenant) as spoof, pytest.raises(Denied) as refused:
            spoof.keyvalue.get("k")
        said.add(refused.value.message)
    for namespace in ("default", "absent", ""):
        with RemoteNode(server.address, token=secret, namespace=namespace) as spoof, pytest.raises(Denied) as refused:
            spoof.keyvalue.get("k")
        said.add(refused.value.message)
    assert len(said) == 1, "a tenant that exists is not told from one that does not"


def test_a_tenant_sent_twice_is_not_a_way_round(server: Server, embedded: Node) -> None:
    shop = embedded.scoped("shop", "default")  # type: ignore[attr-defined]
    secret = shop.tokens.create("ci").secret
    for order in ((b"shop", b"default"), (b"default", b"shop")):
        sent = (*metadata(Caller(), secret), *(("plexspaces-tenant-bin", name) for name in order))
        assert status(server.address, "Node/Info", sent) is grpc.StatusCode.INVALID_ARGUMENT
    twice = (*metadata(Caller(), secret), *metadata(Caller(), "wrong"))
    assert status(server.address, "Node/Info", twice) is grpc.StatusCode.INVALID_ARGUMENT


OUTWARD = ("filesystem/{folder}=/w:rw", "filesystem/{folder}=/w:ro", "environment/HOME")


@pytest.mark.parametrize("grant", OUTWARD)
def test_whoever_is_bound_to_a_tenant_cannot_let_an_actor_out_of_it(server: Server, embedded: Node, grant: str) -> None:
    """Else an actor could read the token of the private endpoint out of the workspace."""
    grant = grant.format(folder=embedded.info().workspace)
    secret = embedded.tokens.create("boss", role=Role.ADMIN).secret
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    embedded.actors.spawn("counter", options=SpawnOptions(name="tally"))
    child = ChildSpec("counter", module="counter", grants=(grant,))
    inner = ChildSpec("inner", supervisor=SupervisorSpec("inner", children=(child,)))
    with RemoteNode(server.address, token=secret) as boss:
        for attempt in (
            lambda: boss.actors.spawn("counter", options=SpawnOptions(name="spy", grants=(grant,))),
            lambda: boss.capabilities.grant("tally", grant),
            lambda: boss.supervision.apply(SupervisorSpec("shop", children=(child,))),
            lambda: boss.supervision.apply(SupervisorSpec("outer", children=(inner,))),
        ):
            with pytest.raises(Denied, match=r"reaches into the node's machine"):
                attempt()
        assert boss.actors.spawn("counter", options=SpawnOptions(name="good", grants=("keyvalue",))).id.name == "good"
    assert {actor.id.name for actor in embedded.actors.list()} == {"tally", "good"}


def test_whoever_calls_on_this_machine_without_a_token_is_not_its_owner(embedded: Node, tmp_path: Path) -> None:
    """Another user of the machine could read what the node's user may."""
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    options = SpawnOptions(name="spy", grants=(f"filesystem/{tmp_path}=/w:ro",))
    with workbench.serve(embedded, listen="127.0.0.1:0") as server:
        with RemoteNode(server.address) as anybody:
            with pytest.raises(Denied, match="this caller is not its owner"):
                anybody.actors.spawn("counter", options=options)
            assert anybody.actors.spawn("counter", options=SpawnOptions(name="good")).id.name == "good"
        own = tmp_path / "token"
        own.write_text("x" * 40)
        own.chmod(0o600)
    with (
        workbench.serve(embedded, listen="127.0.0.1:0", token_file=str(own)) as server,
        RemoteNode(server.address, token="x" * 40) as owner,
    ):
        assert owner.actors.spawn("counter", options=options).id.name == "spy"


def test_a_caller_that_calls_too_often_is_told_so_and_others_are_not(embedded: Node) -> None:
    tokens = embedded.callers  # type: ignore[attr-defined]
    one, two = embedded.tokens.create("one"), embedded.tokens.create("two")
    with (
        serve(embedded, access=Access(tokens=tokens), rates=Rates(1, 5)) as server,
        RemoteNode(server.address, token=one.secret) as busy,
        RemoteNode(server.address, token=two.secret) as calm,
    ):
        with pytest.raises(Exhausted, match="too many calls: the most are 1 in a second, 5 at once") as refused:
            for _ in range(20):
                busy.info()
        assert (refused.value.limit, refused.value.value) == ("calls per second", 1)
        calm.info()


def test_whoever_guesses_tokens_is_slowed_down(server: Server, embedded: Node) -> None:
    made = embedded.tokens.create("ci")
    ends = set()
    with RemoteNode(server.address, token="wrong") as guessing:
        for _ in range(300):
            with pytest.raises(WorkbenchError) as refused:
                guessing.info()
            ends.add(refused.value.code)
    assert ends == {"unauthenticated", "exhausted"}
    with RemoteNode(server.address, token=made.secret) as holder:  # from the same address
        holder.info()


def test_a_token_file_is_for_admin_in_every_tenant(embedded: Node, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET)
    path.chmod(0o600)
    with workbench.serve(embedded, listen="127.0.0.1:0", token_file=str(path)) as server:
        with RemoteNode(server.address) as anybody, pytest.raises(Unauthenticated):
            anybody.info()
        for tenant in (None, "shop"):
            with RemoteNode(server.address, token=SECRET, tenant=tenant) as boss:
                assert boss.tokens.create("x").token.tenant == (tenant or "default")
    path.chmod(0o644)
    with pytest.raises(Invalid, match="chmod 600"):
        workbench.serve(embedded, listen="127.0.0.1:0", token_file=str(path))


def test_what_changes_something_is_audited_without_what_it_carries(server: Server, embedded: Node) -> None:
    reader, operator = embedded.tokens.create("r"), embedded.tokens.create("o", role=Role.OPERATE)
    with RemoteNode(server.address, token=operator.secret) as remote:
        remote.keyvalue.put("colour", "PAYLOAD")
        remote.keyvalue.get("colour")
        remote.blobs.upload("b", "k", b"PAYLOAD")
        with pytest.raises(WorkbenchError):
            remote.actors.ask("nobody", "t", "PAYLOAD")
    with RemoteNode(server.address, token=reader.secret) as remote, pytest.raises(Denied):
        remote.keyvalue.put("colour", "PAYLOAD")
    with RemoteNode(server.address, token="wrong-PAYLOAD") as remote, pytest.raises(Unauthenticated):
        remote.keyvalue.put("colour", "PAYLOAD")
    with workbench.serve(embedded):
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        with RemoteNode(found.address, token=found.token) as private:
            private.tokens.revoke("r")
    parts = ("caller", "role", "method", "subject", "outcome")
    assert [tuple(line[part] for part in parts) for line in audited(embedded)] == [
        ("token o", "operate", "KeyValue.Put", "colour", "ok"),
        ("token o", "operate", "Blobs.Upload", "b/k", "ok"),
        ("token o", "operate", "Actors.Ask", "nobody", "not_found"),
        ("token r", "read", "KeyValue.Put", "", "denied"),
        ("address 127.0.0.1", "", "KeyValue.Put", "", "unauthenticated"),
        ("local", "admin", "Tokens.Revoke", "r", "ok"),
    ]
    text = (Path(embedded.info().workspace) / "logs" / "audit.jsonl").read_text()
    for secret in ("PAYLOAD", reader.secret, operator.secret, found.token):
        assert secret not in text
    assert all(float(str(line["ms"])) >= 0 and line["time"] for line in audited(embedded))


def test_every_method_that_changes_something_is_audited(server: Server, embedded: Node) -> None:
    for method, described in METHODS.items():
        before = len(audited(embedded))
        status(server.address, method, metadata(Caller(), "wrong"))
        assert len(audited(embedded)) - before == changes(described), method
