"""An actor in a folder: what of it travels. Hidden files and what Python has cached stay where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.api.errors import Invalid
from workbench.api.modules import SIZE_BYTES
from workbench.guest import archive


def read(folder: Path) -> archive.Contents:
    """The files below a folder. What is no Python travels by its name alone, so that a deploy can say what was left
    out. Invalid names the file that cannot be part of an actor."""
    left = SIZE_BYTES
    found: list[tuple[str, bytes]] = []
    for path in _paths(folder):
        name = path.relative_to(folder).as_posix()
        archive.check_path(name)
        data = _bytes(path, left) if name.endswith(".py") else b""
        left -= len(data)
        found.append((name, data))
        if len(found) > archive.FILES:
            raise Invalid(f"{folder} holds more than {archive.FILES:,} files; is it the actor's own folder?")
    return archive.gather(found)


def _paths(folder: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        raise Invalid(f"cannot read {error.filename}: {(error.strerror or str(error)).lower()}")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not archive.is_skipped(name))
        for name in (*folders, *sorted(names)):
            path = Path(place) / name
            if path.is_symlink() and not archive.is_skipped(name):
                raise Invalid(f"{path} is a symbolic link; put the file itself there")
        yield from (Path(place) / name for name in sorted(names) if not archive.is_skipped(name))


def _bytes(path: Path, left: int) -> bytes:
    if path.exists() and not path.is_file():
        raise Invalid(f"{path} is neither a file nor a folder")
    try:
        with path.open("rb") as file:
            data = file.read(left + 1)
    except OSError as error:
        raise Invalid(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    if len(data) > left:
        raise Invalid(f"the Python files of an actor may have {SIZE_BYTES:,} bytes together; {path} goes beyond it")
    return data
