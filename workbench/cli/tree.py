"""`workbench actor tree`: who stands under whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import click

from workbench.api import ActorInfo, Node, SupervisorInfo


def print_tree(node: Node) -> None:
    """The node, its trees of supervisors, and under each actor those that it spawned; children in their start order."""
    supervisors, actors = node.supervision.list(), node.actors.list()
    below: dict[str, list[ActorInfo | SupervisorInfo]] = defaultdict(list)
    known = {info.name for info in supervisors} | {info.id.name for info in actors}
    for supervisor in supervisors:
        below[supervisor.parent].append(supervisor)
    for actor in actors:
        below[actor.parent if actor.parent in known else ""].append(actor)
    places = {child.name: at for info in supervisors for at, child in enumerate(info.children)}
    for name, children in below.items():
        if name:
            children.sort(key=lambda child: _born(child, places))
    click.echo(node.info().name)
    _print(below, "", "")


def _born(child: ActorInfo | SupervisorInfo, places: Mapping[str, int]) -> tuple[int, float, str]:
    """Before whom it stands: a supervisor lists its children in the order of their start; actors know their birth."""
    name = _name(child)
    return places.get(name, len(places)), child.spawned if isinstance(child, ActorInfo) else 0.0, name


def _print(below: dict[str, list[ActorInfo | SupervisorInfo]], name: str, margin: str) -> None:
    children = below.get(name, [])
    for child in children:
        last = child is children[-1]
        click.echo(f"{margin}{'└─ ' if last else '├─ '}{_line(child)}")
        _print(below, _name(child), margin + ("   " if last else "│  "))


def _name(child: ActorInfo | SupervisorInfo) -> str:
    return child.name if isinstance(child, SupervisorInfo) else child.id.name


def _line(child: ActorInfo | SupervisorInfo) -> str:
    if isinstance(child, SupervisorInfo):
        spec = child.spec
        used = f"{child.restarts:,} of {spec.intensity:,} in {spec.period_ms / 1000:g} s"
        return f"{child.name}  ({spec.strategy}, {child.state}, {used})"
    cause = f": {child.last_cause}" if child.last_cause and child.state == "crashed" else ""
    return f"{child.id.name}  {child.state}  {child.module_name}{cause}"
