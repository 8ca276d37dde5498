"""Every attack over the wire, again and again: right answers, a node that lives, and nothing left of any of them."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.wire.attacks import ATTACKS
from tests.wire.siege import laid

ROUNDS = 8
GROWN_BYTES = 48 << 20
"""By the mean of the later half of the rounds over that of the earlier one: what the allocator keeps goes up and down
by more than that from one attack to the next."""


def attacks() -> dict[str, object]:
    """21 attacks, 8 rounds: right status, the node lives and answers, no leak of threads, files or memory."""
    found: dict[str, Counter[str]] = {one.name: Counter() for one in ATTACKS}
    seconds: dict[str, list[float]] = {one.name: [] for one in ATTACKS}
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, laid(Path(folder)) as siege:
        siege.warm()
        held = [siege.held()]
        for number in range(ROUNDS):
            for one in ATTACKS:
                begun = time.monotonic()
                answers, wrong = siege.attacked(one, {what: held[0][what] for what in ("threads", "files")})
                seconds[one.name].append(round(time.monotonic() - begun, 2))
                found[one.name] += answers
                faults += [f"round {number}, {one.name}: {fault}" for fault in wrong]
            held.append(siege.held())
            print(f"  round {number}: {held[-1]}", flush=True)
    memory = [each["resident_bytes"] for each in held[1:]]
    grown = (sum(memory[ROUNDS // 2 :]) - sum(memory[: ROUNDS // 2])) // (ROUNDS // 2)
    if grown > GROWN_BYTES:
        faults.append(f"{grown:,} bytes more are held in the later half of the rounds than in the earlier one")
    if faults:
        raise SystemExit("\n".join(faults))
    return {
        "attacks": {name: {"answers": dict(count), "seconds": seconds[name]} for name, count in found.items()},
        "held": held,
        "grown_bytes_between_halves": grown,
    }
