"""`workbench node`, and the commands that find it."""

from __future__ import annotations

import json
import re
import signal
import urllib.request

KEEPER = """
from plexspaces import GenServer, keyvalue


class Keeper(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        keyvalue.put("it", payload)
        return "kept"
"""


def test_commands_find_the_node_of_their_workspace(shell) -> None:
    with shell.node() as address:
        assert address.startswith("127.0.0.1:")
        deployed = shell("module", "deploy", "counter.py", "--alias", "counter", "--json").objects[0]
        assert deployed["aliases"] == ["counter"]
        assert shell("actor", "spawn", "counter", "--name", "tally", "--state", "4", "--json").objects == [
            {"actor": "tally"}
        ]
        called = shell("actor", "call", "tally", "increment", "--json").objects[0]
        assert (called["kind"], called["reply"], called["fuel"] > 0) == ("call", "5", True)
        cast = shell("actor", "cast", "tally", "increment", "--json").objects[0]
        assert (cast["kind"], cast["reply"], cast["fuel"]) == ("cast", None, None)
        assert shell("actor", "call", "tally", "print=hello").out.startswith("print -> 6  (fuel ")
        assert "hello" in shell("actor", "logs", "tally").out
        assert shell("actor", "snapshot", "tally").out == "6\n"
        listed = shell("actor", "list", "--json").objects
        assert [(row["actor"], row["state"], row["module_name"]) for row in listed] == [("tally", "idle", "counter")]
        assert "gen_server" in shell("actor", "show", "tally").out
        refused = shell("module", "remove", "counter")
        assert (refused.code, "tally" in refused.err) == (1, True)
        assert shell("actor", "call", "tally", "crash").code == 3
        assert "crashed" in shell("actor", "list").out
        assert shell("actor", "restart", "tally").code == 0
        assert shell("actor", "call", "tally", "get_count", "--json").objects[0]["reply"] == "4"
        shell.write("better.py", (shell.folder / "counter.py").read_text().replace("+= 1", "+= 10"))
        assert shell("module", "deploy", "better.py", "--alias", "better").code == 0
        assert shell("actor", "upgrade", "tally", "better").code == 0
        assert shell("actor", "call", "tally", "increment", "--json").objects[0]["reply"] == "14"
        assert shell("actor", "list", "--tenant", "other", "--json").objects == []
        assert shell("actor", "kill", "tally").code == 0
        assert shell("actor", "stop", "tally").code == 0
        assert shell("actor", "list", "--json").objects == []
    assert not (shell.workspace / "endpoint.json").exists()
    assert shell("actor", "list").code == 5


def test_modules_are_there_without_a_node(shell) -> None:
    deployed = shell("module", "deploy", "counter.py", "--alias", "counter@1")
    assert deployed.out.split()[1:] == ["as", "counter@1", "(python,", "gen_server)"]
    assert [row["aliases"] for row in shell("module", "list", "--json").objects] == [["counter@1"]]
    assert shell("module", "alias", "now", "counter@1").out.startswith("now -> ")
    assert "Counter" in shell("module", "show", "now").out
    assert (shell("module", "exists", "now").code, shell("module", "exists", "never").code) == (0, 1)
    assert shell("module", "remove", "now").code == 0
    assert shell("module", "list", "--json").objects == []


def test_a_module_shows_its_inside_and_how_it_differs_from_another(shell) -> None:
    shell.write("other.py", (shell.folder / "counter.py").read_text().replace("+= 1", "+= 10"))
    assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
    assert shell("module", "deploy", "other.py", "--alias", "other").code == 0
    shown = shell("module", "show", "counter", "--sections").out
    assert "plexspaces:actor/gen-server@1.0.0: 1 function" in shown and "file counter.py" in shown
    detail = shell("module", "show", "counter", "--json").objects[0]["detail"]
    assert [section["name"] for section in detail["sections"]] == ["counter.py"]
    assert detail["exports"][0]["members"][0]["type"].startswith("func(state: payload)")
    assert shell("module", "show", "counter", "--wit").out == ""
    assert "+= 10" in shell("module", "diff", "counter", "other").out
    compared = shell("module", "diff", "counter", "other", "--json").objects[0]
    assert {change["part"] for change in compared["changes"]} == {"size", "file"}


def test_a_second_node_on_a_workspace_is_told_who_holds_it(shell) -> None:
    with shell.node():
        second = shell("node")
        assert second.code == 5
        assert "in use" in second.err


def test_a_node_listens_where_it_is_told_and_says_so_in_the_port_file(shell) -> None:
    with shell.node("--listen", "127.0.0.1:0", "--port-file", "port") as address:
        assert (shell.folder / "port").read_text() == f"{address.rpartition(':')[2]}\n"
        done = shell("module", "deploy", "counter.py", "--node", address, "--node", address)
        assert (done.code, len(done.out.splitlines())) == (0, 2)
        assert all(line.startswith(f"{address}: ") for line in done.out.splitlines())
        partly = shell("module", "deploy", "counter.py", "--node", "127.0.0.1:1", "--node", address)
        assert (partly.code, len(partly.out.splitlines())) == (5, 1)
        assert partly.err.startswith("127.0.0.1:1: unavailable: ")


def test_a_node_does_not_listen_beyond_this_machine(shell) -> None:
    done = shell("node", "--listen", "0.0.0.0:0")
    assert (done.code, "TLS" in done.err) == (1, True)


def test_a_port_file_that_cannot_be_written_ends_the_node_with_its_name(shell) -> None:
    done = shell("node", "--port-file", "counter.py/port")
    assert done.code == 1
    assert "invalid: cannot write counter.py/port: not a directory" in done.err
    assert not (shell.workspace / "endpoint.json").exists()


def test_following_the_log_of_a_node_that_stops_ends_with_unavailable(shell) -> None:
    with shell.started("node") as node:
        address = node.stdout.readline().strip()
        with shell.started("actor", "logs", "--follow") as following:
            assert "started" in following.stdout.readline()
            node.send_signal(signal.SIGTERM)
            assert (following.wait(60), node.wait(60)) == (5, 0)
            said = following.stderr.read()
    assert said == f"unavailable: the node at {address} stopped\n"


def test_standard_error_and_the_file_of_the_log_have_the_same_lines_of_json(shell, monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_LOG_FORMAT", "json")
    with shell.started("node") as process:
        process.stdout.readline()
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "teller")
        shell("actor", "call", "teller", "print=hello")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        said = [json.loads(line)["message"] for line in process.stderr.read().splitlines()]
    lines = [json.loads(line) for line in (shell.workspace / "logs" / "node.jsonl").read_text("utf-8").splitlines()]
    assert [line["message"] for line in lines if line.get("stream") == "stdout"] == ["hello"]
    written = [line["message"] for line in lines if line["source"] == "workbench.serving"]
    assert written[0].startswith("stopping")
    assert said[: len(written)] == written and len(said) == len(written) + 2, "those of the closed workspace are not"


def test_ctrl_c_stops_a_node_in_order(shell) -> None:
    with shell.started("node") as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in process.stderr.read()
    assert not (shell.workspace / "endpoint.json").exists()


def test_a_node_that_was_killed_leaves_a_workspace_that_opens(shell) -> None:
    with shell.started("node") as process:
        process.stdout.readline()
        assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
        process.kill()
        process.wait(60)
    assert [row["aliases"] for row in shell("module", "list", "--json").objects] == [["counter"]]
    assert shell("actor", "list").code == 5


def test_logs_can_be_followed(shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "tally")
        with shell.started("actor", "logs", "tally", "--follow", "--json") as following:
            shell("actor", "call", "tally", "print=first")
            assert "first" in following.stdout.readline()
            shell("actor", "call", "tally", "print=second")
            assert "second" in following.stdout.readline()
            following.send_signal(signal.SIGINT)
            assert following.wait(60) == 130


def test_two_tenants_run_actors_of_the_same_name(shell) -> None:
    with shell.node():
        assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
        ours, theirs = ("--tenant", "ours", "--namespace", "a"), ("--tenant", "theirs", "--namespace", "a:*@..")
        for who in (ours, theirs):
            assert shell("actor", "spawn", "counter", "--name", "tally", *who).code == 0
        assert shell("actor", "call", "tally", "increment", *ours).code == 0
        for who, count in ((ours, "1"), (theirs, "0")):
            assert shell("actor", "call", "tally", "get_count", "--json", *who).objects[0]["reply"] == count
            assert [row["actor"] for row in shell("actor", "list", "--json", *who).objects] == ["tally"]
        assert shell("actor", "list", "--json", "--tenant", "ours").objects == []
        assert shell("actor", "list", "--json").objects == []
        gone = shell("actor", "call", "tally", "get_count", "--tenant", "ours")
        assert (gone.code, "no actor 'tally' in ours/default" in gone.err) == (1, True)
        assert shell("capability", "grant", "tally", "locks", *ours).code == 0
        assert shell("capability", "audit", "--json", *theirs).objects == []


def test_grants_are_shown_given_taken_trimmed_and_audited(shell) -> None:
    with shell.node():
        assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
        assert shell("actor", "spawn", "counter", "--name", "tally", "--profile", "strict").code == 0
        said = shell("capability", "grant", "tally", "locks", "keyvalue:read/config/*", "environment/HOME").out
        assert said.splitlines() == [
            "locks takes effect at the next host call of tally",
            "keyvalue:read/config/* takes effect at the next host call of tally",
            "environment/HOME takes effect at the next start of tally: it is bound when an instance is made",
        ]
        rows = {row["capability"]: row for row in shell("capability", "show", "tally", "--json").objects}
        assert rows["keyvalue"]["granted"] == ["keyvalue:read/config/*"]
        assert (rows["locks"]["used"], rows["locks"]["denied"], rows["locks"]["required"]) == (0, 0, False)
        shown = shell("capability", "show").out
        assert "ACTOR" in shown and "keyvalue:read/config/*" in shown
        assert shell("capability", "revoke", "tally", "locks").code == 0
        missing = shell("capability", "revoke", "tally", "locks")
        assert (missing.code, "does not hold locks" in missing.err) == (1, True)
        wrong = shell("capability", "grant", "tally", "flying")
        assert (wrong.code, "no capability 'flying'" in wrong.err) == (1, True)
        dry = shell("capability", "trim", "tally", "--dry-run", "--json").objects[0]
        assert dry["dry"] and "keyvalue:read/config/*" in dry["grants"]
        assert shell("capability", "trim", "tally").out.splitlines() == dry["grants"]
        once = shell("capability", "grant", "tally", "locks", "--for", "once", "--json").objects
        assert [(row["actor"], row["grant"]) for row in once] == [("tally", "locks")]
        changes = shell("capability", "audit", "--json").objects
        assert [change["action"] for change in changes] == [*["granted"] * 3, "revoked", "trimmed", "granted"]
        assert changes[-1]["duration"] == "once" and "locks" in shell("capability", "audit", "--limit", "1").out


TREE = """
[supervisor.shop]
intensity = 2
children = ["till", "pool"]

[actor.till]
file = "counter.py"
state = "7"

[supervisor.pool]
strategy = "simple_one_for_one"
children = ["job"]

[actor.job]
module = "counter"
restart = "temporary"
"""


def test_a_tree_is_applied_shown_previewed_and_removed(shell) -> None:
    shell.write("shop.toml", TREE)
    with shell.node():
        dry = shell("supervisor", "apply", "shop.toml", "--dry-run", "--json").objects
        assert [(row["name"], row["deed"]) for row in dry] == [
            ("shop", "added"), ("till", "added"), ("pool", "added"), ("job", "added"),
        ]  # fmt: skip
        assert shell("supervisor", "show", "--json").objects == []
        applied = shell("supervisor", "apply", "shop.toml")
        assert applied.code == 0, applied.err
        assert [line.split()[:2] for line in applied.out.splitlines()[1:]] == [
            ["shop", "idle"],
            ["till", "idle"],
            ["pool", "idle"],
        ]
        assert shell("supervisor", "start", "pool").out == "job-1\n"
        assert shell("actor", "call", "till", "crash").code == 3
        assert shell("actor", "call", "till", "get_count", "--json").objects[0]["reply"] == "7"
        shown = shell("supervisor", "show", "shop", "--json").objects
        assert [(row["name"], row["parent"], row["restarts"]) for row in shown] == [
            ("shop", "", 1),
            ("pool", "shop", 0),
        ]
        assert shell("supervisor", "preview", "till").out == "starts  till\n"
        assert "shop starts till: till ended: " in shell("supervisor", "history").out
        tree = shell("actor", "tree").out.splitlines()
        assert [line.strip("│├└─ ").split()[0] for line in tree[1:]] == ["shop", "till", "pool", "job-1"]
        assert shell("actor", "stop", "job-1").err == ""
        assert shell("actor", "stop", "till").err == (
            "its supervisor shop starts till again; to keep it stopped: workbench supervisor stop shop till\n"
        )
        assert shell("supervisor", "stop", "shop", "till").code == 0
        assert shell("actor", "call", "till", "get_count").code == 1
        assert shell("supervisor", "start", "shop", "till").code == 0
        assert shell("supervisor", "restart", "shop").code == 0
        shell.write("worse.toml", TREE.replace("intensity", "intensty"))
        refused = shell("supervisor", "apply", "worse.toml")
        assert refused.code == 1
        assert refused.err.startswith("invalid: supervisor.shop has the unknown key 'intensty'")
        assert refused.err.endswith("  worse.toml:3\n    intensty = 2\n")
        assert shell("supervisor", "remove", "shop").code == 0
        assert shell("actor", "list", "--json").objects == shell("supervisor", "show", "--json").objects == []


def test_a_restart_that_waits_is_shown_and_foreseen(shell) -> None:
    shell.write(
        "shop.toml", TREE.replace("intensity = 2", "intensity = 2\nbackoff = { first_ms = 60_000, most_ms = 60_000 }")
    )
    with shell.node():
        assert shell("supervisor", "apply", "shop.toml").code == 0
        assert shell("actor", "call", "till", "crash").code == 3
        assert re.search(r"till +crashed \(starts in [5-6]\d\.\d s\)", shell("supervisor", "show").out)
        foreseen = shell("supervisor", "preview", "till").out
        assert re.match(r"starts +till, which does not run now: starts in [5-6]\d\.\d s\n", foreseen)


def test_actors_are_suspended_limited_and_their_dead_letters_sent_again(shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "tally")
        assert shell("actor", "suspend", "tally").code == 0
        assert "suspended" in shell("actor", "list").out
        assert shell("actor", "resume", "tally").code == 0
        assert shell("actor", "passivate", "tally").code == 0
        assert "passive" in shell("actor", "list").out
        assert shell("actor", "limits", "tally", "fuel=7_000_000", "--json").objects[0]["fuel"] == 7_000_000
        assert "fuel            7,000,000" in shell("actor", "limits", "tally").out
        wrong = shell("actor", "limits", "tally", "fule=1")
        assert (wrong.code, "no limit 'fule'; there are memory_bytes" in wrong.err) == (1, True)
        shell("actor", "cast", "tally", "crash")
        assert shell("actor", "call", "tally", "get_count").code in (1, 3)
        letter = shell("actor", "dead-letters", "--json").objects[0]
        assert (letter["envelope"]["type"], letter["actor"]) == ("crash", "tally")
        waits = shell("actor", "cast", "tally", "increment")
        assert waits.code == 0
        assert waits.err.startswith("tally has crashed (")
        assert waits.err.endswith(
            "): the message waits in its mailbox, as number 1, until it is restarted: workbench actor restart tally\n"
        )
        assert "as number 2, until it is restarted" in shell("actor", "resend", str(letter["seq"]), "increment").err
        assert "mailbox     2" in shell("actor", "show", "tally").out
        assert shell("actor", "list", "--json").objects[0]["mailbox"] == 2
        shell("actor", "restart", "tally")
        assert shell("actor", "cast", "tally", "increment").err == ""
        assert shell("actor", "call", "tally", "get_count", "--json").objects[0]["reply"] == "3"
        assert shell("actor", "dead-letters", "--json").objects == []


def test_an_actor_is_spawned_with_other_limits_than_its_profile_has(shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        spawned = shell("actor", "spawn", "counter", "--name", "tally", "--limit", "fuel=70_000_000_000",
                        "--limit", "mailbox=3", "--json")  # fmt: skip
        assert spawned.objects == [{"actor": "tally"}], spawned.err
        found = shell("actor", "limits", "tally", "--json").objects[0]
        python = shell("profile", "show", "balanced", "--json").objects[0]["interpreter"]
        assert found == {**python, "fuel": 70_000_000_000, "mailbox": 3}
        wrongs = {"fule=1": "no limit 'fule'", "stack_bytes=5": "the limit stack_bytes is 65,536",
                  "mailbox=9_000_000": "between 1 and 1,000,000, not 9,000,000", "fuel": "fuel=NUMBER"}  # fmt: skip
        for wrong, said in wrongs.items():
            refused = shell("actor", "spawn", "counter", "--name", "other", "--limit", wrong)
            assert (refused.code, said in refused.err) == (1, True), refused.err
        assert [row["actor"] for row in shell("actor", "list", "--json").objects] == ["tally"]


def test_an_empty_tenant_or_namespace_is_refused(shell) -> None:
    with shell.node():
        for option in ("--tenant", "--namespace"):
            refused = shell("actor", "list", option, "")
            assert (refused.code, refused.out) == (1, "")
            assert refused.err.startswith(f"invalid: a {option[2:]} has a name of 1 to 1,024 bytes of Unicode")


def test_a_denial_says_which_grant_would_have_allowed_the_call(shell) -> None:
    lines = ("from plexspaces import GenServer, keyvalue", "class A(GenServer):", "    def handle_request(self, *_):",
             "        return keyvalue.get('till')")  # fmt: skip
    shell.write("reader.py", "\n".join(lines))
    with shell.node():
        shell("module", "deploy", "reader.py", "--alias", "reader")
        shell("actor", "spawn", "reader", "--name", "reader", "--profile", "strict")
        shell("actor", "call", "reader", "go")
        assert "; keyvalue:read/till would allow it" in shell("capability", "show", "reader").out
        rows = {row["capability"]: row for row in shell("capability", "show", "reader", "--json").objects}
        assert rows["keyvalue"]["last_denial"]["grant"] == "keyvalue:read/till"


def test_a_node_offers_its_metrics_and_says_where(shell) -> None:
    with shell.started("node", "--metrics", "127.0.0.1:0") as process:
        assert process.stdout.readline().startswith("127.0.0.1:")
        where = next(line for line in process.stderr if "metrics at" in line).split()[-1]
        with urllib.request.urlopen(where, timeout=10) as answer:
            assert 'workbench_actors{state="idle"} 0.0' in answer.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_workspace_is_backed_up_while_its_node_runs_and_restored(shell) -> None:
    with shell.node():
        assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
        made = shell("backup", "create", "all.zip", "--workspace", str(shell.workspace))
        assert (made.code, "1 module, 0 blobs" in made.out) == (0, True)
    assert shell("backup", "verify", "all.zip", "--json").objects[0]["problems"] == []
    assert shell("backup", "restore", "all.zip", "again").code == 0
    again = shell("module", "list", "--workspace", "again", "--json").objects
    assert [row["aliases"] for row in again] == [["counter"]]
    refused = shell("backup", "restore", "all.zip", "again")
    assert (refused.code, "is not empty" in refused.err) == (1, True)
    (shell.folder / "all.zip").write_bytes((shell.folder / "all.zip").read_bytes()[:-50])
    assert shell("backup", "verify", "all.zip").code == 1


def test_what_an_actor_does_can_be_followed_with_its_host_calls(shell) -> None:
    shell.write("keeper.py", KEEPER)
    with shell.node():
        shell("module", "deploy", "keeper.py", "--alias", "keeper")
        shell("actor", "spawn", "keeper", "--name", "keeper")
        shell("actor", "call", "keeper", "keep=one")
        birth, turn, call = shell("actor", "trace", "keeper").out.splitlines()
        assert birth.split()[0] == "1" and birth.split()[3:] == ["init", "(spawn)"]
        assert turn.split()[0] == "2" and turn.split()[3:] == ["call", "keep", "one", "kept"]
        assert call.startswith("    ") and ".put('it', " in call, call
        assert shell("actor", "trace", "nobody").code == 1
        with shell.started("actor", "trace", "keeper", "--follow", "--limit", "1", "--json") as following:
            assert json.loads(following.stdout.readline())["seq"] == 2
            shell("actor", "call", "keeper", "keep=two")
            assert json.loads(following.stdout.readline())["seq"] == 3
            shell("actor", "stop", "keeper")
            assert json.loads(following.stdout.readline())["seq"] == 4
            shell("actor", "spawn", "keeper", "--name", "keeper")
            assert json.loads(following.stdout.readline())["seq"] == 1
            following.send_signal(signal.SIGINT)
            assert following.wait(60) == 130
