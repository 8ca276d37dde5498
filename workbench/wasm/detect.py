"""What a file is, told by its content alone; text of WebAssembly is assembled on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from wasmtime import WasmtimeError, wat2wasm

from workbench.api.errors import Invalid, Location
from workbench.api.modules import Format
from workbench.wasm import binary

LOOKED_AT_BYTES = 512
TEXT_SHARE = 0.9
TEXT_MODULES = ("(module", "(component")
_CORE = b"\0asm\1\0\0\0"
_PLACE = re.compile(r"--> <anon>:(\d+):(\d+)")


class Deployable(NamedTuple):
    """A module as it is kept: its format, and its bytes, which give its identity."""

    format: Format
    data: bytes


def detect(data: bytes, file_name: str = "") -> Deployable:
    """Tell by content what was given. Invalid says what it looks like, by its name too, or what is wrong with a text.

    A text module becomes the binary it stands for, so that the text and the binary are one module.
    """
    if not data:
        raise Invalid("the file is empty")
    if binary.is_wasm(data):
        return Deployable(Format.CORE if data[:8] == _CORE else Format.COMPONENT, data)
    if data[:2] == b"PK":
        raise Invalid("this is a zip archive; actors of several files cannot be deployed yet, only a single .py file")
    text = _text(data, file_name)
    if _without_comments(text).startswith(TEXT_MODULES):
        return detect(_assembled(text, Path(file_name).name))
    return Deployable(Format.PYTHON, data)


def _text(data: bytes, file_name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if file_name.endswith(".py") or _looks_like_text(data):
            name = Path(file_name).name or "the file"
            raise Invalid(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None
        raise Invalid(f"neither WebAssembly nor Python source: it starts with the bytes {data[:8].hex(' ')}") from None
    if "\0" in text:
        raise Invalid("neither WebAssembly nor Python source: it contains NUL bytes")
    return text


def _without_comments(text: str) -> str:
    """The text from its first word on that is no comment of WebAssembly's text format."""
    text = text.lstrip("\ufeff \t\r\n")
    while text.startswith((";;", "(;")):
        end = text.find("\n" if text[0] == ";" else ";)")
        text = text[end + 1 + (text[0] == "(") :].lstrip() if end >= 0 else ""
    return text


def _assembled(text: str, file_name: str) -> bytes:
    try:
        return bytes(wat2wasm(text.lstrip("\ufeff")))
    except WasmtimeError as error:
        said = str(error)
        found = _PLACE.search(said)
        place = Location(file_name or "the text", int(found[1]), int(found[2])) if found else None
        reason = said.partition("\n")[0]
        raise Invalid(f"{place}: {reason}" if place else reason, locations=(place,) if place else ()) from None


def _looks_like_text(data: bytes) -> bool:
    """Whether nearly all of the first bytes are printable ASCII, as in source that somebody wrote."""
    first = data[:LOOKED_AT_BYTES]
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in first)
    return b"\0" not in first and printable >= len(first) * TEXT_SHARE
