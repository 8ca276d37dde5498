"""What PyInstaller cannot see that the packaged program needs: for `packaging/workbench.spec`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Entry = tuple[str, str]
"""A file, and the folder of the packaged program that it goes to."""

MAC_INFO: Mapping[str, Any] = {
    "NSHighResolutionCapable": True,
    "LSBackgroundOnly": False,  # the command line beside the app would make it so
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "WebAssembly module",
            "CFBundleTypeExtensions": ["wasm"],
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "Alternate",
        },
        {
            "CFBundleTypeName": "Actor Workbench bundle",
            "CFBundleTypeExtensions": ["plexbundle"],
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "Owner",
        },
    ],
}
"""UNTESTED: what macOS is told about the files that the app opens."""


def libraries() -> list[Entry]:
    """The engine, which wasmtime loads by its path."""
    import wasmtime

    home = Path(wasmtime.__file__).parent
    found = [path for path in home.glob("*/*wasmtime.*") if path.suffix in (".so", ".dylib", ".dll")]
    if not found:
        raise SystemExit(f"wasmtime in {home} has no library for this platform")
    return [(str(path), f"wasmtime/{path.parent.name}") for path in found]


def data(root: Path) -> Iterator[Entry]:
    """The folders that `workbench.data` finds, and the SDK's sources, from which components are built."""
    for name in ("wit", "resources", "proto"):
        yield from _below(root / name, f"workbench/{name}")
    guest = root / "workbench" / "guest"
    yield str(guest / "build.py"), "workbench/guest"
    yield from _below(guest / "plexspaces", "workbench/guest/plexspaces")


def interpreter(folder: Path) -> list[Entry]:
    """The Python that actors run on, as it was built and compiled on this machine for these sources.

    It is copied into `folder` first: the cache throws old builds away, and others may use it while this runs.
    """
    from workbench.config import load
    from workbench.wasm.artifacts import Artifacts
    from workbench.wasm.interpreter import fingerprint

    cache = load().cache
    pointer = cache / "interpreters" / f"current-{fingerprint()}"
    module = pointer.read_text(encoding="ascii") if pointer.is_file() else ""
    compiled = Artifacts(cache / "compiled").path(module)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        for path in (pointer, pointer.with_name(f"{module}.wasm"), compiled, compiled.with_suffix(".sha256")):
            shutil.copy(path, folder)
    except FileNotFoundError as error:
        raise SystemExit(f"the interpreter is not there ({error.filename}): `make dist` builds it first") from None
    return [(str(path), "workbench/interpreter") for path in sorted(folder.iterdir())]


def add_desktop_files(root: Path, folder: Path) -> None:
    """What a Linux desktop is told, and the script that tells it."""
    linux = root / "packaging" / "linux"
    (folder / "share").mkdir()
    for path in linux.glob("actor-workbench.*"):
        shutil.copy(path, folder / "share")
    shutil.copy(linux / "install.sh", folder)
    shutil.copy(root / "LICENSE", folder)


def icon(root: Path, folder: Path) -> str:
    """UNTESTED: the app's icon in the form that this platform wants; Qt draws it."""
    import sys

    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication(["icon"])
    image = QImage(256, 256, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(root / "packaging" / "linux" / "actor-workbench.svg")).render(painter)
    painter.end()
    path = folder / ("app.ico" if sys.platform == "win32" else "app.icns")
    if not image.save(str(path)):
        raise SystemExit(f"Qt cannot write {path.name}")
    del app
    return str(path)


def version_file(project: Mapping[str, Any], folder: Path) -> Path:
    """UNTESTED: what Windows shows among the properties of the program."""
    numbers = tuple(int(part) for part in f"{project['version']}.0".split("."))
    strings = {
        "FileDescription": "Actor Workbench",
        "FileVersion": project["version"],
        "ProductName": "Actor Workbench",
        "ProductVersion": project["version"],
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    path = folder / "version.txt"
    path.write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('040904B0', [{table}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])",
        encoding="utf-8",
    )
    return path


def _below(folder: Path, target: str) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            inner = path.parent.relative_to(folder).as_posix()
            yield str(path), target if inner == "." else f"{target}/{inner}"
