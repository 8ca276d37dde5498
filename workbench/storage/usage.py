"""What files take: of a folder, or by a pattern; what goes meanwhile is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file below, with its size."""
    waiting = [folder]
    while waiting:
        with suppress(OSError):
            for path in waiting.pop().iterdir():
                with suppress(OSError):
                    if path.is_dir() and not path.is_symlink():
                        waiting.append(path)
                    else:
                        yield path, path.lstat().st_size


def matching(folder: Path, *patterns: str) -> list[tuple[Path, int]]:
    found = []
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            with suppress(OSError):
                found.append((path, path.stat().st_size))
    return found


def taken(found: Iterable[tuple[Path, int]]) -> tuple[int, int]:
    """How many, and how many bytes."""
    sizes = [size for _, size in found]
    return len(sizes), sum(sizes)


def removed(found: Iterable[tuple[Path, int]]) -> tuple[int, int]:
    """The same of those that could be removed."""
    gone = []
    for path, size in found:
        with suppress(OSError):
            path.unlink()
            gone.append((path, size))
    return taken(gone)
