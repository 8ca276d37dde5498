"""What applying a tree would do to the one that runs, child by child. Reads only; from any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from workbench.api.actors import ActorState
from workbench.api.supervision import ChildSpec, Deed, SupervisorSpec, TreeChange
from workbench.runtime.actor import Actor
from workbench.runtime.supervision.change import (
    added,
    bounds_changed,
    change,
    rules_changed,
    settled,
    template_changed,
    why_reborn,
)
from workbench.runtime.supervision.entry import Entry
from workbench.runtime.supervision.supervisor import Supervisor

STARTED = "is started"
"""Why one changes that does not run, in a tree that is started because it does not run either."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the two are compared: in what an actor is other than a child is to be, and what a module reference means.

    `starts`: the whole tree does not run, so that applying starts it.
    """

    differs: Callable[[Actor, ChildSpec], tuple[str, ...]]
    module_of: Callable[[str], str]
    starts: bool


def of_new(tree: SupervisorSpec) -> list[TreeChange]:
    """Of a tree of which nothing runs."""
    return list(added(ChildSpec(tree.name, supervisor=tree), ""))


def of_running(
    root: Supervisor,
    tree: SupervisorSpec,
    differs: Callable[[Actor, ChildSpec], tuple[str, ...]],
    module_of: Callable[[str], str],
) -> list[TreeChange]:
    """See `Look`."""
    look = Look(differs, module_of, starts=root.state is ActorState.STOPPED)
    return settled(list(_supervisor(root, tree, (), look)))


def _supervisor(found: Supervisor, wanted: SupervisorSpec, bounds: tuple[str, ...], look: Look) -> Iterator[TreeChange]:
    parent = found.place.supervisor if found.place is not None else ""
    why = (*rules_changed(found.spec, wanted), *bounds, *([STARTED] if look.starts else []))
    yield TreeChange(wanted.name, parent, Deed.CHANGED if why else Deed.KEPT, why)
    if found.simple:
        yield template_changed(found.spec, wanted, look.module_of)
        return
    there = {entry.name: entry for entry in found.entries}
    plan = change({name: entry.spec for name, entry in there.items()}, wanted.children)
    same = {child.name for child in plan.same}
    later = () if found.state is ActorState.IDLE or look.starts else (f"starts when {found.name} is restarted",)
    for child in wanted.children:
        if child.name in same:
            yield from _child(there[child.name], child, look)
        else:
            yield from added(child, found.name, later)
    reborn = {child.name: why_reborn(there[child.name].spec, child) for child in plan.reborn}
    for name in plan.gone:
        yield from _removed(there[name], reborn.get(name, ()))


def _child(entry: Entry, wanted: ChildSpec, look: Look) -> Iterator[TreeChange]:
    bounds = tuple(bounds_changed(entry.spec, wanted))
    look = replace(look, starts=look.starts and not entry.held)  # one that was stopped by hand stays so
    if entry.below is not None and wanted.supervisor is not None:
        yield from _supervisor(entry.below, wanted.supervisor, bounds, look)
        return
    terms = look.differs(entry.actor, wanted) if entry.actor is not None else ()
    if look.starts and entry.actor is None:  # it was never born
        yield from added(wanted, entry.supervisor)
    elif look.starts:
        yield TreeChange(wanted.name, entry.supervisor, Deed.CHANGED, (*terms, *bounds, STARTED))
    elif not (terms or bounds):
        yield TreeChange(wanted.name, entry.supervisor, Deed.KEPT)
    elif terms and entry.alive:
        yield TreeChange(wanted.name, entry.supervisor, Deed.REPLACED, (*terms, *bounds))
    else:
        later = ("from its next start on",) if terms else ()
        yield TreeChange(wanted.name, entry.supervisor, Deed.CHANGED, (*terms, *bounds, *later))


def _removed(entry: Entry, why: tuple[str, ...] = ()) -> Iterator[TreeChange]:
    yield TreeChange(entry.name, entry.supervisor, Deed.REMOVED, why)
    if entry.below is not None:
        yield from chain.from_iterable(_removed(inner) for inner in reversed(entry.below.entries))
