"""An actor's source as it is handed around: a file, a folder or an archive becomes bytes, and bytes texts by path.

One file stays what it is. Several files travel as an archive, whose stored form has what the sandbox reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.api.errors import Invalid
from workbench.api.modules import SIZE_BYTES
from workbench.guest import archive, folder, wheels

WASM = b"\0asm"
TEXTS = (b"(module", b"(component", b";;", b"(;")
NOTHING: Mapping[str, bytes] = {}


def pack(path: Path, *, beside: Mapping[str, bytes] = NOTHING) -> tuple[bytes, str]:
    """The bytes to deploy and their name. A folder becomes an archive, and so does a file that others lie `beside`.

    Invalid names the file that cannot be read or cannot be part of an actor.
    """
    name = path.name or path.resolve().name
    if path.is_dir():
        return _archive(folder.read(path), beside), name
    data = _read(path)
    if not beside:
        return data, name
    if archive.is_archive(data):
        return _archive(archive.read(data), beside), name
    if data.startswith(WASM) or data.lstrip().startswith(TEXTS):
        raise Invalid(f"{name} is WebAssembly: packages (--with) go beside Python source only")
    return _archive(archive.Contents({archive.MAIN: data}), beside), path.stem


def stored(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The form in which a module is kept and hashed, and what a deployer should know about what was left out."""
    if not archive.is_archive(data):
        return data, ()
    found = archive.read(data)
    return archive.write(found.files), found.warnings


def texts(data: bytes, file_name: str) -> dict[str, str]:
    """The sources by path, as errors name them. Invalid names the file that is not UTF-8.

    One file is Python whatever it is called; inside the sandbox a name has to end in `.py`.
    """
    if not archive.is_archive(data):
        name = file_name or archive.MAIN
        return {name if name.endswith(".py") else f"{name}.py": _text(data, file_name)}
    return {path: _text(content, path) for path, content in archive.read(data).files.items()}


def shown(data: bytes, file_name: str) -> dict[str, str]:
    """The sources by path for the eye: nothing when an archive cannot be read, marks where a text is no UTF-8."""
    if not archive.is_archive(data):
        return {file_name: data.decode(errors="replace")}
    try:
        return {path: content.decode(errors="replace") for path, content in archive.read(data).files.items()}
    except Invalid:
        return {}


def _archive(contents: archive.Contents, beside: Mapping[str, bytes]) -> bytes:
    """What is left out travels by its name alone, so that a deploy can say so."""
    files = contents.files
    if beside and len(files) == 1:
        files = {archive.MAIN: next(iter(files.values()))}
    return archive.write({**dict.fromkeys(contents.left_out, b""), **wheels.merged(files, beside, "a package")})


def _read(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > SIZE_BYTES:
            raise Invalid(f"{path} has {size:,} bytes; up to {SIZE_BYTES:,} are taken")
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None
