"""`workbench kv`: keys and values of a tenant and namespace."""

from __future__ import annotations

import click

from workbench.api import Area, KeyChange, KeyEntry, Node, NotFound, Payload
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, running, stored
from workbench.cli.payload import binary, text

ttl = click.option("--ttl", "ttl_ms", type=int, metavar="MS", help="Gone after so many milliseconds; without it stays.")
as_hex = click.option("--hex", "is_hex", is_flag=True, help="VALUE is binary: hexadecimal digits, or @FILE.")
prefix = click.argument("prefix", default="")
limit = click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
WATCH_SECONDS = 1.0


@click.group()
def kv() -> None:
    """Keys and values, shared by the actors of a tenant and namespace."""


@kv.command()
@click.argument("key")
@click.option("--raw", is_flag=True, help="Only the value, byte for byte.")
@options.where
@options.as_json
@options.debug
def get(key: str, raw: bool, target: Target, as_json: bool) -> None:
    """The value of KEY, and what is known of it."""
    with stored(target) as node:
        found = _entry(node, key)
    if as_json:
        render.line(render.record(found))
    elif raw:
        click.echo(found.value, nl=False)
    else:
        click.echo(render.payload(found.value))


@kv.command()
@click.argument("key")
@click.argument("value")
@as_hex
@ttl
@options.where
@options.as_json
@options.debug
def put(key: str, value: str, is_hex: bool, ttl_ms: int | None, target: Target, as_json: bool) -> None:
    """Set KEY to VALUE: text, or @FILE for the text of a file (@@ for a plain @)."""
    with stored(target) as node:
        node.keyvalue.put(key, _value(value, is_hex), ttl_ms=ttl_ms)
        found = _entry(node, key)
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"{key} holds {plural(found.size_bytes, 'byte')}, version {found.version:,}{_until(found)}")


@kv.command()
@click.argument("key")
@options.where
@options.as_json
@options.debug
def delete(key: str, target: Target, as_json: bool) -> None:
    """Remove KEY; that it was not there is no error."""
    with stored(target) as node:
        found = node.keyvalue.delete(key)
    if as_json:
        render.line({"key": key, "found": found})
    else:
        click.echo(f"{key} is removed" if found else f"there is no key {key}; nothing was removed")


@kv.command("list")
@prefix
@limit
@click.option("--after", metavar="KEY", help="Only those behind KEY: the last one of the page before.")
@options.where
@options.as_json
@options.debug
def list_(prefix: str, limit: int, after: str | None, target: Target, as_json: bool) -> None:
    """The keys that begin with PREFIX, in the order of their bytes."""
    with stored(target) as node:
        found = node.keyvalue.list(prefix, limit=limit, after=after)
    if as_json:
        for entry in found:
            render.line(render.record(entry))
        return
    head = ("KEY", "BYTES", "VERSION", "CHANGED", "BY", "EXPIRES", "VALUE")
    render.table(head, map(_row, found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].key!r}", err=True)


@kv.command()
@click.argument("key")
@click.argument("expected")
@click.argument("replacement")
@as_hex
@click.option("--absent", is_flag=True, help="There must be no such key; EXPECTED is not looked at.")
@options.where
@options.as_json
@options.debug
def cas(
    key: str, expected: str, replacement: str, is_hex: bool, absent: bool, target: Target, as_json: bool
) -> None:  # fmt: skip
    """Set KEY to REPLACEMENT if it holds EXPECTED; exit code 1 if it does not."""
    with stored(target) as node:
        wanted = None if absent else _value(expected, is_hex)
        swapped = node.keyvalue.compare_and_swap(key, wanted, _value(replacement, is_hex))
        there = swapped or node.keyvalue.exists(key)
    if as_json:
        render.line({"key": key, "swapped": swapped})
    else:
        otherwise = f"{key} holds something else" if there else f"there is no key {key}"
        click.echo(f"{key} is set" if swapped else f"{otherwise}; nothing was changed", err=not swapped)
    if not swapped:
        raise SystemExit(1)


@kv.command()
@click.argument("key")
@click.argument("delta", type=int, default=1)
@options.where
@options.as_json
@options.debug
def increment(key: str, delta: int, target: Target, as_json: bool) -> None:
    """Add DELTA to the number that KEY holds, and print the sum. Write a negative one behind --."""
    with stored(target) as node:
        total = node.keyvalue.increment(key, delta)
    if as_json:
        render.line({"key": key, "sum": total})
    else:
        click.echo(f"{total}")


@kv.command()
@prefix
@limit
@options.where
@options.as_json
@options.debug
def history(prefix: str, limit: int, target: Target, as_json: bool) -> None:
    """The newest changes of keys that begin with PREFIX, oldest first, as far as the running node keeps them."""
    with running(target) as node:
        found = node.keyvalue.history(prefix, limit=limit)
    if as_json:
        for change in found:
            render.line(render.record(change))
        return
    render.table(("WHEN", "KEY", "CHANGE", "BY", "BYTES", "VALUE"), map(_change, found))


@kv.command()
@prefix
@options.where
@options.as_json
@options.debug
def watch(prefix: str, target: Target, as_json: bool) -> None:
    """Print the changes of keys that begin with PREFIX as they come; Ctrl+C ends."""
    with running(target) as node, node.subscribe([Area.KEYVALUE]) as events:
        seen = max((change.seq for change in node.keyvalue.history(prefix, limit=1)), default=0)
        while True:
            for change in node.keyvalue.history(prefix, limit=10_000):
                if change.seq > seen:
                    seen = change.seq
                    _print(change, as_json=as_json)
            events.get(WATCH_SECONDS)


def _print(change: KeyChange, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(change))
    else:
        render.row(cell for cell in _change(change) if cell != "-")


def _entry(node: Node, key: str) -> KeyEntry:
    found = node.keyvalue.entry(key)
    if found is None:
        raise NotFound(f"no key {key!r}")
    return found


def _value(written: str, is_hex: bool) -> Payload:
    return binary(written) if is_hex else text(written, otherwise="give its bytes with --hex and @FILE")


def _until(entry: KeyEntry) -> str:
    return f", until {render.when(entry.expires)}" if entry.expires is not None else ""


def _row(entry: KeyEntry) -> tuple[str, ...]:
    expires = render.when(entry.expires) if entry.expires is not None else "-"
    figures = f"{entry.size_bytes:,}", f"{entry.version:,}", render.when(entry.changed)
    return entry.key, *figures, entry.author or "-", expires, _short(entry)


def _short(entry: KeyEntry | KeyChange) -> str:
    return render.payload(entry.value).replace("\n", "⏎")[:60]


def _change(change: KeyChange) -> tuple[str, ...]:
    size = f"{change.size_bytes:,}" if change.change == "put" else "-"
    return render.when(change.time), change.key, change.change, change.author or "-", size, _short(change) or "-"
