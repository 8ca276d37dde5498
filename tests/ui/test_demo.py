"""The app driven without a user: what it says when there is nothing to drive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

WAYS = (["--offscreen-demo"], ["--until-ready"], ["--screenshot", "picture.png"])
PATIENCE_SECONDS = 60
"""Far less than the demonstration waits for a node that is opening."""


def driven(arguments: list[str], folder: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "WORKBENCH_CONFIG_DIR": str(folder / "config")}
    command = [sys.executable, "-m", "ui.app", "--workspace", str(workspace), *arguments]
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )


@pytest.mark.parametrize("arguments", WAYS, ids=lambda given: given[0])
def test_a_workspace_in_use_ends_it_at_once_with_the_sentence(tmp_path: Path, arguments: list[str]) -> None:
    with workbench.connect(f"embedded:{tmp_path / 'workspace'}"):
        done = driven(arguments, tmp_path, tmp_path / "workspace")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "is in use by" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "picture.png").exists()


def test_a_workspace_that_cannot_be_one_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = driven(["--until-ready"], tmp_path, tmp_path / "file")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is a file; a workspace must be a folder" in done.stderr and "Traceback" not in done.stderr
