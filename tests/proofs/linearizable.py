"""Fifty thousand operations at once on locks, and on keys, could each have happened one after the other."""

from __future__ import annotations

import time
from collections.abc import Mapping

import workbench
from tests.unit.histories import given, growing, of_keys, of_locks
from tests.unit.linearizable import check, key_step, lock_step

OPERATIONS, CALLERS = 50_000, 16


def linearizable() -> Mapping[str, object]:
    """50,000 concurrent operations on locks and as many on keys are linearizable; versions of locks strictly grow."""
    with workbench.connect("embedded:") as node:
        started = time.perf_counter()
        locks = of_locks(node.locks, operations=OPERATIONS, callers=CALLERS)
        locked = time.perf_counter() - started
        keys = of_keys(node.keyvalue, operations=OPERATIONS, callers=CALLERS)
        swapped = time.perf_counter() - started - locked
        for name, history, initial, step in (
            ("locks", locks, (0, 0), lock_step), ("keys", keys, None, key_step)
        ):  # fmt: skip
            if len(history) < OPERATIONS:
                raise SystemExit(f"{name}: only {len(history):,} operations")
            wrong = check(history, initial, step)
            if wrong is not None:
                raise SystemExit(f"{name}: this cannot have happened: {wrong}")
        versions = given(locks)
        if not growing(locks) or len(set(versions)) != len(versions):
            raise SystemExit("the versions of a lock do not grow with every holder")
        print(f"  {len(locks):,} operations on locks in {locked:.1f} s, {len(keys):,} on keys in {swapped:.1f} s")
        return {
            "callers": CALLERS,
            "operations_on_locks": len(locks), "locks": len({name for name, _ in versions}),
            "versions_given": len(versions), "seconds_locks": locked,
            "operations_on_keys": len(keys), "swaps": sum(each.name == "swap" and each.result for each in keys),
            "seconds_keys": swapped, "check_seconds": time.perf_counter() - started - locked - swapped,
        }  # fmt: skip
