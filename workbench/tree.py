"""A tree file comes to run: the sources that its actors name are deployed, then the tree is applied."""

from __future__ import annotations

from pathlib import Path

import workbench
from workbench.api import Node, SupervisorInfo, WorkbenchError
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
    try:
        packed = {alias: _packed(folder / path, found.names[alias]) for alias, path in found.files.items()}
        for alias, (data, name) in packed.items():
            try:
                node.modules.deploy(data, file_name=name, alias=alias, force=True, progress=progress, cancel=cancel)
            except WorkbenchError as error:
                error.subject = found.names[alias]
                raise
        return node.supervision.apply(found.tree, timeout=timeout)
    except WorkbenchError as error:
        found.place(error)
        raise


def _packed(path: Path, actor: str) -> tuple[bytes, str]:
    try:
        return workbench.pack(path)
    except WorkbenchError as error:
        error.subject = actor
        raise
