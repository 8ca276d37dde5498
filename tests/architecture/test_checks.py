"""The checks of `make check` pass on the project, and each catches a planted fault."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging" / "dev.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKS = _dev().CHECKS
PLANTED = {
    "format": ("workbench/api/planted.py", '"""A fault."""\nx  =  1\n'),
    "lint": ("workbench/api/planted.py", '"""A fault."""\n\nimport os\n'),
    "types": ("workbench/api/planted.py", '"""A fault."""\n\nx: int = "one"\n'),
    "imports": ("workbench/api/planted.py", '"""A fault."""\n\nimport workbench.storage.planted\n'),
}


def _run(check: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *CHECKS[check]], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_passes(check: str) -> None:
    done = _run(check, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the floor alone, so that a check of it is quick."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("workbench/api", "workbench/storage", "ui"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text('"""A part."""\n', encoding="utf-8")
    (folder / "workbench" / "__init__.py").write_text('"""The door."""\n', encoding="utf-8")
    (folder / "workbench/storage/planted.py").write_text('"""A part."""\n', encoding="utf-8")
    return folder


@pytest.mark.parametrize("check", [check for check in CHECKS if check != "imports"])
def test_the_check_catches_a_planted_fault(check: str, small: Path) -> None:
    name, text = PLANTED[check]
    planted = small / name
    planted.write_text(text, encoding="utf-8")
    try:
        assert _run(check, small).returncode != 0
    finally:
        planted.unlink()


IMPORTS = {
    "workbench/api/planted.py": ("import workbench.storage", "Imports of the node go down"),
    "workbench/runtime/planted.py": ("import workbench.storage", "through protocols only"),
    "workbench/rpc/planted.py": ("import workbench.runtime", "rpc sees the api only"),
    "workbench/cli/planted.py": ("import workbench.wasm\nimport ui", "The command line sees the door"),
    "workbench/guest/plexspaces/planted.py": ("import workbench.api", "The SDK that actors import"),
    "workbench/storage/planted.py": ("import PySide6", "Qt lives in the app"),
    "workbench/data_planted.py": (
        "import wasmtime\nimport grpc\nimport sqlite3\nimport click",
        "wasmtime lives in wasm",
    ),
    "ui/planted.py": ("import workbench.runtime", "The app sees the door"),
}


def test_the_import_contracts_catch_a_planted_fault_each(tmp_path: Path) -> None:
    for name in ("workbench", "ui"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.wasm"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, (text, _) in IMPORTS.items():
        (tmp_path / name).write_text(f'"""A fault."""\n\n{text}\n', encoding="utf-8")
    done = _run("imports", tmp_path)
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert done.returncode != 0
    for _, contract in IMPORTS.values():
        assert any(contract in line for line in broken), (contract, done.stdout)
