"""A node that starts brings back who ran: from where it was after SIGTERM, from its first state after a kill."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

TREE = """
[supervisor.shop]
strategy = "one_for_one"
children = ["clerk", "till"]

[actor.clerk]
module = "counter"
state = "100"

[actor.till]
module = "counter"
durable = true
"""
FORGETFUL = """
from plexspaces import GenServer


class Forgetful(GenServer):
    def init(self, state):
        self.said = state or "nothing"

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "say":
            self.said = payload
        return self.said
"""
PARTICULAR = """
from plexspaces import GenServer


class Particular(GenServer):
    def init(self, state):
        if state == "bad":
            raise ValueError("I do not go on from there")
        self.state = state

    def handle_request(self, from_actor, message_type, payload):
        self.state = payload
        return payload

    def snapshot_state(self):
        return self.state
"""
DOOR = """
from plexspaces import GenFSM


class Door(GenFSM):
    def init(self, state):
        pass

    def handle_transition(self, from_actor, message_type, payload):
        return "open" if message_type == "open" else ""

    def snapshot_state(self):
        return ""
"""


@contextmanager
def node(shell, end: signal.Signals = signal.SIGTERM, *options: str) -> Iterator[None]:
    """A node on the workspace, ended by this signal."""
    with shell.started("node", *options) as process:
        assert ":" in process.stdout.readline(), process.stderr.read()
        yield
        process.send_signal(end)
        assert process.wait(60) == (0 if end is signal.SIGTERM else -end)


def count(shell, actor: str, message: str = "get_count") -> str:
    called = shell("actor", "call", actor, message, "--json").objects[0]
    assert called["error"] == "", called
    return called["reply"]


def states(shell) -> dict[str, str]:
    return {row["actor"]: row["state"] for row in shell("actor", "list", "--json").objects}


def test_actors_come_back_where_they_were_and_after_a_kill_where_they_began(shell) -> None:
    shell.write("tree.toml", TREE)
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        assert shell("actor", "spawn", "counter", "--name", "own", "--state", "4").code == 0
        assert shell("actor", "spawn", "counter", "--name", "held").code == 0
        assert shell("actor", "spawn", "counter", "--name", "asleep", "--state", "7").code == 0
        assert shell("actor", "spawn", "counter", "--name", "gone").code == 0
        assert shell("supervisor", "apply", "tree.toml").code == 0
        assert [count(shell, actor, "increment") for actor in ("own", "clerk", "till", "asleep")] == [
            "5", "101", "1", "8",
        ]  # fmt: skip
        assert shell("actor", "suspend", "held").code == 0
        assert shell("actor", "passivate", "asleep").code == 0
        assert shell("actor", "stop", "gone").code == 0
    there = {"own": "idle", "held": "suspended", "asleep": "passive", "clerk": "idle", "till": "idle"}
    with node(shell, signal.SIGKILL):
        assert states(shell) == there
        assert [count(shell, actor, "increment") for actor in ("own", "clerk", "till", "asleep")] == [
            "6", "102", "2", "9",
        ]  # fmt: skip
    with node(shell):
        assert set(states(shell)) == set(there)
        assert [count(shell, actor) for actor in ("own", "clerk", "till", "asleep")] == ["4", "100", "2", "7"]
        assert shell("supervisor", "show", "shop").code == 0


POOL = """
[supervisor.clerks]
strategy = "simple_one_for_one"
children = ["clerk"]

[actor.clerk]
module = "counter"
state = "10"
"""


def test_copies_of_a_pool_come_back_with_their_names_and_what_each_was_started_with(shell) -> None:
    shell.write("pool.toml", POOL)
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        assert shell("supervisor", "apply", "pool.toml").code == 0
        for state in ((), ("--state", "20"), ("--state", "30")):
            assert shell("supervisor", "start", "clerks", *state).code == 0
        assert shell("supervisor", "stop", "clerks", "clerk-2").code == 0
        assert shell("actor", "stop", "clerk-1").code == 0, "a permanent copy is started again, with its first state"
        assert count(shell, "clerk-3", "increment") == "31"
    with node(shell, signal.SIGKILL):
        shown = shell("supervisor", "show", "clerks").out
        assert (count(shell, "clerk-1"), count(shell, "clerk-3", "increment")) == ("10", "32"), shown
        assert shell("supervisor", "start", "clerks").out == "clerk-2\n", "the names that are free come first"
    with node(shell):
        assert [count(shell, f"clerk-{number}") for number in (1, 2, 3)] == ["10", "10", "30"]
        assert shell("supervisor", "remove", "clerks").code == 0
    with node(shell):
        assert states(shell) == {}


def test_fresh_brings_nobody_back_and_what_is_kept_of_them_stays(shell) -> None:
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "own", "--state", "4")
        count(shell, "own", "increment")
    with node(shell, signal.SIGTERM, "--fresh"):
        assert states(shell) == {}
        shell("actor", "spawn", "counter", "--name", "newcomer", "--state", "9")
    refused = shell("module", "remove", "counter")
    assert refused.code == 1 and "own" in refused.err and "newcomer" in refused.err
    with node(shell):
        assert (count(shell, "own"), count(shell, "newcomer")) == ("5", "9")


def test_terms_that_were_changed_are_those_it_comes_back_with(shell) -> None:
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "own", "--profile", "strict", "--grant", "keyvalue")
        assert shell("capability", "grant", "own", "locks", "--for", "always").code == 0
        assert shell("capability", "grant", "own", "blob", "--for", "session").code == 0
        assert shell("capability", "revoke", "own", "keyvalue").code == 0
        assert shell("actor", "limits", "own", "mailbox=7").code == 0
    with node(shell, signal.SIGKILL):
        held = {row["capability"] for row in shell("capability", "show", "own", "--json").objects if row["granted"]}
        assert ("locks" in held, "blob" in held, "keyvalue" in held) == (True, False, False)
        assert shell("actor", "show", "own", "--json").objects[0]["limits"]["mailbox"] == 7
    with node(shell):
        held = {row["capability"] for row in shell("capability", "show", "own", "--json").objects if row["granted"]}
        assert "locks" in held and "keyvalue" not in held


def test_code_that_was_exchanged_is_what_comes_back(shell) -> None:
    shell.write("better.py", (shell.folder / "counter.py").read_text().replace("+= 1", "+= 10"))
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("module", "deploy", "better.py", "--alias", "better")
        shell("actor", "spawn", "counter", "--name", "own")
        assert shell("actor", "upgrade", "own", "better").code == 0
    with node(shell):
        assert count(shell, "own", "increment") == "10"


def test_a_crashed_actor_does_not_run_and_does_not_come_back_until_it_is_restarted(shell) -> None:
    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        for name in ("left", "mended"):
            shell("actor", "spawn", "counter", "--name", name)
            assert shell("actor", "call", name, "crash").code == 3
        assert shell("actor", "restart", "mended").code == 0
    with node(shell):
        assert set(states(shell)) == {"mended"}


def test_who_hands_out_no_state_begins_anew(shell) -> None:
    shell.write("forgetful.py", FORGETFUL)
    with node(shell):
        shell("module", "deploy", "forgetful.py", "--alias", "forgetful")
        shell("actor", "spawn", "forgetful", "--name", "own", "--state", "hello")
        assert shell("actor", "call", "own", "say=other", "--json").objects[0]["reply"] == "other"
    with node(shell):
        assert count(shell, "own", "what") == "hello"


def test_who_does_not_take_its_state_again_begins_anew_and_its_log_says_so(shell) -> None:
    shell.write("particular.py", PARTICULAR)
    with node(shell):
        shell("module", "deploy", "particular.py", "--alias", "particular")
        shell("actor", "spawn", "particular", "--name", "own", "--state", "good")
        shell("actor", "call", "own", "set=bad")
    with node(shell):
        assert "it begins anew, for it did not take the state" in shell("actor", "logs", "own").out
        assert states(shell) == {"own": "idle"}


def test_a_state_machine_is_in_the_state_that_it_was_in(shell) -> None:
    shell.write("door.py", DOOR)
    with node(shell):
        shell("module", "deploy", "door.py", "--alias", "door")
        shell("actor", "spawn", "door", "--name", "front")
        assert count(shell, "front", "open") == "open"
    with node(shell):
        assert count(shell, "front", "look") == "open"


def test_a_run_keeps_nobody_but_its_durable_actor(shell) -> None:
    assert shell("run", "counter.py", "--call", "increment", "--workspace", str(shell.workspace)).code == 0
    with node(shell):
        assert states(shell) == {}


@pytest.mark.parametrize("table", ["roster", "drained"])
def test_a_damaged_row_is_told_and_concerns_nobody_else(shell, table: str) -> None:
    import sqlite3

    with node(shell):
        shell("module", "deploy", "counter.py", "--alias", "counter")
        for name in ("one", "two"):
            shell("actor", "spawn", "counter", "--name", name, "--state", "3")
            count(shell, name, "increment")
    with sqlite3.connect(shell.workspace / "workbench.db") as db:
        db.execute(f"UPDATE {table} SET birth = ? WHERE name = 'one'", (json.dumps({"actor": "one"}),))
    db.close()
    with shell.started("node") as process:
        process.stdout.readline()
        assert count(shell, "two") == "4"
        missing = shell("actor", "call", "one", "get_count")
        if table == "roster":
            assert missing.code == 1 and "could not be brought back: its row in the workspace is damaged" in missing.err
            assert shell("actor", "stop", "one").code == 0, "it is given up"
            assert "could not be brought back" not in shell("actor", "call", "one", "get_count").err
        else:
            assert missing.out.startswith("get_count -> 3"), "it begins anew"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert "is damaged" in process.stderr.read()
