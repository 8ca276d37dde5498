"""Builds components from Python with componentize-py: the shared interpreter, and one actor as a module of its own.

A build runs in a folder of its own and in a process of its own, which is killed when the build is cancelled. The output
appears whole or not at all. Nothing of the author's machine gets in: only the SDK and the actor's files are seen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench import child
from workbench.api.errors import Conflict, Invalid, Unavailable
from workbench.data import directory

Report = Callable[[str], None]
Cancelled = Callable[[], bool]

POLL_SECONDS = 0.1
"""How long a cancelled build may go on."""
ALWAYS = ("logging",)
"""What every component imports: prints and the cause of a crash go there."""


def build_interpreter(output: Path, *, report: Report, cancelled: Cancelled = lambda: False) -> None:
    """Build the shared interpreter into `output`; about ten seconds. `report` gets sentences about the progress.

    Raises Unavailable when componentize-py is missing, Conflict when cancelled, Invalid with its words when it fails.
    """
    report("Building the Python interpreter")
    # What is prepared must be the last thing that happens: what an import frees when it is done leaves holes.
    app = "from plexspaces.sandbox.interpreter import *\nfrom plexspaces.sandbox import birth\nbirth.prepare()\n"
    _build("interpreter", "", {"app.py": app}, output, report=report, cancelled=cancelled)


def build_component(
    files: Mapping[str, str],
    output: Path,
    *,
    class_name: str,
    behaviors: Sequence[str],
    imports: Sequence[str],
    report: Report,
    cancelled: Cancelled = lambda: False,
) -> None:
    """Build one actor into `output`. `files` are its sources by path; the rest comes from the loader's report.

    The component imports only the interfaces that are named. Raises as `build_interpreter` does.
    """
    report(f"Building {class_name}")
    app = f"from plexspaces.sandbox.component import *\nembed({json.dumps(dict(files))})\n"
    _build("component", _world(behaviors, imports), {"app.py": app}, output, report=report, cancelled=cancelled)


def sdk_folder() -> Path:
    """The folder of the package `plexspaces`: the one beside this file, otherwise the installed one.

    The one beside it is always of the same version; another package of that name may be on the path.
    """
    beside = Path(__file__).parent / "plexspaces"
    spec = None if beside.is_dir() else find_spec("plexspaces")
    return beside if spec is None or spec.origin is None else Path(spec.origin).parent


def sources() -> list[Path]:
    """Every file of this package that goes into a component or decides what does."""
    return [Path(__file__).with_suffix(".py"), *sorted(sdk_folder().rglob("*.py"))]


def _world(behaviors: Sequence[str], imports: Sequence[str]) -> str:
    lines = [f"    import {name};" for name in sorted({*ALWAYS, *imports})]
    lines += [f"    export {name};" for name in ("lifecycle", *behaviors)]
    return "\n".join(("package plexspaces:actor@1.0.0;", "world component {", *lines, "}", ""))


def _build(world: str, wit: str, app: Mapping[str, str], output: Path, *, report: Report, cancelled: Cancelled) -> None:
    with TemporaryDirectory(prefix="workbench-build-") as name:
        folder = Path(name)
        _fill(folder, wit, app)
        result = folder / "out.wasm"
        command = ["-d", "wit", "-w", world, "componentize", "-p", "app", "app", "-o", result.name]
        _run([*_tool(), *command], folder, cancelled)
        _publish(result, output)
    report(f"Built {output.name}: {output.stat().st_size / 1e6:.1f} MB")


def _fill(folder: Path, wit: str, app: Mapping[str, str]) -> None:
    shutil.copytree(directory("wit") / "plexspaces-actor", folder / "wit", copy_function=shutil.copyfile)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(sdk_folder(), folder / "app" / "plexspaces", ignore=ignored, copy_function=shutil.copyfile)
    (folder / "nothing" / "Lib" / "site-packages").mkdir(parents=True)
    (folder / "nothing" / "lib" / "python3" / "site-packages").mkdir(parents=True)
    if wit:
        (folder / "wit" / "component.wit").write_text(wit, encoding="utf-8")
    for path, text in app.items():
        (folder / "app" / path).write_text(text, encoding="utf-8")


def _tool() -> list[str]:
    """How to start componentize-py. As a module of this Python it is one process; a script may start a second one,
    which would outlive a cancelled build."""
    if find_spec("componentize_py") is not None:
        return child.command("workbench.guest.componentize")
    suffix = ".exe" if sys.platform == "win32" else ""
    beside = Path(sys.executable).with_name(f"componentize-py{suffix}")
    if beside.is_file():
        return [str(beside)]
    raise Unavailable(f"componentize-py is not installed for {sys.executable}: pip install componentize-py")


def _run(command: Sequence[str], folder: Path, cancelled: Cancelled) -> None:
    # componentize-py adds the site-packages of whatever environment it finds: it is shown an empty one.
    environment = os.environ | {"VIRTUAL_ENV": str(folder / "nothing"), "PYTHONUTF8": "1"}
    log = folder / "log.txt"
    with (
        log.open("wb") as sink,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
        ) as child,
    ):
        try:
            _wait(child, cancelled)
        finally:
            child.kill()
    if child.returncode:
        raise Invalid(f"the build failed: {_reason(log.read_text(encoding='utf-8', errors='replace'))}")


def _wait(child: subprocess.Popen[bytes], cancelled: Cancelled) -> None:
    while True:
        try:
            child.wait(timeout=POLL_SECONDS)
            return
        except subprocess.TimeoutExpired:
            if cancelled():
                raise Conflict("the build was cancelled") from None


def _reason(log: str) -> str:
    """What the guest or the tool said, without the engine's own backtrace."""
    said = log.partition("Caused by:")[0].partition("Stack backtrace:")[0]
    lines = [line.rstrip() for line in said.splitlines() if line.strip() and not line.startswith("warning:")]
    return "\n".join(lines[-20:]) or "componentize-py gave no reason"


def _publish(result: Path, output: Path) -> None:
    """Move the result to its place in one step."""
    output.parent.mkdir(parents=True, exist_ok=True)
    nearby = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(result, nearby)
        nearby.replace(output)
    finally:
        nearby.unlink(missing_ok=True)
