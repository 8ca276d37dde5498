"""A tree as it is being drawn: each field as it was typed, right or wrong. Frozen: undo is a list of them. Pure.

`reading.read` makes the tree of it, or says what is wrong with which field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from workbench.api import Backoff, ChildSpec, SupervisorSpec
from workbench.api.limits import DEFAULT_PROFILE
from workbench.api.supervision import SHUTDOWN_MS
from workbench.api.tree_file import SHUTDOWNS

Numbers = Iterator[int]
WORDS = {value: word for word, value in SHUTDOWNS.items()}
BACKOFF = Backoff(100)
"""What a backoff begins with when it is switched on."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One supervisor or actor. `id` stays through every change of it; of the fields below its kind has some.

    `shutdown` is a number of milliseconds, `brutal_kill` or `infinity`. `limits` are those that are not the profile's.
    """

    id: int
    name: str
    supervisor: bool
    restart: str = "permanent"

    strategy: str = "one_for_one"
    intensity: str = "1"
    period_ms: str = "5,000"
    backs_off: bool = False
    first_ms: str = f"{BACKOFF.first_ms:,}"
    most_ms: str = f"{BACKOFF.most_ms:,}"
    factor: str = f"{BACKOFF.factor:g}"
    children: tuple[Draft, ...] = ()

    module: str = ""
    state: str = ""
    state_hex: bool = False
    shutdown: str = f"{SHUTDOWN_MS:,}"
    profile: str = DEFAULT_PROFILE
    grants: tuple[str, ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    durable: bool = False


def numbers(after: Draft | None = None) -> Numbers:
    """Fresh ids."""
    return count(max((each.id for each in below(after)), default=0) + 1 if after is not None else 1)


def drawn(spec: SupervisorSpec, numbers: Numbers, restart: str = "permanent") -> Draft:
    """A tree as the form shows it."""
    backoff = spec.backoff or BACKOFF
    return Draft(
        next(numbers), spec.name, True, restart, str(spec.strategy), f"{spec.intensity:,}", f"{spec.period_ms:,}",
        spec.backoff is not None, f"{backoff.first_ms:,}", f"{backoff.most_ms:,}", f"{backoff.factor!r}",
        tuple(_child(child, numbers) for child in spec.children),
    )  # fmt: skip


def _child(spec: ChildSpec, numbers: Numbers) -> Draft:
    if spec.supervisor is not None:
        return drawn(spec.supervisor, numbers, str(spec.restart))
    binary = isinstance(spec.state, bytes)
    return Draft(
        next(numbers), spec.name, False, str(spec.restart), module=spec.module, state_hex=binary,
        state=spec.state.hex(" ") if isinstance(spec.state, bytes) else spec.state,
        shutdown=WORDS.get(spec.shutdown_ms, f"{spec.shutdown_ms:,}"), profile=spec.profile, grants=spec.grants,
        limits=tuple((name, f"{value:,}") for name, value in spec.limits.items()), durable=spec.durable,
    )  # fmt: skip


# Finding.


def below(root: Draft) -> Iterator[Draft]:
    """The draft with all that lies in it, in the order of the rows."""
    yield root
    for child in root.children:
        yield from below(child)


def find(root: Draft, number: int) -> Draft | None:
    return next((each for each in below(root) if each.id == number), None)


def parent(root: Draft, number: int) -> Draft | None:
    """None of the root."""
    return next((each for each in below(root) if any(child.id == number for child in each.children)), None)


def path(root: Draft, number: int) -> tuple[int, ...]:
    """The ids from the root to this one."""
    above = parent(root, number)
    return (*path(root, above.id), number) if above is not None else (number,)


def named(root: Draft, name: str) -> Draft | None:
    return next((each for each in below(root) if each.name == name), None)


def supervisors_for(root: Draft, number: int) -> list[Draft]:
    """Where this one can be moved: not into itself, and not where it is."""
    moved, above = find(root, number), parent(root, number)
    if moved is None or above is None:
        return []
    inside = {each.id for each in below(moved)}
    return [each for each in below(root) if each.supervisor and each.id not in inside and each.id != above.id]


# Changing: each gives another draft.


def changed(root: Draft, number: int, change: Callable[[Draft], Draft]) -> Draft:
    if root.id == number:
        return change(root)
    if not root.children:
        return root
    children = tuple(changed(child, number, change) for child in root.children)
    return root if all(one is other for one, other in zip(children, root.children, strict=True)) else (
        replace(root, children=children)
    )  # fmt: skip


def added(root: Draft, above: int, child: Draft, after: int | None = None) -> Draft:
    """At the end of a supervisor, or after one of its children."""

    def insert(into: Draft) -> Draft:
        at = next((at + 1 for at, each in enumerate(into.children) if each.id == after), len(into.children))
        return replace(into, children=(*into.children[:at], child, *into.children[at:]))

    return changed(root, above, insert)


def without(root: Draft, number: int) -> Draft:
    above = parent(root, number)
    if above is None:
        return root
    kept = tuple(child for child in above.children if child.id != number)
    return changed(root, above.id, lambda found: replace(found, children=kept))


def shifted(root: Draft, number: int, by: int) -> Draft:
    """Earlier (-1) or later (1) among its siblings; the same draft when there is no such place."""
    above = parent(root, number)
    if above is None:
        return root
    children = list(above.children)
    at = next(at for at, child in enumerate(children) if child.id == number)
    if not 0 <= at + by < len(children):
        return root
    children[at], children[at + by] = children[at + by], children[at]
    return changed(root, above.id, lambda found: replace(found, children=tuple(children)))


def moved(root: Draft, number: int, into: int) -> Draft:
    """To the end of another supervisor."""
    found = find(root, number)
    if found is None or not any(each.id == into for each in supervisors_for(root, number)):
        return root
    return added(without(root, number), into, found)


def copied(root: Draft, number: int, fresh: Numbers) -> tuple[Draft, int]:
    """The draft with a copy after the original, under free names, and the copy's id; of the root there is none."""
    found, above = find(root, number), parent(root, number)
    if found is None or above is None:
        return root, number
    taken = {each.name for each in below(root)}
    made = _renewed(found, fresh, taken)
    return added(root, above.id, made, after=number), made.id


def _renewed(draft: Draft, fresh: Numbers, taken: set[str]) -> Draft:
    name = free_name(draft.name, taken)
    taken.add(name)
    number = next(fresh)
    children = tuple(_renewed(child, fresh, taken) for child in draft.children)
    return replace(draft, id=number, name=name, children=children)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`worker`, else `worker-2`, `worker-3`, …"""
    names = set(taken)
    stem, dash, last = wanted.rpartition("-")
    stem = stem if dash and last.isdigit() else wanted
    candidates = (wanted if at == 1 else f"{stem}-{at}" for at in count(1))
    return next(name for name in candidates if name not in names)
