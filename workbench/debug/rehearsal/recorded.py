"""What was recorded of actors, and the modules they ran: of a node, through its API, or of a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from workbench.api.capabilities import parse_grant
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.api.modules import ModuleInfo
from workbench.api.node import Node
from workbench.api.turns import Birth, BirthReason, Outcome, Turn
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.replay import bounded
from workbench.debug.timeline.lines import Lines
from workbench.wasm.references import looks_like_hash, resolve

PAGE = 1_000


class Recorded(Protocol):
    """Where turns come from. `name` is for sentences, `notes` what a reader should know, `problems` what of it is
    damaged."""

    @property
    def name(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def problems(self) -> tuple[str, ...]: ...
    def ran_last(self) -> Mapping[ActorId, str]:
        """The module that each recorded actor ran last."""
        ...

    def turns(self, actor: ActorId) -> Sequence[Turn]: ...
    def terms(self, actor: ActorId) -> Birth | None:
        """What an instance of it is made on, when no birth is recorded."""
        ...

    def resolve(self, reference: str) -> str:
        """The hash of the module that is meant. NotFound: there is none."""
        ...

    def module(self, module: str) -> tuple[ModuleInfo, bytes]:
        """NotFound, Invalid: it is not to be had."""
        ...


class OfNode:
    """The journals of durable actors, and the recording on disk of all. Reads, and nothing else."""

    notes: tuple[str, ...] = ()

    def __init__(self, node: Node) -> None:
        self._node = node
        self.name = f"the node {node.info().name}"
        self._lived: dict[ActorId, str] = {}
        self._recorded: dict[ActorId, str] = {}
        for turn in self._pages(None):
            self._recorded[turn.actor] = turn.module
            if turn.birth is None or turn.outcome is Outcome.REPLY:
                self._lived[turn.actor] = turn.module
        self._journals = {info.actor: info for info in node.journal.list() if info.last}

    @property
    def problems(self) -> tuple[str, ...]:
        return self._node.session.problems if self._node.session is not None else ()

    def _pages(self, actor: ActorId | None) -> Iterator[Turn]:
        after = 0
        while page := self._node.debugger.turns(actor, after=after, limit=PAGE):
            yield from (found.turn for found in page)
            after = page[-1].position

    def ran_last(self) -> Mapping[ActorId, str]:
        found = {actor: info.module for actor, info in self._journals.items()}
        found.update({**self._recorded, **self._lived})
        return dict(sorted(found.items()))

    def turns(self, actor: ActorId) -> Sequence[Turn]:
        recorded = list(self._pages(actor))
        if actor not in self._journals:
            return recorded
        found: list[Turn] = []
        while page := self._node.journal.entries(actor, after=found[-1].seq if found else 0, limit=PAGE):
            found += page
        return [*_before(recorded, found[0].seq if found else 0), *found]

    def terms(self, actor: ActorId) -> Birth | None:
        try:
            info = self._node.actors.get(actor)
        except NotFound:
            return None
        grants = tuple(map(parse_grant, info.grants))
        return Birth(BirthReason.SPAWN, "", info.profile, grants, info.limits, info.parent)

    def resolve(self, reference: str) -> str:
        try:
            return self._node.modules.get(reference).hash
        except NotFound:
            return _of_hashes(reference, set(self.ran_last().values()))

    def module(self, module: str) -> tuple[ModuleInfo, bytes]:
        return self._node.modules.get(module), self._node.modules.data(module)


class OfBundle:
    """A bundle, of which nothing is believed."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self.name = bundle, bundle.path.name
        self._lines = Lines(bundle)  # actors that were at work together have their turns in all files
        seen: dict[ActorId, str] = {}
        lived: dict[ActorId, str] = {}
        for turn in bundle.turns():
            seen[turn.actor] = turn.module
            if turn.birth is None or turn.outcome is Outcome.REPLY:  # an instance that was refused never ran
                lived[turn.actor] = turn.module
        self._last = dict(sorted({**seen, **lived}.items()))

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self._bundle.notes, *self._bundle.problems)

    @property
    def problems(self) -> tuple[str, ...]:
        return self._bundle.problems

    def ran_last(self) -> Mapping[ActorId, str]:
        return self._last

    def turns(self, actor: ActorId) -> Sequence[Turn]:
        found: list[Turn] = []
        for place in self._bundle.places(actor):
            with suppress(Invalid):  # it is among the problems then
                found.append(bounded(self._lines.turn(place.file, place.line)))
        return found

    def terms(self, actor: ActorId) -> Birth | None:  # noqa: ARG002  # an export begins with a birth
        return None

    def resolve(self, reference: str) -> str:
        modules = self._bundle.modules
        aliases = {alias: info.hash for info in modules for alias in info.aliases}
        found = resolve(reference, modules, aliases)
        known = {info.hash for info in modules}
        return found if found in known else _of_hashes(reference, set(self._last.values()))

    def module(self, module: str) -> tuple[ModuleInfo, bytes]:
        return self._bundle.module(module)


def _before(newest: Sequence[Turn], first: int) -> Sequence[Turn]:
    """Of the recorded turns those that the journal does not have any more, of the same life of the actor's name."""
    begin = 0
    for at in range(1, len(newest)):
        if newest[at].seq <= newest[at - 1].seq:
            begin = at
    return [turn for turn in newest[begin:] if turn.seq < first]


def _of_hashes(reference: str, known: set[str]) -> str:
    lowered = reference.lower()
    found = [module for module in known if module.startswith(lowered)] if looks_like_hash(reference) else []
    if len(found) == 1:
        return found[0]
    raise NotFound(f"no module {reference!r}, and no recorded turn of one; list them with: workbench module list")
