"""What would end the process or reach the wrong actor if it went through the engine's bindings, at full length."""

from __future__ import annotations

import json
import subprocess
import sys

RAISED, CROSSED = 1_000, 100_000


def hazards() -> dict[str, object]:
    """1,000 each of KeyboardInterrupt, SystemExit and CancelledError inside host calls become errors of the calls, and
    100,000 failing calls on two threads get each its own error; the engine's own bindings fail both.
    """
    raised, crossed = _child("raised", RAISED), _child("crossed", CROSSED)
    if set(raised["became_errors"].values()) != {RAISED} or raised["crashes"]:  # type: ignore[attr-defined]
        raise SystemExit(f"not every exception became an error: {raised}")
    if crossed != {"calls": CROSSED, "got_their_own": CROSSED}:
        raise SystemExit(f"an error reached the wrong actor: {crossed}")
    control = {"raised": _child("stock-raised", RAISED), "crossed": _child("stock-crossed", CROSSED)}
    if not control["crossed"].get("in_the_wrong_hands") and "died" not in control["crossed"]:
        raise SystemExit(f"the control did not fail, so this proof says nothing: {control}")
    if "died" not in control["raised"] and set(control["raised"]["became_errors"].values()) == {RAISED}:  # type: ignore[attr-defined]
        raise SystemExit(f"the engine's bindings lose no exception, so this proof says nothing: {control}")
    return {"raised": raised, "crossed": crossed, "stock_bindings": control}


def _child(kind: str, number: int) -> dict[str, object]:
    """What a process of its own found, or the signal that ended it."""
    command = [sys.executable, "-m", "tests.unit.hazards", kind, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        return {"died": done.returncode}
    found: dict[str, object] = json.loads(done.stdout)
    return found
