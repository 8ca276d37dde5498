"""What an actor is told of the end of another, `DOWN` by a monitor and `EXIT` by a link, as a sentence."""

from __future__ import annotations

import json

from workbench.api import Envelope, Kind

BONDS = {"DOWN": "which it monitored", "EXIT": "with which it was linked"}


def ending(envelope: Envelope | None) -> str:
    """`till, which it monitored, ended: it was killed`; empty for every other message."""
    if envelope is None or envelope.kind is not Kind.INFO or envelope.type not in BONDS:
        return ""
    try:
        told = json.loads(envelope.payload)
        actor, reason = str(told["actor"]), str(told["reason"])
    except (ValueError, KeyError, TypeError):
        return ""
    return f"{actor}, {BONDS[envelope.type]}, ended: {reason}"
