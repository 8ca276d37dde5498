"""`workbench actor migrate`: a running actor goes on at another node."""

from __future__ import annotations

import click

import workbench
from workbench.api import Migration
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, running
from workbench.cli.progress import ProgressLine


@click.command()
@click.argument("name")
@click.option("--to", metavar="NODE", required=True, help="HOST:PORT, or a connection stored where the actor runs.")
@click.option("--to-token-file", metavar="FILE", default="", help="Holds the token for --to; else the stored one.")
@options.timeout
@options.where
@options.as_json
@options.debug
def migrate(
    name: str, to: str, to_token_file: str, timeout_seconds: float, target: Target, as_json: bool
) -> None:  # fmt: skip
    """Let the running actor NAME go on at another node, with its state, its mailbox and its timers.

    The node where it runs connects to the other one, so --to is as seen from there. Who sends to it here still reaches
    it, and it reaches those that stay.
    """
    token = workbench.token_in(to_token_file) if to_token_file else ""
    with running(target) as node, ProgressLine() as progress:
        done = node.actors.migrate(name, to, token=token, progress=progress, timeout=timeout_seconds)
    if as_json:
        render.line({**render.record(done), "ms": round(done.ms, 3), "bytes": done.bytes})
        return
    _show(done)


def _show(done: Migration) -> None:
    click.echo(f"{render.visible(done.actor)} runs at the node {render.visible(done.node)} ({done.address})")
    rows = [(phase.name, f"{phase.ms:,.1f} ms", f"{phase.bytes:,}" if phase.bytes else "") for phase in done.phases]
    render.table(("PHASE", "TIME", "BYTES"), [*rows, ("in all", f"{done.ms:,.1f} ms", f"{done.bytes:,}")])
    click.echo(
        f"paused for {done.paused_ms:,.1f} ms; handed over: {plural(done.messages, 'message')}, "
        f"{plural(done.timers, 'timer')}"
    )
