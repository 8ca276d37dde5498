"""A session is exported with the turns that the recording lacks and journals have, with or without a node."""

from __future__ import annotations

from workbench.api.turn_text import from_line
from workbench.data import directory

SAMPLE = str(directory("resources") / "actors" / "durability_actor.py")


def turns(shell, path: str) -> list[tuple[str, int, str, str]]:
    """Of a bundle: who, which, what and what came of it, in their order."""
    rows = shell("debug", "history", "--node", f"bundle:{path}", "--limit", "1000", "--json").out.splitlines()
    read = map(from_line, rows)
    return [
        (turn.actor.name, turn.seq, turn.envelope.type if turn.envelope else turn.operation, str(turn.reply))
        for turn in read
    ]


def journal(shell, name: str) -> list[tuple[str, int, str, str]]:
    read = map(from_line, shell("journal", "export", name).out.splitlines())
    return [
        (turn.actor.name, turn.seq, turn.envelope.type if turn.envelope else turn.operation, str(turn.reply))
        for turn in read
    ]


def test_of_a_node_that_records_nothing_the_durable_actors_are_exported_whole(shell) -> None:
    with shell.node():
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        shell("module", "deploy", "counter.py", "--alias", "counter")
        for name in ("d", "e"):
            shell("actor", "spawn", "durability", "--name", name, "--durable")
        shell("actor", "spawn", "counter", "--name", "plain")
        for name in ("d", "e", "d"):
            assert shell("actor", "call", name, "increment").code == 0
        done = shell("bundle", "export", "made")
        assert done.code == 0, done.err
        assert done.out.startswith("made holds 5 turns of 2 actors")
        whose = "5 turns of 2 durable actors are from their journals, because the recording does not have them: d, e"
        assert f"note: {whose}" in done.err
    found = turns(shell, "made")
    assert [turn[:3] for turn in found] == [
        ("d", 1, "init"), ("e", 1, "init"), ("d", 2, "increment"), ("e", 2, "increment"), ("d", 3, "increment"),
    ]  # fmt: skip
    assert [turn for turn in found if turn[0] == "d"] == journal(shell, "d")[:3]  # then it was stopped
    replayed = shell("bundle", "replay", "made")
    assert (replayed.code, "d: 3 of 3 turns replayed, 3 equal" in replayed.out) == (0, True), replayed
    stored = shell("bundle", "export", "later", "--workspace", str(shell.workspace))
    assert stored.code == 0 and turns(shell, "later")[:5] == found


def test_what_a_killed_node_did_not_record_any_more_comes_from_the_journal(shell) -> None:
    """Each turn is in it once, in its place, and no node is needed."""
    with shell.started("node", "--record", "full") as process:
        process.stdout.readline()
        shell("module", "deploy", SAMPLE, "--alias", "durability")
        shell("actor", "spawn", "durability", "--name", "d", "--durable")
        for _ in range(3):
            assert shell("actor", "call", "d", "increment").code == 0
        process.kill()
        process.wait(60)
    recorded = len(shell("debug", "history", "d", "--json").out.splitlines())
    done = shell("bundle", "export", "made")
    assert done.code == 0 and done.out.startswith("made holds 4 turns of 1 actor"), done
    lost = 4 - recorded
    assert ("because the recording does not have them: d" in done.err) is bool(lost)
    assert turns(shell, "made") == journal(shell, "d")
    assert [turn[1] for turn in turns(shell, "made")] == [1, 2, 3, 4]
    replayed = shell("bundle", "replay", "made")
    assert (replayed.code, "d: 4 of 4 turns replayed, 4 equal" in replayed.out) == (0, True), replayed
