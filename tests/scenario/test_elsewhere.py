"""What was recorded on one node comes out equal in another process, home, cache and workspace, from its file alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proofs.elsewhere import is_equal, record, tallied

ACTORS, MESSAGES = 6, 40


@pytest.mark.usefixtures("interpreter")
def test_a_system_that_uses_every_service_is_equal_elsewhere(tmp_path: Path) -> None:
    bundle = tmp_path / "system.plexbundle"
    record(bundle, ACTORS, MESSAGES)
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    command = [sys.executable, "-m", "workbench", "bundle", "replay", str(bundle), "--json"]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [row for row in rows if not is_equal(row)] == []
    assert tallied(rows)["turns"] >= ACTORS * MESSAGES and len(rows) == ACTORS
