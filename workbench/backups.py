"""Backups of workspaces, as the door offers them; see `storage.backup`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.api.backups import BackupInfo
    from workbench.api.modules import CancelToken, ProgressCallback


def create_backup(
    workspace: str | Path,
    path: str | Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BackupInfo:
    """Write a workspace into one file, also while a node works on it; what is damaged is a problem of what is returned.
    NotFound: no workspace. Conflict: cancelled. Exhausted, Unavailable: the file cannot be written."""
    from workbench import node
    from workbench.storage import backup

    return backup.create(Path(workspace), Path(path), node.program_version(), progress=progress, cancel=cancel)


def verify_backup(
    path: str | Path, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
) -> BackupInfo:
    """What is in a backup, after every byte was read: it is whole when it has no problems. NotFound, Invalid."""
    from workbench.storage import backup

    return backup.verify(Path(path), progress=progress, cancel=cancel)


def restore_backup(
    path: str | Path,
    workspace: str | Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BackupInfo:
    """Make a workspace of a backup, whole or not at all. Conflict: something is there already, or cancelled. Invalid:
    damaged."""
    from workbench.storage import backup

    return backup.restore(Path(path), Path(workspace), progress=progress, cancel=cancel)
