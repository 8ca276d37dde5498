"""One request is followed with the command line: from the id that a call prints to every list of turns."""

from __future__ import annotations

import json

SOURCE = """
from plexspaces import GenServer, messaging

class Desk(GenServer):
    def init(self, state):
        self.count = 0
    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return messaging.ask(payload, "weigh", "") if payload else str(self.count)
    def snapshot_state(self):
        return str(self.count)
"""
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def whose(text: str) -> list[tuple[str, str]]:
    """Actor and message type of each line of JSON."""
    turns = map(json.loads, text.splitlines())
    return [(turn["actor"][2], turn["envelope"]["type"]) for turn in turns]


def test_the_id_that_a_call_prints_finds_the_turns_of_all_actors(shell) -> None:
    (shell.folder / "desk.py").write_text(SOURCE)
    with shell.node("--record", "messages"):
        shell("module", "deploy", "desk.py", "--alias", "desk")
        for name in ("desk", "scales"):
            shell("actor", "spawn", "desk", "--name", name, "--durable")
        (first,) = shell("actor", "call", "desk", "route=scales", "--json").objects
        (second,) = shell("actor", "call", "desk", "route=scales", "--json").objects
        assert len(first["trace"]) == 32 and first["trace"] != second["trace"]
        shell("actor", "call", "desk", "look", "--header", f"traceparent={GIVEN}")
        cast = shell("actor", "cast", "desk", "late", "--header", f"traceparent={GIVEN}", "--json").objects[0]
        assert cast["trace"] == GIVEN[3:35] and shell("actor", "call", "desk", "after").code == 0
        found = shell("debug", "history", "--trace", first["trace"], "--json")
        assert whose(found.out) == [("scales", "weigh"), ("desk", "route")]
        table = shell("debug", "history", "--trace", second["trace"][:8]).out
        assert table.count(second["trace"][:8]) == 2 and first["trace"][:8] not in table
        drawn = shell("debug", "diagram", "--trace", first["trace"][:8]).out
        assert drawn.count("route") == 1 and drawn.count("weigh") == 1 and "look" not in drawn
        kept = shell("journal", "show", "desk", "--trace", GIVEN, "--json")
        assert whose(kept.out) == [("desk", "look"), ("desk", "late")] and not kept.err
        assert "is no trace" in shell("debug", "history", "--trace", "4bf9").err
        nobody = shell("journal", "show", "desk", "--trace", "aaaaaaaa")
        assert nobody.code == 0 and "no turn of desk that is kept belongs to trace aaaaaaaa" in nobody.err
        shell("bundle", "export", "made.plexbundle")
    timeline = shell("bundle", "timeline", "made.plexbundle", "--trace", first["trace"], "--json").objects
    assert [(each["actor"], each["type"], each["trace"]) for each in timeline] == [
        ("scales", "weigh", first["trace"]), ("desk", "route", first["trace"]),
    ]  # fmt: skip
    recorded = shell("debug", "history", "--node", "bundle:made.plexbundle", "--trace", first["trace"][:8], "--json")
    assert whose(recorded.out) == [("scales", "weigh"), ("desk", "route")]
    both = shell("bundle", "timeline", "made.plexbundle", "--where", "actor:desk", "--trace", first["trace"], "--json")
    assert [each["type"] for each in both.objects] == ["route"]


def test_a_trace_that_is_none_is_replaced_and_the_new_one_is_told(shell) -> None:
    (shell.folder / "desk.py").write_text(SOURCE)
    done = shell("run", "desk.py", "--call", "look", "--json").objects
    assert len(done[0]["trace"]) == 32
    with shell.node("--record", "messages"):
        shell("module", "deploy", "desk.py", "--alias", "desk")
        shell("actor", "spawn", "desk", "--name", "desk")
        (told,) = shell("actor", "call", "desk", "look", "--header", "traceparent=0", "--json").objects
        assert whose(shell("debug", "history", "--trace", told["trace"], "--json").out) == [("desk", "look")]
