"""What becomes of the children when a supervisor gets another spec. Pure.

A supervisor does what is said here (`Supervisor.change`), and the same is told beforehand (`Supervisor.diff`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.api.supervision import ChildSpec, Deed, Strategy, SupervisorSpec, TreeChange

RULES = ("strategy", "intensity", "period_ms", "backoff")
TERMS = ("module", "state", "profile", "grants", "limits", "durable")


@dataclass(frozen=True, slots=True)
class Change:
    """`fresh` are new, `same` live on, perhaps on other terms, `gone` are stopped for good, the last one first.

    `reborn` were an actor and become a supervisor, or the reverse, or become durable, or cease to be: they are among
    `gone`, and start after it.
    """

    fresh: tuple[ChildSpec, ...]
    same: tuple[ChildSpec, ...]
    reborn: tuple[ChildSpec, ...]
    gone: tuple[str, ...]


def change(there: Mapping[str, ChildSpec], wanted: Sequence[ChildSpec]) -> Change:
    """`there` are the children that are listed now, in the order of their start."""
    known = [child for child in wanted if child.name in there]
    same = tuple(child for child in known if _alike(there[child.name], child))
    kept = {child.name for child in same}
    return Change(
        fresh=tuple(child for child in wanted if child.name not in there),
        same=same,
        reborn=tuple(child for child in known if child.name not in kept),
        gone=tuple(name for name in reversed(tuple(there)) if name not in kept),
    )


def _alike(one: ChildSpec, other: ChildSpec) -> bool:
    """Whether both are actors, with a journal or without one, or both supervisors."""
    return (one.supervisor is None) is (other.supervisor is None) and one.durable is other.durable


def why_reborn(before: ChildSpec, after: ChildSpec) -> tuple[str, ...]:
    """In the keys of a tree file, or a few words."""
    if before.durable is not after.durable and before.supervisor is None and after.supervisor is None:
        return ("durable",)
    return (f"becomes {'a supervisor' if after.supervisor is not None else 'an actor'}",)


def rules_changed(before: SupervisorSpec, after: SupervisorSpec) -> Iterator[str]:
    """The keys of a supervisor that differ."""
    yield from (key for key in RULES if getattr(before, key) != getattr(after, key))
    names = [[child.name for child in spec.children] for spec in (before, after)]
    both = set(names[0]) & set(names[1])
    if [name for name in names[0] if name in both] != [name for name in names[1] if name in both]:
        yield "order"


def bounds_changed(before: ChildSpec, after: ChildSpec) -> Iterator[str]:
    """The keys of a child that its supervisor alone looks at."""
    if before.restart is not after.restart:
        yield "restart"
    if before.shutdown_ms != after.shutdown_ms:
        yield "shutdown"


def template_changed(before: SupervisorSpec, after: SupervisorSpec, module_of: Callable[[str], str]) -> TreeChange:
    """Of a pool: its copies keep what they were started with. `module_of` is what a reference means."""
    had, has = (replace(spec.children[0], module=module_of(spec.children[0].module)) for spec in (before, after))
    why = [key for key in ("name", *TERMS) if getattr(had, key) != getattr(has, key)]
    why += bounds_changed(had, has)
    words = (*why, "for copies that start from now on") if why else ()
    return TreeChange(has.name, after.name, Deed.CHANGED if why else Deed.KEPT, words)


def added(child: ChildSpec, supervisor: str, why: tuple[str, ...] = ()) -> Iterator[TreeChange]:
    """A child with all that lies in it."""
    yield TreeChange(child.name, supervisor, Deed.ADDED, why)
    if (below := child.supervisor) is not None:
        simple = below.strategy is Strategy.SIMPLE_ONE_FOR_ONE
        for inner in below.children:
            yield from added(inner, below.name, ("as the template of its copies",) if simple else why)


def settled(found: Sequence[TreeChange]) -> list[TreeChange]:
    """One change for each name: who is removed in one place and added in another has moved. The removed come last.

    Who is removed and says why is added again in the same place: it is replaced.
    """
    before = {each.name: each for each in found if each.deed is Deed.REMOVED}
    shown = []
    for each in found:
        if each.deed is Deed.REMOVED:
            continue
        if each.deed is Deed.ADDED and (had := before.pop(each.name, None)) is not None:
            shown.append(_again(had, each))
        else:
            shown.append(each)
    return [*shown, *before.values()]


def _again(had: TreeChange, has: TreeChange) -> TreeChange:
    if had.supervisor != has.supervisor:
        return replace(has, deed=Deed.MOVED, why=(f"from {had.supervisor}", *has.why))
    if had.why:
        return replace(has, deed=Deed.REPLACED, why=had.why)
    return replace(has, deed=Deed.MOVED, why=("with its supervisor", *has.why))
