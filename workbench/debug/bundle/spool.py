"""Lines that wait on the disk until they are needed: a session may be larger than what memory holds."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.api.errors import Exhausted, Invalid


class Spool:
    """A file without a name in a folder: it goes with the process. Lines are ASCII."""

    def __init__(self, folder: Path) -> None:
        self.lines = 0
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed in close()
        except OSError as error:
            raise Invalid(f"{folder} cannot be written: {(error.strerror or str(error)).lower()}") from None
        self._folder = folder

    def add(self, line: str) -> None:
        try:
            self._file.write(line.encode("ascii") + b"\n")
        except OSError as error:
            kind = Exhausted if error.errno == errno.ENOSPC else Invalid
            said = (error.strerror or str(error)).lower()
            raise kind(f"{self._folder} cannot be written: {said}; nothing was changed") from None
        self.lines += 1

    def __iter__(self) -> Iterator[str]:
        """From the first one on; one such walk at a time, and nothing is added meanwhile."""
        try:
            self._file.flush()
            self._file.seek(0)
        except OSError as error:
            raise Exhausted(f"{self._folder} cannot be written: {error.strerror}; nothing was changed") from None
        for line in self._file:
            yield line[:-1].decode("ascii")

    def close(self) -> None:
        try:
            self._file.close()
        except OSError:
            return  # what could not be written is not needed any more
