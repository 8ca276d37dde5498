"""Binaries mutated at random never end, hang or confuse a node."""

from __future__ import annotations

import time

from tests.mutants import harness
from tests.mutants.modules import modules

MUTANTS = 10_000


def mutants() -> list[dict[str, object]]:
    """10,000 mutants of three modules through reader, deploy and call: refused or run, no crash, no hang."""
    names = tuple(modules())
    share = -(-MUTANTS // len(names))
    found = [_module(name, share) for name in names]
    if faults := [fault for outcome, _ in found for fault in outcome.faults]:
        raise SystemExit("\n".join(faults))
    for planted in ("crash", "hang"):
        if len(harness.run("core", 0, 3, planted, seconds=5.0).faults) != 1:
            raise SystemExit(f"the harness missed a planted {planted}")
    return [sample for _, sample in found]


def _module(name: str, count: int) -> tuple[harness.Found, dict[str, object]]:
    started = time.monotonic()
    found = harness.run(name, 0, count)
    seconds = round(time.monotonic() - started, 1)
    sample = {"module": name, "bytes": len(modules()[name]), "mutants": count, "seconds": seconds, **found.outcomes}
    print(f"  {sample}", flush=True)
    return found, sample
