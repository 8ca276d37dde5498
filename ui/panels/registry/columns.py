"""The columns of the Registry panel."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from ui.moment import now
from workbench.api import Health, RegistryEntry

HEALTH = {
    Health.HEALTHY: ("ok", "ok"), Health.DEGRADED: ("warning", "warn"), Health.UNHEALTHY: ("error", "error"),
}  # fmt: skip


def labels(entry: RegistryEntry) -> str:
    return ", ".join(f"{name}={value}" for name, value in entry.labels.items())


def owner(entry: RegistryEntry) -> str:
    if not entry.outside:
        return entry.owner
    return f"session {entry.owner}" if entry.owner else "outside"


def _age(entry: RegistryEntry) -> str:
    return f"{show.span(max(0, round(now() - entry.heartbeat)))} ago"


def _every(entry: RegistryEntry) -> str:
    return show.span(entry.ttl_ms / 1000) if entry.ttl_ms is not None else "not needed"


ENTRIES: tuple[Column[RegistryEntry], ...] = (
    Column("id", "Id", lambda e: e.id, lambda e: e.id, 160, bold=True, icon=always(("registry", "icon"))),
    Column("health", "Health", lambda e: e.health.value, lambda e: e.health.value, 100,
           icon=lambda e: HEALTH[e.health], tone=lambda e: HEALTH[e.health][1], ranks=tuple(Health)),
    Column("missed", "Missed", lambda e: e.missed, lambda e: show.count(e.missed), 64, right=True,
           tone=lambda e: "warn" if e.missed else "muted", tip=always("Heartbeats that it has missed")),
    Column("type", "Type", lambda e: e.object_type, lambda e: e.object_type, 84),
    Column("address", "Address", lambda e: e.address, lambda e: e.address, 180, mono=True),
    Column("labels", "Labels", labels, labels, 160),
    Column("heartbeat", "Heartbeat", lambda e: e.heartbeat, _age, 90, right=True, tone=always("muted")),
    Column("every", "Every", lambda e: e.ttl_ms, _every, 84, right=True),
    Column("owner", "Owner", owner, owner, 110, icon=lambda e: (("command" if e.outside else "actor"), "icon")),
    Column("registered", "Registered", lambda e: e.registered, lambda e: show.moment(e.registered), 130,
           tone=always("muted"), hidden=True),
)  # fmt: skip
