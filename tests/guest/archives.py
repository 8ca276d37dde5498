"""Archives for tests: well made ones, and those that somebody made to do harm."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Mapping
from io import BytesIO

ACTOR = """from plexspaces import GenServer
from tools.words import shout

class Shouter(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return shout(payload)
"""
WORDS = "from .marks import MARK\n\ndef shout(text):\n    return text.upper() + MARK\n"
SHOUTER = {
    "actor.py": ACTOR,
    "tools/__init__.py": "",
    "tools/words.py": WORDS,
    "tools/marks.py": "MARK = '!'\n",
}
"""An actor with a package, and relative imports inside of it."""


def zipped(files: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED, year: int = 2020) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, (year, 1, 1, 0, 0, 0)), data, compress_type=method)
    return output.getvalue()


def special(path: str, kind: int, data: str = "/etc/passwd") -> bytes:
    """An archive with one entry that is not a regular file."""
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        entry = zipfile.ZipInfo(path)
        entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
        archive.writestr(entry, data)
    return output.getvalue()


def symlink(path: str) -> bytes:
    return special(path, stat.S_IFLNK)


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with a name changed in both of its places, as no program would write it."""
    assert len(old) == len(new) and data.count(old) == 2
    return data.replace(old, new)


def flagged(data: bytes, *, flag: int = 0, method: int | None = None) -> bytes:
    """The archive with a flag set, or another method, in every header."""
    made = bytearray(data)
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(signature)
        while place >= 0:
            made[place + at] |= flag & 0xFF
            made[place + at + 1] |= flag >> 8
            if method is not None:
                made[place + at + 2 : place + at + 4] = method.to_bytes(2, "little")
            place = data.find(signature, place + 4)
    return bytes(made)
