"""The facet `capabilities` of the node in memory: grants of its actors change, and a test says what they did."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from time import time
from typing import TYPE_CHECKING

from workbench.api import ActorId, Area, Denial, Duration, Evidence, GrantChange, NotFound, parse_grant

if TYPE_CHECKING:
    from fake_node import FakeNode


class FakeCapabilities:
    """`use` and `deny` are what a turn would do."""

    def __init__(self, node: FakeNode) -> None:
        self._node = node
        self.uses: Counter[tuple[str, str]] = Counter()
        self.denials: dict[tuple[str, str], list[Denial]] = {}
        self.changes: list[GrantChange] = []

    def evidence(self, actor: ActorId | str | None = None) -> Sequence[Evidence]:
        rows = self._node.actors.list() if actor is None else [self._node.actors.get(actor)]
        return [self._row(info.id, capability, info.grants) for info in rows for capability in self._named(info)]

    def _named(self, info: object) -> list[str]:
        held = [parse_grant(grant).capability for grant in info.grants]  # type: ignore[attr-defined]
        denied = [capability for name, capability in self.denials if name == info.id.name]  # type: ignore[attr-defined]
        return list(dict.fromkeys((*held, *denied)))

    def _row(self, actor: ActorId, capability: str, grants: Sequence[str]) -> Evidence:
        held = tuple(grant for grant in grants if parse_grant(grant).capability == capability)
        denials = self.denials.get((actor.name, capability), [])
        uses = self.uses[actor.name, capability]
        last = denials[-1] if denials else None
        return Evidence(actor, capability, capability == "logging", held, uses, len(denials), last)

    def grant(self, actor: ActorId | str, grant: str, *, duration: Duration = "session") -> str:
        made = str(parse_grant(grant))
        row = self._node.actors.get(actor)
        self._set(row.id, (*(held for held in row.grants if held != made), made))
        self._changed(row.id, "granted", (made,), duration)
        return f"{made} takes effect at the next host call of {row.id.name}"

    def revoke(self, actor: ActorId | str, grant: str) -> str:
        row = self._node.actors.get(actor)
        if grant not in row.grants:
            raise NotFound(f"{row.id.name} does not hold {grant}; it holds {', '.join(row.grants) or 'nothing'}")
        self._set(row.id, tuple(held for held in row.grants if held != grant))
        self._changed(row.id, "revoked", (grant,))
        return f"{grant} takes effect at the next host call of {row.id.name}"

    def trim(self, actor: ActorId | str, *, dry: bool = False) -> tuple[str, ...]:
        row = self._node.actors.get(actor)
        unused = tuple(held for held in row.grants if not self.uses[row.id.name, parse_grant(held).capability])
        if unused and not dry:
            self._set(row.id, tuple(held for held in row.grants if held not in unused))
            self._changed(row.id, "trimmed", unused)
        return unused

    def audit(self, *, limit: int = 100) -> Sequence[GrantChange]:
        return self.changes[-limit:]

    def use(self, actor: str, capability: str) -> None:
        self.uses[actor, capability] += 1

    def deny(self, actor: str, capability: str, what: str, name: str = "", message_type: str = "") -> None:
        self.denials.setdefault((actor, capability), []).append(Denial(what, name, time(), message_type, capability))
        self._node.emit(Area.CAPABILITIES, "capabilities.denied", actor)

    def _set(self, actor: ActorId, grants: tuple[str, ...]) -> None:
        rows = self._node.actors.rows
        rows[actor.name] = dataclasses.replace(rows[actor.name], grants=grants)

    def _changed(self, actor: ActorId, action: str, grants: tuple[str, ...], duration: str = "") -> None:
        self.changes.append(GrantChange(len(self.changes) + 1, time(), actor, action, grants, "caller", duration))
        self._node.emit(Area.CAPABILITIES, f"capabilities.{action}", actor.name)
