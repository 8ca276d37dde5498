"""Where a listener may listen, and what it must have there: beyond this machine TLS, and a way to know who calls."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import grpc

from workbench.api import Invalid

CERTIFICATES = "certs"


@dataclass(frozen=True, slots=True)
class ServerTls:
    """The files of a listener's TLS, in PEM. With `client_ca` callers must show a certificate that it signed."""

    cert: str
    key: str
    client_ca: str = ""

    def credentials(self) -> grpc.ServerCredentials:
        """Invalid names a file that cannot be read or does not hold what it should."""
        from workbench.rpc.certificates import check_pair, check_trusted

        cert, key = _read(self.cert, "--tls-cert"), _read(self.key, "--tls-key")
        check_pair(cert, key, self.cert, self.key)
        if not self.client_ca:
            return grpc.ssl_server_credentials([(key, cert)])
        trusted = _read(self.client_ca, "--tls-client-ca")
        check_trusted(trusted, self.client_ca)
        return grpc.ssl_server_credentials([(key, cert)], root_certificates=trusted, require_client_auth=True)


def server_tls(cert: str, key: str, client_ca: str) -> ServerTls | None:
    """None without TLS. Invalid: what is given does not belong together."""
    if bool(cert) != bool(key):
        raise Invalid("a certificate and its key go together: give both --tls-cert FILE and --tls-key FILE")
    if client_ca and not cert:
        raise Invalid("--tls-client-ca without --tls-cert: client certificates are shown over TLS alone")
    return ServerTls(cert, key, client_ca) if cert else None


def parsed(listen: str) -> tuple[str, int]:
    """The host and port of `listen`, or Invalid."""
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or not host or int(port) > 65535:
        raise Invalid(f"{listen!r} is not an address; write HOST:PORT, for example 127.0.0.1:50051")
    return host, int(port)


def check(listen: str, *, tls: ServerTls | None, token: bool) -> None:
    """Invalid, with the line that mends it, unless a node may listen there.

    `token` is whether there is one that a caller could show.
    """
    host, _ = parsed(listen)
    if is_loopback(host):
        return
    where = f"cannot listen at {listen}, which is beyond this machine"
    files = f"--tls-cert {CERTIFICATES}/server.pem --tls-key {CERTIFICATES}/server-key.pem"
    start = f"workbench node --listen {listen} {files} --tls-client-ca {CERTIFICATES}/ca.pem"
    if tls is None:
        named = "NAME" if host.strip("[]") in ("0.0.0.0", "::") else host
        made = f"workbench node certs {CERTIFICATES} --host {named}"
        raise Invalid(f"{where}, without TLS; make certificates: {made}, then: {start}")
    if not tls.client_ca and not token:
        raise Invalid(
            f"{where}, where anybody could call: ask for client certificates with --tls-client-ca FILE, or make a "
            "token first: workbench node token create --role operate"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _read(path: str, option: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Invalid(f"{option}: {path} cannot be read: {(error.strerror or 'unknown error').lower()}") from None
