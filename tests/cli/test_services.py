"""The commands of the services, typed as printed in the docs."""

from __future__ import annotations


def test_keys_are_set_listed_swapped_and_removed_without_a_node(shell) -> None:
    assert shell("kv", "put", "a:1", "one").out == "a:1 holds 3 bytes, version 1\n"
    assert shell("kv", "put", "a:2", "00ff", "--hex", "--ttl", "60000").out.startswith(
        "a:2 holds 2 bytes, version 1, unt"
    )
    assert shell("kv", "get", "a:1").out == "one\n" and shell("kv", "get", "a:1", "--raw").out == "one"
    assert shell("kv", "get", "a:2", "--json").objects[0]["value"] == {"base64": "AP8="}
    listed = shell("kv", "list", "a:", "--limit", "1")
    assert "a:1" in listed.out and "There may be more: --after 'a:1'" in listed.err
    assert [row["key"] for row in shell("kv", "list", "--after", "a:1", "--json").objects] == ["a:2"]
    assert (shell("kv", "cas", "a:1", "one", "two").code, shell("kv", "cas", "a:1", "one", "three").code) == (0, 1)
    assert shell("kv", "cas", "b", "", "x", "--absent").code == 0
    assert shell("kv", "increment", "n", "--", "-3").out == "-3\n"
    assert shell("kv", "delete", "b").out == "b is removed\n"
    assert shell("kv", "delete", "b").out == "there is no key b; nothing was removed\n"
    missing = shell("kv", "get", "b")
    assert (missing.code, missing.err) == (1, "not_found: no key 'b'\n")
    assert shell("kv", "increment", "a:1").code == 1
    assert shell("kv", "history").code == 5


def test_changes_of_keys_are_watched(shell) -> None:
    with shell.node(), shell.started("kv", "watch", "a", "--json") as watching:
        assert watching.stdout is not None
        shell("kv", "put", "b", "x")
        shell("kv", "put", "a", "x")
        assert '"key": "a", "change": "put"' in watching.stdout.readline()
        assert "put" in shell("kv", "history").out
