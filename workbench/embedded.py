"""The embedded node of a folder, or of none: as `workbench.connect` opens it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.node import LocalNode


def opened(
    folder: str, scope: tuple[str, str], *, keyvalue: str, blobs: str, revive: bool, keeps: bool, record: str
) -> LocalNode:
    from workbench.config import load
    from workbench.wasm.digests import begin_interpreter

    config = load()
    config = replace(
        config, keyvalue=keyvalue or config.keyvalue, blobs=blobs or config.blobs, record=record or config.record
    )
    begin_interpreter(config.cache)  # beside the imports that follow
    from workbench.machine import Machine
    from workbench.node import LocalNode

    machine = Machine(Path(folder) if folder else None, config, revive=revive, keeps=keeps)
    return LocalNode(machine, tenant=scope[0], namespace=scope[1])
