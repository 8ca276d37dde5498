"""The caller's side of TLS: whom it trusts, and the certificate that it shows."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc

from workbench.api import Invalid
from workbench.api.connections import SYSTEM


@dataclass(frozen=True, slots=True)
class ClientTls:
    """The files of a caller's TLS, in PEM. `ca` are the authorities that it trusts, a file or SYSTEM."""

    ca: str
    cert: str = ""
    key: str = ""

    def credentials(self) -> grpc.ChannelCredentials:
        """Invalid names a file that cannot be read or does not hold what it should."""
        from workbench.rpc.certificates import check_pair, check_trusted

        trusted = None
        if self.ca != SYSTEM:
            trusted = _read(self.ca, "--tls-ca")
            check_trusted(trusted, self.ca)
        if not self.cert:
            return grpc.ssl_channel_credentials(trusted)
        cert, key = _read(self.cert, "--tls-cert"), _read(self.key, "--tls-key")
        check_pair(cert, key, self.cert, self.key)
        return grpc.ssl_channel_credentials(trusted, key, cert)

    def context(self) -> ssl.SSLContext:
        """The same for a handshake of our own."""
        made = ssl.create_default_context(cafile=None if self.ca == SYSTEM else self.ca)
        if self.cert:
            made.load_cert_chain(self.cert, self.key)
        return made


def client_tls(ca: str, cert: str, key: str) -> ClientTls | None:
    """None without TLS. Invalid: what is given does not belong together."""
    if bool(cert) != bool(key):
        raise Invalid("a client certificate and its key go together: give both --tls-cert FILE and --tls-key FILE")
    if cert and not ca:
        raise Invalid("--tls-cert without --tls-ca: give the authority of the node, a file or 'system', too")
    return ClientTls(ca, cert, key) if ca else None


def _read(path: str, option: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Invalid(f"{option}: {path} cannot be read: {(error.strerror or 'unknown error').lower()}") from None
