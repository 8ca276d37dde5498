"""The command line that does what was just done on screen, and the Python that does the same."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from workbench.api import Payload
from workbench.api.journal import KEY_HEADER
from workbench.api.messages import NO_HEADERS


def command(verb: str, *names: str, at: Sequence[str] = ()) -> str:
    """`workbench actor stop 'my actor'`, quoted for a shell; `at` are the options that say which node."""
    ended = ["--"] if any(name.startswith("-") for name in names) else []
    return shlex.join(["workbench", *verb.split(), *at, *ended, *names])


def reached(address: str, workspace: str, default: str) -> tuple[str, ...]:
    """The options that lead to a node: none for the user's own workspace."""
    if address.startswith("bundle:"):
        return ("--node", address)
    if address.startswith("grpc://"):
        return ("--node", address.removeprefix("grpc://"))
    return ("--workspace", workspace) if workspace != default else ()


def in_the_window(error: Exception) -> str:
    """An error without the advice for the command line: the notice has a button for it."""
    return re.sub(r"; use --force[^;.]*", "", str(error))


def written(message_type: str, payload: Payload) -> str:
    """A message as the command line reads it: TYPE, TYPE=TEXT or TYPE:=HEX."""
    if isinstance(payload, bytes):
        return f"{message_type}:={payload.hex()}"
    if not payload:
        return message_type
    return f"{message_type}={'@' if payload.startswith('@') else ''}{payload}"


def message_command(
    kind: str, actor: str, message_type: str, payload: Payload, at: Sequence[str] = (),
    headers: Mapping[str, str] = NO_HEADERS,
) -> str:  # fmt: skip
    """`workbench actor call counter add=5 --key k`."""
    options = [option for name, value in headers.items() for option in
               (("--key", value) if name == KEY_HEADER and value else ("--header", f"{name}={value}"))]  # fmt: skip
    return command(f"actor {kind}", actor, written(message_type, payload), at=(*at, *options))


def message_python(
    kind: str, actor: str, message_type: str, payload: Payload, workspace: str,
    headers: Mapping[str, str] = NO_HEADERS,
) -> str:  # fmt: skip
    """A whole program, so that it can be pasted and run while the app is open."""
    arguments = f"{actor!r}, {message_type!r}, {payload!r}" + (f", headers={dict(headers)!r}" if headers else "")
    call = f"node.actors.ask({arguments}).payload" if kind == "call" else f"node.actors.tell({arguments})"
    return (
        "import workbench\n\n"
        f"endpoint = workbench.endpoint({workspace!r})\n"
        'with workbench.connect(f"grpc://{endpoint.address}", token=endpoint.token) as node:\n'
        f"    print({call})\n"
    )
