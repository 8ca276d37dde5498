"""The scripts can be run, are named where a user looks, and find a difference."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "scripts"
SCRIPTS = ("build_python_actors.sh", "run.sh", "e2e_test.sh")
SAMPLES = {path.name.removesuffix("_actor.py") for path in (ROOT / "resources" / "actors").glob("*_actor.py")}


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WORKBENCH_PYTHON": sys.executable}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


OF_THE_SYSTEM = {"cashier", "flaky", "foreman", "inspector", "painter", "shop", "ticker", "worker"}
"""Actors of the sample system, which are no demonstration of one thing."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_can_be_run_and_is_named_in_the_docs(name: str) -> None:
    assert os.access(FOLDER / name, os.X_OK)
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n# ") and "\nset -euo pipefail\n" in text
    assert name in (ROOT / "docs" / "showcase.md").read_text(encoding="utf-8")
    assert f"packaging/scripts/{name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_continuous_integration_runs_them() -> None:
    said = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "packaging/scripts/e2e_test.sh" in said
    whole = (FOLDER / "e2e_test.sh").read_text(encoding="utf-8")
    assert "\npackaging/scripts/build_python_actors.sh " in whole and "\npackaging/scripts/run.sh || fail" in whole


def test_every_sample_actor_is_built_documented_and_sent_messages() -> None:
    built = (FOLDER / "build_python_actors.sh").read_text(encoding="utf-8")
    named = set(built.partition("actors=(")[2].partition(")")[0].split())
    assert named == SAMPLES - OF_THE_SYSTEM
    table = (FOLDER / "e2e_messages.txt").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "sample-actors.md").read_text(encoding="utf-8")
    for name in named:
        assert f"spawn {name} {name}" in table and f"| `{name}` |" in page


def test_the_page_of_the_sample_actors_has_the_message_types_that_are_sent() -> None:
    page = (ROOT / "docs" / "sample-actors.md").read_text(encoding="utf-8")
    documented: dict[str, set[str]] = {}
    actor = ""
    for line in page.splitlines():
        cells = [cell.strip(" `") for cell in line.split("|")]
        if line.startswith("|") and len(cells) > 4 and cells[3].replace("_", "").isalpha():
            actor = cells[1] or actor
            documented.setdefault(actor, set()).add(cells[3])
    sent: dict[str, set[str]] = {}
    modules = {}
    for line in (FOLDER / "e2e_messages.txt").read_text(encoding="utf-8").splitlines():
        first, *words = line.split() or ["#"]
        if first == "spawn":
            modules[words[0]] = words[1]
        elif first in modules:
            sent.setdefault(modules[first], set()).add(words[0].partition("=")[0])
    assert documented == {name: types - {"nonsense"} for name, types in sent.items()}


def test_the_showcase_runs_from_any_folder(tmp_path: Path, interpreter: str) -> None:
    done = run(str(FOLDER / "run.sh"), "--demo", "concurrency", folder=tmp_path)
    assert done.returncode == 0, done
    assert done.stdout.endswith("[done] Concurrency demo complete!\n")
    assert run(str(FOLDER / "run.sh"), "--demo", "juggling", folder=tmp_path).returncode == 2


def test_the_test_from_end_to_end_ends_with_1_at_the_first_difference(tmp_path: Path, interpreter: str) -> None:
    table = tmp_path / "table.txt"
    table.write_text(
        "# a fault\nspawn counter counter\ncounter increment -> 1\ncounter add=x -> !rejected\n"
        "counter increment -> 3\ncounter nobody=asks -> never\n"
    )
    done = run(str(FOLDER / "e2e_test.sh"), str(table))
    assert done.returncode == 1, done
    said = done.stderr
    for stage in ("compiling", "building the component", "sending"):
        said = said.replace(f"{stage} …\n", "")
    assert said == "FAILED: counter answered increment with '2', and '3' was expected\n"
    assert "Showcase" not in done.stdout


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    done = run("shellcheck", "-x", ".ci/run", *(str(path) for path in FOLDER.glob("*.sh")))
    assert done.returncode == 0, done.stdout
