"""Supervision in words: how many restarts are used, what a plan does, and the question before a child is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ui import format as show
from workbench.api import ActorState, ChildInfo, Ending, Node, RestartPlan, SupervisorInfo, SupervisorSpec

KEEP, AGAIN = "Stop and keep stopped", "Stop"


def allowance(info: SupervisorInfo) -> str:
    """`1 of 3 in 5 s`."""
    return f"{info.restarts:,} of {info.spec.intensity:,} in {show.span(info.spec.period_ms / 1000)}"


def used(info: SupervisorInfo) -> float:
    """The part of its restarts that is used up, 0 to 1."""
    return min(1.0, info.restarts / info.spec.intensity) if info.spec.intensity else float(bool(info.restarts))


def usage_tone(info: SupervisorInfo) -> str:
    """The colour that goes with it; `allowance` says the same in words."""
    left = info.spec.intensity - info.restarts
    return "error" if left < 0 or info.stopped_because else "warn" if info.restarts and left <= 1 else "ok"


def spelled(spec: SupervisorSpec, restarts: int) -> str:
    """`one_for_one, 1 of 3 restarts used`."""
    return f"{spec.strategy}, {restarts:,} of {show.plural(spec.intensity, 'restart')} used"


def child_state(child: ChildInfo) -> str:
    """Its state in words, with why it is not running."""
    if child.held:
        return f"{child.state}, kept by hand"
    if child.restarts_in_seconds is not None:
        return f"starts in {show.duration(child.restarts_in_seconds)}"
    return str(child.state)


def plan_facts(plan: RestartPlan, child: str) -> Iterator[tuple[str, str]]:
    """What happens when `child` ends, one line for each thing."""
    if plan.gives_up:
        yield "Gives up", "the restarts are used up: the supervisor stops with all its children"
    yield "Stops", show.named(plan.stop)
    yield "Starts", show.named(plan.start) or ("" if plan.gives_up else "nobody")
    yield "Is forgotten", show.named(plan.forget)
    yield "Waits", f"{show.span(plan.delay_ms / 1000)} before the start" if plan.delay_ms else ""
    if child not in plan.start and child not in plan.forget and not plan.gives_up:
        yield "Stays", f"{child} stays listed, and stopped"


def marks_below(found: Mapping[str, str], trees: Sequence[SupervisorInfo]) -> dict[str, str]:
    """The marks with those of everybody who lies in a marked supervisor: they stop, and start, with it."""
    whole = dict(found)
    for info in trees:  # parents come before their children
        if (mark := whole.get(info.name, "").replace("ends", "stops")) and mark != "is forgotten":
            for each in info.children:
                whole.setdefault(each.name, mark)
    return whole


def marks(plan: RestartPlan, child: str) -> dict[str, str]:
    """What would happen to whom, in words, for a drawing."""
    found = {child: "ends"}
    for names, word in ((plan.stop, "stops"), (plan.start, "starts"), (plan.forget, "is forgotten")):
        for name in names:
            found[name] = f"{found[name]}, {word}" if name in found else word
    return found


def stopping(name: str, supervisor: SupervisorInfo, plan: RestartPlan) -> str:
    """What follows when `name` is stopped: `plan` is what its supervisor would do then."""
    who = f"Supervisor {supervisor.name} ({spelled(supervisor.spec, supervisor.restarts)})"
    if name in plan.start:
        others = [other for other in plan.start if other != name]
        more = f", and {show.named(others)} with it" if others else ""
        return f"{who} will start it again{more}. Stop and keep stopped?"
    if plan.gives_up:
        return f"{who} has no restart left: it will stop with all its children. Stop and keep stopped?"
    if name in plan.forget:
        return f"{who} will not start it again, and forgets it. Kept stopped, it stays listed and can be started."
    return f"{who} will not start it again. It stays listed and can be started."


def consequence(node: Node, supervisor: str, child: str) -> str:
    """What the supervisor does when the child is stopped. Off the Qt thread."""
    plan = node.supervision.preview(child, ending=Ending.NORMAL)
    return stopping(child, node.supervision.get(supervisor), plan)


def running(child: ChildInfo) -> bool:
    return child.state not in (ActorState.STOPPED, ActorState.CRASHED)
