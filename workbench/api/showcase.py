"""The demonstrations of the showcase, and the lines in which they tell what they found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.api.errors import NotFound

TITLE = "PlexSpaces WASM Runtime Showcase"
UNDERLINE = 3
"""So much longer than its line."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """`word` is what its last line calls it."""

    number: int
    name: str
    title: str
    word: str


DEMONSTRATIONS = (
    Demonstration(1, "deployment", "Module Deployment & Content-Addressable Caching", "Deployment"),
    Demonstration(2, "security", "Resource Limits & Capability-Based Security", "Security"),
    Demonstration(3, "grpc", "gRPC Deployment Service", "gRPC"),
    Demonstration(4, "concurrency", "Concurrent Operations", "Concurrency"),
    Demonstration(5, "python", "Python Actor Support", "Python"),
    Demonstration(6, "behaviors", "Actor Behaviors", "Behaviors"),
    Demonstration(7, "services", "Service Access from WASM", "Services"),
    Demonstration(8, "keyvalue", "KeyValue Storage", "KeyValue"),
    Demonstration(9, "process-groups", "ProcessGroups Pub/Sub", "ProcessGroups"),
    Demonstration(10, "locks", "Distributed Locks", "Locks"),
    Demonstration(11, "registry", "Object Registry", "Registry"),
    Demonstration(12, "durability", "Durability/Journaling", "Durability"),
    Demonstration(13, "blob", "Blob Storage", "Blob"),
)


def demonstration(name: str) -> Demonstration:
    """The one of this name; NotFound when there is none."""
    found = next((each for each in DEMONSTRATIONS if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in DEMONSTRATIONS)
        raise NotFound(f"there is no demonstration {name!r}; there are {names}")
    return found


class Mark(StrEnum):
    """What a line is."""

    TITLE = "title"
    HEADING = "heading"
    OK = "ok"  # a claim that was checked and holds
    FAILED = "failed"  # one that does not, or what kept the demonstration from going on
    FACT = "fact"  # something measured or read
    TRACE = "trace"  # a message or host call
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ShowcaseLine:
    """One line, as it happened; `demonstration` is empty for those about all of them."""

    mark: Mark
    text: str
    demonstration: str = ""

    def __str__(self) -> str:
        """As it stands on the page, with its underline and the empty line before it."""
        if self.mark is Mark.TITLE:
            return f" {self.text}\n{'=' * (len(self.text) + 1 + UNDERLINE)}"
        if self.mark is Mark.HEADING:
            return f"\n {self.text}\n{'-' * (len(self.text) + 1 + UNDERLINE)}"
        if self.mark in (Mark.FACT, Mark.TRACE):
            return f"  {self.text}"
        return f"[{self.mark}] {self.text}"
