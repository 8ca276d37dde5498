"""What a node keeps on disk: how much of each kind, what bounds it, and what of it can be cleared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StorageKind(StrEnum):
    """What takes room. JOURNALS and RECORDING are a tenant and namespace's own, and a part of DATABASE; all else is the
    node's."""

    DATABASE = "database"
    JOURNALS = "journals"
    RECORDING = "recording"
    MODULES = "modules"
    BLOBS = "blobs"
    COMPILED = "compiled"
    COMPONENTS = "components"
    LOGS = "logs"
    AUDIT = "audit"
    FORMATS = "formats"


@dataclass(frozen=True, slots=True)
class StorageUse:
    """What one kind takes: `items` files, entries or segments of `size_bytes` together; `limit_bytes` is the most that
    it may take, 0 where nothing bounds it.

    Clearing it now would remove `clears_items` of `clears_bytes`; `clears` says what they are and what is lost with
    them, and is empty where nothing can be cleared.
    """

    kind: StorageKind
    items: int
    size_bytes: int
    limit_bytes: int = 0
    clears_items: int = 0
    clears_bytes: int = 0
    clears: str = ""


OWN = (StorageKind.JOURNALS, StorageKind.RECORDING)
"""A caller that is bound to a tenant clears these alone."""
