"""Services are registered, found by id, type and labels, watched by their heartbeats, and hidden from other tenants."""

from __future__ import annotations

import time

from workbench.api import Area, Health, Rejected
from workbench.showcase.stage import Stage, milliseconds

ACTOR = "registry_actor.py"
TTL_MS = 250


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
    stage.equal(
        "Discovered without a filter: everything", stage.asked("clerk", "discover", ""), ["printer", "scanner", "till"]
    )


def _health(stage: Stage) -> None:
    registry, seen = stage.node.registry, list[str]()
    with stage.node.subscribe((Area.REGISTRY,)) as events:

        def heard(what: str) -> bool:
            """Whether the node has told this of the entry since the last time that `seen` was cleared."""
            told = (event.kind.removeprefix("registry.") for event in events.get(0.0) if event.subject == "fax")
            seen.extend(told)
            return what in seen

        stage.ask("clerk", "register", {"id": "fax", "object_type": "service", "ttl_ms": TTL_MS})
        stage.until(lambda: heard("degraded"), Area.REGISTRY)
        stage.equal("Without heartbeats it is degraded", seen, ["registered", "degraded"])
        beat = registry.heartbeat("fax").health
        stage.equal("A heartbeat makes it healthy again", beat, Health.HEALTHY)
        seen.clear()
        started = time.perf_counter()
        stage.until(lambda: heard("reaped"), Area.REGISTRY)
        steps = ["healthy", "degraded", "unhealthy", "reaped"]
        stage.equal("Silent for good, it goes down step by step", seen, steps)
        stage.fact(f"{', '.join(seen)} within {milliseconds(started)}; a heartbeat was due every {TTL_MS} ms")
        stage.equal("and is removed", registry.lookup("fax"), None)


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
