"""Backups of a workspace: what is in one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup that was written, read or restored.

    `format` is that of the database in it, `created` when it was taken, `program` by which version. `size_bytes` is the
    file's, `held_bytes` what it makes on disk. `elsewhere` are the stores of keys and blobs that the workspace was used
    with and that are not in it. `problems` are sentences on what is missing or damaged; empty: it is whole.
    """

    path: str
    program: str
    format: int
    created: float
    size_bytes: int
    held_bytes: int
    modules: int
    blobs: int
    elsewhere: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
