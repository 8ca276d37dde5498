"""A tree file comes to run: the sources that its actors name are deployed, then the tree is applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import workbench
from workbench.api import Node, NotFound, SupervisorInfo, Timeout, Unavailable, WorkbenchError
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.tree_file import TreeFile


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
    packed = {}
    with _placed(found):
        for alias, path in found.files.items():
            with _about(found.names[alias]):
                packed[alias] = workbench.pack(folder / path)
        with _aliases_kept(node, list(packed)):
            for alias, (data, name) in packed.items():
                with _about(found.names[alias]):
                    node.modules.deploy(
                        data, file_name=name, alias=alias, force=True, progress=progress, cancel=cancel
                    )  # fmt: skip
            return node.supervision.apply(found.tree, timeout=timeout)


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
        error.subject = actor
        raise


@contextmanager
def _aliases_kept(node: Node, aliases: list[str]) -> Iterator[None]:
    """When the tree is refused, the aliases point where they did; not when it may be applied without us yet."""
    before = {alias: module for alias in aliases if (module := _pointed(node, alias))}
    try:
        yield
    except (Timeout, Unavailable):
        raise
    except WorkbenchError:
        for alias, module in before.items():
            node.modules.alias(alias, module, force=True)
        raise


def _pointed(node: Node, alias: str) -> str:
    """The module that this very alias points at now; empty when there is none."""
    try:
        info = node.modules.get(alias)
    except NotFound:
        return ""
    return info.hash if alias in info.aliases else ""
