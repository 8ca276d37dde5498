"""Everything the Makefile offers, for any machine with Python 3.11, 3.12 or 3.13: `python packaging/dev.py run`.

Standard library only. Each step is skipped when what it makes is there already, so that after the first time nothing
needs the network:

    virtual environment   .venv, with python3-venv from apt where the system has split it off
    packages              the project, editable, with its tools; current when the stamp holds the hash of pyproject.toml
    system libraries      what Qt loads, and one font, from apt
    interpreter           the Python that actors run on, built and compiled once per machine
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
VERSIONS = ((3, 11), (3, 12), (3, 13))
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What Qt loads on Linux, and the package of Debian and Ubuntu that has it."""
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT = "fonts-dejavu-core"
PREPARE = """
import workbench
from workbench.cli.progress import ProgressLine
with workbench.connect("embedded:") as node, ProgressLine() as progress:
    node.prepare(progress=progress)
"""
DIST = ROOT / "dist" / "actor-workbench"
BUILT_FROM = DIST / "built-from"
SOURCES = ("workbench", "ui", "resources", "wit", "proto", "packaging", "pyproject.toml", "setup.py")
"""What the packaged program is made of."""
CHECKS = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy"),
    "imports": ("-c", "from importlinter.cli import lint_imports_command as check; check(['--no-cache'])"),
}
"""What the environment's Python runs; tests/architecture runs the same ones, so `test` includes them."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on to the job")
    chosen = parser.parse_args()
    os.chdir(ROOT)
    if sys.version_info[:2] not in VERSIONS:
        return _other_python()
    try:
        return JOBS[chosen.job](chosen.arguments)
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str]) -> int:
    """The app with its sample system; without a display the same sample, driven and photographed."""
    set_up(tools=False)
    if WINDOWS or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return in_venv("-m", "ui.app", "--sample", *arguments)
    say("no display here: running the sample system without a window")
    return in_venv("-m", "ui.app", "--offscreen-demo", *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def test(arguments: Sequence[str]) -> int:
    """Every test."""
    set_up(tools=True)
    return pytest(*arguments)


def pytest(*arguments: str) -> int:
    """The tests in as many processes as there are cores; a file's tests stay together, for they share what they made.

    In one process most of the time goes by in waiting: for a command's process, a window, a deadline.
    """
    at_once = () if WINDOWS else ("--numprocesses=auto", "--dist=loadfile")
    return in_venv("-m", "pytest", *at_once, *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def check(arguments: Sequence[str]) -> int:
    """The checks one by one, then the tests that are not those checks again."""
    set_up(tools=True)
    for name, command in CHECKS.items():
        say(name)
        if code := in_venv(*command):
            return code
    again = "--deselect=tests/architecture/test_checks.py"
    return pytest(again, *arguments)


def bench(arguments: Sequence[str]) -> int:
    """The figures of the project, as a table and in bench.json."""
    set_up(tools=True)
    return in_venv("-m", "tests.benchmarks", *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def prove(arguments: Sequence[str]) -> int:
    """The long proofs; each leaves its evidence in tests/proofs."""
    set_up(tools=True)
    return in_venv("-m", "tests.proofs", *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def screenshots(arguments: Sequence[str]) -> int:
    """A picture of every panel, light and dark."""
    set_up(tools=True)
    return in_venv("packaging/screenshots.py", *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def dist(arguments: Sequence[str]) -> int:
    """The app as a folder that needs no Python, in dist/, and a test that runs what came out."""
    set_up(tools=True)
    install_packager()
    built = digest()
    say("packaging")
    paths = ("--distpath", str(DIST.parent), "--workpath", str(ROOT / "build" / "packaged"))
    quiet = ("--noconfirm", "--log-level", "WARN")
    if code := in_venv("-m", "PyInstaller", *quiet, *paths, "packaging/workbench.spec"):
        return code
    BUILT_FROM.write_text(f"{built}\n", encoding="ascii")
    say(f"the program is in {DIST.relative_to(ROOT)}; trying it out")
    surroundings = {"QT_QPA_PLATFORM": "offscreen", "WORKBENCH_DIST": "required"}
    return in_venv("-m", "pytest", "tests/packaging/test_dist.py", *arguments, environment=surroundings)


def setup(_: Sequence[str]) -> int:
    """Everything that the other jobs need, and nothing more."""
    set_up(tools=True)
    return 0


JOBS: Mapping[str, Callable[[Sequence[str]], int]] = {
    job.__name__: job for job in (run, test, check, bench, prove, dist, screenshots, setup)
}


def set_up(*, tools: bool) -> None:
    """The four steps."""
    make_venv()
    install(tools=tools)
    find_libraries()
    subprocess.run([str(PYTHON), "-c", PREPARE], check=True)


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    say("making the virtual environment")
    shutil.rmtree(VENV, ignore_errors=True)
    if not _has_ensurepip():
        apt([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def install(*, tools: bool) -> None:
    """The project and what it depends on; `tools` adds what tests and checks need."""
    wanted = _fingerprint()
    done = STAMP.read_text(encoding="utf-8").split() if STAMP.exists() else []
    if done in ([wanted, "tools"], [wanted] if not tools else None):
        return
    say("installing packages")
    target = f"{ROOT}[dev]" if tools else str(ROOT)
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([str(PYTHON), "-m", "pip", "install", *quiet, "--editable", target], check=True)
    STAMP.write_text(f"{wanted} tools\n" if tools else f"{wanted}\n", encoding="utf-8")


def install_packager() -> None:
    """PyInstaller, and what it looks into libraries with."""
    import tomllib  # not at the top: an older Python must be able to hand over to a newer one

    if sys.platform.startswith("linux") and shutil.which("objdump") is None:
        apt(["binutils"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"]["dist"]
    found = subprocess.run([str(PYTHON), "-m", "PyInstaller", "--version"], capture_output=True, text=True)
    if f"pyinstaller=={found.stdout.strip()}" not in wanted:
        say("installing the packager")
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([str(PYTHON), "-m", "pip", "install", *quiet, "--editable", f"{ROOT}[dist]"], check=True)


def digest() -> str:
    """What the packaged program is made from: every file's path and bytes."""
    made = hashlib.sha256()
    for name in SOURCES:
        below = [ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*"))
        for path in below:
            if path.is_file() and "__pycache__" not in path.parts:
                made.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()


def find_libraries() -> None:
    """What Qt needs from a Linux system, offscreen too."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in LIBRARIES.items() if not _loads(library)]
    if not any(next(Path(folder).expanduser().rglob("*.[to]tf"), None) for folder in FONT_FOLDERS):
        missing.append(FONT)
    if missing:
        apt(missing)


def apt(packages: Sequence[str]) -> None:
    """Install system packages, or say the one line that does."""
    line = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise SystemExit(f"the system lacks what the packages {' '.join(packages)} of Debian hold; install them first")
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if before and not (shutil.which("sudo") and subprocess.run([*before, "true"], capture_output=True).returncode == 0):
        raise SystemExit(
            f"some system packages are missing. Please type this line, then try again:\n\n    sudo {line}\n"
        )
    say(f"installing system packages: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*before, "apt-get", "update", "--quiet=2"], check=False, env=quiet)
    subprocess.run([*before, *line.split(), "--quiet=2"], check=True, env=quiet, stdout=subprocess.DEVNULL)


def in_venv(*command: str, environment: Mapping[str, str] | None = None) -> int:
    """Run the environment's Python; its exit code."""
    return subprocess.run([str(PYTHON), *command], env={**os.environ, **(environment or {})}).returncode


def say(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)


def _fingerprint() -> str:
    """What an installation depends on: the files that describe it, where it is, and the Python that runs it."""
    made = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in ("pyproject.toml", "setup.py"):
        made.update((ROOT / name).read_bytes())
    return made.hexdigest()


def _has_ensurepip() -> bool:
    """Debian has venv without what it needs to make one."""
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _other_python() -> int:
    """Go on with a Python of a version that is supported, where the system has one."""
    for major, minor in reversed(VERSIONS):
        found = shutil.which(f"python{major}.{minor}")
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return subprocess.run([found, *sys.argv]).returncode
    known = ", ".join(f"{major}.{minor}" for major, minor in VERSIONS)
    raise SystemExit(f"this is Python {sys.version.split()[0]}; the workbench needs one of {known}")


if __name__ == "__main__":
    raise SystemExit(main())
