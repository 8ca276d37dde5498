"""`make prove`: the long proofs, each leaving its evidence as `tests/proofs/NAME.json`.

    python -m tests.proofs [NAME]…          only the proofs with these names

A proof that fails raises and leaves the file of the last success as it was. A figure that was missed is kept with its
samples, under `missed`, and ends the command with 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.figure import machine
from tests.proofs.attacks import attacks
from tests.proofs.clean_clone import clean_clone
from tests.proofs.dist import dist
from tests.proofs.elsewhere import elsewhere
from tests.proofs.hazards import hazards
from tests.proofs.hostile import hostile
from tests.proofs.kills import kills
from tests.proofs.linearizable import linearizable
from tests.proofs.lives import crowd, passive, restarts
from tests.proofs.migration import migration
from tests.proofs.missed import Missed
from tests.proofs.mutants import mutants
from tests.proofs.rehearsals import rehearsals
from tests.proofs.supervision import supervision
from tests.proofs.tuples import expressions, takers
from tests.proofs.weight import weight

PROOFS: Mapping[str, Callable[[], object]] = {
    "attacks": attacks,
    "clean_clone": clean_clone,
    "dist": dist,
    "crowd": crowd,
    "elsewhere": elsewhere,
    "expressions": expressions,
    "hazards": hazards,
    "hostile": hostile,
    "kills": kills,
    "linearizable": linearizable,
    "migration": migration,
    "mutants": mutants,
    "passive": passive,
    "rehearsals": rehearsals,
    "restarts": restarts,
    "supervision": supervision,
    "takers": takers,
    "weight": weight,
}


def main(wanted: list[str]) -> int:
    code = 0
    for name in wanted or PROOFS:
        print(f"proving {name.replace('_', ' ')} …", flush=True)
        found = {"proof": (PROOFS[name].__doc__ or "").strip(), "machine": machine(), "missed": ""}
        try:
            found["samples"] = PROOFS[name]()
        except Missed as missed:
            found |= {"missed": str(missed), "samples": missed.samples}
            code = 1
        path = Path(__file__).with_name(f"{name}.json")
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"missed, {found['missed']}; see {path.name}" if found["missed"] else f"proved: {path.name}")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
