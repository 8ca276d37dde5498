"""`workbench run`, as a process."""

from __future__ import annotations

import signal

import pytest

from tests.benchmarks.command import LIBRARIES, imported
from tests.contract.contract_sources import COUNTER

FIGURES = {"kind", "type", "reply", "code", "error", "fuel", "memory_bytes", "wall_ms", "trace"}


def test_messages_go_out_in_the_order_given(shell) -> None:
    done = shell("run", "counter.py", "--cast", "increment", "--call", "get_count", "--cast", "increment", "--json")
    assert done.code == 0
    *messages, ending = done.objects
    assert [(m["kind"], m["type"], m["reply"]) for m in messages] == [
        ("cast", "increment", None),
        ("call", "get_count", "1"),
        ("cast", "increment", None),
    ]
    assert all(set(message) == FIGURES for message in messages)
    assert all(message["fuel"] > 0 and message["memory_bytes"] > 0 and message["wall_ms"] > 0 for message in messages)
    assert (ending["actor"], len(ending["module"]), ending["state"]) == ("counter", 64, "2")


def test_a_failed_message_does_not_stop_the_others_and_the_worst_decides(shell) -> None:
    done = shell("run", "counter.py", "--call", "dance", "--call", "increment", "--json")
    assert done.code == 1
    assert [message["code"] for message in done.objects[:-1]] == ["rejected", ""]
    assert done.objects[0]["reply"] is None
    assert done.objects[0]["error"] == "unknown message type dance"


def test_a_crash_shows_its_line_and_leaves_with_three(shell) -> None:
    done = shell("run", "counter.py", "--call", "crash", "--call", "increment")
    assert done.code == 3
    assert 'raise ValueError("this kills it")' in done.err
    number = shell.lines("counter.py").index('            raise ValueError("this kills it")') + 1
    assert f"counter.py:{number}" in done.err


def test_what_the_engine_could_not_measure_is_null(shell) -> None:
    done = shell("run", "counter.py", "--profile", "strict", "--call", "spin", "--json")
    spun, ending = done.objects
    assert done.code in (1, 3)
    assert spun["reply"] is None and spun["code"] in ("crashed", "exhausted")
    assert ending["state"] is None


def test_a_run_imports_the_libraries_it_is_measured_against_and_nothing_of_grpc_qt_or_psutil(shell) -> None:
    modules = imported(["run", "counter.py", "--call", "increment"], shell.folder)
    assert set(LIBRARIES) <= modules
    assert not {"grpc", "google.protobuf", "PySide6", "numpy", "psutil", "asyncio"} & modules


def test_what_an_actor_prints_is_on_stderr(shell) -> None:
    done = shell("run", "counter.py", "--call", "print=hello there", "--json")
    assert "[counter] hello there" in done.err
    assert len(done.objects) == 2


def test_a_syntax_error_is_shown_with_its_line_and_a_caret(shell) -> None:
    shell.write("broken.py", "from plexspaces import GenServer\n\nclass A(GenServer:\n    pass\n")
    done = shell("run", "broken.py", "--call", "x")
    assert done.code == 1
    message, place, line, caret = done.err.splitlines()[:4]
    assert message.startswith("invalid: ")
    assert place.strip().startswith("broken.py:3")
    assert line.strip() == "class A(GenServer:"
    assert set(caret.strip()) == {"^"}


def test_state_and_payload_may_come_from_files_and_be_binary(shell) -> None:
    shell.write("state.txt", "41")
    (shell.folder / "raw").write_bytes(b"\0\xff")
    done = shell(
        "run", "counter.py", "--state", "@state.txt", "--call", "increment", "--call", "echo:=@raw",
        "--call", "echo:=cafe", "--call", "echo=@@x", "--json",
    )  # fmt: skip
    assert [message["reply"] for message in done.objects[:-1]] == [
        "42",
        {"base64": "AP8="},
        {"base64": "yv4="},
        "@x",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run"], 2, "Missing argument"),
        (["run", "nobody.py"], 1, "cannot read nobody.py"),
        (["run", "counter.py", "--call", "=x"], 1, "no message type"),
        (["run", "counter.py", "--call", "echo:=zz"], 1, "not hexadecimal"),
        (["run", "counter.py", "--call", "echo=@nobody"], 1, "cannot read nobody"),
        (["run", "counter.py", "--profile", "loose"], 2, "strict"),
        (["run", "counter.py", "--grant", "flying"], 1, "flying"),
        (["dance"], 2, "No such command"),
        (["run", "counter.py", "--timeout", "inf"], 2, "inf is not a number of seconds"),
        (["run", "counter.py", "--timeout", "nan"], 2, "nan is not a number of seconds"),
        (["run", "counter.py", "--timeout", "-1"], 2, "x>=0"),
        (["run", "counter.py", "--workspace", "counter.py"], 1, "counter.py is a file; a workspace must be a folder"),
        (["actor", "list", "--workspace", "counter.py"], 1, "counter.py is a file; a workspace must be a folder"),
        (["module", "list", "--workspace", "counter.py"], 1, "counter.py is a file; a workspace must be a folder"),
        (["new", ""], 1, "the name is empty"),
        (["new", ".py"], 1, "the name is empty"),
        (["new", "class"], 1, "a word of Python's own"),
        (["new", "none"], 1, "makes no class name"),
        (["new", "json.py"], 1, "standard library"),
        (["new", "plexspaces"], 1, "of the SDK"),
        (["actor", "list"], 5, "no node runs here: start one with workbench node"),
        (["actor", "list", "--node", "127.0.0.1:1"], 5, "127.0.0.1:1"),
        (["module", "show", "nobody"], 1, "nobody"),
        (["profile", "show", "loose"], 1, "strict"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_every_failure_says_in_words_what_is_wrong(shell, arguments: list[str], code: int, said: str) -> None:
    done = shell(*arguments)
    assert (done.code, said in done.err, done.out) == (code, True, ""), done


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order_and_leaves_nothing_half_written(shell, number: signal.Signals, code: int) -> None:
    with shell.started("run", "counter.py", "--workspace", "kept", "--call", "print=up", "--watch") as process:
        for line in process.stderr:
            if "watching" in line:
                break
        process.send_signal(number)
        assert process.wait(60) == code
        assert "Traceback" not in process.stderr.read()
    assert not list((shell.folder / "kept").rglob("*.part"))
    assert not (shell.folder / "kept" / "endpoint.json").exists()
    done = shell("run", "counter.py", "--workspace", "kept", "--call", "increment")
    assert done.code == 0


def test_a_signal_in_the_middle_of_a_turn_ends_it_too(shell) -> None:
    arguments = ["--call", "print=up", "--call", "spin", "--workspace", "kept"]
    with shell.started("run", "counter.py", "--profile", "permissive", *arguments) as process:
        assert "print" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert shell("run", "counter.py", "--workspace", "kept").code == 0


def test_a_saved_file_gives_the_running_actor_new_code_and_keeps_its_state(shell) -> None:
    source = (shell.folder / "counter.py").read_text(encoding="utf-8")
    with shell.started("run", "counter.py", "--call", "increment", "--watch", "--json") as process:
        _until(process.stderr, "watching")
        shell.write("counter.py", source.replace("self.count += 1", "self.count +=== 1"))
        _until(process.stderr, "invalid: ")
        shell.write("counter.py", source.replace("self.count += 1", "self.count += 2"))
        _until(process.stderr, "counter runs ")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert '"state": "1"' in out.splitlines()[-1]
    assert process.returncode == 130


def test_a_cache_that_cannot_be_written_is_named(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(shell.folder / "counter.py" / "cache"))
    done = shell("run", "counter.py", "--call", "increment")
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith("unavailable: ") and "counter.py/cache" in done.err


def test_a_build_is_refused_before_it_begins_when_its_output_cannot_be_written(shell) -> None:
    (shell.folder / "taken.wasm").mkdir()
    for target in ("counter.py/x.wasm", "nowhere/x.wasm"):
        done = shell("module", "build", "counter.py", "-o", target)
        assert (done.code, done.err.splitlines()) == (1, [done.err.strip()]), done
        assert done.err.startswith(f"invalid: cannot write {target}: ")
    shell.write("taken.py", COUNTER)
    done = shell("module", "build", "taken.py")
    assert done.err == "invalid: cannot write taken.wasm: is a directory\n"
    assert not list(shell.folder.rglob("*.part"))


def _until(stream, text: str) -> None:
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"it ended without {text!r}")


def test_a_run_has_the_limits_that_it_is_given(shell) -> None:
    done = shell("run", "counter.py", "--limit", "fuel=2_000_000", "--call", "spin", "--json")
    spun, _ = done.objects
    assert (done.code, spun["code"]) == (3, "crashed")
    assert "2,000,000" in spun["error"]
    wrong = shell("run", "counter.py", "--limit", "fule=1")
    assert (wrong.code, "no limit 'fule'; there are memory_bytes" in wrong.err) == (1, True)
    assert shell("run", "counter.py", "--tenant", "").err.startswith("invalid: a tenant has a name of 1 to 1,024 bytes")
