"""Generated edits of actors, each rehearsed on what was recorded before it was made."""

from __future__ import annotations

import time
from collections import Counter

import workbench
from tests.proofs.missed import Missed
from tests.unit.edits import case, record

EDITS = 100


def rehearsals() -> dict[str, object]:
    """100 generated edits of an actor: each classed rightly, at the right turn, a crash at its line in the source."""
    samples, started = [], time.monotonic()
    with workbench.connect("embedded:") as node:
        for seed in range(EDITS):
            made = case(seed)
            module = record(node, made)
            candidate = made.edited.encode(), "ledger.py"
            (row,) = workbench.rehearse(node, candidate, replaces=module, actors=[made.name]).actors
            node.actors.stop(made.name)
            turn = row.divergence.seq if row.divergence is not None else 0
            line = row.place.line if row.place is not None and made.line else 0
            found, wanted = (str(row.verdict), turn, line), (str(made.verdict), made.turn, made.line)
            samples.append({"seed": seed, "edit": made.what, "found": found, "wanted": wanted})
    wrong = [sample for sample in samples if sample["found"] != sample["wanted"]]
    counted = Counter(sample["wanted"][0] for sample in samples)
    result = {
        "edits": len(samples),
        "right": len(samples) - len(wrong),
        "seconds": round(time.monotonic() - started, 1),
        "classes": dict(sorted(counted.items())),
        "samples": samples,
    }
    if wrong:
        raise Missed(f"{len(wrong)} of {len(samples)} edits were classed otherwise", result)
    return result
