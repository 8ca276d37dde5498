"""Packages beside an actor: pure wheels, found by pip with what they depend on, of which the modules are taken.

pip looks for wheels that fit the sandbox: its version of Python, no native code. So a package that has native wheels
alone is not found, and is then refused by its name.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from email.parser import HeaderParser
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.api.errors import Invalid, Unavailable
from workbench.guest import archive

PYTHON = "3.14"
"""The Python of the sandbox."""
SANDBOX = ("--implementation=py", "--abi=none", "--platform=any", f"--python-version={PYTHON}")
QUIET = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries=1", "--timeout=15")
PIP_SECONDS = 300
PURE = "-none-any.whl"


def vendor(packages: Sequence[str]) -> dict[str, bytes]:
    """The modules of these packages and of what they need, by path: names as pip takes them, or wheels that are files.

    Invalid names the package that cannot run in the sandbox. Unavailable: there is no pip, or no network.
    """
    if not packages:
        return {}
    if find_spec("pip") is None:
        raise Unavailable("packages are fetched by pip, which is not here: use a workbench that pip has installed")
    for name in packages:
        if name.endswith(".whl") and not Path(name).is_file():
            raise Invalid(f"there is no wheel {name}")
    found: dict[str, bytes] = {}
    with TemporaryDirectory(prefix="workbench-wheels-") as folder:
        _download(packages, folder)
        for wheel in sorted(Path(folder).iterdir()):
            found = merged(found, modules(wheel), wheel.name)
    return found


def modules(wheel: Path) -> dict[str, bytes]:
    """The Python files of one wheel. Invalid when there is more to it than Python."""
    if not wheel.name.endswith(PURE):
        raise Invalid(f"{wheel.name} is no pure wheel: inside the sandbox no native code runs")
    try:
        files = archive.unpacked(wheel.read_bytes())
    except Invalid as refused:
        raise Invalid(f"{wheel.name} cannot be taken: {refused.message}") from None
    stated = next((data for path, data in files.items() if path.endswith(".dist-info/WHEEL")), b"")
    if HeaderParser().parsestr(stated.decode(errors="replace")).get("Root-Is-Purelib", "").lower() != "true":
        raise Invalid(f"{wheel.name} does not say that it is pure (Root-Is-Purelib: true in its file WHEEL)")
    return {path: data for path, data in files.items() if path.endswith(".py") and not _is_metadata(path)}


def merged(files: Mapping[str, bytes], more: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """Both together. Invalid when `more`, which comes from `name`, has another file of the same path."""
    for path, data in more.items():
        if files.get(path, data) != data:
            raise Invalid(f"{name} brings {path}, and there is another file of that name: rename or leave out one")
    return {**files, **more}


def _is_metadata(path: str) -> bool:
    return path.partition("/")[0].endswith((".dist-info", ".data"))


def _download(packages: Sequence[str], folder: str) -> None:
    done = _pip("download", "--only-binary=:all:", *SANDBOX, f"--dest={folder}", "--", *packages)
    if done.returncode:
        raise _refusal(done.stderr)


def _refusal(said: str) -> Invalid | Unavailable:
    """Why pip found nothing, in one sentence."""
    if missing := re.search(r"No matching distribution found for ([^\s(]+)", said):
        name = missing.group(1)
        if "Retrying (" in said:
            return Unavailable(f"{name} cannot be fetched: the package index does not answer")
        if _exists(name):
            return Invalid(f"{name} has no pure wheel for Python {PYTHON}: inside the sandbox no native code runs")
        return Invalid(f"no wheel of {name} is found: there is no such package or version, or only its source code")
    if native := re.search(r"(\S+\.whl) is not a supported wheel", said):
        return Invalid(f"{Path(native.group(1)).name} is no pure wheel: inside the sandbox no native code runs")
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return Invalid(f"pip refused: {lines[-1] if lines else said.strip()[-300:] or 'it gave no reason'}")


def _exists(name: str) -> bool:
    """Whether there is a wheel for this machine, which then has native code; nothing is installed, nothing is run."""
    return not _pip("install", "--dry-run", "--no-deps", "--ignore-installed", "--only-binary=:all:", name).returncode


def _pip(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [sys.executable, "-P", "-m", "pip", command, *QUIET, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PIP_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"pip did not end within {PIP_SECONDS} s") from None
