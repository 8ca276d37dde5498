"""The facet `node.capabilities` of an embedded node, for one tenant and namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workbench.api.capabilities import (
    BOUND_AT_START,
    CAPABILITIES,
    DURATIONS,
    WITHOUT_COUNT,
    Duration,
    Evidence,
    Grant,
    GrantChange,
    check_folder,
    parse_grant,
)
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.runtime.actor import Actor
from workbench.runtime.grants import Grants
from workbench.runtime.life import keep_terms
from workbench.wasm.holdings import Holdings


class LocalCapabilities:
    """See api.Capabilities. `find` gives the actor that a caller means, `everyone` all of the caller's."""

    def __init__(
        self,
        grants: Grants,
        scope: tuple[str, str],
        *,
        find: Callable[[ActorId | str], Actor],
        everyone: Callable[[], Iterable[Actor]],
    ) -> None:
        self._grants, self._scope, self._find, self._everyone = grants, scope, find, everyone

    def evidence(self, actor: ActorId | str | None = None) -> Sequence[Evidence]:
        if actor is not None:
            return _evidence(self._find(actor))
        found = sorted(self._everyone(), key=lambda each: each.id.name)
        return [row for each in found for row in _evidence(each)]

    def grant(self, actor: ActorId | str, grant: str, *, duration: Duration = "session") -> str:
        found, made = self._find(actor), parse_grant(grant)
        if duration not in DURATIONS:
            raise Invalid(f"no duration {duration!r}; there are {', '.join(DURATIONS)}")
        if duration == "once" and made.capability in WITHOUT_COUNT | BOUND_AT_START:
            raise Invalid(f"{made.capability} is not used by single calls, so it cannot be granted once; grant it for "
                          "the session")  # fmt: skip
        if made.capability == "filesystem":
            check_folder(made)
        found.body.holdings.add(made, duration)
        if duration == "always":
            keep_terms(found)
        self._grants.changed(found.id, "granted", (made,), duration=duration)
        return _effective(made, found.id.name)

    def revoke(self, actor: ActorId | str, grant: str) -> str:
        found, wanted = self._find(actor), parse_grant(grant)
        if not found.body.holdings.remove((wanted,)):
            held = ", ".join(found.body.holdings.words) or "nothing"
            raise NotFound(f"{found.id.name} does not hold {wanted}; it holds {held}")
        keep_terms(found)
        self._grants.changed(found.id, "revoked", (wanted,))
        return _effective(wanted, found.id.name)

    def trim(self, actor: ActorId | str, *, dry: bool = False) -> tuple[str, ...]:
        found = self._find(actor)
        unused = found.body.holdings.unused()
        if not dry and unused:
            unused = found.body.holdings.remove(unused)
            keep_terms(found)
            self._grants.changed(found.id, "trimmed", unused)
        return tuple(map(str, unused))

    def audit(self, *, limit: int = 100) -> Sequence[GrantChange]:
        return self._grants.audit(self._scope, limit)


def _effective(grant: Grant, actor: str) -> str:
    """When a change takes effect, in a sentence."""
    if grant.capability in BOUND_AT_START:
        return f"{grant} takes effect at the next start of {actor}: it is bound when an instance is made"
    return f"{grant} takes effect at the next host call of {actor}"


def _evidence(actor: Actor) -> list[Evidence]:
    holdings, required = actor.body.holdings, actor.spec.runnable.info.requires
    return [
        Evidence(
            actor.id,
            capability,
            capability in required,
            tuple(str(grant) for grant in holdings.grants if grant.capability == capability),
            _used(holdings, capability),
            holdings.denied.get(capability, 0),
            holdings.last_denial.get(capability),
        )
        for capability in CAPABILITIES
        if capability in required or _seen(holdings, capability)
    ]


def _seen(holdings: Holdings, capability: str) -> bool:
    return holdings.has(capability) or bool(holdings.used.get(capability) or holdings.denied.get(capability))


def _used(holdings: Holdings, capability: str) -> int | None:
    return None if capability == "filesystem" else holdings.used.get(capability, 0)
