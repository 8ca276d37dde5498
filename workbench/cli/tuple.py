"""`workbench tuple`: the tuple space of a tenant and namespace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from workbench.api import Area, NearMiss, Node, NotFound, TupleChange, TupleEntry, TupleShape, TupleValue
from workbench.api.patterns import parse_pattern, parse_tuple, write_tuple
from workbench.cli import options, render
from workbench.cli.connection import Target, running, stored

fields = click.argument("fields", metavar="TUPLE")
pattern = click.argument("pattern")
maybe = click.argument("pattern", default="")
limit = click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
wait = click.option(
    "--wait", "seconds", type=options.Seconds(0), default=0.0, metavar="SECONDS", help="Wait so long for one."
)
WATCH_SECONDS = 1.0


@click.group("tuple")
def tuple_() -> None:
    """Tuples that actors write, match by patterns and take.

    A TUPLE is written ("order", 7, 1.5, x"00ff", true, null). In a PATTERN a field may also be ? for anything, a type
    (text int float bytes boolean null) or a test: > 10, != "a", in [1, 2], startsWith: "or", endsWith: "er",
    contains: "rd", regex: "^o.*r$".
    """


@tuple_.command()
@fields
@click.option("--ttl", "ttl_ms", type=int, metavar="MS", help="Gone after so many milliseconds; without it stays.")
@options.where
@options.as_json
@options.debug
def write(fields: str, ttl_ms: int | None, target: Target, as_json: bool) -> None:
    """Write TUPLE."""
    with stored(target) as node:
        made = node.tuplespace.write(parse_tuple(fields), ttl_ms=ttl_ms)
    if as_json:
        render.line({"id": made})
    else:
        click.echo(f"written with the id {made}")


@tuple_.command()
@pattern
@wait
@options.where
@options.as_json
@options.debug
def read(pattern: str, seconds: float, target: Target, as_json: bool) -> None:
    """The oldest tuple that matches PATTERN; it stays. Exit code 1 when there is none."""
    with stored(target) as node:
        _one(node, node.tuplespace.read(parse_pattern(pattern), timeout=seconds), pattern, as_json=as_json)


@tuple_.command()
@pattern
@wait
@options.where
@options.as_json
@options.debug
def take(pattern: str, seconds: float, target: Target, as_json: bool) -> None:
    """Take the oldest tuple that matches PATTERN out of the space. Exit code 1 when there is none."""
    with stored(target) as node:
        _one(node, node.tuplespace.take(parse_pattern(pattern), timeout=seconds), pattern, as_json=as_json)


@tuple_.command()
@pattern
@options.where
@options.as_json
@options.debug
def count(pattern: str, target: Target, as_json: bool) -> None:
    """How many tuples match PATTERN."""
    with stored(target) as node:
        found = node.tuplespace.count(parse_pattern(pattern))
    if as_json:
        render.line({"count": found})
    else:
        click.echo(f"{found}")


@tuple_.command()
@click.argument("expected", metavar="TUPLE")
@click.argument("replacement", metavar="REPLACEMENT")
@options.where
@options.as_json
@options.debug
def cas(expected: str, replacement: str, target: Target, as_json: bool) -> None:
    """Replace one TUPLE by REPLACEMENT, at once; exit code 1 if there is none."""
    with stored(target) as node:
        swapped = node.tuplespace.compare_and_swap(parse_tuple(expected), parse_tuple(replacement))
    if as_json:
        render.line({"swapped": swapped})
    else:
        said = "it is replaced" if swapped else f"there is no tuple {expected}; nothing was changed"
        click.echo(said, err=not swapped)
    if not swapped:
        raise SystemExit(1)


@tuple_.command()
@click.argument("numbers", metavar="ID...", type=int, nargs=-1, required=True)
@options.where
@options.as_json
@options.debug
def remove(numbers: Sequence[int], target: Target, as_json: bool) -> None:
    """Take out the tuples with these ids, as `tuple list` shows them."""
    with stored(target) as node:
        for number in numbers:
            found = node.tuplespace.remove(number)
            if as_json:
                render.line({"id": number, "found": found})
            else:
                click.echo(f"{number} is removed" if found else f"there is no tuple {number}; nothing was removed")


@tuple_.command("list")
@maybe
@limit
@click.option("--after", type=int, default=0, metavar="ID", help="Only those behind ID, the last of the page before.")
@options.where
@options.as_json
@options.debug
def list_(pattern: str, limit: int, after: int, target: Target, as_json: bool) -> None:
    """The tuples that match PATTERN, or all, oldest first."""
    with stored(target) as node:
        found = node.tuplespace.list(_pattern(pattern), limit=limit, after=after)
    if as_json:
        for entry in found:
            render.line(_record(entry))
        return
    render.table(("ID", "WRITTEN", "BY", "EXPIRES", "TUPLE"), map(_row, found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].id}", err=True)


@tuple_.command()
@options.where
@options.as_json
@options.debug
def shapes(target: Target, as_json: bool) -> None:
    """What kinds of tuples there are, the most frequent first."""
    with stored(target) as node:
        found = node.tuplespace.shapes()
    if as_json:
        for shape in found:
            render.line(render.record(shape))
        return
    head = ("SHAPE", "TUPLES", "BYTES", "OLDEST", "NEWEST")
    render.table(head, map(_shape, found))


@tuple_.command()
@options.where
@options.as_json
@options.debug
def waiters(target: Target, as_json: bool) -> None:
    """Who waits for a tuple, in the order in which they are served."""
    with running(target) as node:
        found = node.tuplespace.waiters()
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    head = ("ID", "KIND", "BY", "SINCE", "UNTIL", "PATTERN")
    rows = [
        (str(each.id), each.kind, each.actor or "-", *map(render.when, (each.since, each.until)), each.pattern)
        for each in found
    ]
    render.table(head, rows)


@tuple_.command()
@maybe
@click.option("--waiter", type=int, metavar="ID", help="The pattern of somebody who waits, as `tuple waiters` shows.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="At most so many.")
@options.where
@options.as_json
@options.debug
def near(pattern: str, waiter: int | None, limit: int, target: Target, as_json: bool) -> None:
    """The tuples that come closest to PATTERN without matching it, and why they do not."""
    with stored(target) as node:
        found = node.tuplespace.near_misses(_pattern(pattern), waiter=waiter, limit=limit)
    for miss in found:
        if as_json:
            render.line(_near(miss))
        else:
            click.echo(f"{miss.entry.id}  {miss.sentence}")
    if not found and not as_json:
        click.echo("nothing comes close: there are no other tuples with as many fields", err=True)


@tuple_.command()
@click.argument("number", metavar="ID", type=int)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@options.where
@options.as_json
@options.debug
def why(number: int, limit: int, target: Target, as_json: bool) -> None:
    """Who waits, the closest first, and why the tuple with this id is not theirs."""
    with running(target) as node:
        found = node.tuplespace.why_not(number, limit=limit)
    for miss in found:
        if as_json:
            render.line(render.record(miss))
        else:
            waiter = miss.waiter
            click.echo(f"{waiter.id}  {waiter.actor or '-'}  {waiter.kind} {waiter.pattern}: {miss.sentence}")
    if not found and not as_json:
        click.echo("nobody waits for a tuple", err=True)


@tuple_.command()
@maybe
@limit
@options.where
@options.as_json
@options.debug
def history(pattern: str, limit: int, target: Target, as_json: bool) -> None:
    """The newest changes of tuples that match PATTERN, or of all, oldest first: who wrote and who took what."""
    with running(target) as node:
        found = node.tuplespace.history(_pattern(pattern), limit=limit)
    if as_json:
        for change in found:
            render.line(_record(change))
        return
    render.table(("WHEN", "ID", "CHANGE", "BY", "TUPLE"), map(_change, found))


@tuple_.command()
@maybe
@options.where
@options.as_json
@options.debug
def watch(pattern: str, target: Target, as_json: bool) -> None:
    """Print the changes of tuples that match PATTERN, or of all, as they come; Ctrl+C ends."""
    wanted = _pattern(pattern)
    with running(target) as node, node.subscribe([Area.TUPLESPACE]) as events:
        seen = max((change.seq for change in node.tuplespace.history(limit=1)), default=0)
        while True:
            for change in node.tuplespace.history(wanted, limit=10_000):
                if change.seq > seen:
                    seen = change.seq
                    if as_json:
                        render.line(_record(change))
                    else:
                        render.row(_change(change))
            events.get(WATCH_SECONDS)


def _pattern(written: str) -> Any:
    return parse_pattern(written) if written else None


def _one(node: Node, found: Sequence[TupleValue] | None, wanted: str, *, as_json: bool) -> None:
    if found is None:
        near = node.tuplespace.near_misses(parse_pattern(wanted), limit=1)
        raise NotFound(f"no tuple matches {wanted}" + (f"; the closest is {near[0].sentence}" if near else ""))
    if as_json:
        render.line({"fields": render.plain(found), "text": write_tuple(found)})
    else:
        click.echo(write_tuple(found))


def _record(value: TupleEntry | TupleChange) -> dict[str, render.Json]:
    """JSON knows no difference between 1 and 1.0 for many readers; the text does."""
    return {**render.record(value), "text": write_tuple(value.fields)}


def _near(miss: NearMiss) -> dict[str, render.Json]:
    return {**render.record(miss), "entry": _record(miss.entry)}


def _row(entry: TupleEntry) -> tuple[str, ...]:
    expires = render.when(entry.expires) if entry.expires is not None else "-"
    return str(entry.id), render.when(entry.written), entry.author or "-", expires, write_tuple(entry.fields)


def _shape(shape: TupleShape) -> tuple[str, ...]:
    figures = f"{shape.count:,}", f"{shape.size_bytes:,}"
    return ", ".join(shape.kinds), *figures, render.when(shape.oldest), render.when(shape.newest)


def _change(change: TupleChange) -> tuple[str, ...]:
    by = change.author if change.change == "written" else change.by
    return render.when(change.time), str(change.id), change.change, by or "-", write_tuple(change.fields)
