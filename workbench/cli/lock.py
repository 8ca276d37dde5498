"""`workbench lock`: the locks of a tenant and namespace."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from threading import Event, Thread

import click

from workbench.api import Area, Conflict, Lock, LockChange, LockWaiter, Node, NotFound, WorkbenchError
from workbench.api.locks import LEASE_MS
from workbench.cli import failure, options, render
from workbench.cli.connection import Target, running, stored

name = click.argument("name")
version = click.argument("version", type=int)
session = click.option("--as", "holder", metavar="NAME", required=True, help="The session that holds the lock.")
lease = click.option(
    "--lease", "lease_ms", type=int, default=LEASE_MS, show_default=True, metavar="MS", help="Held so long, at most."
)
wait = click.option(
    "--wait", "seconds", type=options.Seconds(0), default=5.0, show_default=True, metavar="SECONDS",
    help="Wait so long for it; 0 does not wait.",
)  # fmt: skip
limit = click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
WATCH_SECONDS = 1.0
RENEWALS = 3
"""In the time of one lease."""
SIGNALLED = 128
"""What shells add to the number of the signal that ended a command."""
NOT_EXECUTABLE, NO_COMMAND = 126, 127
"""What shells say of a command that cannot be run."""
VERSION_VARIABLE = "WORKBENCH_LOCK_VERSION"


@click.group()
def lock() -> None:
    """Locks with a lease. Actors hold them by their own names, others by the name of a session (--as)."""


@lock.command()
@name
@session
@lease
@wait
@options.where
@options.as_json
@options.debug
def acquire(name: str, holder: str, lease_ms: int, seconds: float, target: Target, as_json: bool) -> None:
    """Take the lock NAME; who waits is served first come, first served."""
    with stored(target) as node:
        _show(node.locks.acquire(name, lease_ms=lease_ms, timeout=seconds, holder=holder), as_json=as_json)


@lock.command()
@name
@version
@session
@lease
@options.where
@options.as_json
@options.debug
def renew(name: str, version: int, holder: str, lease_ms: int, target: Target, as_json: bool) -> None:
    """Let the lease of NAME, held in VERSION, end later."""
    with stored(target) as node:
        _show(node.locks.renew(name, version, lease_ms=lease_ms, holder=holder), as_json=as_json)


@lock.command()
@name
@version
@session
@options.where
@options.as_json
@options.debug
def release(name: str, version: int, holder: str, target: Target, as_json: bool) -> None:
    """Free NAME, held in VERSION; whoever waits first has it then."""
    with stored(target) as node:
        node.locks.release(name, version, holder=holder)
    if as_json:
        render.line({"name": name, "version": version})
    else:
        click.echo(f"{name} is released")


@lock.command()
@name
@options.where
@options.as_json
@options.debug
def force(name: str, target: Target, as_json: bool) -> None:
    """Free NAME, whoever holds it: for a holder that is gone. One that is not learns it when it renews."""
    with stored(target) as node:
        found = node.locks.force(name)
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"{name} is taken from {_holder(found)}, who held it in version {found.version}")


@lock.command()
@name
@options.where
@options.as_json
@options.debug
def show(name: str, target: Target, as_json: bool) -> None:
    """Who holds NAME, and who waits for it. Exit code 1 when it is free."""
    with stored(target) as node:
        found, waiting = node.locks.get(name), node.locks.waiters(name)
    if found is None:
        raise NotFound(f"nobody holds lock {name!r}")
    if as_json:
        render.line({**render.record(found), "waiters": render.plain(waiting)})
        return
    _show(found, as_json=False)
    for waiter in waiting:
        render.row((f"waits since {render.when(waiter.since)}: {_holder(waiter)}",))


@lock.command("list")
@click.argument("prefix", default="")
@limit
@click.option("--after", metavar="NAME", help="Only those behind NAME: the last one of the page before.")
@options.where
@options.as_json
@options.debug
def list_(prefix: str, limit: int, after: str | None, target: Target, as_json: bool) -> None:
    """The locks that are held and whose names begin with PREFIX."""
    with stored(target) as node:
        found = node.locks.list(prefix, limit=limit, after=after)
        waiting = node.locks.waiters()
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    counts = {each.name: sum(waiter.name == each.name for waiter in waiting) for each in found}
    head = ("LOCK", "HOLDER", "VERSION", "SINCE", "EXPIRES", "WAITING")
    render.table(head, ((*_row(each), f"{counts[each.name]:,}") for each in found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].name!r}", err=True)


@lock.command()
@click.argument("name", required=False)
@options.where
@options.as_json
@options.debug
def waiters(name: str | None, target: Target, as_json: bool) -> None:
    """Who waits, for the lock NAME or for any, in the order in which they are served."""
    with running(target) as node:
        found = node.locks.waiters(name)
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    rows = ((each.name, _holder(each), *map(render.when, (each.since, each.until))) for each in found)
    render.table(("LOCK", "WHO", "SINCE", "UNTIL"), rows)


@lock.command()
@click.argument("name", required=False)
@limit
@options.where
@options.as_json
@options.debug
def history(name: str | None, limit: int, target: Target, as_json: bool) -> None:
    """The newest changes of the lock NAME, or of all, oldest first, as far as the running node keeps them."""
    with running(target) as node:
        found = node.locks.history(name, limit=limit)
    if as_json:
        for change in found:
            render.line(render.record(change))
        return
    render.table(("WHEN", "LOCK", "CHANGE", "WHO", "VERSION"), map(_change, found))


@lock.command()
@click.argument("name", required=False)
@options.where
@options.as_json
@options.debug
def watch(name: str | None, target: Target, as_json: bool) -> None:
    """Print the changes of the lock NAME, or of all, as they come; Ctrl+C ends."""
    with running(target) as node, node.subscribe([Area.LOCKS]) as events:
        seen = max((change.seq for change in node.locks.history(limit=1)), default=0)
        while True:
            for change in node.locks.history(name, limit=10_000):
                if change.seq > seen:
                    seen = change.seq
                    if as_json:
                        render.line(render.record(change))
                    else:
                        render.row(_change(change))
            events.get(WATCH_SECONDS)


@lock.command(context_settings={"ignore_unknown_options": True})
@session
@lease
@wait
@options.where
@options.debug
@name
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(name: str, command: Sequence[str], holder: str, lease_ms: int, seconds: float, target: Target) -> int:
    """Hold the lock NAME while COMMAND runs: it is renewed meanwhile and released at the end.

    COMMAND finds the version in WORKBENCH_LOCK_VERSION. It is ended when the lock is lost, with the exit code 1; else
    the exit code is its own, 127 when there is no such program and 126 when it cannot be run.
    """
    with running(target) as node:
        held = node.locks.acquire(name, lease_ms=lease_ms, timeout=seconds, holder=holder)
        try:
            return _hold(node, held, command, lease_ms)
        finally:
            try:
                node.locks.release(name, held.version, holder=holder)
            except Conflict as gone:
                failure.show(gone)


def _hold(node: Node, held: Lock, command: Sequence[str], lease_ms: int) -> int:
    """The exit code of the command, or that of shells for one that cannot be run."""
    try:
        process = subprocess.Popen(command, env={**os.environ, VERSION_VARIABLE: str(held.version)})
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        click.echo(f"cannot run {command[0]}: {why}; the lock {held.name} is released", err=True)
        return NO_COMMAND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
    ended, lost = Event(), Event()

    def renewed() -> None:
        while not ended.wait(lease_ms / 1000 / RENEWALS):
            try:
                node.locks.renew(held.name, held.version, lease_ms=lease_ms, holder=held.holder)
            except WorkbenchError as error:
                failure.show(error)
                lost.set()
                process.terminate()
                return

    thread = Thread(target=renewed, name="renewals", daemon=True)
    thread.start()
    try:
        code = process.wait()
        return Conflict.exit_code if lost.is_set() else code if code >= 0 else SIGNALLED - code
    finally:
        ended.set()
        thread.join()
        if process.poll() is None:
            process.terminate()
            process.wait()


def _show(found: Lock, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(found))
    else:
        until = render.when(found.expires)
        render.row((f"{found.name} is held by {_holder(found)} in version {found.version}, until {until}",))


def _holder(found: Lock | LockWaiter | LockChange) -> str:
    return f"session {found.holder}" if found.outside else found.holder


def _row(found: Lock) -> tuple[str, ...]:
    return found.name, _holder(found), str(found.version), *map(render.when, (found.since, found.expires))


def _change(change: LockChange) -> tuple[str, ...]:
    return render.when(change.time), change.name, change.change, _holder(change), str(change.version)
