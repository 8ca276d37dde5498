"""`workbench module`: deployed code."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import click

import workbench
from workbench.api import ModuleInfo, NotFound, WorkbenchError
from workbench.cli import failure, inside, options, rehearsal, render
from workbench.cli.connection import Reach, Target, stored
from workbench.cli.output import Output
from workbench.cli.progress import ProgressLine


@click.group()
def module() -> None:
    """Deployed code. REF is an alias, name@version, a hash, or the first 8 or more characters of one."""


@module.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.packages
@click.option("--alias", default="", help="A name for it: name or name@version.")
@click.option("--force", is_flag=True, help="Let the alias point here even if it names other bytes.")
@click.option("--node", "addresses", metavar="NODE", multiple=True, help="Deploy there; may be repeated.")
@click.option("--workspace", metavar="DIR", default="", help="The node of this workspace.")
@options.reach
@options.as_json
@options.debug
def deploy(
    file: Path,
    packages: tuple[str, ...],
    alias: str,
    force: bool,
    addresses: tuple[str, ...],
    workspace: str,
    reach: Reach,
    as_json: bool,
) -> int:
    """Check FILE, compile it and keep it. Deploying the same bytes again changes nothing.

    FILE is a component, a Python file, or a folder or zip with actor.py and the modules beside it. A node that has it
    is not sent it again, and one to which the way was cut gets the rest. Where some nodes fail, the others have it.
    """
    data, name = workbench.pack(file, beside=workbench.vendor(packages))
    failed: list[WorkbenchError] = []
    for address in addresses or ("",):
        try:
            info = _deploy(Target(address, workspace, reach=reach), data, name, alias, force=force)
        except WorkbenchError as error:
            if as_json and address:
                render.line({"node": address, "code": error.code, "error": error.message})
            click.echo(f"{address}: " if address else "", nl=False, err=True)
            failure.show(error, workbench.texts(data, name) if failure.locations(error) else {})
            failed.append(error)
        else:
            _show_deployed(info, address, as_json=as_json)
    if failed and len(addresses) > 1:
        done = f"{len(addresses) - len(failed)} of {len(addresses)} nodes have it"
        click.echo(f"{done}; the same command again sends what is missing and nothing twice", err=True)
    return max((error.exit_code for error in failed), default=0)


def _deploy(target: Target, data: bytes, file_name: str, alias: str, *, force: bool) -> ModuleInfo:
    with stored(target) as node, ProgressLine() as progress:
        return node.modules.deploy(data, file_name=file_name, alias=alias, force=force, progress=progress)


def _show_deployed(info: ModuleInfo, address: str, *, as_json: bool) -> None:
    if as_json:
        render.line({"node": address, **_object(info)})
        return
    for warning in info.warnings:
        click.echo(f"warning: {warning}", err=True)
    behaviors = ", ".join(info.behaviors)
    names = f" as {', '.join(info.aliases)}" if info.aliases else ""
    click.echo(f"{address + ': ' if address else ''}{info.hash}{names} ({info.format.value}, {behaviors})")


@module.command(name="list")
@options.where
@options.as_json
@options.debug
def list_modules(target: Target, as_json: bool) -> None:
    """All modules, newest first."""
    with stored(target) as node:
        modules = node.modules.list()
    if as_json:
        for info in modules:
            render.line(_object(info))
        return
    head = ("MODULE", "ALIASES", "FORMAT", "BEHAVIOR", "SIZE", "DEPLOYED")
    render.table(head, (_row(info) for info in modules))


def _row(info: ModuleInfo) -> tuple[str, ...]:
    behaviors, size = ", ".join(info.behaviors), render.size(info.size_bytes)
    return info.hash[:12], ", ".join(info.aliases), info.format.value, behaviors, size, render.when(info.deployed)


@module.command()
@click.argument("reference", metavar="REF")
@click.option("--sections", "with_sections", is_flag=True, help="Its sections, those of nested modules too.")
@click.option("--wit", "wit_only", is_flag=True, help="Its world as WIT, nothing else.")
@options.where
@options.as_json
@options.debug
def show(reference: str, with_sections: bool, wit_only: bool, target: Target, as_json: bool) -> None:
    """What is known about one module, and what is inside it."""
    with stored(target) as node:
        detail = node.modules.describe(reference)
    if as_json:
        described = render.record(detail)
        del described["info"]
        render.line({**_object(detail.info), "detail": described})
    elif wit_only:
        click.echo(detail.wit, nl=False)
    else:
        _show_facts(detail.info, inside.facts(detail))
        inside.members("import", detail.imports)
        inside.members("export", detail.exports)
        if with_sections:
            inside.sections(detail.sections)


def _show_facts(info: ModuleInfo, more: Iterable[tuple[str, str]]) -> None:
    render.facts(
        (
            ("hash", info.hash),
            ("aliases", ", ".join(info.aliases)),
            ("format", info.format.value),
            ("file", info.file_name),
            ("class", info.class_name),
            ("behaviors", ", ".join(info.behaviors)),
            ("imports", ", ".join(info.imports)),
            ("requires", ", ".join(info.requires)),
            ("size", render.size(info.size_bytes)),
            ("memory at start", render.size(info.memory_bytes)),
            ("interpreter", info.interpreter[:12]),
            ("carries state", "yes" if info.carries_state else "no"),
            ("compiled", "yes" if info.compiled else "no"),
            ("deployed", render.when(info.deployed)),
            ("warnings", "; ".join(info.warnings)),
            ("documentation", info.documentation),
            *more,
        )
    )


@module.command()
@click.argument("before")
@click.argument("after")
@options.where
@options.as_json
@options.debug
def diff(before: str, after: str, target: Target, as_json: bool) -> None:
    """How the module AFTER differs from the module BEFORE: what it handles, needs, imports, exports, and its source."""
    with stored(target) as node:
        found = node.modules.diff(before, after)
    if as_json:
        render.line(render.record(found))
    else:
        inside.diff(found)


@module.command()
@click.argument("reference", metavar="REF")
@options.where
@options.as_json
@options.debug
def exists(reference: str, target: Target, as_json: bool) -> int:
    """Say whether there is such a module: yes and exit code 0, or no and 1."""
    with stored(target) as node:
        try:
            found = node.modules.get(reference).hash
        except NotFound:
            found = ""
    if as_json:
        render.line({"reference": reference, "exists": bool(found), "hash": found})
    else:
        click.echo("yes" if found else "no")
    return 0 if found else 1


@module.command()
@click.argument("name")
@click.argument("reference", metavar="REF")
@click.option("--force", is_flag=True, help="Even if NAME points at other bytes now.")
@options.where
@options.as_json
@options.debug
def alias(name: str, reference: str, force: bool, target: Target, as_json: bool) -> None:
    """Let NAME point at the module REF."""
    with stored(target) as node:
        info = node.modules.alias(name, reference, force=force)
    if as_json:
        render.line(_object(info))
    else:
        click.echo(f"{name} -> {info.hash}")


@module.command()
@click.argument("reference", metavar="REF")
@options.where
@options.debug
def remove(reference: str, target: Target) -> None:
    """Forget the module REF and its aliases. One that actors use stays, and yours are named."""
    with stored(target) as node:
        node.modules.remove(reference)


@module.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.packages
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Default: FILE.wasm."
)
@options.as_json
@options.debug
def build(file: Path, packages: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Build a Python actor into a WebAssembly component that needs no interpreter.

    FILE is a Python file, or a folder or zip with actor.py and the modules beside it.
    """
    _, name = workbench.pack(file)  # what cannot be read is told before the output is opened
    target = output or (Path(f"{name}.wasm") if file.is_dir() else file.with_suffix(".wasm"))
    with Output(target) as written:
        with ProgressLine() as progress:
            component = workbench.build(file, beside=workbench.vendor(packages), progress=progress)
        written.write(component)
    if as_json:
        render.line({"file": str(target), "size_bytes": len(component)})
    else:
        click.echo(f"{target} ({render.size(len(component))})")


@module.command()
@click.argument("candidate", metavar="FILE")
@click.option("--as", "replaces", metavar="REF", required=True, help="The module whose recorded turns are taken.")
@click.option("--bundle", metavar="FILE", type=click.Path(path_type=Path), help="Turns of this session bundle.")
@click.option("--actor", "actors", metavar="NAME", multiple=True, help="Only this actor; may be repeated.")
@options.packages
@options.where
@options.as_json
@options.debug
def rehearse(
    candidate: str,
    replaces: str,
    bundle: Path | None,
    actors: tuple[str, ...],
    packages: tuple[str, ...],
    target: Target,
    as_json: bool,
) -> int:
    """Live through recorded turns of the module REF on FILE, and tell what each actor does otherwise.

    FILE is what `deploy` takes, or a module that is deployed. The turns are those of the running node, of the journals
    of its workspace, or of a bundle; nothing of it reaches them. Exit code 0 when all actors are identical and
    nothing of the bundle is damaged, else 1.
    """
    taken = rehearsal.candidate(candidate, packages)
    with nullcontext(bundle) if bundle is not None else stored(target) as where, ProgressLine() as progress:
        found = workbench.rehearse(where, taken, replaces=replaces, actors=actors, progress=progress)
    rehearsal.show(found, f"bundle:{bundle}" if bundle is not None else target.address, as_json=as_json)
    return 0 if found.is_identical else 1


def _object(info: ModuleInfo) -> dict[str, render.Json]:
    return {"name": info.name, **render.record(info)}
