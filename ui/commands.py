"""The command line that does what was just done on screen, and the Python that does the same."""

from __future__ import annotations

import shlex

from workbench.api import Payload


def actor_command(verb: str, name: str, *rest: str) -> str:
    """`workbench actor stop 'my actor'`, quoted for a shell."""
    return shlex.join(["workbench", "actor", verb, name, *rest])


def message_command(kind: str, actor: str, message_type: str, payload: Payload) -> str:
    """`workbench actor call counter add 5`; bytes travel as base64 from the shell."""
    if isinstance(payload, bytes):
        octal = "".join(f"\\{byte:03o}" for byte in payload)
        return f"printf '{octal}' | " + actor_command(kind, actor, message_type, "-", "--binary")
    return actor_command(kind, actor, message_type, *([payload] if payload else []))


def message_python(kind: str, actor: str, message_type: str, payload: Payload, workspace: str) -> str:
    """A whole program, so that it can be pasted and run."""
    arguments = f"{actor!r}, {message_type!r}, {payload!r}"
    call = f"node.actors.ask({arguments}).payload" if kind == "call" else f"node.actors.tell({arguments})"
    return f"import workbench\n\nwith workbench.connect({'embedded:' + workspace!r}) as node:\n    print({call})\n"
