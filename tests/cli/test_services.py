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
    absent = shell("kv", "cas", "nokey", "1", "5")
    assert (absent.code, absent.err) == (1, "there is no key nokey; nothing was changed\n")
    assert shell("kv", "put", "one", "x").out == "one holds 1 byte, version 1\n"
    said = shell("kv", "put", "bin", "@/bin/ls")
    assert (said.code, said.err) == (1, "invalid: /bin/ls is not UTF-8 text; give its bytes with --hex and @FILE\n")


def test_what_is_stored_does_not_steer_a_terminal(shell) -> None:
    """A pipe gets a value as it is; names and rows of a table are made visible everywhere."""
    shell("kv", "put", "a\x1b[31m\x7f", "v\x1b]0;x\x07\x9b")
    listed = shell("kv", "list").out
    assert "a\\x1b[31m\\x7f" in listed and "v\\x1b]0;x\\x07\\x9b" in listed
    assert not {"\x1b", "\x07", "\x7f", "\x9b"} & set(listed)
    assert shell("kv", "get", "a\x1b[31m\x7f").out == "v\x1b]0;x\x07\x9b\n"
    assert shell("kv", "get", "a\x1b").err.count("\x1b") == 0


def test_numbers_and_waits_that_cannot_be_are_invalid(shell) -> None:
    huge = "99999999999999999999"
    with shell.node():
        for command in (
            ("kv", "increment", "a", huge),
            ("kv", "put", "t", "x", "--ttl", huge),
            ("tuple", "remove", huge),
            ("tuple", "take", "(?)", "--wait", "1e30"),
            ("queue", "receive", "q", "--timeout", "1e30"),
        ):
            done = shell(*command)
            assert (done.code, done.err.startswith("invalid: "), done.err.count("\n")) == (1, True, 1), command


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


def test_why_nobody_takes_a_tuple_is_said_of_everybody_who_waits(shell) -> None:
    assert shell("tuple", "why", "1").code == 5
    with shell.node(), shell.started("tuple", "take", '("a", int)', "--wait", "60") as taking:
        while not (waiters := shell("tuple", "waiters", "--json").objects):
            assert taking.poll() is None
        (made,) = shell("tuple", "write", '("a", "x")', "--json").objects
        said = f'{waiters[0]["id"]}  -  take ("a", int): field 2 is text ("x"), int is wanted\n'
        assert shell("tuple", "why", str(made["id"])).out == said
        (miss,) = shell("tuple", "why", str(made["id"]), "--json").objects
        assert (miss["waiter"]["pattern"], miss["misses"][0]["reason"]) == ('("a", int)', "type")
        shell("tuple", "write", '("a", 1)')
        assert taking.wait(30) == 0
        none = shell("tuple", "why", str(made["id"]))
        assert (none.code, none.err) == (0, "nobody waits for a tuple\n")
        assert shell("tuple", "why", "99").err.startswith("not_found: there is no tuple 99")


def test_locks_are_taken_shown_renewed_forced_and_released_without_a_node(shell) -> None:
    taken = shell("lock", "acquire", "a", "--as", "me", "--lease", "600000")
    assert taken.out.startswith("a is held by session me in version 1, until ")
    refused = shell("lock", "acquire", "a", "--as", "you", "--wait", "0")
    assert (refused.code, refused.err) == (
        1, "timeout: lock 'a' was not to be had within 0 s: session 'me' holds it in version 1\n"
    )  # fmt: skip
    assert shell("lock", "renew", "a", "1", "--as", "me", "--lease", "900000", "--json").objects[0]["version"] == 1
    stale = shell("lock", "renew", "a", "7", "--as", "me")
    assert (stale.code, stale.err.startswith("conflict: lock 'a' is no longer held in version 7")) == (1, True)
    assert "a     session me  1" in shell("lock", "list").out
    assert [row["holder"] for row in shell("lock", "list", "--json").objects] == ["me"]
    assert shell("lock", "show", "a", "--json").objects[0]["waiters"] == []
    assert shell("lock", "force", "a").out == "a is taken from session me, who held it in version 1\n"
    free = shell("lock", "show", "a")
    assert (free.code, free.err) == (1, "not_found: nobody holds lock 'a'\n")
    assert shell("lock", "acquire", "a", "--as", "you", "--json").objects[0]["version"] == 2
    assert shell("lock", "release", "a", "2", "--as", "you").out == "a is released\n"
    assert shell("lock", "acquire", "a", "--as", "me", "--lease", "0").code == 1
    assert shell("lock", "history").code == shell("lock", "waiters").code == 5


def test_a_command_runs_while_its_lock_is_held(shell) -> None:
    with shell.node(), shell.started("lock", "watch", "--json") as watching:
        assert watching.stdout is not None
        done = shell("lock", "run", "--as", "me", "--lease", "300", "a", "sh", "-c",
                     "echo $WORKBENCH_LOCK_VERSION; exec timeout 1 cat /dev/zero > /dev/null")  # fmt: skip
        assert (done.code, done.out, done.err) == (124, "1\n", "")
        assert any('"change": "renewed"' in line for line in watching.stdout)
        changes = [change["change"] for change in shell("lock", "history", "a", "--json").objects]
        assert changes[0] == "acquired" and changes[-1] == "released" and "expired" not in changes
        with shell.started("lock", "run", "--as", "me", "--lease", "300", "b", "sleep", "60") as running:
            assert any('"b"' in line for line in watching.stdout)
            shell("lock", "force", "b")
            assert running.wait(30) == 1 and running.stderr is not None
            assert "no longer held in version 2" in running.stderr.read()
        missing = shell("lock", "run", "--as", "me", "c", "no-such-program")
        assert missing.code == 127
        assert missing.err == "cannot run no-such-program: no such file or directory; the lock c is released\n"
        assert shell("lock", "waiters").code == 0 and not shell("lock", "list", "--json").objects


def test_groups_are_made_joined_published_to_and_deleted(shell) -> None:
    assert shell("group", "list").code == 5
    with shell.node(), shell.started("group", "watch", "--json") as watching:
        assert watching.stdout is not None
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "one")
        assert shell("group", "create", "g").out == "g is created\n"
        assert shell("group", "create", "g").out == "g was there already\n"
        assert shell("group", "join", "g", "one", "--topic", "a").out == "one has joined g\n"
        assert shell("group", "join", "g", "one", "--topic", "b").code == 0
        assert "one    2" in shell("group", "members", "g").out and "a, b" in shell("group", "members", "g").out
        assert [row["members"] for row in shell("group", "list", "--json").objects] == [1]
        assert shell("group", "publish", "g", "add=5", "--topic", "b").out == "1 got it: one\n"
        assert shell("group", "publish", "g", "add=5", "--topic", "c").out == "nobody got it\n"
        assert shell("group", "publish", "g", "x", "--json").objects == [{"delivered": ["one"], "refused": []}]
        assert shell("group", "leave", "g", "one").out == "one has left g\n"
        assert shell("group", "remove", "g", "one").out == "one is removed from g, which it had joined 1 time\n"
        stranger = shell("group", "leave", "g", "one")
        assert (stranger.code, stranger.err) == (1, "not_found: 'one' is no member of group 'g'\n")
        assert shell("group", "delete", "g").out == "g is deleted\n"
        assert any('"change": "deleted"' in line for line in watching.stdout)


def test_entries_are_registered_found_kept_alive_and_removed_without_a_node(shell) -> None:
    made = shell("registry", "register", "shop", "--address", "http://x", "--label", "zone", "eu", "--ttl", "600000",
                 "--as", "me", "--json").objects  # fmt: skip
    assert (made[0]["object_type"], made[0]["labels"], made[0]["health"]) == ("service", {"zone": "eu"}, "healthy")
    taken = shell("registry", "register", "shop", "--address", "y")
    assert (taken.code, taken.err) == (1, "already_exists: 'shop' is registered already, by session 'me'\n")
    assert "labels      zone=eu\n" in shell("registry", "show", "shop").out
    assert "degraded" in shell("registry", "heartbeat", "shop", "--health", "degraded").out
    assert [row["id"] for row in shell("registry", "list", "--health", "degraded", "--json").objects] == ["shop"]
    listed = shell("registry", "list", "--type", "service", "--label", "zone", "eu", "--limit", "1")
    assert "shop  service  degraded" in listed.out and "There may be more: --after 'shop'" in listed.err
    assert shell("registry", "list", "--after", "shop", "--json").out == ""
    assert shell("registry", "list", "--health", "fine").code == 2
    assert shell("registry", "register", "x", "--address", "y", "--ttl", "0").code == 1
    assert shell("registry", "unregister", "shop").out == "shop is unregistered\n"
    gone = shell("registry", "show", "shop")
    assert (gone.code, gone.err) == (1, "not_found: nothing is registered as 'shop'\n")
    with shell.node(), shell.started("registry", "watch", "--json") as watching:
        assert watching.stdout is not None
        for _ in range(3):
            shell("registry", "register", "soon", "--address", "x", "--ttl", "1")
        assert any('"change": "reaped"' in line for line in watching.stdout)


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
    assert shell("queue", "purge", "work").out == "1 message of work is removed\n"
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
