"""What is where in a bundle, and the bounds of what is read. Each number of the format is written here, once."""

from __future__ import annotations

import re

from workbench.api.modules import SIZE_BYTES

MANIFEST, ACTORS, SUPERVISION, LOG = "manifest.json", "actors.json", "supervision.json", "log.jsonl"
TURNS, MODULES, BYTECODE, INTERPRETER = "turns/", "modules/", "bytecode/", "interpreter/"
SERVICES, CHANGES = "services/", "changes/"
TURNS_BYTES, TURNS_LINES = 1 << 20, 5_000
"""A file of turns, of changes or of rows ends before it is longer than this, if it has more than one."""

ENTRIES = 10_000
"""How many entries a bundle may have."""
FILE_BYTES = (2 << 30) - 1
"""The largest bundle; what is larger would need the second form of zip."""
ENTRY_BYTES = 4 * SIZE_BYTES
"""The largest entry when it is read."""
MANIFEST_BYTES = 16 << 20
TOTAL_BYTES = 8 << 30
"""All entries together when they are read."""
RATIO, RATIO_FROM_BYTES = 200, TURNS_BYTES
"""How many bytes one packed byte may become in an entry that is larger; the writer stores what would become more."""
LINES = 1_000_000
"""How many lines a file may have; the writer ends one of turns, of changes or of rows far before."""
BAD_LINES, BAD_TOTAL = 1_000, 10_000
"""So many lines that are not what they should be are looked at in one file, and in all of them."""
TURNS_TOTAL = CHANGES_TOTAL = 5_000_000
ROWS_TOTAL = 5_000_000
NAME_BYTES = 200

_HASH = "[0-9a-f]{64}"
_KNOWN = re.compile(
    rf"manifest\.json|actors\.json|supervision\.json|log\.jsonl|turns/[0-9]{{4,6}}\.jsonl"
    rf"|changes/[0-9]{{4,6}}\.jsonl|services/[a-z_]{{1,40}}(-[0-9]{{4,6}})?\.jsonl"
    rf"|modules/{_HASH}(\.json)?|bytecode/{_HASH}-{_HASH}|interpreter/{_HASH}"
)
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_WHOLE_HASH = re.compile(_HASH)


def is_known(name: str) -> bool:
    """Whether this program knows what an entry of this name is for."""
    return _KNOWN.fullmatch(name) is not None


def is_safe(name: str) -> bool:
    """Whether a name is one that a bundle could have: relative, no `..`, nothing hidden, nothing but ASCII."""
    return len(name) <= NAME_BYTES and _SAFE.fullmatch(name) is not None


def is_hash(text: str) -> bool:
    return _WHOLE_HASH.fullmatch(text) is not None


def turns_name(number: int) -> str:
    """The file of turns with this number, from 1."""
    return f"{TURNS}{number:04}.jsonl"


def changes_name(number: int) -> str:
    """The file of changes with this number, from 1."""
    return f"{CHANGES}{number:04}.jsonl"


def services_name(table: str, number: int) -> str:
    """The file of rows of a table with this number, from 1."""
    return f"{SERVICES}{table}.jsonl" if number == 1 else f"{SERVICES}{table}-{number:04}.jsonl"


def bytecode_name(module: str, interpreter: str) -> str:
    return f"{BYTECODE}{module}-{interpreter}"
