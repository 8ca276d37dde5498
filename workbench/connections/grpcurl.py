"""The line of grpcurl that makes a call. The token is never in it: it is in a variable, or asked of a command."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Sequence

from workbench.api import Invalid
from workbench.api.calls import GIVEN_TOKEN, Call
from workbench.api.connections import SYSTEM
from workbench.connections.store import Connections
from workbench.data import directory

TOKEN = "authorization: Bearer $WORKBENCH_TOKEN"


def grpcurl(call: Call, at: Sequence[str]) -> str:
    """`at` are the options that lead to the node. Invalid: it carries too much, or is none of a node."""
    from workbench.rpc.client.capture import captured

    sent = captured(call.on)
    if sent is None:
        raise Invalid(f"{call.method} sends nothing to a node")
    if not sent.whole:
        raise Invalid(f"{call.method} carries bytes of a file, which a line cannot")
    words = [part for option in _road(at) for part in option]
    file = sent.path.rpartition("/")[0]
    proto = f"{file.rpartition('.')[0].replace('.', '/')}/{_file(file.rpartition('.')[2])}.proto"
    protos = shlex.join(["-import-path", str(directory("proto")), "-proto", proto])
    data = shlex.join(["-d", "\n".join(sent.messages)])
    if call.options.get("token") == GIVEN_TOKEN:
        data = data.replace(GIVEN_TOKEN, f"'\"{GIVEN_TOKEN}\"'")  # out of the quotes of the shell, which puts it in
    return " ".join(("grpcurl", *words, protos, data, _address(at), sent.path))


def methods() -> frozenset[str]:
    """All that change something, as `facet.method` of the api."""
    import re

    from workbench.rpc.client.pulse import services
    from workbench.rpc.roles import changes

    found = set()
    for service in services():
        for method in service.methods:
            if changes(method):
                found.add(f"{_file(service.name)}.{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', method.name).lower()}")
    return frozenset(found)


def _file(service: str) -> str:
    """The proto file, which is called as the facet is."""
    import re

    if service in ("KeyValue", "TupleSpace"):
        return service.lower()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", service).lower()


def _options(at: Sequence[str]) -> dict[str, str]:
    """Where it is and how it is reached; what is stored of a connection is looked up."""
    found = dict(zip(at[::2], at[1::2], strict=False))
    name = found.get("--node", "")
    if not name or ":" in name:
        return found
    stored = Connections().get(name)
    if stored.ssh:
        raise Invalid(f"{name} goes through a tunnel, which grpcurl does not open: open one with ssh -L yourself")
    kept = {
        "--node": stored.address, "--tls-ca": stored.tls_ca, "--tls-cert": stored.tls_cert, "--tls-key": stored.tls_key,
        "--tenant": stored.tenant or "", "--namespace": stored.namespace or "",
    }  # fmt: skip
    given = {key: value for key, value in found.items() if key != "--node"}
    return {**{key: value for key, value in kept.items() if value}, **given}


def _address(at: Sequence[str]) -> str:
    found = _options(at)
    if node := found.get("--node"):
        if node.startswith("bundle:"):
            raise Invalid("a recorded session is no node that grpcurl can call")
        return shlex.quote(node)
    return f'"$(workbench node endpoint{_workspace(found)})"'


def _road(at: Sequence[str]) -> list[tuple[str, ...]]:
    found = _options(at)
    if "--node" not in found:
        secret = f"$(workbench node endpoint --token{_workspace(found)})"
        return [("-plaintext",), ("-H", f'"authorization: Bearer {secret}"')]
    road: list[tuple[str, ...]] = []
    ca = found.get("--tls-ca", "")
    if not ca:
        road.append(("-plaintext",))
    elif ca != SYSTEM:
        road.append(("-cacert", shlex.quote(ca)))
    for flag, option in (("-cert", "--tls-cert"), ("-key", "--tls-key")):
        if option in found:
            road.append((flag, shlex.quote(found[option])))
    file = found.get("--token-file")
    token = f'"authorization: Bearer $(cat {shlex.quote(file)})"' if file else f'"{TOKEN}"'
    road.append(("-H", token))
    for key, option in (("plexspaces-tenant-bin", "--tenant"), ("plexspaces-namespace-bin", "--namespace")):
        if option in found:
            road.append(("-H", shlex.quote(f"{key}: {base64.b64encode(found[option].encode()).decode()}")))
    return road


def _workspace(found: dict[str, str]) -> str:
    return f" --workspace {shlex.quote(found['--workspace'])}" if "--workspace" in found else ""
