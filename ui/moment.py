"""What time it is where one looks: now on a node that runs, the moment's time in a recorded session.

Ages, leases and times to live are counted from it.
"""

from __future__ import annotations

from time import time

_stopped: list[float] = []


def now() -> float:
    """Seconds since 1970."""
    return _stopped[0] if _stopped else time()


def stop_at(moment: float | None) -> None:
    """Show this moment from now on; None: time goes on."""
    _stopped[:] = [] if moment is None else [moment]


def stands_still() -> bool:
    return bool(_stopped)
