"""`workbench supervisor`: trees of actors that are started again when they end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

import workbench
from workbench.api import Ending, Invalid, Node, NotFound, RestartPlan, SupervisorInfo, TreeChange
from workbench.api.supervision import spoken
from workbench.api.tree_file import TreeFile, parse_tree, with_modules
from workbench.cli import failure, options, payload, render
from workbench.cli.connection import Target, running
from workbench.cli.progress import ProgressLine


@click.group()
def supervisor() -> None:
    """Trees of actors that are started again when they end. What a tree file says is in docs/supervision.md."""


@supervisor.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be done.")
@options.timeout
@options.where
@options.as_json
@options.debug
def apply(file: Path, dry: bool, timeout_seconds: float, target: Target, as_json: bool) -> int:
    """Start the tree in FILE (TOML), or change the running one of its name to be like it.

    Sources that its actors name with `file` are deployed first. What is wrong with the file is said before anything is
    changed; when a child does not start, what ran before goes on. With --dry-run they are deployed without their name,
    so that what runs can be compared with them, and nothing else is done.
    """
    text = _text(file)
    try:
        found = parse_tree(text, str(file))
    except Invalid as wrong:
        failure.show(wrong, {str(file): text})
        return wrong.exit_code
    with running(target) as node:
        deployed = _deploy(node, found, file.parent, named=not dry)
        if dry:
            _show_changes(node.supervision.diff(with_modules(found.tree, deployed)), as_json=as_json)
            return 0
        node.supervision.apply(found.tree, timeout=timeout_seconds)
        _show(_family(node.supervision.list(), found.tree.name), as_json=as_json)
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8: {error.reason} at byte {error.start}") from None


def _deploy(node: Node, found: TreeFile, folder: Path, *, named: bool) -> dict[str, str]:
    """Their hashes, by the reference that the tree has for them; `named` lets it point at them."""
    packed = {alias: workbench.pack(folder / name) for alias, name in found.files.items()}
    deployed = {}
    for alias, (data, name) in packed.items():
        with ProgressLine() as progress:
            info = node.modules.deploy(
                data, file_name=name, alias=alias if named else "", force=True, progress=progress
            )  # fmt: skip
        deployed[alias] = info.hash
    return deployed


@supervisor.command()
@click.argument("name", required=False)
@options.where
@options.as_json
@options.debug
def show(name: str | None, target: Target, as_json: bool) -> None:
    """The supervisor NAME with everything below it, or all trees."""
    with running(target) as node:
        if name:
            node.supervision.get(name)
        _show(_family(node.supervision.list(), name), as_json=as_json)


@supervisor.command()
@click.argument("name")
@click.argument("child", required=False, default="")
@options.timeout
@options.where
@options.debug
def restart(name: str, child: str, timeout_seconds: float, target: Target) -> None:
    """Stop and start the CHILD of the supervisor NAME, or all its children. It does not count as a restart."""
    with running(target) as node:
        node.supervision.restart(name, child, timeout=timeout_seconds)


@supervisor.command()
@click.argument("name")
@click.argument("child", required=False, default="")
@click.option("--state", metavar="TEXT", default=None, help="Initial state of one more child, instead of the tree's.")
@options.timeout
@options.where
@options.as_json
@options.debug
def start(name: str, child: str, state: str | None, timeout_seconds: float, target: Target, as_json: bool) -> None:
    """Start the CHILD of the supervisor NAME that was stopped; under simple_one_for_one, without CHILD, one more."""
    given = None if state is None else payload.text(state)
    with running(target) as node:
        info = node.supervision.start_child(name, child, state=given, timeout=timeout_seconds)
    if as_json:
        render.line(render.record(info))
    else:
        click.echo(info.name)


@supervisor.command()
@click.argument("name")
@click.argument("child")
@options.timeout
@options.where
@options.debug
def stop(name: str, child: str, timeout_seconds: float, target: Target) -> None:
    """Stop the CHILD of the supervisor NAME and keep it stopped until it is started by hand."""
    with running(target) as node:
        node.supervision.stop_child(name, child, timeout=timeout_seconds)


@supervisor.command()
@click.argument("name")
@options.timeout
@options.where
@options.debug
def remove(name: str, timeout_seconds: float, target: Target) -> None:
    """Stop the tree whose root is NAME, its last child first, and forget it."""
    with running(target) as node:
        node.supervision.remove(name, timeout=timeout_seconds)


@supervisor.command()
@click.argument("child")
@click.option(
    "--ending",
    type=click.Choice([ending.value for ending in Ending]),
    default=Ending.ABNORMAL.value,
    show_default=True,
    help="How it would end.",
)
@options.where
@options.as_json
@options.debug
def preview(child: str, ending: str, target: Target, as_json: bool) -> None:
    """What would happen if CHILD, an actor or a supervisor, ended now."""
    with running(target) as node:
        plan = node.supervision.preview(child, ending=Ending(ending))
    if as_json:
        render.line(render.record(plan))
    else:
        render.facts(_plan(plan))


@supervisor.command()
@click.argument("name", required=False, default="")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many of the newest.")
@options.where
@options.as_json
@options.debug
def history(name: str, limit: int, target: Target, as_json: bool) -> None:
    """What the supervisor NAME decided, or all of them, the oldest first."""
    with running(target) as node:
        records = node.supervision.history(name, limit=limit)
    for record in records:
        if as_json:
            render.line(render.record(record))
        else:
            click.echo(f"{render.when(record.time)}  {spoken(record)}")


def _show_changes(changes: Sequence[TreeChange], *, as_json: bool) -> None:
    if as_json:
        for change in changes:
            render.line(render.record(change))
        return
    rows = [(change.deed.value, change.name, change.supervisor, ", ".join(change.why)) for change in changes]
    render.table(("WHAT", "NAME", "UNDER", "WHY"), rows)


def _plan(plan: RestartPlan) -> Iterator[tuple[str, str]]:
    yield "stops", ", ".join(plan.stop)
    yield "starts", ", ".join(plan.start)
    yield "forgets", ", ".join(plan.forget)
    yield "waits", f"{plan.delay_ms:,} ms before it starts them" if plan.delay_ms else ""
    if plan.gives_up:
        yield "gives up", "the restarts are used up: the supervisor stops with all its children"
    elif not plan.start:
        yield "starts", "nobody"


def _family(supervisors: Sequence[SupervisorInfo], root: str | None) -> list[tuple[SupervisorInfo, int]]:
    """`root` and what is below it (everything without one), each with its depth; parents come before children."""
    depths: dict[str, int] = {}
    found = []
    for info in supervisors:
        if info.parent in depths:
            depths[info.name] = depths[info.parent] + 1
        elif root in (None, "", info.name) and (root or not info.parent):
            depths[info.name] = 0
        else:
            continue
        found.append((info, depths[info.name]))
    return found


def _show(supervisors: Sequence[tuple[SupervisorInfo, int]], *, as_json: bool) -> None:
    if as_json:
        for info, _ in supervisors:
            render.line(render.record(info))
        return
    rows: list[tuple[str, ...]] = []
    for info, depth in supervisors:
        spec = info.spec
        used = f"{info.restarts:,} of {spec.intensity:,} in {spec.period_ms / 1000:g} s"
        rows.append(("  " * depth + info.name, info.state.value, spec.strategy.value, used, info.stopped_because))
        rows += [
            ("  " * (depth + 1) + child.name, _state(child.state.value, held=child.held), child.restart.value,
             f"{child.restarts:,} restarts", "")
            for child in info.children if not child.supervisor
        ]  # fmt: skip
    render.table(("NAME", "STATE", "STRATEGY, RESTART", "RESTARTS", "STOPPED BECAUSE"), rows)


def _state(state: str, *, held: bool) -> str:
    return f"{state} (kept)" if held else state
