"""Services are registered, found by id, type and labels, watched by their heartbeats, and hidden from other tenants."""

from __future__ import annotations

import time

from workbench.api import Area, Health, Rejected
from workbench.showcase.stage import Stage, milliseconds

ACTOR = "registry_actor.py"
TTL_MS = 200


def demonstrate(stage: Stage) -> None:
    for name in ("till", "clerk"):
        stage.start(ACTOR, name, grants=("registry",))
    _register(stage)
    _discover(stage)
    _health(stage)
    _tenants(stage)
    _end(stage)


def _register(stage: Stage) -> None:
    stage.ask("till", "register", "till")
    service = {
        "id": "printer",
        "object_type": "service",
        "address": "ipp://printer:631",
        "labels": {"zone": "a", "colour": "yes"},
    }
    stage.ask("till", "register", service)
    stage.ask("clerk", "register", {"id": "scanner", "object_type": "service", "labels": {"zone": "b"}})
    entry = stage.node.registry.lookup("printer")
    found = entry and (entry.object_type, entry.address, dict(entry.labels), entry.owner)
    stage.equal("A service was registered", found, ("service", service["address"], service["labels"], "till"))
    asked = stage.asked("clerk", "lookup", "printer")
    stage.equal("Another actor looks it up", asked, {**service, "health": "healthy"})
    stage.fact(f"printer at {asked['address']}")
    stage.refused("What is another's cannot be replaced", Rejected, stage.ask, "clerk", "register", service)
    stage.refused("What is not there is said so", Rejected, stage.ask, "clerk", "lookup", "nothing")


def _discover(stage: Stage) -> None:
    stage.equal("Discovered by type", stage.asked("clerk", "discover", "service"), ["printer", "scanner"])
    wanted = {"object_type": "service", "labels": {"zone": "a"}}
    stage.equal("Discovered by labels", stage.asked("clerk", "discover", wanted), ["printer"])
    stage.equal("An actor is one without more being said", stage.asked("clerk", "discover", "actor"), ["till"])
    stage.equal("Everything", stage.asked("clerk", "discover", ""), ["printer", "scanner", "till"])


def _health(stage: Stage) -> None:
    registry = stage.node.registry
    stage.ask("clerk", "register", {"id": "fax", "object_type": "service", "ttl_ms": TTL_MS})
    seen: list[str] = []

    def look() -> bool:
        entry = registry.lookup("fax")
        found = entry.health.value if entry is not None else "removed"
        if found not in seen:
            seen.append(found)
        return entry is None

    started = time.perf_counter()
    stage.until(lambda: look() or "degraded" in seen, Area.REGISTRY)
    stage.equal("Without heartbeats it is degraded", seen, ["healthy", "degraded"])
    beat = registry.heartbeat("fax").health
    stage.equal("A heartbeat makes it healthy again", beat, Health.HEALTHY)
    seen.clear()
    stage.until(look, Area.REGISTRY)
    stage.equal("Silent for good, it goes down step by step", seen, ["healthy", "degraded", "unhealthy", "removed"])
    stage.fact(f"{', '.join(seen)} within {milliseconds(started)}; a heartbeat was due every {TTL_MS} ms")


def _tenants(stage: Stage) -> None:
    with stage.as_tenant("stranger") as theirs:
        found = theirs.registry.lookup("printer"), list(theirs.registry.discover())
        stage.equal("Another tenant finds nothing", found, (None, []))
        theirs.registry.register("printer", object_type="service", address="theirs")
    entry = stage.node.registry.lookup("printer")
    stage.equal("The same id of another tenant is another entry", entry and entry.address, "ipp://printer:631")


def _end(stage: Stage) -> None:
    stage.ask("till", "unregister", "printer")
    stage.equal("Unregistered, it is gone", stage.node.registry.lookup("printer"), None)
    stage.node.actors.stop("clerk")
    gone = stage.until(lambda: stage.node.registry.lookup("scanner") is None, Area.REGISTRY, Area.ACTORS)
    stage.check("What an actor registered goes with it", gone, found=stage.node.registry.lookup("scanner"))
    stage.equal("The others stay", [entry.id for entry in stage.node.registry.discover()], ["till"])
