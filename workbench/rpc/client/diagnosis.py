"""Why there is no connection, in a sentence with what to try.

gRPC says some of it, in its own words; where it says only that the other side hung up, one handshake of our own tells
what that side wanted.
"""

from __future__ import annotations

import socket
import ssl

from workbench.api import Unauthenticated, Unavailable, WorkbenchError
from workbench.rpc.client.tls import SYSTEM, ClientTls

PROBE_SECONDS = 2.0
HUNG_UP = ("Socket closed", "Connection reset", "Broken pipe", "GOAWAY", "Connection closed", "End of TCP stream")


def explained(said: str, address: str, tls: ClientTls | None) -> WorkbenchError | None:
    """The error that gRPC's text stands for; None when it says nothing that is known here."""
    if any(sign in said for sign in HUNG_UP):
        return _probed(address, tls)
    for sign, error in _signs(address, tls):
        if sign in said:
            return error
    return None


def _signs(address: str, tls: ClientTls | None) -> tuple[tuple[str, WorkbenchError], ...]:
    host, _, port = address.rpartition(":")
    node = f"the node at {address}"
    trusted = "the system trusts" if tls is None or tls.ca == SYSTEM else f"{tls.ca} holds"
    own = "the ca.pem that workbench node certs made for that node"
    return (
        ("WRONG_VERSION_NUMBER", Unavailable(f"{node} speaks without TLS: leave out --tls-ca (or WORKBENCH_TLS_CA)")),
        ("certificate has expired", Unavailable(
            f"the certificate of {node} has expired: make another with workbench node certs and start the node with "
            "it; if it should be good still, is the clock of this machine right?")),
        ("certificate is not yet valid", Unavailable(
            f"the certificate of {node} is not valid yet: are the clocks of both machines right?")),
        ("CERTIFICATE_VERIFY_FAILED", Unavailable(
            f"the certificate of {node} was signed by nobody whom {trusted}: give --tls-ca {own}")),
        ("Hostname Verification Check failed", Unavailable(
            f"the certificate of {node} is not one for {host}: connect by a name that it has, or make one with "
            f"workbench node certs --host {host}")),
        ("Domain name not found", Unavailable(f"no host is called {host}: check the address {address}")),
        ("hostname lookup error", Unavailable(f"the host {host} was not found: check the address {address}")),
        ("Connection refused", Unavailable(
            f"no node answers at {address}: nothing listens at port {port} there; is the node started, is the port the "
            "one it printed?")),
    )  # fmt: skip


def _probed(address: str, tls: ClientTls | None) -> WorkbenchError | None:
    """What one handshake of our own says; it takes at most a few seconds."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    context = ssl.create_default_context() if tls is None else tls.context()
    if tls is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    try:
        with (
            socket.create_connection((host, int(port)), PROBE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as connected,
        ):
            if tls is None:
                return _needs_tls(address)
            connected.recv(1)  # in TLS 1.3 a certificate is refused after the handshake
    except ssl.SSLError as error:
        return _needs_tls(address) if tls is None and "ALERT" in str(error.reason) else _refused(error, address, tls)
    except (OSError, ValueError):
        return None
    return None


def _needs_tls(address: str) -> Unavailable:
    return Unavailable(f"the node at {address} speaks TLS: give --tls-ca FILE (or WORKBENCH_TLS_CA), its ca.pem")


def _refused(error: ssl.SSLError, address: str, tls: ClientTls | None) -> WorkbenchError | None:
    reason = str(error.reason or "")
    shown = tls.cert if tls is not None else ""
    made = "workbench node certs makes one"
    if "CERTIFICATE_REQUIRED" in reason or (not shown and "HANDSHAKE_FAILURE" in reason):
        said = f"the node at {address} asks for a client certificate: give --tls-cert FILE and --tls-key FILE; {made}"
        return Unauthenticated(said)
    if "CERTIFICATE_EXPIRED" in reason:
        return Unauthenticated(f"the node at {address} says that the client certificate {shown} has expired; {made}")
    if "UNKNOWN_CA" in reason or "CERTIFICATE_UNKNOWN" in reason or "BAD_CERTIFICATE" in reason:
        return Unauthenticated(
            f"the node at {address} does not know who signed the client certificate {shown}: it must be signed by the "
            "authority that the node was given with --tls-client-ca"
        )
    return None
