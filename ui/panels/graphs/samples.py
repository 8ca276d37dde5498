"""The samples that the graphs keep: fifteen minutes of each series, read from the node in pieces."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from workbench.api import Node, Sample

KEPT_SECONDS = 15 * 60
FIELDS = ("fuel_per_second", "messages_per_second", "turn_ms", "memory_bytes", "mailbox", "crashes",
          "resident_bytes", "cpu_percent")  # fmt: skip


class Samples:
    """By actor name; the node's own series has the empty name. Filled on the Qt thread, read off it by `fetch`."""

    def __init__(self) -> None:
        self.series: dict[str, list[Sample]] = {}

    def fetch(self, node: Node, names: Sequence[str]) -> Mapping[str, Sequence[Sample]]:
        """What is new of these series. Off the Qt thread; changes nothing."""
        known = self.series
        since = min((known[name][-1].time if known.get(name) else 0.0 for name in names), default=0.0)
        return node.metrics([name for name in names if name], since=since)

    def add(self, fresh: Mapping[str, Sequence[Sample]]) -> None:
        for name, samples in fresh.items():
            kept = self.series.setdefault(name, [])
            last = kept[-1].time if kept else 0.0
            kept.extend(sample for sample in samples if sample.time > last)
            if kept:
                oldest = kept[-1].time - KEPT_SECONDS
                at = next((at for at, sample in enumerate(kept) if sample.time >= oldest), 0)
                del kept[:at]

    def newest(self, name: str) -> Sample | None:
        found = self.series.get(name)
        return found[-1] if found else None

    def now(self) -> float:
        """The time of the newest sample of all: the right end of every graph."""
        return max((found[-1].time for found in self.series.values() if found), default=0.0)

    def as_csv(self, names: Sequence[str], seconds: float) -> str:
        """One row for each sample; what was not measured is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["actor", "time", *FIELDS])
        start = self.now() - seconds
        for name in names:
            for sample in self.series.get(name, []):
                if sample.time >= start:
                    values = [getattr(sample, field) for field in FIELDS]
                    writer.writerow([name or "node", f"{sample.time:.3f}", *("" if v is None else v for v in values)])
        return out.getvalue()
