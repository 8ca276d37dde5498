"""The parts of the gate, each by itself: where a node may listen, rates, the audit log, certificates, token files."""

from __future__ import annotations

import json
import logging
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from odd_certificates import changed

import workbench
from workbench.api import AlreadyExists, Exhausted, Invalid, Role, Unauthenticated
from workbench.api.audit import AuditEntry
from workbench.rpc.certificates import caller_of
from workbench.rpc.generated.plexspaces.v1 import actors_pb2, blobs_pb2, common_pb2, keyvalue_pb2, modules_pb2
from workbench.rpc.generated.plexspaces.v1 import tuplespace_pb2 as tuples
from workbench.rpc.server.listening import ServerTls, check, is_loopback
from workbench.rpc.server.rates import Rates
from workbench.rpc.subjects import subject
from workbench.storage.audit import AuditLog

PLAIN, SERVER = None, ServerTls("c", "k")
MUTUAL = ServerTls("c", "k", "ca")
BEYOND = ("0.0.0.0:50051", "[::]:50051", "192.168.1.1:1", "10.0.0.1:0", "node.example:443", "8.8.8.8:53", "[fe80::1]:1")
HERE = ("127.0.0.1:0", "127.0.0.2:1", "127.255.255.254:1", "[::1]:1", "localhost:1")


@pytest.mark.parametrize("listen", HERE)
def test_on_this_machine_a_node_needs_nothing(listen: str) -> None:
    assert is_loopback(listen.rpartition(":")[0])
    check(listen, tls=PLAIN, token=False)


@pytest.mark.parametrize("listen", BEYOND)
def test_beyond_this_machine_it_needs_tls_and_the_line_that_mends_it_is_told(listen: str) -> None:
    for token in (False, True):
        with pytest.raises(Invalid, match=r"without TLS; make .*: workbench node certs certs --host") as refused:
            check(listen, tls=PLAIN, token=token)
        assert f"workbench node --listen {listen} --tls-cert certs/server.pem" in refused.value.message
    with pytest.raises(Invalid, match="workbench node token create"):
        check(listen, tls=SERVER, token=False)
    check(listen, tls=SERVER, token=True)
    check(listen, tls=MUTUAL, token=False)


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "localhost.evil.example", "", "127.1", "0x7f000001", "::"])
def test_what_only_looks_like_this_machine_is_not(host: str) -> None:
    assert not is_loopback(host)


class Ticking:
    """A clock that is told what time it is."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(rates: Rates, caller: str, most: int) -> int:
    """How many calls of `most` it lets through."""
    for done in range(most):
        try:
            rates.take(caller)
        except Exhausted as error:
            assert (error.limit, error.value) == ("calls per second", 10)
            return done
    return most


def test_a_caller_has_so_many_calls_at_once_and_then_so_many_a_second() -> None:
    clock = Ticking()
    rates = Rates(10, 30, clock=clock)
    assert taken(rates, "a", 100) == 30
    assert taken(rates, "b", 100) == 30  # another one is not held up
    clock.now = 1.0
    assert taken(rates, "a", 100) == 10
    clock.now = 1_000.0
    assert taken(rates, "a", 100) == 30


def test_callers_that_are_too_many_are_forgotten_the_oldest_first() -> None:
    clock = Ticking()
    rates = Rates(10, 1, callers=100, clock=clock)
    for number in range(1_000):
        rates.take(f"caller {number}")
    assert len(rates) == 100
    with pytest.raises(Exhausted):
        rates.take("caller 999")
    rates.take("caller 0")


def test_no_limit_is_no_limit() -> None:
    rates = Rates(0, 1)
    for _ in range(1_000):
        rates.take("a")
    assert len(rates) == 0


ENTRY = AuditEntry(1.5, "token ci", "operate", "default", "default", "KeyValue.Put", "a", "ok", 0.25)


def test_the_audit_log_is_lines_of_json_for_the_user_alone(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "logs")
    assert not log.path.exists()
    log.note(ENTRY)
    log.note(replace(ENTRY, subject="a\nforged \u202e line", caller='token "x"'))
    log.close()
    log.close()
    one, two = log.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(one) == {
        "time": 1.5, "caller": "token ci", "role": "operate", "tenant": "default", "namespace": "default",
        "method": "KeyValue.Put", "subject": "a", "outcome": "ok", "ms": 0.25,
    }  # fmt: skip
    assert json.loads(two)["subject"] == "a\nforged \u202e line"
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600 and stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_the_audit_log_is_rotated_and_bounded(tmp_path: Path) -> None:
    log = AuditLog(tmp_path, file_bytes=2_000, files=3)
    threads = [threading.Thread(target=lambda: [log.note(ENTRY) for _ in range(100)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2", "audit.jsonl.3"]
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 2_000 and stat.S_IMODE(path.stat().st_mode) == 0o600
        assert all(json.loads(line)["caller"] == "token ci" for line in path.read_text().splitlines())


def test_an_audit_log_that_cannot_be_written_says_so_once_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "logs").write_text("in the way")
    log = AuditLog(tmp_path / "logs")
    for _ in range(3):
        log.note(ENTRY)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    (tmp_path / "logs").unlink()
    log.note(ENTRY)
    assert len(log.path.read_text().splitlines()) == 1


@pytest.mark.parametrize(("request_", "named"), [
    (keyvalue_pb2.KeyValuePutRequest(key="k", value=common_pb2.Payload(text="PAYLOAD")), "k"),
    (actors_pb2.AskRequest(actor=common_pb2.ActorId(name="a"), message_type="t",
                           payload=common_pb2.Payload(text="PAYLOAD"), headers={"h": "PAYLOAD"}), "a"),
    (actors_pb2.SpawnRequest(module="m", state=common_pb2.Payload(text="PAYLOAD"),
                             options=actors_pb2.SpawnOptions(name="n")), "m/n"),
    (blobs_pb2.BlobsUploadRequest(start=blobs_pb2.BlobsUploadRequest.Start(bucket="b", key="k")), "b/k"),
    (modules_pb2.DeployRequest(start=modules_pb2.DeployRequest.Start(file_name="f", alias="x")), "x/f"),
    (modules_pb2.DeployRequest(chunk=b"PAYLOAD"), ""),
    (tuples.TupleWriteRequest(), ""),
    (keyvalue_pb2.KeyValuePutRequest(key="k" * 1_000), "k" * 200),
])  # fmt: skip
def test_a_subject_is_a_name_and_never_what_a_request_carries(request_: object, named: str) -> None:
    assert subject(request_) == named


def test_certificates_are_made_once_with_keys_for_their_user_alone(tmp_path: Path) -> None:
    hosts = ["node.example", "10.1.2.3", "bücher.example"]
    made = workbench.make_certificates(tmp_path / "certs", hosts=hosts, days=30)
    names = ["ca.pem", "ca-key.pem", "server.pem", "server-key.pem", "client.pem", "client-key.pem"]
    assert [Path(file).name for file in made.files] == names
    before = {file: Path(file).read_bytes() for file in made.files}
    for file in made.files:
        private = file.endswith("-key.pem")
        assert stat.S_IMODE(Path(file).stat().st_mode) & 0o077 == (0 if private else 0o044)
        assert (b"PRIVATE KEY" in before[file]) is private
    server = x509.load_pem_x509_certificate(before[made.files[2]])
    alternative = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternative.get_values_for_type(x509.DNSName) == ["localhost", "node.example", "xn--bcher-kva.example"]
    addresses = alternative.get_values_for_type(x509.IPAddress)
    assert list(map(str, addresses)) == ["127.0.0.1", "::1", "10.1.2.3"]
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    with pytest.raises(AlreadyExists, match="not overwritten"):
        workbench.make_certificates(tmp_path / "certs")
    more = workbench.make_certificates(tmp_path / "certs", client="alice", role=Role.READ, tenant="shop")
    assert [Path(file).name for file in more.files] == ["alice.pem", "alice-key.pem"]
    assert {file: Path(file).read_bytes() for file in made.files} == before
    alice = caller_of(Path(more.files[0]).read_bytes())
    assert (alice.name, alice.tenant, alice.role) == ("alice", "shop", Role.READ)


def test_half_of_a_pair_and_a_foreign_authority_are_refused(tmp_path: Path) -> None:
    workbench.make_certificates(tmp_path)
    (tmp_path / "ca-key.pem").unlink()
    with pytest.raises(Invalid, match=r"one of ca\.pem and ca-key\.pem without the other"):
        workbench.make_certificates(tmp_path, client="alice")
    (tmp_path / "ca-key.pem").write_bytes((tmp_path / "server-key.pem").read_bytes())
    with pytest.raises(Invalid, match="is not that of the certificate"):
        workbench.make_certificates(tmp_path, client="alice")


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    folder, target = tmp_path / "certs", tmp_path / "target"
    folder.mkdir()
    (folder / "ca-key.pem").symlink_to(target)
    with pytest.raises(workbench.api.WorkbenchError):
        workbench.make_certificates(folder)
    assert not target.exists()


@pytest.mark.parametrize("client", ["../x", "a/b", "..", ".", "", "ca", "server", "nul\0", "-rf", "x" * 65, "ü"])
def test_the_name_of_a_client_is_no_path(tmp_path: Path, client: str) -> None:
    with pytest.raises(Invalid, match="cannot name a client certificate"):
        workbench.make_certificates(tmp_path, client=client)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("more", [{"days": 0}, {"days": 4_000}, {"tenant": ""}, {"tenant": "x" * 65},
                                  {"hosts": ["a" * 64 + ".example"]}, {"hosts": [""]},
                                  {"hosts": ["node.example:50051"]}, {"hosts": ["https://node"]}])  # fmt: skip
def test_what_no_certificate_can_hold_is_refused(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        workbench.make_certificates(tmp_path, **more)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_certificate_stands_for_its_subject(tmp_path: Path) -> None:
    workbench.make_certificates(tmp_path)
    plain = Path(changed(tmp_path, "client", subject={"CN": "x", "OU": "read"})).read_bytes()
    assert (caller_of(plain).tenant, caller_of(plain).role) == ("default", Role.READ)
    with pytest.raises(Unauthenticated, match="its OU is 'boss' and must be one of read, operate, admin"):
        caller_of(Path(changed(tmp_path, "client", subject={"CN": "x", "OU": "boss"})).read_bytes())


SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(("content", "mode", "says"), [
    (SECRET, 0o644, "others can read .*chmod 600"), (SECRET, 0o640, "others can read"),
    ("short", 0o600, "at least 32"), ("", 0o600, "at least 32"), (f"{SECRET} {SECRET}", 0o600, "one token"),
    (f"{SECRET}\n{SECRET}", 0o600, "one token"), ("ü" * 40, 0o600, "printable ASCII"),
])  # fmt: skip
def test_a_token_file_that_is_none_is_refused(tmp_path: Path, content: str, mode: int, says: str) -> None:
    path = tmp_path / "token"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(Invalid, match=says) as refused:
        workbench.token_in(path)
    assert SECRET not in refused.value.message


def test_a_token_file_gives_its_token(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o400)
    assert workbench.token_in(path) == SECRET
    with pytest.raises(Invalid, match="no such file"):
        workbench.token_in(tmp_path / "absent")
