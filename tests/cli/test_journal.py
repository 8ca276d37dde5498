"""`workbench journal` and what makes an actor durable, typed as printed in the docs."""

from __future__ import annotations

import json
import sqlite3

from tests.unit.forged_journal import forge_reply
from workbench.api.turn_text import from_line
from workbench.data import directory

SAMPLE = str(directory("resources") / "actors" / "durability_actor.py")


def in_sql(shell, statement: str) -> None:
    """Change something of the workspace while no node runs on it."""
    with sqlite3.connect(shell.workspace / "workbench.db") as database:
        assert database.execute(statement).rowcount > 0
    database.close()


def test_a_durable_actor_is_kept_shown_exported_and_back_with_the_next_node(shell) -> None:
    with shell.node():
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        assert shell("actor", "spawn", "durability", "--name", "d", "--durable").out == "d\n"
        assert shell("actor", "call", "d", "increment").out.startswith("increment -> 1")
        assert shell("actor", "call", "d", "increment").out.startswith("increment -> 2")
        assert "durable    yes: workbench journal show d" in shell("actor", "show", "d").out
        assert shell("actor", "list", "--json").objects[0]["durable"] is True
        assert shell("journal", "checkpoint", "d").out == "the state of d after turn 4 is stored\n"
        shell("actor", "call", "d", 'persist_batch=[["a", "1"]]')
    listed = shell("journal", "list", "--json").objects[0]
    assert (listed["actor"], listed["entries"], listed["events"], listed["checkpoint"]) == ("d", 7, 3, 6)
    assert listed["runs"] is True
    assert shell("journal", "list").out.splitlines()[1].split()[:6] == ["d", "7", "1", "to", "7", "3"], (
        "its end is a checkpoint"
    )
    assert shell("actor", "list").code == 5
    shown = shell("journal", "show", "d", "--after", "1", "--limit", "2")
    assert "call increment" in shown.out and shown.err == "There are more, up to turn 7: --after 3\n"
    calls = shell("journal", "show", "d", "--after", "1", "--calls").out
    assert "\n    durability.persist('incremented', '1') -> 1\n" in calls
    assert [row["seq"] for row in shell("journal", "show", "d", "--json").objects] == [1, 2, 3, 4, 5, 6, 7]
    assert shell("journal", "show", "d", "--json").out == shell("journal", "export", "d").out
    events = shell("journal", "events", "d", "--json").objects
    assert [(event["sequence"], event["type"], event["payload"]) for event in events] == [
        (1, "incremented", "1"), (2, "incremented", "2"), (3, "a", "1"),
    ]  # fmt: skip
    assert shell("journal", "events", "d", "--after", "1", "--limit", "1").err == "There may be more: --after 2\n"
    printed = [from_line(line) for line in shell("journal", "export", "d").out.splitlines()]
    assert [turn.seq for turn in printed] == [1, 2, 3, 4, 5, 6, 7] and printed[0].birth is not None
    assert shell("journal", "export", "d", "d.jsonl").out == "d.jsonl: 7 turns of d\n"
    assert [from_line(line) for line in shell.lines("d.jsonl")] == printed
    assert shell("journal", "compact", "d").out == "6 entries are removed\n"
    with shell.node():
        found = json.loads(shell("actor", "call", "d", "get_state", "--json").objects[0]["reply"])
        assert found == {"count": 2, "sequence": 3, "checkpoint": 3, "replayed": True}
        refused = shell("journal", "remove", "d")
        assert refused.code == 1 and "d has not ended: it is running, or comes back" in refused.err
        shell("actor", "stop", "d")
        assert shell("journal", "remove", "d").out == "the journal of d is removed\n"
        assert shell("journal", "list", "--json").out == ""


def test_commands_on_stored_things_bring_nobody_back(shell) -> None:
    """A recovery would be an entry of its own: none is there after any of them."""
    ran = shell("run", SAMPLE, "--durable", "--workspace", str(shell.workspace), "--call", "increment")
    assert (ran.code, ran.out[:14]) == (0, "increment -> 1"), ran
    before = shell("journal", "export", "durability_actor").out
    for command in (
        ("module", "list"), ("kv", "put", "a", "1"), ("tuple", "write", "(1)"), ("queue", "list"), ("blob", "list"),
        ("lock", "list"), ("registry", "list"), ("journal", "verify"), ("journal", "list"),
    ):  # fmt: skip
        done = shell(*command)
        assert done.code == 0, done
        assert shell("journal", "export", "durability_actor").out == before, command
    with shell.node("--fresh"):
        assert shell("actor", "list", "--json").out == ""
    assert shell("journal", "export", "durability_actor").out == before
    again = shell("run", SAMPLE, "--durable", "--workspace", str(shell.workspace), "--call", "increment")
    assert again.out.startswith("increment -> 2"), again
    with shell.node():
        assert shell("actor", "call", "durability_actor", "increment").out.startswith("increment -> 3")


def test_what_is_damaged_is_named_and_ends_with_1(shell) -> None:
    shell("run", SAMPLE, "--durable", "--workspace", str(shell.workspace), "--call", "increment", "--call", "increment")
    done = shell("journal", "verify")
    assert (done.code, done.out) == (0, "4 entries of 1 actor: all as written\n")
    in_sql(shell, "UPDATE journal SET line = replace(line, 'increment', 'decrement') WHERE seq = 2")
    done = shell("journal", "verify", "--json")
    assert (done.code, [row["seq"] for row in done.objects]) == (1, [2])
    damage = "durability_actor turn 2: its checksum does not fit what it says\n"
    assert shell("journal", "verify", "durability_actor").err == damage
    shown = shell("journal", "show", "durability_actor")
    assert shown.err == "turn 2 is not shown: workbench journal verify durability_actor\n"
    assert len(shell("journal", "export", "durability_actor").out.splitlines()) == 3
    refused = shell("journal", "remove", "durability_actor")
    assert refused.code == 1 and "use --force" in refused.err
    assert shell("journal", "remove", "durability_actor", "--force").code == 0
    assert shell("journal", "list", "--json").out == ""


def test_a_journal_is_lived_through_again_and_a_difference_ends_with_1(shell) -> None:
    shell("run", SAMPLE, "--durable", "--workspace", str(shell.workspace), "--call", "increment", "--call", "increment")
    done = shell("journal", "replay", "durability_actor")
    assert (done.code, done.err) == (0, ""), done
    assert done.out.startswith("durability_actor: 4 of 4 turns replayed, 4 equal\n")
    with sqlite3.connect(shell.workspace / "workbench.db") as database:
        forge_reply(database, 3)
    database.close()
    done = shell("journal", "replay", "durability_actor")
    assert done.code == 1 and done.out.startswith("durability_actor: differs in turn 3 ("), done
    assert "recorded  reply '20'" in done.out and "now       reply '2'" in done.out
    (row,) = shell("journal", "replay", "durability_actor", "--json").objects
    assert (row["held"], row["divergence"]["seq"]) == (False, 3)
    in_sql(shell, "UPDATE journal SET crc = 0 WHERE seq = 2")
    damaged = shell("journal", "replay", "durability_actor")
    assert damaged.code == 1 and "entry 2 is damaged or gone: workbench journal verify durability_actor" in damaged.out
    nobody = shell("journal", "replay", "nobody")
    assert nobody.code == 1 and nobody.err.startswith("not_found: ")


def test_who_cannot_come_back_is_told_with_the_reason_and_all_others_do(shell) -> None:
    with shell.node():
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        for name in ("a", "b"):
            assert shell("actor", "spawn", "durability", "--name", name, "--durable").code == 0
            assert shell("actor", "call", name, "increment").code == 0
    in_sql(shell, "UPDATE journal_actors SET birth = 'garbage' WHERE name = 'a'")
    done = shell("journal", "verify")
    said = "its row in journal_actors is damaged: its checksum does not fit what it says"
    assert (done.code, done.out, done.err) == (1, "", f"a: {said}\na: it cannot come back: {said}\n")
    assert [(row["table"], row["seq"]) for row in shell("journal", "verify", "--json").objects] == [
        ("journal_actors", 0), ("journal_actors", 0),
    ]  # fmt: skip
    with shell.node():
        assert "b" in shell("actor", "show", "b").out and shell("actor", "show", "a").code == 1
        assert shell("actor", "call", "b", "increment").out.startswith("increment -> 2")
        refused = shell("actor", "spawn", "durability", "--name", "a", "--durable")
        assert refused.code == 1 and f"invalid: a cannot be brought back: {said}. " in refused.err
        assert "workbench journal remove a --force begins anew" in refused.err
        assert shell("journal", "remove", "a", "--force").code == 0
        assert shell("actor", "spawn", "durability", "--name", "a", "--durable").code == 0
        assert shell("actor", "call", "a", "increment").out.startswith("increment -> 1")


def test_an_emptied_journal_and_rows_from_before_are_told(shell) -> None:
    with shell.node():
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        shell("actor", "spawn", "durability", "--name", "d", "--durable")
        shell("actor", "call", "d", "increment")
        shell("journal", "checkpoint", "d")
        assert shell("journal", "compact", "d").out == "3 entries are removed\n"
        shown = shell("journal", "show", "d")
        assert shown.err == "no turn of d is kept; its state after turn 3 is stored\n"
        shown = shell("journal", "show", "d", "--json")
        assert (shown.out, shown.err) == ("", "no turn of d is kept; its state after turn 3 is stored\n")
    in_sql(shell, "UPDATE journal_events SET crc = NULL")
    done = shell("journal", "verify", "d")
    assert (done.code, done.out) == (0, "1 entry of 1 actor: all as written\n")
    assert done.err == (
        "d: 1 row has no checksum of all that it says, and could not be checked: an older version wrote it\n"
    )
    in_sql(shell, "DELETE FROM journal_events")
    assert shell("journal", "verify").err == "d event 1: event 1 is missing\n"


def test_who_has_no_journal_is_told_so(shell) -> None:
    for command in ("show", "events", "export", "compact", "verify", "remove"):
        done = shell("journal", command, "nobody")
        said = "not_found: nobody has no journal: it was never durable; spawn it with --durable\n"
        assert (done.code, done.err) == (1, said), command
    assert shell("journal", "checkpoint", "nobody").code == 5
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "c")
        done = shell("journal", "checkpoint", "c")
        assert (done.code, done.err) == (1, "conflict: c is not durable and has no journal; spawn it with --durable\n")


def test_a_message_with_a_key_is_handled_once(shell) -> None:
    with shell.node():
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        shell("actor", "spawn", "durability", "--name", "d", "--durable")
        for _ in range(2):
            assert shell("actor", "call", "d", "increment", "--key", "order-7").out.startswith("increment -> 1")
        shell("actor", "cast", "d", "increment", "--header", "idempotency-key=order-7")
        assert shell("actor", "call", "d", "increment", "--header", "traceparent=00").out.startswith("increment -> 2")
        refused = shell("actor", "call", "d", "increment", "--header", "order-7")
        assert (refused.code, refused.err) == (1, "invalid: 'order-7' is no header; write NAME=VALUE\n")
        twice = shell("actor", "call", "d", "increment", "--key", "a", "--header", "idempotency-key=b")
        assert "the header idempotency-key is given twice" in twice.err


def test_one_that_cannot_come_back_is_stopped_and_forgotten(shell) -> None:
    ran = shell("run", SAMPLE, "--durable", "--workspace", str(shell.workspace), "--call", "increment")
    assert ran.code == 0, ran.err
    module = shell("module", "list", "--json").objects[0]["hash"]
    refused = shell("module", "remove", module)
    assert refused.code == 1 and "is in use by durability_actor" in refused.err
    in_sql(shell, "DELETE FROM modules")
    with shell.node():
        assert "could not be brought back: no module" in shell("actor", "show", "durability_actor").err
        assert "its journal stays and no longer brings it back" in shell("actor", "stop", "durability_actor").err
        assert shell("journal", "remove", "durability_actor").out == "the journal of durability_actor is removed\n"
