"""`workbench bundle`: a session is exported, shown, verified and replayed, also where no node runs."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.unit.fragile import FRAGILE

KEEPER = """
from plexspaces import GenServer, keyvalue


class Keeper(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        keyvalue.put("api_token", payload)
        return keyvalue.get("api_token")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, interpreter: str) -> Path:
    """A bundle of two actors, made once."""
    from tests.cli.conftest import Shell

    folder = tmp_path_factory.mktemp("bundle")
    shell = Shell(folder, folder / "workspace")
    shell.write("keeper.py", KEEPER)
    (folder / "fragile.wat").write_bytes(FRAGILE)
    with shell.node("--record", "full"):
        for name in ("keeper.py", "fragile.wat"):
            assert shell("module", "deploy", name, "--alias", Path(name).stem).code == 0
            named = ("--name", Path(name).stem, "--profile", "strict", "--grant", "keyvalue")
            spawned = shell("actor", "spawn", Path(name).stem, *named)
            assert spawned.code == 0, spawned.err
        assert shell("actor", "call", "keeper", "keep=opensesame").out.startswith("keep -> opensesame")
        done = shell("bundle", "export", "shop.plexbundle")
        assert done.code == 0 and "problem" not in done.err, done.err  # progress is told where it takes long
        assert done.out.startswith("shop.plexbundle holds 3 turns of 2 actors, ")
        assert done.out.endswith("; 1 secret taken out, 1 turn changed\n")
        (row,) = shell("bundle", "export", "one", "--actor", "keeper", "--keep-secrets", "--json").objects
        assert (row["turns"], row["chosen"], row["rules"]) == (2, ["keeper"], [])
        late = shell("bundle", "export", "late", "--since", "2999-01-01")
        said = "not_found: no turn from 2999-01-01 00:00:00 on is recorded; workbench debug history lists what is"
        assert (late.code, said in late.err, (folder / "late").exists()) == (1, True, False)
        early = shell("bundle", "export", "early", "--until", "2001-01-01", "--actor", "keeper")
        assert (early.code, "no turn of keeper up to 2001-01-01 00:00:00 is recorded" in early.err) == (1, True)
        crossed = shell("bundle", "export", "crossed", "--since", "2002-01-01", "--until", "2001-01-01")
        assert (crossed.code, "up to 2001-01-01 00:00:00, which is before" in crossed.err) == (1, True)
        every = shell("bundle", "export", "x", "--redact", "//")
        assert (every.code, every.err.startswith("invalid: the rule // is empty: every text matches it")) == (1, True)
        missing = shell("bundle", "export", "x", "--actor", "nobody")
        assert (missing.code, "not_found: no actor 'nobody'" in missing.err) == (1, True)
        wrong = shell("bundle", "export", "x", "--since", "tomorrow")
        assert (wrong.code, "'tomorrow' is no time; write 2026-03-01T12:00, 12:05 for today" in wrong.err) == (2, True)
        kept = shell("bundle", "export", "x", "--redact", "/(/")
        assert (kept.code, kept.err) == (1, "invalid: the rule /(/ is no regular expression: missing ), "
                                            "unterminated subpattern at position 0\n")  # fmt: skip
        assert not (folder / "x").exists()
    return folder / "shop.plexbundle"


def test_what_is_in_a_bundle_is_shown_without_a_node(shell, made: Path) -> None:
    shown = shell("bundle", "show", str(made))
    assert (shown.code, shown.err) == (0, "")
    assert "secrets            1 secret taken out, 1 turn changed" in shown.out
    assert "by its hash alone" in shown.out and "keeper.py" in shown.out and "opensesame" not in shown.out
    (row,) = shell("bundle", "show", str(made), "--json").objects
    assert [actor["actor"] for actor in row["actors"]] == ["fragile", "keeper"]
    assert row["secrets"] == 1 and all(entry["known"] and not entry["problem"] for entry in row["entries"])


def test_a_whole_bundle_is_verified_and_a_damaged_one_is_not(shell, made: Path, tmp_path: Path) -> None:
    whole = shell("bundle", "verify", str(made))
    assert (whole.code, whole.err) == (0, "")
    assert whole.out.startswith(f"{made} is whole: ") and whole.out.endswith(
        " entries, 3 turns, 1 change of what services hold\n"
    )
    data = bytearray(made.read_bytes())
    data[60] ^= 1
    damaged = tmp_path / "damaged.plexbundle"
    damaged.write_bytes(data)
    said = shell("bundle", "verify", str(damaged))
    assert (said.code, said.err.startswith("problem: turns/0001.jsonl is damaged: ")) == (1, True)
    assert said.out == f"{damaged} is not whole: 1 problem\n"
    (row,) = shell("bundle", "verify", str(damaged), "--json").objects
    assert (row["whole"], len(row["problems"])) == (False, 1)
    foreign = shell("bundle", "verify", shell.write("x", "no zip at all"))
    assert (foreign.code, foreign.err.startswith("invalid: x is no session bundle")) == (1, True)
    assert shell("bundle", "show", "nothing").err == "not_found: there is no file nothing\n"


def test_a_replay_tells_each_actor_and_ends_with_the_exit_code(shell, made: Path, tmp_path: Path) -> None:
    done = shell("bundle", "replay", str(made.with_name("one")))
    assert done.code == 0 and "problem" not in done.err, done.err
    assert done.out.startswith("keeper: 2 of 2 turns replayed, 2 equal")
    rows = shell("bundle", "replay", str(made), "--json").objects
    assert [(row["actor"], row["held"], row["divergence"]) for row in rows] == [
        ("fragile", True, None), ("keeper", True, None),
    ]  # fmt: skip
    changed = _changed(made.with_name("one"), tmp_path / "changed")
    differs = shell("bundle", "replay", str(changed))
    assert differs.code == 1
    assert differs.out.splitlines()[0] == "keeper: differs in turn 2 (2 of 2 turns replayed, 1 equal, fuel of 1)"
    assert "what      reply (behavior)" in differs.out and "opensesamf" in differs.out
    (row,) = shell("bundle", "replay", str(changed), "--json").objects
    assert (row["held"], row["divergence"]["what"]) == (False, "reply")
    nobody = shell("bundle", "replay", str(made), "--actor", "nobody")
    assert nobody.code == 1 and nobody.err.endswith("not_found: no turn of 'nobody' is in shop.plexbundle\n")


def _changed(path: Path, target: Path) -> Path:
    from tests.unit.sessions import forged

    def change(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        entries["turns/0001.jsonl"] = data.replace(b'"reply":"opensesame"', b'"reply":"opensesamf"')

    return forged(path, target, change)


def test_an_export_of_an_empty_workspace_says_how_turns_are_recorded(shell) -> None:
    done = shell("bundle", "export", "x")
    said = "not_found: nothing is recorded of this tenant and namespace yet; turn recording on with: workbench debug"
    assert (done.code, done.err.startswith(said), (shell.folder / "x").exists()) == (1, True, False)


def test_the_turns_of_a_session_are_listed_and_found(shell, made: Path) -> None:
    listed = shell("bundle", "timeline", str(made))
    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[0] for line in listed.out.splitlines()] == ["POSITION", "1", "2", "3"]
    assert [line.endswith("what it was given was redacted") for line in listed.out.splitlines()].count(True) == 1
    (marked,) = shell("bundle", "timeline", str(made), "--where", "replays:no", "--json").objects
    assert (marked["type"], marked["unrepeatable"]) == ("keep", "what it was given was redacted")
    (found,) = shell("bundle", "timeline", str(made), "--where", "call:keyvalue.put", "--json").objects
    assert (found["actor"], found["type"], found["calls"]) == ("keeper", "keep", 2)
    assert len(shell("bundle", "timeline", str(made), "--actor", "fragile", "--json").objects) == 1
    first = shell("bundle", "timeline", str(made), "--limit", "1")
    assert (len(first.out.splitlines()), first.err) == (2, "There may be more: --after 1\n")
    assert not shell("bundle", "timeline", str(made), "--after", "3", "--json").objects
    wrong = shell("bundle", "timeline", str(made), "--where", "bogus:1")
    assert wrong.code == 1 and wrong.err.startswith("invalid: 'bogus:1' is no filter: no column 'bogus'; there are ")
    beyond = shell("bundle", "timeline", str(made), "--after", "9")
    assert (beyond.code, beyond.err) == (1, "invalid: there is no position 9 in shop.plexbundle: it has 0 to 3\n")
    nobody = shell("bundle", "timeline", str(made), "--actor", "nobody")
    assert (nobody.code, nobody.err) == (1, "not_found: no turn of 'nobody' is recorded in shop.plexbundle\n")


def test_a_state_is_shown_or_it_is_said_why_not(shell, made: Path) -> None:
    known = shell("bundle", "state", str(made), "fragile")
    assert (known.code, known.out, known.err) == (0, "0\n", "")
    (found,) = shell("bundle", "state", str(made), "fragile", "--json").objects
    assert (found["seq"], found["state"], found["certainty"]) == (1, "0", "replayed")
    before = shell("bundle", "state", str(made), "fragile", "--at", "0")
    assert (before.code, before.out) == (1, "")
    assert before.err == "note: the state of fragile after turn 0 is not known: it was not born yet\n"
    redacted = shell("bundle", "state", str(made), "keeper")
    assert redacted.code == 1 and "cannot be lived through again: what it was given was redacted" in redacted.err


def test_a_session_is_a_node_for_every_command_that_reads(shell, made: Path) -> None:
    where = ("--node", f"bundle:{made}")
    actors = shell("actor", "list", *where, "--json").objects
    assert [(row["actor"], row["state"], row["turns"]) for row in actors] == [
        ("fragile", "idle", 1), ("keeper", "idle", 2),
    ]  # fmt: skip
    assert not shell("actor", "list", "--node", f"bundle:{made}#0", "--json").objects
    assert shell("actor", "snapshot", "fragile", *where).out == "0\n"
    assert len(shell("debug", "history", *where, "--json").objects) == 3
    assert {row["file_name"] for row in shell("module", "list", *where, "--json").objects} == {
        "keeper.py", "fragile.wat",
    }  # fmt: skip
    how = shell("debug", "record", *where).out
    assert "recorded  3 turns\n" in how and " of 0 bytes" not in how and "0.0 days" not in how and "pinned" not in how
    refused = shell("actor", "stop", "keeper", *where)
    assert refused.code == 4 and "actors.stop was refused: shop.plexbundle is a recorded session" in refused.err
    assert shell("kv", "put", "a", "b", *where).code == 4
    beyond = shell("actor", "list", "--node", f"bundle:{made}#9")
    assert (beyond.code, beyond.err) == (1, "invalid: there is no position 9 in shop.plexbundle: it has 0 to 3\n")


@pytest.mark.parametrize("command", [("bundle", "timeline"), ("bundle", "open"), ("actor", "list", "--node")])
def test_what_is_no_session_is_refused_in_one_sentence(shell, made: Path, command: tuple[str, ...]) -> None:
    whole = made.read_bytes()
    other = shell.folder / "other.zip"
    with ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    files = {"empty": b"", "cut": whole[: len(whole) // 2], "text": b"hello", "other.zip": other.read_bytes()}
    for name, data in files.items():
        (shell.folder / name).write_bytes(data)
        done = shell(*command, f"bundle:{name}" if command[-1] == "--node" else name)
        assert done.code == 1 and not done.out, (name, done)
        assert done.err.startswith("invalid: ") and done.err.count("\n") == 1, done.err
    gone = shell(*command, "bundle:gone" if command[-1] == "--node" else "gone")
    assert gone.code == 1 and gone.err.startswith("not_found: ")
