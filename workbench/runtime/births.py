"""How an actor is to be started: its code, grants and limits, found out before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Protocol

from workbench.api.actors import SpawnOptions
from workbench.api.capabilities import Grant, check_folder, parse_grant
from workbench.api.errors import Denied, Invalid
from workbench.api.limits import Limits, profile
from workbench.api.messages import Payload
from workbench.api.supervision import NO_LIMITS, ChildSpec
from workbench.api.turns import Turn
from workbench.runtime.actor import Actor
from workbench.runtime.body import Spec
from workbench.runtime.checks import size_of
from workbench.wasm.library import Runnable


class Library(Protocol):
    """What the system needs of the module library."""

    def open(self, reference: str, stack_bytes: int) -> Runnable: ...


def spec_of(
    library: Library,
    module: str,
    state: Payload,
    options: SpawnOptions,
    parent: Actor | None = None,
    changes: Mapping[str, int] = NO_LIMITS,
) -> Spec:
    """What `options` ask for; `changes` are limits other than the profile's.

    A child gets at most the limits of its parent. NotFound: no such module or profile. Denied: the parent does not
    hold a grant.
    """
    size_of(state, "the initial state")
    chosen = profile(options.profile)
    grants = _granted(chosen.grants, options.grants)
    if parent is not None:
        grants = _at_most(grants, tuple(map(parse_grant, options.grants)), parent)
    for grant in grants:
        if grant.capability == "filesystem":
            check_folder(grant)
    runnable = library.open(module, chosen.limits.stack_bytes)
    limits = options.limits or chosen.limits_for(runnable.info.memory_bytes)
    if changes:
        limits = replace(limits, **changes)
    if parent is not None:
        limits = _no_more(limits, parent, runnable.info.memory_bytes)
    if limits.stack_bytes != chosen.limits.stack_bytes:
        runnable = library.open(runnable.info.hash, limits.stack_bytes)
    return Spec(runnable, state, options.profile, grants, limits, parent.id.name if parent else "", options.durable)


def options_of(child: ChildSpec) -> SpawnOptions:
    return SpawnOptions(child.name, child.profile, child.grants, durable=child.durable)


def check_behaviors(actor: Actor, runnable: Runnable) -> None:
    """An upgrade keeps what others may send to it."""
    had, has = actor.spec.runnable.info.behaviors, runnable.info.behaviors
    if missing := [str(behavior) for behavior in had if behavior not in has]:
        raise Invalid(
            f"{actor.id.name} is a {' and '.join(map(str, had))}, and {runnable.info.name} is no "
            f"{' and no '.join(missing)} (it is {' and '.join(map(str, has))}); spawn it as an actor of its own"
        )


def _no_more(limits: Limits, parent: Actor, declared_bytes: int) -> Limits:
    """What the parent's profile allows a module of this size, and no more than the parent where it has less than that.

    The classes differ: a small core module with 1 MiB may start a Python actor, with what its profile gives to those.
    """
    spec = parent.spec
    its = profile(spec.profile)
    ceiling, usual = its.limits_for(declared_bytes), its.limits_for(spec.runnable.info.memory_bytes)
    capped: dict[str, int] = {}
    for name in (field.name for field in fields(Limits)):
        own, has = getattr(spec.limits, name), getattr(usual, name)
        lowered = own if own and (not has or own < has) else 0
        bounds = (getattr(limits, name), getattr(ceiling, name), lowered)
        capped[name] = min((bound for bound in bounds if bound), default=0)  # 0 is no bound
    return replace(limits, **capped)


@lru_cache(256)
def _granted(*texts: tuple[str, ...]) -> tuple[Grant, ...]:
    return tuple(dict.fromkeys(parse_grant(text) for group in texts for text in group))


def _at_most(grants: tuple[Grant, ...], asked: tuple[Grant, ...], parent: Actor) -> tuple[Grant, ...]:
    """A child gets at most what its parent holds: a profile is cut to that, an explicit wish beyond it is denied."""
    holdings = parent.body.holdings
    for grant in asked:
        if not holdings.holds(grant):
            raise Denied(f"{parent.id.name} cannot give {grant} to a child: it does not hold it itself")
    return tuple(grant for grant in grants if holdings.holds(grant))


def spec_again(library: Library, birth: Turn, *, durable: bool) -> Spec:
    """What an actor was when it was born last. NotFound: its module is gone."""
    found = birth.birth
    assert found is not None, "a birth has what was born"
    runnable = library.open(birth.module, found.limits.stack_bytes)
    return Spec(runnable, found.state, found.profile, found.grants, found.limits, found.parent, durable)
