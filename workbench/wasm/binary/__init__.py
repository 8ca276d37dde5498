"""A reader of WebAssembly binaries: what a module imports, exports and declares, without an engine."""

from __future__ import annotations

from workbench.wasm.binary.binary import Binary, from_json, is_wasm, read, to_json
from workbench.wasm.binary.core import CoreMember
from workbench.wasm.binary.core_types import PAGE_BYTES, Memory
from workbench.wasm.binary.probe import PROBE, no_probe, with_probe

__all__ = [
    "PAGE_BYTES",
    "PROBE",
    "Binary",
    "CoreMember",
    "Memory",
    "from_json",
    "is_wasm",
    "no_probe",
    "read",
    "to_json",
    "with_probe",
]
