"""A file that a command writes: whole or not at all, and known to be writable before the work begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from workbench.api import Invalid


class Output:
    """Opened before the work, so that a path that cannot be written is refused at once; Invalid says why."""

    def __init__(self, path: Path) -> None:
        self._path, self._partial = path, path.with_name(f"{path.name}.part")
        with _named(path):
            if path.is_dir():
                raise IsADirectoryError(21, "Is a directory")
            self._partial.write_bytes(b"")

    def write(self, data: bytes) -> None:
        """Who waits for the file must never read half of it."""
        self.write_parts([data])

    def write_parts(self, parts: Iterable[bytes]) -> None:
        """The same with what comes bit by bit; what `parts` raises leaves no file."""
        coming = iter(parts)
        with _named(self._path):
            file = self._partial.open("wb")
        with file:
            for part in coming:
                with _named(self._path):
                    file.write(part)
        with _named(self._path):
            self._partial.replace(self._path)

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._partial.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Invalid(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
