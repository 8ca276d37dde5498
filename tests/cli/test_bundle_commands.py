"""`workbench bundle`: a session is exported, shown, verified and replayed, also where no node runs."""

from __future__ import annotations

from pathlib import Path

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
        assert (late.code, late.out.startswith("late holds 0 turns of 0 actors")) == (0, True)
        missing = shell("bundle", "export", "x", "--actor", "nobody")
        assert (missing.code, "not_found: no actor 'nobody'" in missing.err) == (1, True)
        wrong = shell("bundle", "export", "x", "--since", "tomorrow")
        assert (wrong.code, "'tomorrow' is no time; write 2026-03-01T12:00, or 10m" in wrong.err) == (2, True)
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
    empty = shell("bundle", "replay", str(made.with_name("late")))
    assert (empty.code, empty.err.endswith("nothing was replayed\n")) == (1, True)
    nobody = shell("bundle", "replay", str(made), "--actor", "nobody")
    assert nobody.code == 1 and nobody.err.endswith("not_found: no turn of 'nobody' is in shop.plexbundle\n")


def _changed(path: Path, target: Path) -> Path:
    from tests.unit.sessions import forged

    def change(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        entries["turns/0001.jsonl"] = data.replace(b'"reply":"opensesame"', b'"reply":"opensesamf"')

    return forged(path, target, change)


def test_an_export_needs_a_running_node(shell) -> None:
    done = shell("bundle", "export", "x")
    assert (done.code, done.err) == (5, "unavailable: no node runs here: start one with workbench node\n")
