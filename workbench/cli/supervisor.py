"""`workbench supervisor`: trees of actors that are started again when they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

import workbench
from workbench.api import ChildInfo, Ending, Invalid, NotFound, RestartPlan, SupervisorInfo, TreeChange, WorkbenchError
from workbench.api.supervision import spoken
from workbench.api.tree_file import parse_tree
from workbench.api.words import plural
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
        try:
            with ProgressLine() as progress:
                if dry:
                    changes = workbench.diff_tree(node, found, file.parent, progress=progress)
                else:
                    workbench.apply_tree(node, found, file.parent, progress=progress, timeout=timeout_seconds)
        except WorkbenchError as wrong:
            failure.show(wrong, {str(file): text})
            return wrong.exit_code
        if dry:
            _show_changes(changes, as_json=as_json)
            return 0
        _show(_family(node.supervision.list(), found.tree.name), as_json=as_json)
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8: {error.reason} at byte {error.start}") from None


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
    """Stop the tree whose root is NAME, its last child first, and forget it. That there is none is no error."""
    with running(target) as node:
        known = [info.name for info in node.supervision.list()]
        node.supervision.remove(name, timeout=timeout_seconds)
    if name not in known:
        click.echo(f"there is no supervisor {name!r}, nothing was removed", err=True)


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
        places = [place for info in node.supervision.list() for place in info.children if place.name == child]
        due = _due(places[0]) if places else ""
    if as_json:
        render.line(render.record(plan))
    else:
        render.facts(_plan(plan, child, due))


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


def _plan(plan: RestartPlan, child: str, due: str) -> Iterator[tuple[str, str]]:
    yield "stops", ", ".join(plan.stop)
    yield "starts", ", ".join(plan.start)
    yield "forgets", ", ".join(plan.forget)
    yield "waits", f"{plan.delay_ms:,} ms before it starts them" if plan.delay_ms else ""
    if plan.gives_up:
        yield "gives up", "the restarts are used up: the supervisor stops with all its children"
    elif due:
        yield "starts", f"{child}, which does not run now: {due}"
    elif not plan.start:
        yield "starts", "nobody"


def _due(place: ChildInfo) -> str:
    """When a restart that waits for its backoff comes; empty when none does."""
    return f"starts in {place.restarts_in_seconds:.1f} s" if place.restarts_in_seconds is not None else ""


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
    infos = {info.name: info for info, _ in supervisors}
    rows = [row for info, depth in supervisors if not depth for row in _rows(info, infos, "")]
    render.table(("NAME", "STATE", "STRATEGY, RESTART", "RESTARTS", "STOPPED BECAUSE"), rows)


def _rows(info: SupervisorInfo, infos: Mapping[str, SupervisorInfo], indent: str) -> Iterator[tuple[str, ...]]:
    """A supervisor and everything below it, children in the order of their start."""
    spec, inner = info.spec, indent + "  "
    used = f"{info.restarts:,} of {spec.intensity:,} in {spec.period_ms / 1000:g} s"
    yield indent + info.name, info.state.value, spec.strategy.value, used, info.stopped_because
    for child in info.children:
        if not child.supervisor:
            said = "kept" if child.held else _due(child)
            state = f"{child.state.value} ({said})" if said else child.state.value
            yield inner + child.name, state, child.restart.value, plural(child.restarts, "restart"), ""
        elif child.name in infos:
            yield from _rows(infos[child.name], infos, inner)
