"""The interpreter that a packaged program brings along, so that its user need not wait until one is built.

It is taken into the user's cache only when it was made from the very files that are here and has the hash that its name
promises. Its compiled form comes along when the engine accepts it on this processor; otherwise it is compiled as ever.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path

from wasmtime import WasmtimeError
from wasmtime.component import Component

from workbench.wasm import digests
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.engine import new_engine

logger = logging.getLogger(__name__)


def take(shipped: Path, fingerprint: str, folder: Path) -> str:
    """Copy the interpreter with this fingerprint into `folder`; its hash, or nothing when none came along."""
    pointer = shipped / f"current-{fingerprint}"
    if not pointer.is_file():
        return ""
    module = pointer.read_text(encoding="ascii").strip()
    data = (shipped / f"{module}.wasm").read_bytes()
    if hashlib.sha256(data).hexdigest() != module:
        logger.warning("the interpreter that came along was changed by somebody; another one is built")
        return ""
    scratch = folder / f"{module}.part"
    scratch.write_bytes(data)
    scratch.replace(folder / f"{module}.wasm")
    return module


def take_code(shipped: Path, module: str, artifacts: Artifacts) -> Path | None:
    """Copy its compiled form, where one came along that is whole and made for this engine and processor."""
    source = shipped / artifacts.path(module).name
    record = source.with_suffix(".sha256")
    if not source.is_file() or not record.is_file():
        return None
    if digests.of(source) != record.read_text(encoding="ascii").strip():
        logger.warning("the compiled interpreter that came along was changed by somebody; it is compiled anew")
        return None
    try:
        Component.deserialize_file(new_engine(), str(source)).close()
    except WasmtimeError as error:
        logger.info("the compiled interpreter that came along does not fit this processor: %s", error)
        return None
    scratch = artifacts.scratch(module)
    shutil.copyfile(source, scratch)
    return artifacts.keep(module, scratch)
