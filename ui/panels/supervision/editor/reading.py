"""From what was typed to a tree. What is wrong is said by the values of the api themselves, field by field. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ui.limit_words import COUNT, KINDS, MILLISECONDS, Kind, read_whole
from ui.panels.supervision.editor.draft import BACKOFF, Draft, below
from workbench.api import (
    Backoff,
    ChildSpec,
    Invalid,
    Payload,
    Restart,
    Strategy,
    SupervisorSpec,
    WorkbenchError,
    parse_grant,
    profile,
)
from workbench.api.supervision import SHUTDOWN_MS, check_names
from workbench.api.tree_file import SHUTDOWNS, with_limit

T = TypeVar("T")
Place = tuple[int, str]
"""Whose field it is: the id of a draft, and the name of the field (`limits.fuel`)."""
Actor = tuple[Draft, ChildSpec | None, Mapping[Place, str]]
"""What was read of one draft, and what is wrong with it."""
STAND_IN = "x"
"""A name, or a module, where another field is looked at and this one is wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`tree` is None when something is wrong; `problems` are one sentence for each field that is.

    `actors` is what was read of each, so that the next reading looks at those alone that were changed.
    """

    tree: SupervisorSpec | None
    problems: Mapping[Place, str]
    actors: Mapping[int, Actor] = dataclasses.field(default_factory=dict)


def read(root: Draft, before: Reading | None = None) -> Reading:
    """`before` is an earlier reading of the same tree; it only saves time."""
    reader = _Reader(before.actors if before is not None else {})
    tree = reader.supervisor(root)
    if tree is not None:
        try:
            check_names(tree)
        except Invalid as error:
            reader.problems[_twice(root), "name"] = error.message
    return Reading(None if reader.problems else tree, reader.problems, reader.actors)


def _twice(root: Draft) -> int:
    """The second one of a name that is there before."""
    seen: set[str] = set()
    for each in below(root):
        if each.name in seen:
            return each.id
        seen.add(each.name)
    return root.id


class _Reader:
    """Each field is tried alone, so that one that is wrong does not hide another."""

    def __init__(self, known: Mapping[int, Actor]) -> None:
        self.problems: dict[Place, str] = {}
        self._known = known
        self.actors: dict[int, Actor] = {}

    def supervisor(self, draft: Draft) -> SupervisorSpec | None:
        name = self._name(draft)
        children = [self._child(child) for child in draft.children]
        intensity = self._number(draft, "intensity", COUNT, 3)
        period = self._number(draft, "period_ms", MILLISECONDS, 5_000)
        if intensity is not None:
            self._try(draft, "intensity", lambda: SupervisorSpec(name, intensity=intensity))
        if period is not None:
            self._try(draft, "period_ms", lambda: SupervisorSpec(name, period_ms=period))
        backoff = self._backoff(draft) if draft.backs_off else None
        whole = tuple(child for child in children if child is not None)
        strategy = Strategy(draft.strategy)
        if len(whole) < len(children):
            whole = tuple(ChildSpec(f"{STAND_IN}{at}", STAND_IN) for at in range(len(children)))
        found = self._try(draft, "strategy", lambda: SupervisorSpec(name, strategy, children=whole))
        if found is None or intensity is None or period is None or self._wrong(draft) or None in children:
            return None
        return SupervisorSpec(name, strategy, intensity, period, backoff, whole)

    def _wrong(self, draft: Draft) -> bool:
        return any(number == draft.id for number, _ in self.problems)

    def _backoff(self, draft: Draft) -> Backoff | None:
        first = self._number(draft, "first_ms", MILLISECONDS, BACKOFF.first_ms)
        most = self._number(draft, "most_ms", MILLISECONDS, BACKOFF.most_ms)
        factor = self._factor(draft)
        if first is not None:
            self._try(draft, "first_ms", lambda: Backoff(first, most_ms=max(first, BACKOFF.most_ms)))
        if factor is not None:
            self._try(draft, "factor", lambda: Backoff(1, factor=factor))
        if first is None or most is None or factor is None or self._wrong(draft):
            return None
        return self._try(draft, "most_ms", lambda: Backoff(first, most, factor))

    def _factor(self, draft: Draft) -> float | None:
        try:
            return float(draft.factor)
        except ValueError:
            text = f"{draft.factor.strip()!r} is no number; write for example {BACKOFF.factor:g}"
            self.problems[draft.id, "factor"] = text
            return None

    def _child(self, draft: Draft) -> ChildSpec | None:
        if draft.supervisor:
            tree = self.supervisor(draft)
            return ChildSpec(tree.name, restart=Restart(draft.restart), supervisor=tree) if tree else None
        known = self._known.get(draft.id)
        if known is None or known[0] is not draft:
            fresh = _Reader({})
            known = draft, fresh._actor(draft), fresh.problems
        self.actors[draft.id] = known
        self.problems.update(known[2])
        return known[1]

    def _actor(self, draft: Draft) -> ChildSpec | None:
        name = self._name(draft)
        self._try(draft, "module", lambda: ChildSpec(name, draft.module))
        self._try(draft, "profile", lambda: profile(draft.profile))
        shutdown = self._shutdown(draft, name)
        state = self._state(draft)
        for grant in draft.grants:
            self._try(draft, "grants", lambda grant=grant: parse_grant(grant))  # type: ignore[misc]
        limits = {key: value for key, text in draft.limits if (value := self._limit(draft, key, text)) is not None}
        if self._wrong(draft) or shutdown is None or state is None:
            return None
        return ChildSpec(name, draft.module, state, draft.profile, draft.grants, limits, Restart(draft.restart),
                         shutdown, durable=draft.durable)  # fmt: skip

    def _name(self, draft: Draft) -> str:
        """Another one while it is wrong."""
        found = self._try(draft, "name", lambda: ChildSpec(draft.name, STAND_IN))
        return found.name if found is not None else STAND_IN

    def _shutdown(self, draft: Draft, name: str) -> int | None:
        given = SHUTDOWNS.get(draft.shutdown)
        if given is None:
            given = self._number(draft, "shutdown", MILLISECONDS, SHUTDOWN_MS)
        if given is None:
            return None
        found = self._try(draft, "shutdown", lambda: ChildSpec(name, STAND_IN, shutdown_ms=given))
        return found.shutdown_ms if found is not None else None

    def _state(self, draft: Draft) -> Payload | None:
        if not draft.state_hex:
            return draft.state
        try:
            return bytes.fromhex("".join(draft.state.split()))
        except ValueError:
            text = "not hexadecimal: two digits for each byte, for example 00 ff 1a"
            self.problems[draft.id, "state"] = text
            return None

    def _limit(self, draft: Draft, key: str, text: str) -> int | None:
        place = f"limits.{key}"
        number = self._number(draft, place, KINDS[key], 1_000_000, text)
        if number is not None and self._try(draft, place, lambda: with_limit(key, number)) is None:
            return None
        return number

    def _number(self, draft: Draft, field: str, kind: Kind, example: int, text: str | None = None) -> int | None:
        typed = text if text is not None else str(getattr(draft, field))
        return self._try(draft, field, lambda: read_whole(typed, kind, example))

    def _try(self, draft: Draft, field: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except WorkbenchError as error:
            self.problems.setdefault((draft.id, field), error.message)
            return None
