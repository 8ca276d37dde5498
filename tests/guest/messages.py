"""The table of what the sample actors are sent and what they answer, which the test from end to end reads too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from workbench.data import PACKAGE

TABLE = PACKAGE.parent / "packaging" / "scripts" / "e2e_messages.txt"


@dataclass(frozen=True, slots=True)
class Spawn:
    name: str
    module: str
    grants: tuple[str, ...]
    durable: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `type_` and `payload` are those of the command line."""

    actor: str
    type_: str
    payload: str
    reply: str

    def fits(self, found: str) -> bool:
        """Whether this answer, or `!code` of a refusal, is what the table says."""
        if self.reply == "...":
            return bool(found) and not found.startswith("!")
        return found == ("" if self.reply == "(empty)" else self.reply)


def steps() -> Iterator[Spawn | Message]:
    """All lines in order."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        first, _, rest = line.partition(" ")
        if first == "spawn":
            name, module, *options = rest.split()
            grants = tuple(after for before, after in pairwise(options) if before == "--grant")
            yield Spawn(name, module, grants, "--durable" in options)
        elif first and first != "#":
            message, _, reply = rest.rpartition(" -> ")
            kind, _, payload = message.partition("=")
            yield Message(first, kind, payload, reply)
