"""The package works installed: in a fresh environment, from another folder, without the checkout.

The wheel is built here. What it depends on is not fetched again: the new environment reads the packages of this one
through a `.pth` file, which makes the test quick and independent of the network. So that a dependency nobody declared
is noticed all the same, every import of the wheel's modules is held against what the wheel says that it requires.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("workbench", "ui", "wit", "resources", "proto", "pyproject.toml", "setup.py", "README.md", "LICENSE")
OURS = {"workbench", "ui", "plexspaces"}
PLUGIN = ("workbench/testing/plugin.py", "pytest")
"""Loaded by pytest alone, so that it is there."""
IN_THE_SANDBOX = ("plexspaces/", "workbench/guest/plexspaces/", "workbench/resources/")
"""What runs inside actors: it imports what the sandbox has."""
PARTS_OF = {"shiboken6": "pyside6-essentials"}
"""Distributions that are installed by the one that they are a part of, in the same version."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays as it is."""
    copy = tmp_path_factory.mktemp("source")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "."]
    subprocess.run([*command, str(copy)], cwd=copy, check=True, capture_output=True, text=True)
    return next(copy.glob("actor_workbench-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment that has the wheel."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    scheme = sysconfig.get_path("purelib", "venv", vars={"base": str(environment), "platbase": str(environment)})
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    # Behind the environment's own packages: what the wheel brings must win.
    (Path(scheme) / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n", encoding="utf-8")
    return python.parent


def test_the_wheel_carries_what_is_read_at_run_time(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in ("wit/plexspaces-actor", "resources/actors", "resources/templates", "resources/icons", "proto"):
        for file in (ROOT / path).rglob("*.*"):
            if "__pycache__" not in file.parts:
                assert f"workbench/{file.relative_to(ROOT).as_posix()}" in names
    assert {
        "plexspaces/__init__.py",
        "plexspaces/py.typed",
        "ui/app.py",
        "workbench/guest/plexspaces/py.typed",
    } <= names
    assert not [name for name in names if name.startswith("tests")]


def requirements(wheel: Path) -> list[Requirement]:
    """What the wheel requires of everybody, without the extras."""
    archive = zipfile.ZipFile(wheel)
    metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    stated = HeaderParser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
    found = [Requirement(text) for text in stated]
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def imports(wheel: Path) -> Iterator[tuple[str, str]]:
    """Each file of the wheel that runs on the host, with the packages of others that it imports anywhere."""
    archive = zipfile.ZipFile(wheel)
    for file in archive.namelist():
        if file.endswith(".py") and not file.startswith(IN_THE_SANDBOX):
            for node in ast.walk(ast.parse(archive.read(file))):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                else:
                    names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                for name in {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names:
                    if (file, name) != PLUGIN:
                        yield file, name


def undeclared(wheel: Path, declared: set[str]) -> dict[str, str]:
    """Packages that are imported and belong to no declared distribution, each with a file that imports it."""
    homes = packages_distributions()
    found = {}
    for file, name in imports(wheel):
        owners = {canonicalize_name(owner) for owner in homes.get(name, ())}
        if not declared & {PARTS_OF.get(owner, owner) for owner in owners}:
            found[name] = file
    return found


def test_every_package_that_is_imported_is_a_declared_dependency(wheel: Path) -> None:
    declared = {canonicalize_name(each.name) for each in requirements(wheel)}
    assert undeclared(wheel, declared) == {}
    assert {"wasmtime", "filelock"} <= undeclared(wheel, declared - {"wasmtime", "filelock"}).keys()


def test_every_declared_dependency_is_there_in_its_version(wheel: Path, installed: Path, tmp_path: Path) -> None:
    wanted = requirements(wheel)
    program = (
        "import json, sys\n"
        "from importlib.metadata import version\n"
        f"print(json.dumps({{name: version(name) for name in {[each.name for each in wanted]!r}}}))"
    )
    there = json.loads(_python(installed, tmp_path, program))
    assert [str(each) for each in wanted if not each.specifier.contains(there[each.name], prereleases=True)] == []


def test_run_works_from_any_folder(installed: Path, interpreter: str, tmp_path: Path) -> None:
    said = _typed(installed, tmp_path, "new", "counter")
    assert said == "counter.py\n"
    assert _typed(installed, tmp_path, "run", "counter.py", "--call", "increment").startswith("increment -> 1  (fuel ")


def test_nothing_comes_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    program = (
        "import workbench, plexspaces, ui, workbench.data as data\n"
        "for x in (workbench, plexspaces, ui): print(x.__file__)\n"
        "for x in ('wit', 'resources', 'proto'): print(data.directory(x))"
    )
    said = _python(installed, tmp_path, program).splitlines()
    environment = str(installed.parent)
    assert [line for line in said if not line.startswith(environment)] == []


def test_the_sdk_is_there_under_its_own_name_for_the_editor_of_an_author(installed: Path, tmp_path: Path) -> None:
    assert _python(installed, tmp_path, "from plexspaces import GenServer; print(GenServer.__name__)") == "GenServer\n"


def test_the_version_is_that_of_the_project(installed: Path, tmp_path: Path) -> None:
    assert _typed(installed, tmp_path, "--version") in (ROOT / "pyproject.toml").read_text(encoding="utf-8").replace(
        '"', "\n"
    )


def _typed(commands: Path, folder: Path, *arguments: str) -> str:
    return _run([str(commands / "workbench"), *arguments], folder)


def _python(commands: Path, folder: Path, program: str) -> str:
    return _run([str(commands / "python"), "-c", program], folder)


def _run(command: list[str], folder: Path) -> str:
    """What a command prints, with nothing of the checkout in its environment."""
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
