"""What an embedded node keeps on disk, as one tenant and namespace see it, and how it is cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.api.errors import Conflict, Invalid
from workbench.api.events import Area
from workbench.api.recordings import RecordingLevel
from workbench.api.storage import StorageKind, StorageUse
from workbench.services.journal import store
from workbench.services.journal.local import LocalJournal
from workbench.storage import audit, node_log
from workbench.storage.usage import files, matching, removed, taken
from workbench.wasm import builds
from workbench.wasm.eviction import Entry

if TYPE_CHECKING:
    from workbench.machine import Machine

COMPILED = (
    "compiled code that no live node has loaded, of this workspace and of the cache; it is made again when it is needed"
)
COMPONENTS = "components that were built of Python sources; they are built again when they are needed"
LOGS = "the older files of the node's log"
FORMATS = "the copies of the database that were made before it was brought up to a newer format"
JOURNALS = (
    "entries that a checkpoint makes needless: their actors come back all the same, what they did cannot be shown"
)
RECORDING = "recorded turns and changes, but for what is pinned: they cannot be shown or replayed any more"


class Kept:
    """Thread-safe. Sizes are of now; files that come and go meanwhile may be counted or not."""

    def __init__(self, machine: Machine, scope: tuple[str, str], journal: LocalJournal) -> None:
        self._machine, self._scope, self._journal = machine, scope, journal

    def list(self) -> Sequence[StorageUse]:
        """One of each kind, in the order of the kinds."""
        machine, space = self._machine, self._machine.workspace
        config, logs, kind = machine.config, space.logs, StorageKind
        older, components = matching(logs, f"{node_log.FILE}.*"), self._components()
        formats = matching(space.folder, "workbench.v*.db")
        compiled = _entries(each.entries() for each in machine.artifacts)
        idle = _entries(each.idle() for each in machine.artifacts)
        most = config.compiled_bytes * len(machine.artifacts)
        said, audited = taken([*matching(logs, node_log.FILE), *older]), taken(matching(logs, f"{audit.FILE}*"))
        return (
            StorageUse(kind.DATABASE, *taken(matching(space.folder, "workbench.db", "workbench.db-*"))),
            self._journals(),
            self._recording(),
            StorageUse(kind.MODULES, *taken(files(space.modules))),
            StorageUse(kind.BLOBS, *taken(files(space.blobs))),
            StorageUse(kind.COMPILED, *compiled, most, *idle, COMPILED),
            StorageUse(kind.COMPONENTS, *taken(components), builds.MOST_BYTES, *taken(components), COMPONENTS),
            StorageUse(kind.LOGS, *said, config.log_bytes * (config.log_files + 1), *taken(older), LOGS),
            StorageUse(kind.AUDIT, *audited, config.audit_bytes * (config.audit_files + 1)),
            StorageUse(kind.FORMATS, *taken(formats), 0, *taken(formats), FORMATS),
        )

    def clear(self, kind: StorageKind) -> StorageUse:
        """What it takes after that; Invalid: nothing of it can be cleared."""
        machine = self._machine
        ways: Mapping[StorageKind, Callable[[], object]] = {
            StorageKind.JOURNALS: self._compact,
            StorageKind.RECORDING: lambda: machine.recording.clear(self._scope, pinned=False),
            StorageKind.COMPILED: self._clear_compiled,
            StorageKind.COMPONENTS: lambda: removed(self._components()),
            StorageKind.LOGS: lambda: removed(matching(machine.workspace.logs, f"{node_log.FILE}.*")),
            StorageKind.FORMATS: lambda: removed(matching(machine.workspace.folder, "workbench.v*.db")),
        }
        way = ways.get(kind)
        if way is None:
            said = ", ".join(ways)
            raise Invalid(
                f"nothing of {kind} can be cleared: the node needs it, or must keep it; of {said} something can"
            )
        way()
        machine.bus.publish(Area.NODE, "node.cleared", kind, scope=self._scope)
        return next(use for use in self.list() if use.kind is kind)

    def _clear_compiled(self) -> None:
        for artifacts in self._machine.artifacts:
            artifacts.clear()

    def _components(self) -> Sequence[tuple[Path, int]]:
        return matching(self._machine.config.cache / "components", "*.wasm")

    def _journals(self) -> StorageUse:
        found = self._journal.list()
        needless = store.needless(self._machine.journal.database, self._scope)
        held = sum(info.entries for info in found), sum(info.bytes for info in found)
        return StorageUse(StorageKind.JOURNALS, *held, 0, *needless, JOURNALS)

    def _compact(self) -> None:
        for info in self._journal.list():
            if info.checkpoint:
                try:
                    self._journal.compact(info.actor)
                except Conflict as damaged:
                    self._machine.logbook.log(info.actor, "warn", f"it was not compacted: {damaged.message}", ())

    def _recording(self) -> StorageUse:
        found = self._machine.recording.statistics(self._scope, RecordingLevel.OFF)
        most = found.limit_bytes + found.pinned_limit_bytes
        segments = self._machine.recording.unpinned(self._scope)
        return StorageUse(StorageKind.RECORDING, found.segments, found.size_bytes, most, *segments, RECORDING)


def _entries(found: Iterable[Iterable[Entry]]) -> tuple[int, int]:
    sizes = [entry.size_bytes for entries in found for entry in entries]
    return len(sizes), sum(sizes)
