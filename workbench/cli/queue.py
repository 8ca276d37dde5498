"""`workbench queue`: queues of a tenant and namespace, their messages and dead letters."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import click

from workbench.api import Invalid, Kind, Node, QueuedMessage, QueueInfo
from workbench.api.channels import ATTEMPTS, VISIBILITY_MS, Delivery
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, running, stored
from workbench.cli.payload import message as parsed

name = click.argument("queue")
written = click.argument("message", metavar="TYPE[=PAYLOAD]")
headers = click.option("--header", "headers", metavar="NAME=VALUE", multiple=True, help="Beside the payload.")
limit = click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
after = click.option("--after", default="", metavar="ID", help="Only those behind it: the last one of the page before.")


@click.group()
def queue() -> None:
    """Queues: each message goes to one consumer, and comes back unless it is acknowledged."""


@queue.command("list")
@options.where
@options.as_json
@options.debug
def list_(target: Target, as_json: bool) -> None:
    """All queues, and what is in them."""
    with stored(target) as node:
        found = node.channels.queues()
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    head = "QUEUE", "WAITING", "DELAYED", "LEASED", "DEAD", "OLDEST", "RECEIVERS", "ATTEMPTS", "DEAD LETTERS GO TO"
    render.table(head, map(_row, found))


@queue.command()
@name
@click.option("--visibility", "visibility_ms", type=int, default=VISIBILITY_MS, show_default=True, metavar="MS",
              help="A delivery is leased for so many milliseconds.")  # fmt: skip
@click.option("--max-attempts", type=int, default=ATTEMPTS, show_default=True,
              help="After so many deliveries in vain a message is a dead letter.")  # fmt: skip
@click.option("--max-length", type=int, help="The most messages it holds; 100,000 without it.")
@click.option("--dead-letter-queue", metavar="QUEUE", help="For the messages that failed; QUEUE.dead without it.")
@options.where
@options.as_json
@options.debug
def create(
    queue: str, visibility_ms: int, max_attempts: int, max_length: int | None, dead_letter_queue: str | None,
    target: Target, as_json: bool,
) -> None:  # fmt: skip
    """Make a queue, and its dead-letter queue."""
    with stored(target) as node:
        node.channels.create_queue(
            queue,
            visibility_ms=visibility_ms,
            max_attempts=max_attempts,
            max_length=max_length,
            dead_letter_queue=dead_letter_queue,
        )
        _show(node.channels.queue(queue), as_json=as_json)


@queue.command()
@name
@options.where
@options.as_json
@options.debug
def delete(queue: str, target: Target, as_json: bool) -> None:
    """Remove a queue and all its messages. Its own dead-letter queue stays while letters are in it."""
    with stored(target) as node:
        node.channels.delete_queue(queue)
    _say(as_json, f"{queue} is deleted", queue=queue)


@queue.command()
@name
@options.where
@options.as_json
@options.debug
def purge(queue: str, target: Target, as_json: bool) -> None:
    """Remove all messages that are not leased."""
    with stored(target) as node:
        removed = node.channels.purge_queue(queue)
    _say(
        as_json,
        f"{plural(removed, 'message')} of {queue} {'is' if removed == 1 else 'are'} removed",
        queue=queue,
        removed=removed,
    )


@queue.command()
@name
@options.where
@options.as_json
@options.debug
def depth(queue: str, target: Target, as_json: bool) -> None:
    """How many messages a consumer can have now."""
    with stored(target) as node:
        found = node.channels.queue_depth(queue)
    _say(as_json, f"{found}", queue=queue, depth=found)


@queue.command()
@name
@written
@click.option("--delay", "delay_ms", type=int, default=0, metavar="MS", help="It can be had after so many ms.")
@click.option("--ttl", "ttl_ms", type=int, metavar="MS", help="It goes away unread after so many ms.")
@headers
@options.where
@options.as_json
@options.debug
def send(
    queue: str, message: str, delay_ms: int, ttl_ms: int | None, headers: tuple[str, ...], target: Target, as_json: bool
) -> None:  # fmt: skip
    """Put a message into a queue, which is made when it is not there. TYPE=@FILE and TYPE:=HEX as for an actor."""
    sent = parsed(message, Kind.CAST)
    with stored(target) as node:
        identity = node.channels.send(
            queue, sent.type, sent.payload, delay_ms=delay_ms, ttl_ms=ttl_ms, headers=_headers(headers)
        )
    _say(as_json, f"{identity} is in {queue}", queue=queue, message=identity)


@queue.command()
@name
@click.option("--timeout", type=options.Seconds(0), default=0.0, show_default=True, metavar="SECONDS",
              help="Wait so many seconds for one.")  # fmt: skip
@click.option("--ack", is_flag=True, help="Acknowledge it at once.")
@options.where
@options.as_json
@options.debug
def receive(queue: str, timeout: float, ack: bool, target: Target, as_json: bool) -> None:
    """The next message, leased to you: acknowledge it with queue ack. Exit code 1 when there is none."""
    with stored(target) if ack else running(target) as node:
        found = node.channels.receive(queue, timeout=timeout)
        if found is None:
            node.channels.queue(queue)  # to say so when there is no such queue at all
        elif ack:
            node.channels.ack(found.id)
    if found is None:
        click.echo(f"no message in {queue}", err=True)
        raise SystemExit(1)
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"{render.visible(found.message_type)}: {render.payload(found.payload)}")
        click.echo(_leased(found, done=ack), err=True)


@queue.command()
@click.argument("delivery")
@options.where
@options.as_json
@options.debug
def ack(delivery: str, target: Target, as_json: bool) -> None:
    """The message of a delivery is done, and removed."""
    with running(target) as node:
        node.channels.ack(delivery)
    _say(as_json, f"{delivery} is done", delivery=delivery)


@queue.command()
@click.argument("delivery")
@click.option("--dead", is_flag=True, help="To the dead letters, not back into the queue.")
@options.where
@options.as_json
@options.debug
def nack(delivery: str, dead: bool, target: Target, as_json: bool) -> None:
    """The message of a delivery failed, and goes back into its queue."""
    with running(target) as node:
        node.channels.nack(delivery, requeue=not dead)
    _say(as_json, f"{delivery} is returned", delivery=delivery)


@queue.command()
@name
@click.argument("message", default="")
@limit
@after
@options.where
@options.as_json
@options.debug
def show(queue: str, message: str, limit: int, after: str, target: Target, as_json: bool) -> None:
    """The messages of a queue, or one of them whole. None is leased by that."""
    with stored(target) as node:
        if message:
            _print_message(node.channels.message(queue, message), as_json=as_json)
            return
        if not as_json:
            _show(node.channels.queue(queue), as_json=False)
        _print_messages(node.channels.messages(queue, limit=limit, after=after), limit, as_json=as_json)


@queue.command("dead-letters")
@name
@limit
@after
@options.where
@options.as_json
@options.debug
def dead_letters(queue: str, limit: int, after: str, target: Target, as_json: bool) -> None:
    """The messages that failed in QUEUE, and why."""
    with stored(target) as node:
        found = node.channels.messages(_dead(node, queue), limit=limit, after=after)
    _print_messages([each for each in found if each.origin in (queue, "")], limit, as_json=as_json)


@queue.command()
@name
@click.argument("messages", nargs=-1)
@options.where
@options.as_json
@options.debug
def redrive(queue: str, messages: tuple[str, ...], target: Target, as_json: bool) -> None:
    """Put dead letters back into the queues where they failed: all, or MESSAGES."""
    with stored(target) as node:
        moved = node.channels.redrive(_dead(node, queue), messages)
    _say(as_json, f"{plural(moved, 'message')} {'is' if moved == 1 else 'are'} back", queue=queue, moved=moved)


@queue.command()
@name
@click.argument("message")
@click.argument("change", metavar="[TYPE[=PAYLOAD]]", default="")
@click.option("--header", "headers", metavar="NAME=VALUE", multiple=True, help="Instead of those that it had.")
@options.where
@options.as_json
@options.debug
def resend(
    queue: str, message: str, change: str, headers: tuple[str, ...], target: Target, as_json: bool
) -> None:  # fmt: skip
    """Send a message once more, changed, in place of the one that was; a dead letter goes to the queue it failed in."""
    changed = parsed(change, Kind.CAST) if change else None
    with stored(target) as node:
        identity = node.channels.resend(
            queue,
            message,
            message_type=changed.type if changed else None,
            payload=changed.payload if changed and "=" in change else None,
            headers=_headers(headers) if headers else None,
        )
    _say(as_json, f"{message} is sent as {identity}", message=identity)


@queue.command()
@name
@click.argument("message")
@options.where
@options.as_json
@options.debug
def drop(queue: str, message: str, target: Target, as_json: bool) -> None:
    """Remove one message."""
    with stored(target) as node:
        node.channels.delete_message(queue, message)
    _say(as_json, f"{message} is removed", queue=queue, message=message)


def _dead(node: Node, queue: str) -> str:
    """The queue of the dead letters of a queue: itself when it is one."""
    return node.channels.queue(queue).dead_letter_queue or queue


def _headers(written: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [each.partition("=") for each in written]
    for pair, each in zip(pairs, written, strict=True):
        if not pair[0] or not pair[1]:
            raise Invalid(f"{each!r} is no header; write NAME=VALUE")
    return {head: value for head, _, value in pairs}


def _say(as_json: bool, text: str, **values: render.Json) -> None:
    if as_json:
        render.line(values)
    else:
        click.echo(text)


def _show(info: QueueInfo, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(info))
        return
    render.facts(
        (
            ("queue", info.queue),
            ("waiting", f"{info.waiting:,}"),
            ("delayed", f"{info.delayed:,}"),
            ("leased", f"{info.leased:,}"),
            ("visibility", f"{info.visibility_ms:,} ms"),
            ("attempts", f"{info.max_attempts:,}" if info.max_attempts else ""),
            ("most", f"{info.max_length:,} messages"),
            ("dead letters", f"{info.dead_letters:,} in {info.dead_letter_queue}" if info.dead_letter_queue else ""),
        )
    )


def _row(info: QueueInfo) -> tuple[str, ...]:
    age = f"{max(0.0, time.time() - info.oldest):,.0f} s" if info.oldest is not None else "-"
    counts = f"{info.waiting:,}", f"{info.delayed:,}", f"{info.leased:,}", f"{info.dead_letters:,}"
    attempts = f"{info.max_attempts}" if info.max_attempts else "-"
    return info.queue, *counts, age, f"{info.receivers:,}", attempts, info.dead_letter_queue or "-"


def _print_messages(messages: Sequence[QueuedMessage], limit: int, *, as_json: bool) -> None:
    if as_json:
        for each in messages:
            render.line(render.record(each))
        return
    render.table(("ID", "STATE", "TYPE", "BYTES", "SENT", "BY", "ATTEMPTS", "WHY", "PAYLOAD"), map(_cells, messages))
    if len(messages) == limit:
        click.echo(f"There may be more: --after {messages[-1].id}", err=True)


def _print_message(found: QueuedMessage, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(found))
        return
    render.facts(
        (
            ("message", found.id),
            ("type", found.message_type),
            ("state", _state(found)),
            ("sent", f"{render.when(found.sent)} by {found.sender or 'somebody outside of the actors'}"),
            ("attempts", f"{found.attempts}"),
            ("failed in", found.origin),
            ("why", found.reason),
            *((f"header {head}", value) for head, value in found.headers.items()),
        )
    )
    click.echo(render.payload(found.payload))


def _cells(found: QueuedMessage) -> tuple[str, ...]:
    short = render.payload(found.payload).replace("\n", "⏎")[:60]
    figures = f"{found.size_bytes:,}", render.when(found.sent), found.sender or "-", f"{found.attempts}"
    return found.id, _state(found), found.message_type, *figures, found.reason or "-", short


def _state(found: QueuedMessage) -> str:
    now = time.time()
    if found.lease_ends is not None:
        return f"leased to {found.holder or 'outside'} for {max(0.0, found.lease_ends - now):,.0f} s"
    return f"delayed {max(0.0, found.visible - now):,.0f} s" if found.visible > now else "waiting"


def _leased(found: Delivery, *, done: bool) -> str:
    if done:
        return f"{found.message}, attempt {found.attempt}, is done"
    until = render.when(found.lease_ends)
    return f"{found.message}, attempt {found.attempt}: workbench queue ack {found.id}, before {until}"
