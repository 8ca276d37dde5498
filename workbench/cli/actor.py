"""`workbench actor`: the actors of a running node."""

from __future__ import annotations

import shlex

import click

from workbench.api import (
    ActorInfo,
    ActorState,
    DeadLetter,
    Ending,
    Kind,
    Node,
    NotFound,
    SpawnOptions,
    Unavailable,
    WorkbenchError,
    traces,
)
from workbench.api.journal import headers_of
from workbench.cli import exchange, failure, options, payload, render
from workbench.cli.connection import Target, running
from workbench.cli.migrate import migrate

MOST_LETTERS = 10_000
"""As many as a node keeps."""


@click.group()
def actor() -> None:
    """The actors of a running node: the app's, or one started with `workbench node`."""


actor.add_command(migrate)


@actor.command()
@click.argument("module", metavar="REF")
@click.option("--name", default="", help="What to call it; by default a free name.")
@options.state
@options.profile
@options.grants
@options.limits
@options.durable
@options.timeout
@options.where
@options.as_json
@options.debug
def spawn(
    module: str,
    name: str,
    state: str,
    profile: str,
    grants: tuple[str, ...],
    changes: tuple[str, ...],
    durable: bool,
    timeout_seconds: float,
    target: Target,
    as_json: bool,
) -> None:
    """Start an actor of the module REF."""
    from workbench.cli.limits import for_spawn

    with running(target) as node:
        chosen = SpawnOptions(name, profile, grants, for_spawn(node, module, profile, changes), durable)
        info = node.actors.spawn(module, payload.text(state), options=chosen, timeout=timeout_seconds)
    if as_json:
        render.line({"actor": info.id.name})
    else:
        click.echo(info.id.name)


@actor.command(name="list")
@options.where
@options.as_json
@options.debug
def list_actors(target: Target, as_json: bool) -> None:
    """All actors, by name."""
    with running(target) as node:
        actors = node.actors.list()
    if as_json:
        for info in actors:
            render.line(_object(info))
        return
    head = ("ACTOR", "STATE", "MODULE", "BEHAVIOR", "DURABLE", "TURNS", "MAILBOX", "FUEL", "MEMORY", "CAUSE")
    render.table(head, (_row(info) for info in actors))


@actor.command()
@click.argument("name")
@options.where
@options.as_json
@options.debug
def show(name: str, target: Target, as_json: bool) -> None:
    """What is known about one actor."""
    with running(target) as node:
        info = node.actors.get(name)
    if as_json:
        render.line(_object(info))
        return
    render.facts(
        (
            ("actor", info.id.name),
            ("state", _state(info)),
            ("waits for", info.waiting_for),
            ("module", f"{info.module_name} ({info.module[:12]})"),
            ("behaviors", ", ".join(info.behaviors)),
            ("parent", info.parent),
            ("supervisor", info.supervisor),
            ("profile", info.profile),
            ("grants", ", ".join(info.grants)),
            ("durable", "yes: workbench journal show " + shlex.quote(info.id.name) if info.durable else ""),
            ("spawned", render.when(info.spawned)),
            ("turns", f"{info.turns:,}"),
            ("mailbox", f"{info.mailbox:,}"),
            ("fuel", f"{info.fuel:,}"),
            ("memory", _memory(info)),
            ("crashes", f"{info.crashes:,}"),
            ("restarts", f"{info.restarts:,}"),
            ("last cause", str(info.last_cause or "")),
            ("killed by", info.killed_by),
        )
    )


@actor.command()
@click.argument("name")
@click.argument("message", metavar="TYPE[=PAYLOAD]")
@options.headers
@options.timeout
@options.where
@options.as_json
@options.debug
def call(
    name: str, message: str, header: tuple[str, ...], key: str, timeout_seconds: float, target: Target, as_json: bool
) -> int:
    """Send a message to the actor NAME and print its reply.

    PAYLOAD is text, or @FILE for the text of a file (@@ for a plain @); TYPE:=HEX and TYPE:=@FILE send binary.
    """
    sent = payload.message(message, Kind.CALL, headers_of(header, key))
    with running(target) as node:
        done = exchange.send(node, name, sent, timeout=timeout_seconds)
    exchange.show(done, failure.NO_SOURCES, as_json=as_json)
    return done.exit_code


@actor.command()
@click.argument("name")
@click.argument("message", metavar="TYPE[=PAYLOAD]")
@options.headers
@options.where
@options.as_json
@options.debug
def cast(name: str, message: str, header: tuple[str, ...], key: str, target: Target, as_json: bool) -> None:
    """Put a message into the mailbox of the actor NAME, without waiting for it to be handled.

    The mailbox of a crashed actor keeps it for its next life; that this is so is said on stderr.
    """
    sent = payload.message(message, Kind.CAST, traces.started(headers_of(header, key)))
    with running(target) as node:
        node.actors.tell(name, sent.type, sent.payload, headers=sent.headers)
        exchange.tell_if_it_waits(node, name)
    if as_json:
        exchange.show(exchange.Exchange(sent, None, None, None), as_json=True)


@actor.command()
@click.argument("name")
@options.where
@options.debug
def stop(name: str, target: Target) -> None:
    """Let the actor NAME finish its turn and shut down. That there is none is no error.

    It is then forgotten, unless it has a supervisor that starts it again or keeps it listed. Of one that was moved to
    another node the forward address here is given up.
    """
    with running(target) as node:
        moved = _moved(node, name)
        found, came_back = None if moved else _found(node, name), _comes_back(node, name)
        starts = _starts_again(node, found)
        node.actors.stop(name)
        given_up = came_back and not _comes_back(node, name)
    if moved:
        click.echo(f"{name} is at another node and goes on there; its forward address here was given up", err=True)
    elif found is None and given_up:
        click.echo(f"{name} was not there; its journal stays and no longer brings it back", err=True)
    elif found is None:
        click.echo(f"there is no actor {name!r}, nothing was stopped", err=True)
    elif starts:
        above = found.supervisor
        text = (
            f"its supervisor {above} starts {name} again; to keep it stopped: workbench supervisor stop {above} {name}"
        )
        click.echo(text, err=True)


def _comes_back(node: Node, name: str) -> bool:
    try:
        return node.journal.get(name).runs
    except WorkbenchError:  # it has no journal, or none can be read here
        return False


def _moved(node: Node, name: str) -> bool:
    """Whether it is there no more, but somewhere else."""
    try:
        node.actors.get(name)
    except NotFound:
        return False
    except Unavailable as error:
        return " was moved to the node " in error.message
    return False


def _found(node: Node, name: str) -> ActorInfo | None:
    try:
        return node.actors.get(name)
    except NotFound:
        return None


def _starts_again(node: Node, found: ActorInfo | None) -> bool:
    """Whether its supervisor will, when it ends normally now."""
    if found is None or not found.supervisor:
        return False
    return found.id.name in node.supervision.preview(found.id.name, ending=Ending.NORMAL).start


@actor.command()
@click.argument("name")
@options.where
@options.debug
def kill(name: str, target: Target) -> None:
    """End the actor NAME at once; it stays listed as crashed."""
    with running(target) as node:
        node.actors.kill(name)


@actor.command()
@click.argument("name")
@options.timeout
@options.where
@options.debug
def restart(name: str, timeout_seconds: float, target: Target) -> None:
    """Start the crashed actor NAME again from its initial state, a durable one as its journal has it."""
    with running(target) as node:
        node.actors.restart(name, timeout=timeout_seconds)


@actor.command()
@click.argument("name")
@click.argument("module", metavar="REF")
@options.timeout
@options.where
@options.debug
def upgrade(name: str, module: str, timeout_seconds: float, target: Target) -> None:
    """Give the actor NAME the code of the module REF; its state is carried over."""
    with running(target) as node:
        node.actors.upgrade(name, module, timeout=timeout_seconds)


@actor.command()
@click.argument("name")
@options.timeout
@options.where
@options.debug
def suspend(name: str, timeout_seconds: float, target: Target) -> None:
    """Let the actor NAME handle no more messages after the turn in hand; they wait."""
    with running(target) as node:
        node.actors.suspend(name, timeout=timeout_seconds)


@actor.command()
@click.argument("name")
@options.timeout
@options.where
@options.debug
def resume(name: str, timeout_seconds: float, target: Target) -> None:
    """Let the suspended actor NAME go on."""
    with running(target) as node:
        node.actors.resume(name, timeout=timeout_seconds)


@actor.command()
@click.argument("name")
@options.timeout
@options.where
@options.debug
def passivate(name: str, timeout_seconds: float, target: Target) -> None:
    """Keep the state of the idle actor NAME and free its instance; the next message brings it back."""
    with running(target) as node:
        node.actors.passivate(name, timeout=timeout_seconds)


@actor.command()
@click.argument("name")
@click.argument("changes", metavar=f"{options.LIMIT}...", nargs=-1)
@options.timeout
@options.where
@options.as_json
@options.debug
def limits(name: str, changes: tuple[str, ...], timeout_seconds: float, target: Target, as_json: bool) -> None:
    """Show the limits of the actor NAME, or change some of them from its next turn on."""
    from workbench.cli.limits import changed, show_limits

    with running(target) as node:
        found = node.actors.get(name).limits
        if changes:
            found = node.actors.set_limits(name, changed(found, changes), timeout=timeout_seconds).limits
    show_limits(found, as_json=as_json)


@actor.command()
@options.where
@options.debug
def tree(target: Target) -> None:
    """Who stands under whom: supervisors, their children, and actors with those they spawned."""
    from workbench.cli.tree import print_tree

    with running(target) as node:
        print_tree(node)


@actor.command(name="dead-letters")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many of the newest.")
@options.where
@options.as_json
@options.debug
def dead_letters(limit: int, target: Target, as_json: bool) -> None:
    """Messages that nobody handled, the oldest first: `workbench actor resend` sends one again."""
    with running(target) as node:
        letters = node.actors.dead_letters(limit=limit)
    if as_json:
        for letter in letters:
            render.line(render.record(letter))
        return
    render.table(("NUMBER", "TIME", "ACTOR", "TYPE", "PAYLOAD", "REASON"), map(_letter, letters))


@actor.command()
@click.argument("number", type=int)
@click.argument("message", metavar="[TYPE[=PAYLOAD]]", required=False)
@options.where
@options.debug
def resend(number: int, message: str | None, target: Target) -> None:
    """Send the dead letter NUMBER to its actor again, as it was or as another message.

    The mailbox of a crashed actor keeps it for its next life; that this is so is said on stderr.
    """
    edited = payload.message(message, Kind.CAST) if message else None
    with running(target) as node:
        newer = node.actors.dead_letters(after=number - 1, limit=MOST_LETTERS)
        whose = next((letter.actor for letter in newer if letter.seq == number), None)
        node.actors.resend(
            number,
            message_type=edited.type if edited else None,
            payload=edited.payload if edited else None,
        )
        if whose is not None:
            exchange.tell_if_it_waits(node, whose)


@actor.command()
@click.argument("name")
@options.timeout
@options.where
@options.as_json
@options.debug
def snapshot(name: str, timeout_seconds: float, target: Target, as_json: bool) -> None:
    """Print the state of the actor NAME as a new instance would get it."""
    with running(target) as node:
        state = node.actors.snapshot(name, timeout=timeout_seconds)
    if as_json:
        render.line({"actor": name, "state": render.plain(state)})
    else:
        click.echo(state)


@actor.command()
@click.argument("name", required=False)
@click.option("--follow", "-f", is_flag=True, help="Stay and print what comes; Ctrl+C ends.")
@click.option(
    "--limit", type=click.IntRange(1), default=1000, show_default=True, help="At most so many of the newest lines."
)
@options.where
@options.as_json
@options.debug
def logs(name: str | None, follow: bool, limit: int, target: Target, as_json: bool) -> None:
    """What the actor NAME printed and logged, or all actors and the node."""
    from workbench.cli.logs import print_logs

    with running(target) as node:
        print_logs(node, name, limit=limit, follow=follow, as_json=as_json)


@actor.command()
@click.argument("name")
@click.option("--follow", "-f", is_flag=True, help="Stay and print what comes; Ctrl+C ends.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many of the newest turns."
)
@options.where
@options.as_json
@options.debug
def trace(name: str, follow: bool, limit: int, target: Target, as_json: bool) -> None:
    """What the actor NAME did: its newest turns, oldest first, each with its host calls and their results.

    They are those that the node keeps in memory, recorded or not. With --json a turn is a line as it stands in a
    session bundle.
    """
    from workbench.cli import turns

    with running(target) as node:
        turns.trace(node, name, limit=limit, follow=follow, as_json=as_json)


def _letter(letter: DeadLetter) -> tuple[str, ...]:
    sent = letter.envelope
    content = render.payload(sent.payload)[:60]
    return str(letter.seq), render.when(letter.time), letter.actor.name, sent.type, content, letter.reason


def _object(info: ActorInfo) -> dict[str, render.Json]:
    rest = {key: value for key, value in render.record(info).items() if key != "id"}
    return {"actor": info.id.name, **rest}


def _row(info: ActorInfo) -> tuple[str, ...]:
    behaviors, cause = ", ".join(info.behaviors), info.last_cause if info.state is ActorState.CRASHED else None
    counts = f"{info.turns:,}", f"{info.mailbox:,}", f"{info.fuel:,}"
    what = info.module_name, behaviors, "yes" if info.durable else "no"
    return info.id.name, _state(info), *what, *counts, _memory(info), str(cause or "")


def _state(info: ActorInfo) -> str:
    return f"{info.state.value} ({info.fsm_state})" if info.fsm_state else info.state.value


def _memory(info: ActorInfo) -> str:
    return render.size(info.memory_bytes) if info.memory_bytes is not None else render.UNKNOWN
