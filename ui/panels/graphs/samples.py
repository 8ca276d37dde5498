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
    """By actor name; the node's own series has the empty name.

    Filled by the thread that reads, one reading after the other; a series is replaced, never changed in place, so that
    whoever draws meanwhile sees all of the old one or all of the new one.
    """

    def __init__(self) -> None:
        self.series: dict[str, list[Sample]] = {}

    def forget(self) -> None:
        self.series = {}

    def fetch(self, node: Node, names: Sequence[str]) -> None:
        """Add what is new of these series; one that was never read comes with its past. Off the Qt thread."""
        known = [name for name in names if self.series.get(name)]
        since = min((self.series[name][-1].time for name in known), default=0.0)
        self._add(node.metrics([name for name in known if name], since=since), known)
        if fresh := [name for name in names if name not in known]:
            self._add(node.metrics([name for name in fresh if name]), fresh)

    def _add(self, found: Mapping[str, Sequence[Sample]], names: Sequence[str]) -> None:
        for name in names:
            kept = self.series.get(name, [])
            last = kept[-1].time if kept else 0.0
            more = [sample for sample in found.get(name, ()) if sample.time > last]
            if more:
                oldest = more[-1].time - KEPT_SECONDS
                self.series[name] = [sample for sample in (*kept, *more) if sample.time >= oldest]

    def newest(self, name: str) -> Sample | None:
        found = self.series.get(name)
        return found[-1] if found else None

    def now(self) -> float:
        """The time of the newest sample of all: the right end of every graph."""
        return max((found[-1].time for found in tuple(self.series.values()) if found), default=0.0)

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
