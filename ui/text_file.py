"""A text file as the editor holds it: lines end in LF in memory, and are written as they were found."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QTextDocument

from workbench.api import Invalid

LARGEST_BYTES = 64 << 20
CRLF = "\r\n"


@dataclass(frozen=True, slots=True)
class FileText:
    """The text with LF, and how its lines end on disk."""

    text: str
    newline: str = "\n"

    def data(self) -> bytes:
        return self.text.replace("\n", self.newline).encode()


def read(path: Path) -> FileText:
    """Raises Invalid with a sentence when it is no text that can be edited."""
    try:
        if path.is_dir():
            raise Invalid(f"{path.name} is a folder, not a file: open the files in it")
        if path.stat().st_size > LARGEST_BYTES:
            raise Invalid(f"{path.name} is larger than {LARGEST_BYTES >> 20} MiB: it is not opened as text")
        return of_bytes(path.read_bytes())
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} is no text in UTF-8 (byte {error.start:,} is not): it is not opened") from error
    except FileNotFoundError as error:
        raise Invalid(f"{path.name} is not there any more") from error
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror or error}") from error


def of_bytes(data: bytes) -> FileText:
    text = data.decode("utf-8")
    if CRLF in text and text.count("\n") == text.count("\r") == text.count(CRLF):
        return FileText(text.replace(CRLF, "\n"), CRLF)
    return FileText(text)


def raw_text(document: QTextDocument) -> str:
    """What the document holds, character by character: toPlainText would turn U+00A0 into spaces."""
    return document.toRawText().replace("\u2029", "\n")


def is_read_only(path: Path) -> bool:
    """Whether it is there and its owner does not want it written, whoever asks."""
    try:
        return not stat.S_IMODE(path.stat().st_mode) & 0o222 or not os.access(path, os.W_OK)
    except OSError:
        return False


def replace(path: Path, data: bytes) -> None:
    """Write beside the file and rename over it, in its mode: a kill leaves the old or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    if path.exists():
        beside.chmod(stat.S_IMODE(path.stat().st_mode))
    beside.replace(path)
