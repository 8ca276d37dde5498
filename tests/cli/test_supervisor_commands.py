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


ORDERED = """
[supervisor.shop]
strategy = "rest_for_one"
children = ["till", "pool", "clerk", "audit"]

[supervisor.pool]
children = ["worker"]
[supervisor.audit]

[actor.till]
module = "fragile"
[actor.worker]
module = "fragile"
[actor.clerk]
module = "fragile"
"""


def test_children_are_shown_in_the_order_of_their_start(shell) -> None:
    with shell.node():
        assert shell("module", "deploy", "fragile.wat", "--alias", "fragile").code == 0
        shell.write("shop.toml", ORDERED)
        applied = shell("supervisor", "apply", "shop.toml")
        tree = shell("actor", "tree").out.splitlines()
        wanted = ["shop", "till", "pool", "worker", "clerk", "audit"]
        assert [line.split()[0] for line in applied.out.splitlines()[1:]] == wanted, applied.err
        assert [line.strip("│├└─ ").split()[0] for line in tree[1:]] == wanted


def test_what_is_not_there_is_said_when_it_is_removed_stopped_or_asked_about(shell) -> None:
    with shell.node():
        removed = shell("supervisor", "remove", "nosuch")
        assert (removed.code, removed.err) == (0, "there is no supervisor 'nosuch', nothing was removed\n")
        stopped = shell("actor", "stop", "nosuch")
        assert (stopped.code, stopped.err) == (0, "there is no actor 'nosuch', nothing was stopped\n")
        history = shell("supervisor", "history", "nosuch")
        assert (history.code, history.err) == (1, "not_found: no supervisor 'nosuch' in default/default\n")
        shell("module", "deploy", "fragile.wat", "--alias", "fragile")
        shell.write("shop.toml", TREE)
        shell("supervisor", "apply", "shop.toml")
        assert (shell("supervisor", "history", "shop").code, shell("supervisor", "history", "shop").out) == (0, "")
        shell("actor", "kill", "till")
        assert "  till   idle   transient          1 restart\n" in shell("supervisor", "show").out
        removed = shell("supervisor", "remove", "shop")
        assert (removed.code, removed.err) == (0, "")
        assert "shop starts till" in shell("supervisor", "history", "shop").out
