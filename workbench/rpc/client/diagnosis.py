"""Why there is no connection, in a sentence with what to try.

gRPC says some of it, in its own words; where it says only that the other side hung up, one handshake of our own tells
what that side wanted.
"""

from __future__ import annotations

import socket
import ssl

from google.protobuf.descriptor import MethodDescriptor

from workbench.api import Unauthenticated, Unavailable, WorkbenchError
from workbench.api.connections import SYSTEM
from workbench.rpc.client.tls import ClientTls
from workbench.rpc.roles import changes, named

PROBE_SECONDS = 2.0
HUNG_UP = ("Socket closed", "Connection reset", "Broken pipe", "GOAWAY", "Connection closed", "End of TCP stream")


def explained(said: str, address: str, tls: ClientTls | None, *, by: str = "") -> WorkbenchError | None:
    """The error that gRPC's text stands for; None when it says nothing that is known here. `by` is where one connects
    to instead, of a tunnel."""
    if _hung_up(said):
        found = _probed(address, tls, by or address)
        return found or (None if is_cut(said) else Unavailable(rude(address)))
    return next((error for sign, error in _signs(address, tls) if sign in said), None)


NEVER_THERE = "failed to connect to all addresses"


def is_cut(said: str) -> bool:
    """Whether a connection ended that had been there."""
    return _hung_up(said) and NEVER_THERE not in said


def _hung_up(said: str) -> bool:
    return any(sign in said for sign in HUNG_UP)


def rude(address: str) -> str:
    """That nobody was there to begin with."""
    return (
        f"something listens at {address} and hangs up before it has said a word: is the port the one that the node "
        "printed, and does what lies between (a proxy, a tunnel, a firewall) lead to it?"
    )


def cut(address: str, method: MethodDescriptor | None) -> str:
    """That it ended in the middle of a call, and what that means for the call."""
    said = (
        f"the connection to the node at {address} was cut in the middle of a call: the node stopped, or something "
        "between (a proxy, a load balancer, a firewall) cuts connections; let that keep streams open, or use an SSH "
        "tunnel"
    )
    if method is None or not changes(method):
        return said
    return f"{said}. Whether {named(method)} was done is not known, and it is not repeated: look before you do it again"


def unimplemented(address: str, method: MethodDescriptor) -> str:
    """That the node has no such method, and why that may be."""
    node, name = f"the node at {address}", named(method)
    if name == "Node.Info":
        return (
            f"{node} does not know {method.containing_service.file.package}, the protocol of this program: it is of "
            "another major version, use the Actor Workbench of that version for it, or it is no node of ours"
        )
    return f"{node} does not offer {name}: it is of an older version than this program; workbench node info says which"


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
        ("timed out before receiving SETTINGS", Unavailable(
            f"something listens at {address}, but it does not speak as a node does: is the port the one that the node "
            "printed, and does whatever lies between (a proxy, a load balancer) let HTTP/2 through?")),
        ("Expected SETTINGS frame", Unavailable(
            f"what answers at {address} is no node but a web server or another program: is the port the one that the "
            "node printed?")),
        ("Handshake read failed", Unavailable(
            f"something listens at {address}, but it does not speak TLS as a node does: is the port the one that the "
            "node printed, and does the node have a certificate?")),
        ("timed out", Unavailable(
            f"nothing answers at {address}, and nothing refuses either: is the host on, and does a firewall let port "
            f"{port} through? an SSH tunnel may")),
        ("No route to host", Unavailable(f"there is no way to {host}: is this machine on the right network, or VPN?")),
        ("Network is unreachable", Unavailable(f"there is no way to {host}: is this machine on the network?")),
        ("Domain name not found", Unavailable(f"no host is called {host}: check the address {address}")),
        ("hostname lookup error", Unavailable(f"the host {host} was not found: check the address {address}")),
        ("Connection refused", Unavailable(
            f"no node answers at {address}: nothing listens at port {port} there; is the node started, is the port the "
            "one it printed?")),
    )  # fmt: skip


def _probed(address: str, tls: ClientTls | None, by: str) -> WorkbenchError | None:
    """What one handshake of our own says; it takes at most a few seconds."""
    host = address.rpartition(":")[0].strip("[]")
    to, _, port = by.rpartition(":")
    context = ssl.create_default_context() if tls is None else tls.context()
    if tls is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    try:
        with (
            socket.create_connection((to.strip("[]"), int(port)), PROBE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as connected,
        ):
            if tls is None:
                return _needs_tls(address)
            # A node that refuses a caller's certificate hangs up after the handshake, without a word; any other begins
            # to speak.
            return _refused(address, tls) if connected.recv(1) == b"" else None
    except ssl.SSLError as error:
        return _needs_tls(address) if tls is None and "ALERT" in str(error.reason) else None
    except (OSError, ValueError):
        return None


def _needs_tls(address: str) -> Unavailable:
    return Unavailable(f"the node at {address} speaks TLS: give --tls-ca FILE (or WORKBENCH_TLS_CA), its ca.pem")


def _refused(address: str, tls: ClientTls) -> Unauthenticated:
    if not tls.cert:
        return Unauthenticated(
            f"the node at {address} asks for a client certificate: give --tls-cert FILE and --tls-key FILE; "
            "workbench node certs makes them"
        )
    return Unauthenticated(
        f"the node at {address} refused the client certificate {tls.cert}: it must be signed by the authority that the "
        "node was given with --tls-client-ca, and must not have expired by the clock of that machine"
    )
