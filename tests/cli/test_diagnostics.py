"""`workbench diagnostics`: listed before it is written, with a node, without one, and of one that cannot be opened."""

from __future__ import annotations

import json
from zipfile import ZipFile

import workbench


def test_it_is_listed_and_written_while_a_node_runs(shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "tally")
        listed = shell("diagnostics", "list", "--json").objects
        done = shell("diagnostics", "save", "found.zip")
        assert done.code == 0 and "health.json" in done.out and "look at it before you send it" in done.out
        with ZipFile(shell.folder / "found.zip") as archive:
            assert archive.namelist() == [each["name"] for each in listed]
            own = workbench.endpoint(shell.workspace)
            assert own is not None
            every = b"".join(archive.read(name) for name in archive.namelist())
            assert own.token.encode() not in every and b'"idle": 1' in every
        assert json.loads(shell("diagnostics", "show", "node.json").out)["info"]["name"] == "local"
        assert "there is no part 'x'" in shell("diagnostics", "show", "x").err


def test_a_workspace_that_cannot_be_opened_is_told_and_the_rest_is_there(shell) -> None:
    (shell.folder / "file").write_text("no workspace")
    done = shell("diagnostics", "save", "found.zip", "--workspace", "file")
    assert done.code == 0, done
    with ZipFile(shell.folder / "found.zip") as archive:
        assert b"is a file; a workspace must be a folder" in archive.read("health.json")
        assert b'"wasmtime"' in archive.read("versions.json")
