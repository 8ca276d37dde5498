"""`workbench node info|peers|compare`: what a node says of itself, which others it knows, how two differ."""

from __future__ import annotations

from collections.abc import Iterator

import click

import workbench
from workbench.api import Unavailable
from workbench.api.connections import ConnectionState, Verdict
from workbench.cli import options, render
from workbench.cli.connection import Reach, Target, running

HERE = "."
CLOCK_SECONDS = 0.05


@click.command()
@options.where
@options.as_json
@options.debug
def info(target: Target, as_json: bool) -> None:
    """What a node says of itself, how far it is, and what should be seen to: versions, clocks, what it lacks."""
    from workbench.connections.looking import look

    with running(target) as node:
        found = look(node)
    if as_json:
        lacks = sorted(found.lacks)
        render.line({**render.record(found.info), "latency_ms": found.latency_ms, "skew_seconds": found.skew_seconds,
                     "lacks": list(lacks), "warnings": list(found.warnings)})  # fmt: skip
    else:
        render.facts(_facts(found))
        for warning in found.warnings:
            click.echo(f"warning: {render.visible(warning)}", err=True)
    if found.why:
        raise Unavailable(found.why)


def _facts(found: ConnectionState) -> Iterator[tuple[str, str]]:
    said = found.info
    assert said is not None, "a node that answers says what it is"
    yield "node", said.name
    yield "version", said.version
    yield "wasmtime", said.wasmtime
    yield "platform", said.platform
    yield "interpreter", said.interpreter[:16]
    yield "started", render.when(said.started)
    yield "actors", f"{said.actors:,}"
    yield "modules", f"{said.modules:,}"
    if found.latency_ms is not None:
        yield "latency", f"{found.latency_ms:.1f} ms"
    if found.skew_seconds is not None:
        yield "clock", _clock(found.skew_seconds)
    yield "lacks", ", ".join(sorted(found.lacks))


def _clock(skew: float) -> str:
    if abs(skew) < CLOCK_SECONDS:
        return "as this machine's"
    return f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"


@click.command()
@options.where
@options.as_json
@options.debug
def peers(target: Target, as_json: bool) -> None:
    """The nodes that a node knows: the entries of its registry with the type `node`."""
    from workbench.connections import peers as known

    with running(target) as node:
        found = known(node)
    if as_json:
        for each in found:
            render.line(render.record(each))
    elif found:
        render.table(("NAME", "ADDRESS", "HEALTH"), ((each.name, each.address, each.health) for each in found))
    else:
        click.echo("this node knows no other: no entry of its registry has the type node", err=True)


@click.command()
@options.workspace
@click.option("--token", is_flag=True, help="Its token instead: whoever has it may do everything on the node.")
@options.debug
def endpoint(workspace: str, token: bool) -> None:
    """The private endpoint of the node that runs on the workspace, for other clients on this machine."""
    found = workbench.endpoint(workspace or workbench.default_workspace())
    if found is None:
        raise Unavailable("no node runs here: start one with workbench node")
    click.echo(found.token if token else found.address)


@click.command()
@click.argument("left", metavar="NODE")
@click.argument("right", metavar="NODE")
@click.option("--all", "everything", is_flag=True, help="What is the same too.")
@options.workspace
@options.tenant
@options.namespace
@options.reach
@options.as_json
@options.debug
def compare(
    left: str, right: str, everything: bool, workspace: str, tenant: str | None, namespace: str | None, reach: Reach,
    as_json: bool,
) -> None:  # fmt: skip
    """How two nodes differ in versions, modules and actors.

    A NODE is HOST:PORT, the name of a stored connection, bundle:FILE, or '.' for the node that runs on the workspace.
    """
    from workbench.connections import compare_nodes

    def target(name: str) -> Target:
        if name == HERE:
            return Target(workspace=workspace, tenant=tenant, namespace=namespace)
        return Target(name, tenant=tenant, namespace=namespace, reach=reach)

    with running(target(left)) as one, running(target(right)) as other:
        found = [each for each in compare_nodes(one, other) if everything or each.verdict is not Verdict.SAME]
    if as_json:
        for each in found:
            render.line({**render.record(each), "verdict": each.verdict.value})
    elif found:
        head = ("WHAT", "NAME", left.upper(), right.upper(), "VERDICT")
        render.table(head, ((each.what, each.name, each.left, each.right, each.verdict) for each in found))
    else:
        click.echo("the two have the same versions, modules and actors", err=True)
