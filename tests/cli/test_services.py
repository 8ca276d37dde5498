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


def test_tuples_are_written_matched_taken_and_listed_without_a_node(shell) -> None:
    assert shell("tuple", "write", '("order", 1, 2.0)').out == "written with the id 1\n"
    assert shell("tuple", "write", "'order', 2, x'00ff'", "--ttl", "60000", "--json").objects == [{"id": 2}]
    assert shell("tuple", "count", '("order", int, ?)').out == "2\n"
    assert shell("tuple", "read", '("order", > 1, ?)').out == '("order", 2, x"00ff")\n'
    taken = shell("tuple", "take", '"order", 1, float', "--json").objects
    assert taken == [{"fields": ["order", 1, 2.0], "text": '("order", 1, 2.0)'}]
    missing = shell("tuple", "take", '("order", 2, text)')
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == (
        'not_found: no tuple matches ("order", 2, text); the closest is ("order", 2, x"00ff"): '
        'field 3 is bytes (x"00ff"), text is wanted\n'
    )
    assert shell("tuple", "take", "(?)", "--wait", "0.01").code == 1
    assert shell("tuple", "cas", "'order', 2, x'00ff'", "('done')").out == "it is replaced\n"
    again = shell("tuple", "cas", "(1)", "(2)")
    assert (again.code, again.err) == (1, "there is no tuple (1); nothing was changed\n")
    listed = shell("tuple", "list", "--limit", "1")
    assert '("done")' in listed.out and "There may be more: --after" in listed.err
    (row,) = shell("tuple", "list", "(text)", "--json").objects
    assert (row["fields"], row["text"], row["expires"]) == (["done"], '("done")', None)
    assert "text   1" in shell("tuple", "shapes").out
    assert shell("tuple", "shapes", "--json").objects[0]["kinds"] == ["text"]
    assert '("done"): field 1 is "done", not "dome"' in shell("tuple", "near", '"dome"').out
    assert shell("tuple", "near", '"dome"', "--json").objects[0]["misses"][0]["reason"] == "value"
    removed = shell("tuple", "remove", str(row["id"]), "99").out
    assert removed == f"{row['id']} is removed\nthere is no tuple 99; nothing was removed\n"
    wrong = shell("tuple", "write", '("order", @)')
    assert (wrong.code, wrong.err.startswith("invalid: character 11: '@'")) == (1, True)
    assert shell("tuple", "history").code == shell("tuple", "waiters").code == 5


def test_changes_of_tuples_are_watched(shell) -> None:
    with shell.node(), shell.started("tuple", "watch", '("a", ?)', "--json") as watching:
        assert watching.stdout is not None
        shell("tuple", "write", '("b", 1)')
        shell("tuple", "write", '("a", 1)')
        assert '"change": "written"' in watching.stdout.readline()
        shell("tuple", "take", '("a", 1)')
        assert '"change": "taken"' in watching.stdout.readline()
        assert "taken" in shell("tuple", "history").out and shell("tuple", "waiters").code == 0


def test_queues_are_filled_emptied_and_their_dead_letters_resent(shell) -> None:
    with shell.node():
        assert "100,000 messages" in shell("queue", "create", "work", "--max-attempts", "1").out
        sent = shell("queue", "send", "work", "job=one", "--header", "a=b", "--json").objects[0]
        assert shell("queue", "depth", "work").out == "1\n"
        got = shell("queue", "receive", "work", "--json").objects[0]
        assert (got["message"], got["payload"], got["headers"]) == (sent["message"], "one", {"a": "b"})
        assert "leased to outside for" in shell("queue", "show", "work").out
        assert shell("queue", "nack", got["id"]).out == f"{got['id']} is returned\n"
        again = shell("queue", "ack", got["id"])
        assert (again.code, again.err.split(":")[0]) == (1, "not_found")
        (letter,) = shell("queue", "dead-letters", "work", "--json").objects
        assert letter["reason"] == "somebody outside refused it (attempt 1 of 1)"
        assert shell("queue", "resend", "work.dead", letter["id"], "job=two").out.startswith(
            f"{letter['id']} is sent as"
        )
        received = shell("queue", "receive", "work", "--ack")
        assert received.out == "job: two\n" and "attempt 1, is done" in received.err
        assert shell("queue", "receive", "work").err == "no message in work\n"
        assert shell("queue", "receive", "nothing").err == "not_found: no queue 'nothing'\n"


def test_queues_are_kept_without_a_node(shell) -> None:
    shell("queue", "send", "work", "a")
    first = shell("queue", "send", "work", "b:=00ff", "--delay", "60000", "--ttl", "90000", "--json").objects[0]
    rows = shell("queue", "list", "--json").objects
    assert [(row["queue"], row["waiting"], row["delayed"]) for row in rows] == [("work", 1, 1), ("work.dead", 0, 0)]
    assert shell("queue", "show", "work", first["message"], "--json").objects[0]["payload"] == {"base64": "AP8="}
    assert shell("queue", "receive", "work", "--ack").out == "a: \n"
    assert shell("queue", "drop", "work", first["message"]).code == 0
    shell("queue", "send", "work", "a")
    assert shell("queue", "redrive", "work").out == "0 messages are back\n"
    assert shell("queue", "purge", "work").out == "1 messages of work are removed\n"
    assert shell("queue", "delete", "work").out == "work is deleted\n"
    assert shell("queue", "send", "work", "a", "--header", "x").code == 1
    assert shell("queue", "receive", "work").code == 5


def test_a_topic_is_watched(shell) -> None:
    with shell.node(), shell.started("topic", "watch", "news", "--json") as watching:
        assert watching.stdout is not None
        shell("topic", "publish", "other", "x")
        assert shell("topic", "publish", "news", "price=1").out == "p2 went to 0 subscribers of news\n"
        assert '"topic": "news", "message_type": "price"' in watching.stdout.readline()
        assert "news" in shell("topic", "list").out
