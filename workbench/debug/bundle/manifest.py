"""The manifest: what a bundle was made of, and the size and hash of each entry."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.bundles import FORMAT
from workbench.api.errors import Invalid
from workbench.debug.bundle import layout, records

LATEST = 253_402_300_000.0
"""The end of the year 9999: what is later than that is no time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was written."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """By which rules secrets were taken out, how many different ones, and how many turns were changed by it."""

    rules: tuple[str, ...] = ()
    secrets: int = 0
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Services:
    """What services hold, as it is in a bundle: with all changes up to `number` in it, of these `tables`.

    `first` is how many turns of the bundle were over when the changes in it begin: before that it is not known.
    """

    number: int
    tables: tuple[str, ...] = ()
    first: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """See api.bundles.BundleInfo. `missing` are the modules, by hash, whose bytes the node did not have any more.
    `services` is None when they were not recorded."""

    format: int
    entries: tuple[Entry, ...]
    program: str = ""
    wasmtime: str = ""
    platform: str = ""
    node: str = ""
    tenant: str = "default"
    namespace: str = "default"
    created: float = 0.0
    since: float = 0.0
    actors: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    redaction: Redaction = Redaction()
    notes: tuple[str, ...] = ()
    services: Services | None = None


def written(manifest: Manifest) -> bytes:
    return (records.text(records.plain(manifest)) + "\n").encode()


def read(data: bytes) -> Manifest:
    """Invalid says what is wrong with it. Of a newer one what this program understands."""
    try:
        found = records.parsed(data)
        version = found.get("format") if isinstance(found, dict) else None
        if type(version) is not int or version < 1:
            raise Invalid("it names no version of the format")
        manifest = records.record(Manifest, found, lenient=version > FORMAT)
    except Invalid as error:
        raise Invalid(f"{layout.MANIFEST} is not that of a session bundle: {error.message}") from None
    if wrong := _wrong(manifest):
        raise Invalid(f"{layout.MANIFEST} is not that of a session bundle: {wrong}")
    return manifest


def _wrong(manifest: Manifest) -> str:
    """What a reader must not meet; empty when there is nothing."""
    names = [entry.name for entry in manifest.entries]
    if len(names) > layout.ENTRIES or len(set(names)) != len(names):
        return f"it names {len(names):,} entries, or one of them twice"
    for entry in manifest.entries:
        if not layout.is_safe(entry.name) or entry.name == layout.MANIFEST or not layout.is_hash(entry.sha256):
            return f"its entry {entry.name[:100]!r} has no name or hash that a bundle has"
        if not 0 <= entry.size <= layout.ENTRY_BYTES:
            return f"{entry.name} would have {entry.size:,} bytes; up to {layout.ENTRY_BYTES:,} are read"
    if (total := sum(entry.size for entry in manifest.entries)) > layout.TOTAL_BYTES:
        return f"its entries would have {total:,} bytes together; up to {layout.TOTAL_BYTES:,} are read"
    for module in (*manifest.interpreters, *manifest.missing):
        if not layout.is_hash(module):
            return f"it names {module[:100]!r} where a hash belongs"
    if (held := manifest.services) is not None and (held.first < 0 or held.number < 0):
        return "it names a number of changes that there is not"
    if not (0 <= manifest.created <= LATEST and 0 <= manifest.since <= LATEST):
        return "it is of no time that there is"
    return ""
