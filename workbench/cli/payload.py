"""How a message is written on the command line.

TYPE           an empty text            TYPE:=HEX     binary, in hexadecimal digits
TYPE=TEXT      text                     TYPE:=@FILE   the bytes of a file
TYPE=@FILE     the text of a file       TYPE=@@TEXT   text that begins with @
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.api import Invalid, Kind, Payload
from workbench.api.messages import NO_HEADERS

AS_BYTES = "send its bytes with TYPE:=@FILE"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send."""

    kind: Kind
    type: str
    payload: Payload
    headers: Mapping[str, str] = field(default_factory=dict)


def message(written: str, kind: Kind, headers: Mapping[str, str] = NO_HEADERS) -> Message:
    """Read `TYPE[=PAYLOAD]`; Invalid says what is wrong with it."""
    name, equals, value = written.partition("=")
    is_binary = bool(equals) and name.endswith(":")
    name = name[:-1] if is_binary else name
    if not name:
        raise Invalid(f"{written!r} has no message type; write TYPE or TYPE=PAYLOAD")
    return Message(kind, name, binary(value) if is_binary else text(value, otherwise=AS_BYTES), headers)


def text(value: str, *, otherwise: str = "") -> str:
    """A text as written: itself, or that of `@FILE`; `otherwise` says how bytes are given there."""
    if value.startswith("@@"):
        return value[1:]
    if not value.startswith("@"):
        return value
    try:
        return _bytes(value[1:]).decode()
    except UnicodeDecodeError:
        raise Invalid(f"{value[1:]} is not UTF-8 text{otherwise and f'; {otherwise}'}") from None


def binary(value: str) -> bytes:
    """Bytes as written: hexadecimal digits, or those of `@FILE`."""
    if value.startswith("@"):
        return _bytes(value[1:])
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise Invalid(f"{value!r} is not hexadecimal; write pairs of the digits 0-9 and a-f, or @FILE") from None


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Invalid(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
