"""TLS with real certificates: who gets in, as whom, and what everybody else is told within five seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from odd_certificates import changed

import workbench
from workbench.api import Denied, Invalid, Node, NotFound, Role, Unauthenticated, Unavailable, WorkbenchError
from workbench.rpc.server import Server

SECONDS = 5.0


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certs")
    workbench.make_certificates(folder, hosts=["node.example"])
    workbench.make_certificates(folder, client="reader", role=Role.READ, tenant="shop")
    return folder


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    workbench.make_certificates(folder)
    return folder


@contextmanager
def served(node: Node, certs: Path, *, cert: str = "", ca: bool = False) -> Iterator[Server]:
    with workbench.serve(
        node, listen="127.0.0.1:0", tls_cert=cert or str(certs / "server.pem"), tls_key=str(certs / "server-key.pem"),
        tls_client_ca=str(certs / "ca.pem") if ca else "",
    ) as server:  # fmt: skip
        yield server


def attached(address: str, ca: Path | None, client: tuple[Path, str] | None = None, **more: str) -> Node:
    shown = {} if client is None else {
        "tls_cert": str(client[0] / f"{client[1]}.pem"), "tls_key": str(client[0] / f"{client[1]}-key.pem"),
    }  # fmt: skip
    trusted = {"tls_ca": "" if ca is None else str(ca / "ca.pem")}
    return workbench.connect(f"grpc://{address}", **{**trusted, **shown, **more})  # type: ignore[arg-type]


def refused(address: str, ca: Path | None, kind: type[WorkbenchError], says: str, **how: object) -> None:
    """The first call is refused with these words, soon."""
    started = time.monotonic()
    with attached(address, ca, **how) as remote, pytest.raises(kind, match=says):  # type: ignore[arg-type]
        remote.info()
    assert time.monotonic() - started < SECONDS


def test_a_caller_who_trusts_the_authority_gets_in(embedded: Node, certs: Path) -> None:
    with served(embedded, certs) as server:
        for host in ("127.0.0.1", "localhost"):
            with attached(server.address.replace("127.0.0.1", host), certs) as remote:
                assert remote.info().name == embedded.info().name
                with remote.subscribe() as events:
                    remote.keyvalue.put("a", "b")
                    assert events.get(10.0)


def test_without_tls_a_node_that_speaks_it_says_what_to_give(embedded: Node, certs: Path) -> None:
    with served(embedded, certs) as server:
        refused(server.address, None, Unavailable, "speaks TLS: give --tls-ca FILE")
    with served(embedded, certs, ca=True) as server:
        refused(server.address, None, Unavailable, "speaks TLS: give --tls-ca FILE")


def test_tls_to_a_node_that_speaks_without_says_so(embedded: Node, certs: Path) -> None:
    with workbench.serve(embedded, listen="127.0.0.1:0") as server:
        refused(server.address, certs, Unavailable, "speaks without TLS: leave out --tls-ca")


def test_a_certificate_of_an_unknown_authority_is_not_trusted(embedded: Node, certs: Path, foreign: Path) -> None:
    with served(embedded, certs) as server:
        refused(server.address, foreign, Unavailable, r"signed by nobody whom .*ca\.pem holds: give --tls-ca the ca")
        refused(server.address, None, Unavailable, "signed by nobody whom the system trusts", tls_ca="system")


@pytest.mark.parametrize(("days", "says"), [
    ((-3, -1), "has expired: make another with workbench node certs"), ((1, 3), "is not valid yet: are the clocks"),
])  # fmt: skip
def test_a_certificate_out_of_its_time_is_not_trusted(
    embedded: Node, certs: Path, days: tuple[int, int], says: str
) -> None:
    from workbench.rpc.server import serve
    from workbench.rpc.server.listening import ServerTls

    class Unchecked(ServerTls):
        """As a node that was started when its certificate was good still."""

        def credentials(self):  # type: ignore[no-untyped-def]
            import grpc

            pair = Path(self.key).read_bytes(), Path(self.cert).read_bytes()
            return grpc.ssl_server_credentials([pair])

    tls = Unchecked(changed(certs, "server", days=days), str(certs / "server-key.pem"))
    with serve(embedded, tls=tls) as server:
        refused(server.address, certs, Unavailable, says)


def test_a_certificate_for_another_host_is_not_trusted(embedded: Node, certs: Path) -> None:
    with workbench.serve(
        embedded, listen="127.0.0.2:0", tls_cert=str(certs / "server.pem"), tls_key=str(certs / "server-key.pem")
    ) as server:
        refused(server.address, certs, Unavailable, r"not one for 127\.0\.0\.2: .*certs --host 127\.0\.0\.2")


def test_a_client_certificate_says_who_calls(embedded: Node, certs: Path) -> None:
    with served(embedded, certs, ca=True) as server:
        with attached(server.address, certs, (certs, "client")) as operator:
            operator.keyvalue.put("a", "b")
            with pytest.raises(Denied, match=r"Tokens\.List needs the role admin, and this caller has operate"):
                operator.tokens.list()
        with attached(server.address, certs, (certs, "reader")) as reader:
            assert reader.keyvalue.get("a") is None
            with pytest.raises(Denied, match=r"KeyValue\.Put needs the role operate, and this caller has read"):
                reader.keyvalue.put("a", "c")
        with attached(server.address, certs, (certs, "reader"), tenant="default") as spoof, pytest.raises(Denied):
            spoof.keyvalue.get("a")


def test_without_a_client_certificate_nobody_gets_in(embedded: Node, certs: Path) -> None:
    with served(embedded, certs, ca=True) as server:
        refused(server.address, certs, Unauthenticated, "asks for a client certificate: give --tls-cert FILE")


def test_a_client_certificate_that_expired_or_is_foreign_is_refused(embedded: Node, certs: Path, foreign: Path) -> None:
    with served(embedded, certs, ca=True) as server:
        refused(server.address, certs, Unauthenticated, "refused the client certificate", client=(foreign, "client"))
        # The caller's own check would stop it before it is shown.
        with pytest.raises(Invalid, match="expired at"):
            attached(server.address, certs, (certs, "client"), tls_cert=changed(certs, "client", days=(-3, -1)))


def test_an_expired_client_certificate_is_refused_by_the_node_too(embedded: Node, certs: Path) -> None:
    from workbench.rpc.client.channel import Connection
    from workbench.rpc.client.tls import ClientTls
    from workbench.rpc.generated.plexspaces.v1 import node_pb2
    from workbench.rpc.security import Caller

    class Unchecked(ClientTls):
        def credentials(self):  # type: ignore[no-untyped-def]
            import grpc

            return grpc.ssl_channel_credentials(*(Path(file).read_bytes() for file in (self.ca, self.key, self.cert)))

    with served(embedded, certs, ca=True) as server:
        expired = changed(certs, "client", days=(-3, -1))
        tls = Unchecked(str(certs / "ca.pem"), expired, str(certs / "client-key.pem"))
        connection = Connection(server.address, token="", caller=Caller(), tls=tls)
        stub = connection.stub(node_pb2.DESCRIPTOR.services_by_name["Node"])
        with pytest.raises(Unauthenticated, match="must not have expired by the clock of that machine"):
            stub.call("Info", node_pb2.InfoRequest(), node_pb2.NodeInfo)
        connection.close()


def test_a_client_certificate_without_a_role_is_let_in_nowhere(embedded: Node, certs: Path) -> None:
    with served(embedded, certs, ca=True) as server:
        for subject in ({"CN": "eve"}, {"CN": "eve", "OU": "root"}, {"CN": "eve", "O": "admin"}):
            cert = changed(certs, "client", subject=subject)
            refused(server.address, certs, Unauthenticated, "names no role", client=(certs, "client"), tls_cert=cert)


def test_a_token_beside_a_certificate_decides(embedded: Node, certs: Path) -> None:
    made = embedded.tokens.create("boss", role=Role.ADMIN)
    with served(embedded, certs, ca=True) as server:
        with attached(server.address, certs, (certs, "client"), token=made.secret) as boss:
            assert [token.name for token in boss.tokens.list()] == ["boss"]
        refused(server.address, certs, Unauthenticated, "wrong token", client=(certs, "client"), token="wrong")


@pytest.mark.parametrize(("files", "says"), [
    ({"tls_cert": "server.pem"}, "go together"),
    ({"tls_key": "server-key.pem"}, "go together"),
    ({"tls_client_ca": "ca.pem"}, "without --tls-cert"),
    ({"tls_cert": "server.pem", "tls_key": "client-key.pem"}, "is not that of the certificate"),
    ({"tls_cert": "server-key.pem", "tls_key": "server-key.pem"}, "holds no certificate in PEM"),
    ({"tls_cert": "server.pem", "tls_key": "ca.pem"}, "holds no private key"),
    ({"tls_cert": "absent.pem", "tls_key": "server-key.pem"}, "absent.pem cannot be read: no such file"),
    ({"tls_cert": "server.pem", "tls_key": "server-key.pem", "tls_client_ca": "ca-key.pem"}, "holds no cert"),
])  # fmt: skip
def test_files_that_do_not_belong_together_are_refused(
    embedded: Node, certs: Path, files: dict[str, str], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        workbench.serve(embedded, listen="127.0.0.1:0", **{name: str(certs / file) for name, file in files.items()})


@pytest.mark.parametrize(("files", "says"), [
    ({"tls_cert": "client.pem", "tls_ca": "ca.pem"}, "go together"),
    ({"tls_cert": "client.pem", "tls_key": "client-key.pem"}, "without --tls-ca"),
    ({"tls_ca": "absent.pem"}, "absent.pem cannot be read"),
    ({"tls_ca": "ca-key.pem"}, "holds no certificate"),
    ({"tls_ca": "ca.pem", "tls_cert": "client.pem", "tls_key": "server-key.pem"}, "is not that of"),
])  # fmt: skip
def test_files_of_a_caller_that_do_not_belong_together_are_refused(
    certs: Path, files: dict[str, str], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        workbench.connect("grpc://127.0.0.1:1", **{name: str(certs / file) for name, file in files.items()})


@pytest.mark.parametrize(("address", "says"), [
    ("127.0.0.1:1", "nothing listens at port 1 there; is the node started"),
    ("no.such.host.invalid:50051", "no.such.host.invalid"),
])  # fmt: skip
def test_an_address_at_which_nobody_is_says_what_to_look_at(certs: Path, address: str, says: str) -> None:
    refused(address, certs, Unavailable, says)
    refused(address, None, Unavailable, says)


def test_another_tenant_of_a_certificate_sees_nothing(embedded: Node, certs: Path) -> None:
    embedded.tokens.create("theirs")
    with served(embedded, certs, ca=True) as server:
        workbench.make_certificates(certs, client="shop-admin", role=Role.ADMIN, tenant="shop")
        with attached(server.address, certs, (certs, "shop-admin")) as admin:
            assert not admin.tokens.list()
            with pytest.raises(NotFound):
                admin.tokens.revoke("theirs")
