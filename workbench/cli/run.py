"""`workbench run FILE`: an actor from a file, the messages to it in order, and their replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

import workbench
from workbench.api import Kind, Node, SpawnOptions, WorkbenchError
from workbench.cli import exchange, failure, options, payload, render
from workbench.cli.limits import for_spawn
from workbench.cli.lines import Lines
from workbench.cli.progress import ProgressLine


class InOrder(click.Command):
    """A command that knows in which order `--call` and `--cast` were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[__name__] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is run: its bytes as they were read, and how it is called."""

    path: Path
    data: bytes
    file_name: str

    @property
    def name(self) -> str:
        return Path(self.file_name).stem

    @property
    def sources(self) -> dict[str, str]:
        """What an error's location may point into."""
        return workbench.texts(self.data, self.file_name)


@click.command(cls=InOrder)
@click.argument("file", type=click.Path(path_type=Path))
@options.packages
@click.option("--call", "calls", metavar="TYPE[=PAYLOAD]", multiple=True, help="Send this and wait for its reply.")
@click.option("--cast", "casts", metavar="TYPE[=PAYLOAD]", multiple=True, help="Send this, which has no reply.")
@options.state
@options.profile
@options.grants
@options.limits
@options.durable
@options.tenant
@options.namespace
@click.option(
    "--workspace",
    metavar="DIR",
    default="",
    help="Keep the module there, and a durable actor, instead of in a temporary workspace.",
)
@click.option(
    "--watch", is_flag=True, help="Stay, and when the file is saved give the actor the new code with its state."
)
@options.timeout
@options.as_json
@options.debug
@click.pass_context
def run(
    context: click.Context,
    file: Path,
    packages: tuple[str, ...],
    calls: Sequence[str],
    casts: Sequence[str],
    state: str,
    profile: str,
    grants: tuple[str, ...],
    changes: tuple[str, ...],
    durable: bool,
    tenant: str,
    namespace: str,
    workspace: str,
    watch: bool,
    timeout_seconds: float,
    as_json: bool,
) -> int:
    """Deploy FILE into a node of its own, spawn one actor and send it messages.

    FILE is a component, a Python file, or a folder or zip with actor.py and the modules beside it.
    Messages go out in the order given. A failed one does not stop the others; the exit code is the worst.
    PAYLOAD is text, or @FILE for the text of a file (@@ for a plain @); TYPE:=HEX and TYPE:=@FILE send binary.
    """
    messages = list(_ordered(context.meta[__name__], calls, casts))
    initial, beside = payload.text(state), workbench.vendor(packages)
    subject = Subject(file, *workbench.pack(file, beside=beside))
    chosen = SpawnOptions(subject.name, profile, grants, durable=durable)
    url = f"embedded:{workspace}"
    with workbench.connect(url, tenant=tenant, namespace=namespace, revive=False, keeps=False) as node:
        lines = Lines(node)
        started = _start(node, subject, initial, chosen, changes, lines)
        if started:
            return started
        worst = _send(node, subject, messages, lines, timeout_seconds=timeout_seconds, as_json=as_json)
        if watch:
            from workbench.cli.watch import follow

            follow(node, subject.path, subject.name, lines, known=subject.data, beside=beside)
        if as_json:
            render.line(_ending(node, subject.name))
        if watch:
            raise click.Abort  # what ended the watching was Ctrl+C
        return worst


def _ordered(order: Sequence[str], calls: Sequence[str], casts: Sequence[str]) -> Iterator[payload.Message]:
    kinds = {"calls": (Kind.CALL, iter(calls)), "casts": (Kind.CAST, iter(casts))}
    for name in order:
        if name in kinds:
            kind, written = kinds[name]
            yield payload.message(next(written), kind)


def _start(node: Node, subject: Subject, state: str, chosen: SpawnOptions, changes: Sequence[str], lines: Lines) -> int:
    """Deploy and spawn; the exit code, with the source line shown where the error has a place."""
    try:
        with ProgressLine() as progress:
            module = node.modules.deploy(subject.data, file_name=subject.file_name, progress=progress)
        for warning in module.warnings:
            click.echo(f"warning: {warning}", err=True)
        limits = for_spawn(node, module.hash, chosen.profile, changes)
        node.actors.spawn(module.hash, state, options=replace(chosen, limits=limits))
    except WorkbenchError as error:
        lines.show()
        failure.show(error, subject.sources)
        return error.exit_code
    lines.show()
    return 0


def _send(
    node: Node,
    subject: Subject,
    messages: Sequence[payload.Message],
    lines: Lines,
    *,
    timeout_seconds: float,
    as_json: bool,
) -> int:
    worst = 0
    for message in messages:
        done = exchange.send(node, subject.name, message, timeout=timeout_seconds)
        lines.show()
        exchange.show(done, subject.sources, as_json=as_json)
        worst = max(worst, done.exit_code)
    return worst


def _ending(node: Node, actor: str) -> dict[str, render.Json]:
    """The last object: the actor, its module, and its state as a new instance would get it (null when it has none)."""
    try:
        state = render.plain(node.actors.snapshot(actor))
    except WorkbenchError:
        state = None
    return {"actor": actor, "module": node.actors.get(actor).module, "state": state}
