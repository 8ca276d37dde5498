"""`workbench node storage`: what a node keeps on disk, what bounds it, and clearing it."""

from __future__ import annotations

import click

from workbench.api.storage import StorageKind, StorageUse
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, stored

NOTHING = "nothing of it can be cleared"


@click.command()
@click.option(
    "--clear", "kinds", type=click.Choice([kind.value for kind in StorageKind]), multiple=True,
    help="Remove what can be cleared of this; may be given again.",
)  # fmt: skip
@click.option("--dry-run", "dry", is_flag=True, help="Only say what --clear would remove.")
@options.where
@options.as_json
@options.debug
def storage(kinds: tuple[str, ...], dry: bool, target: Target, as_json: bool) -> None:
    """Show what a node keeps on disk: how much of each kind, the most that it may be, and what could be cleared.

    Journals and the recording are those of the tenant and namespace, and a part of the database, whose file does not
    shrink: its room is used again. Without a running node these are of the workspace.
    """
    if dry and not kinds:
        raise click.UsageError("--dry-run says what --clear KIND would remove: say which kind")
    with stored(target) as node:
        found = {use.kind: use for use in node.storage()}
        chosen = [StorageKind(kind) for kind in dict.fromkeys(kinds)]
        after = {kind: node.clear_storage(kind) for kind in chosen if not dry}
    if as_json:
        shown = [after.get(kind, found[kind]) for kind in chosen] if chosen else list(found.values())
        for use in shown:
            render.line(render.record(use))
    elif chosen:
        for kind in chosen:
            click.echo(_would(found[kind]) if dry else _cleared(found[kind], after[kind]))
    else:
        render.table(("KIND", "ITEMS", "TAKES", "OF", "CAN BE CLEARED"), map(_row, found.values()))


def _row(use: StorageUse) -> tuple[str, ...]:
    limit = f"{use.limit_bytes:,}" if use.limit_bytes else ""
    return use.kind, f"{use.items:,}", f"{use.size_bytes:,}", limit, f"{use.clears_bytes:,}" if use.clears else "-"


def _would(use: StorageUse) -> str:
    if not use.clears:
        return f"{use.kind}: {NOTHING}"
    return f"{use.kind}: would remove {use.clears_items:,} of {use.clears_bytes:,} bytes: {use.clears}"


def _cleared(before: StorageUse, after: StorageUse) -> str:
    gone = max(0, before.items - after.items)
    freed = max(0, before.size_bytes - after.size_bytes)
    return f"{before.kind}: removed {plural(gone, 'item')} of {freed:,} bytes: {before.clears}"
