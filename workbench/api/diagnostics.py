"""Diagnostics: what somebody who is to find a fault is given of a node and the machine that it runs on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiagnosticsPart:
    """One file of the diagnostics, whole, as it will be written. `what` says in a line what is in it."""

    name: str
    what: str
    text: str

    @property
    def size_bytes(self) -> int:
        return len(self.text.encode(errors="replace"))
