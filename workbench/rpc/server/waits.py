"""How long a caller may let a call wait."""

from __future__ import annotations

from threading import Event

from workbench.api import Invalid
from workbench.rpc.server.gate import Call, Context

WAIT_SECONDS = 3_600.0
"""The longest wait that a caller may ask for."""


def wait(seconds: float) -> float:
    """The caller's timeout; Invalid when it makes no sense."""
    if not 0 <= seconds <= WAIT_SECONDS:
        raise Invalid(f"a timeout is 0 to {WAIT_SECONDS:,.0f} seconds, not {seconds}")
    return seconds


def gone(context: Context) -> Event:
    """Set when the caller has gone, or the node stops: who is not there gets nothing."""
    ended = Event()
    if isinstance(context, Call):
        context.waits = True
    if not context.add_callback(ended.set):
        ended.set()
    return ended
