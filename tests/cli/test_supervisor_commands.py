"""`workbench supervisor` and `workbench actor tree`: what goes wrong, and what is said of it."""

from __future__ import annotations

import pytest

from tests.unit.fragile import FRAGILE

TREE = """
[supervisor.shop]
children = ["till", "clerk"]

[actor.till]
module = "fragile"
restart = "transient"

[actor.clerk]
restart = "temporary"
module = "fragile"
"""


@pytest.fixture
def shell(shell):
    """With `fragile.wat`, a core actor that starts at once."""
    (shell.folder / "fragile.wat").write_bytes(FRAGILE)
    return shell


def test_a_tree_that_cannot_be_applied_says_file_and_line_and_changes_nothing(shell) -> None:
    with shell.node():
        assert shell("module", "deploy", "fragile.wat", "--alias", "fragile").code == 0
        assert shell("actor", "spawn", "fragile", "--name", "clerk").code == 0
        shell.write("taken.toml", TREE)
        taken = shell("supervisor", "apply", "taken.toml")
        assert (taken.code, taken.out) == (1, "")
        assert taken.err.startswith("already_exists: there is an actor or supervisor 'clerk' already")
        assert taken.err.endswith("  taken.toml:9\n    [actor.clerk]\n")
        shell.write("unknown.toml", TREE.replace('"temporary"\nmodule = "fragile"', '"temporary"\nmodule = "nosuch"'))
        unknown = shell("supervisor", "apply", "unknown.toml")
        assert unknown.code == 1
        assert unknown.err.startswith("not_found: the child 'clerk' cannot be made: no module 'nosuch'")
        assert unknown.err.endswith('  unknown.toml:11\n    module = "nosuch"\n')
        shell.write("missing.toml", TREE.replace('module = "fragile"\nrestart', 'file = "nosuch.wat"\nrestart'))
        missing = shell("supervisor", "apply", "missing.toml")
        assert missing.code == 1
        assert "nosuch.wat" in missing.err
        assert missing.err.endswith('  missing.toml:6\n    file = "nosuch.wat"\n')
        assert shell("supervisor", "show", "--json").objects == []
        assert [row["actor"] for row in shell("actor", "list", "--json").objects] == ["clerk"]
