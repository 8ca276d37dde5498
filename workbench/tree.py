"""A tree file comes to run: the sources that its actors name are deployed, then the tree is applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import workbench
from workbench.api import Conflict, Node, NotFound, SupervisorInfo, Timeout, TreeChange, Unavailable, WorkbenchError
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.tree_file import TreeFile, with_modules

NO_NAMES: Mapping[str, str] = MappingProxyType({})


def apply(
    node: Node,
    found: TreeFile,
    folder: Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    timeout: float = 60.0,
) -> SupervisorInfo:
    """See `workbench.apply_tree`."""
    with _placed(found), _aliases_kept(node, list(found.files)):
        deploy(node, found.files, folder, named=True, about=found.names, progress=progress, cancel=cancel)
        return node.supervision.apply(found.tree, timeout=timeout)


def diff(
    node: Node,
    found: TreeFile,
    folder: Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Sequence[TreeChange]:
    """See `workbench.diff_tree`."""
    with _placed(found):
        modules = deploy(node, found.files, folder, named=False, about=found.names, progress=progress, cancel=cancel)
        return node.supervision.diff(with_modules(found.tree, modules))


def deploy(
    node: Node,
    files: Mapping[str, str],
    folder: Path,
    *,
    named: bool,
    about: Mapping[str, str] = NO_NAMES,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> dict[str, str]:
    """See `workbench.deploy_sources`. An error is one of the actor that `about` has for the reference."""
    packed = {}
    for alias, path in files.items():
        with _about(about.get(alias, "")):
            packed[alias] = workbench.pack(folder / path)
    deployed = {}
    for alias, (data, name) in packed.items():
        with _about(about.get(alias, "")):
            info = node.modules.deploy(
                data, file_name=name, alias=alias if named else "", force=True, progress=progress, cancel=cancel
            )
            deployed[alias] = info.hash
    return deployed


@contextmanager
def _placed(found: TreeFile) -> Iterator[None]:
    """An error gets its line in the file."""
    try:
        yield
    except WorkbenchError as error:
        found.place(error)
        raise


@contextmanager
def _about(actor: str) -> Iterator[None]:
    """An error is one of this actor of the file."""
    try:
        yield
    except WorkbenchError as error:
        error.subject = actor or error.subject
        raise


@contextmanager
def _aliases_kept(node: Node, aliases: list[str]) -> Iterator[None]:
    """When the tree is refused, the aliases point where they did; not when it may be applied without us yet.

    A module that came with a new alias is gone again, alias and all.
    """
    known = {info.hash for info in node.modules.list()}
    before = {alias: module for alias in aliases if (module := _pointed(node, alias))}
    try:
        yield
    except (Timeout, Unavailable):
        raise
    except WorkbenchError:
        for alias, module in before.items():
            node.modules.alias(alias, module, force=True)
        for alias in aliases:
            if alias not in before and (module := _pointed(node, alias)) and module not in known:
                with suppress(Conflict):  # somebody else uses it by now
                    node.modules.remove(module)
        raise


def _pointed(node: Node, alias: str) -> str:
    """The module that this very alias points at now; empty when there is none."""
    try:
        info = node.modules.get(alias)
    except NotFound:
        return ""
    return info.hash if alias in info.aliases else ""
