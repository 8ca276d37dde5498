"""`make bench`: every figure of the project in one run on one machine, as a table and in `bench.json`.

    python -m tests.benchmarks [NAME]…      only the figures whose names contain NAME

A figure is a ratio to a named peer measured in the same run, or a time of something that a person waits for. The
exit code is 1 when a target was missed; the file holds every raw sample either way.
"""

from __future__ import annotations

import sys

from tests.benchmarks import (
    actors,
    app,
    births,
    blobs,
    bundles,
    channels,
    command,
    durability,
    keys,
    lives,
    locks,
    messages,
    moving,
    recordings,
    seeking,
    tuples,
    wire,
)
from tests.benchmarks.figure import Figure, report

FIGURES = (
    *actors.FIGURES,
    *messages.FIGURES,
    *births.FIGURES,
    *lives.FIGURES,
    *tuples.FIGURES,
    *keys.FIGURES,
    *locks.FIGURES,
    *channels.FIGURES,
    *blobs.FIGURES,
    *durability.FIGURES,
    *bundles.FIGURES,
    *recordings.FIGURES,
    *seeking.FIGURES,
    *wire.FIGURES,
    *moving.FIGURES,
    command.whole_process,
    app.start,
    app.lag,
)


def main(wanted: list[str]) -> int:
    chosen = [measure for measure in FIGURES if not wanted or any(word in measure.__name__ for word in wanted)]
    figures: list[Figure] = []
    for measure in chosen:
        print(f"measuring {measure.__name__.replace('_', ' ')} …", file=sys.stderr, flush=True)
        figures.append(measure())
    return report(figures, whole=not wanted)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
