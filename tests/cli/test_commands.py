"""What needs no process of its own: templates, payloads, rendering, progress, errors with a caret."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import workbench
from workbench.api import (
    PROFILES,
    ActorId,
    Cause,
    Crashed,
    Figures,
    Invalid,
    Kind,
    Location,
    Progress,
    Rejected,
)
from workbench.cli import failure, payload, progress, render
from workbench.cli.main import cli
from workbench.cli.new import BEHAVIORS, class_name, template


@pytest.mark.parametrize("behavior", BEHAVIORS)
def test_a_template_deploys_and_answers(behavior: str, interpreter: str) -> None:
    source = template(behavior, "Fresh")
    first = {"gen_server": "increment", "gen_event": "notify", "gen_fsm": "start"}[behavior]
    kind = Kind.CAST if behavior == "gen_event" else Kind.CALL
    with workbench.connect("embedded:") as node:
        module = node.modules.deploy(source.encode(), file_name="fresh.py")
        actor = node.actors.spawn(module.hash).id
        reply = node.actors.ask(actor, first, "x", kind=kind)
        again = node.actors.spawn(module.hash, node.actors.snapshot(actor)).id
        assert node.actors.snapshot(again) == node.actors.snapshot(actor)
    assert module.class_name == "Fresh"
    assert behavior in module.behaviors
    assert module.documentation
    assert reply.payload == {"gen_server": "1", "gen_event": "", "gen_fsm": "processing"}[behavior]


def test_new_writes_a_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["new", "order_book", "--behavior", "gen_fsm"])
    assert (done.exit_code, done.output) == (0, "order_book.py\n")
    assert "class OrderBook(GenFSM):" in (tmp_path / "order_book.py").read_text()
    again = CliRunner().invoke(cli, ["new", "order_book"])
    assert "is there already" in str(again.exception)
    assert "class OrderBook(GenFSM):" in (tmp_path / "order_book.py").read_text()


@pytest.mark.parametrize(("stem", "name"), [("counter", "Counter"), ("order_book", "OrderBook"), ("a-b c", "ABC")])
def test_a_file_name_makes_a_class_name(stem: str, name: str) -> None:
    assert class_name(stem) == name


@pytest.mark.parametrize("stem", ["", "1st", "---"])
def test_what_makes_no_class_name_is_refused(stem: str) -> None:
    with pytest.raises(Invalid):
        class_name(stem)


@pytest.mark.parametrize(
    ("written", "kind", "content"),
    [
        ("get", "get", ""),
        ("add=5", "add", "5"),
        ("add=a=b", "add", "a=b"),
        ("add=", "add", ""),
        ("add=@@home", "add", "@home"),
        ("raw:=00fF", "raw", b"\0\xff"),
        ("raw:=", "raw", b""),
        ("a:b=c", "a:b", "c"),
    ],
)
def test_a_message_is_read_as_written(written: str, kind: str, content: str | bytes) -> None:
    assert payload.message(written, Kind.CALL) == payload.Message(Kind.CALL, kind, content)


def test_a_text_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(Invalid, match="UTF-8"):
        payload.message(f"x=@{tmp_path / 'raw'}", Kind.CALL)
    assert payload.message(f"x:=@{tmp_path / 'raw'}", Kind.CALL).payload == b"\xff\xfe\xfd"


def test_profiles_are_listed_and_shown() -> None:
    listed = CliRunner().invoke(cli, ["profile", "list", "--json"])
    assert [json.loads(line)["name"] for line in listed.output.splitlines()] == list(PROFILES)
    shown = CliRunner().invoke(cli, ["profile", "show", "strict"])
    assert "1,000,000" in shown.output and "50,000,000" in shown.output


def test_records_become_json() -> None:
    assert render.plain(Figures(None, 1, 2)) == {"fuel": None, "memory_bytes": 1, "wall_ns": 2}
    assert render.plain((ActorId("a"), b"\0", Kind.CALL, {"a": (1, True)})) == [
        "a",
        {"base64": "AA=="},
        "call",
        {"a": [1, True]},
    ]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (1023, "1,023 bytes"), (1536, "1.5 KiB"), (5 << 30, "5.0 GiB")]
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert render.size(size) == text


def test_a_figure_that_was_not_measured_is_unknown() -> None:
    assert render.figures(Figures(None, None, 1_500_000)) == "fuel unknown, memory unknown, 1.50 ms"


def test_a_place_is_shown_with_its_line_and_a_caret() -> None:
    sources = {"a.py": "one\n\ttwo = (\n"}
    assert failure.pointed(Location("a.py", 2, 2, 2, 5), sources) == "  a.py:2:2\n     two = (\n     ^^^"
    assert failure.pointed(Location("a.py", 2), sources) == "  a.py:2\n     two = ("
    assert failure.pointed(Location("a.py", 9, 1), sources) == "  a.py:9:1"
    assert failure.pointed(Location("b.py", 1, 1), sources) == "  b.py:1:1"


def test_an_error_is_its_code_and_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    failure.show(Rejected("no"))
    failure.show(Crashed("it died", cause=Cause("crashed", "x", Location("a.py", 1))), {"a.py": "boom()\n"})
    failure.show(KeyError("k"))
    first, second, place, line, bug = capsys.readouterr().err.splitlines()
    assert (first, second, place, line) == ("rejected: no", "crashed: it died", "  a.py:1", "    boom()")
    assert bug.startswith("internal: KeyError") and "--debug" in bug


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_per_stage_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with progress.ProgressLine() as report:
        for seconds in (0.1, 0.6, 0.7):
            report(Progress("building", 0.5, seconds))
        report(Progress("compiling", None, 0.9))
    assert stream.getvalue() == "building …\ncompiling …\n"


def test_progress_is_a_bar_on_a_terminal_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress.ProgressLine() as report:
        report(Progress("building", 0.5, 0.1))
        report(Progress("building", 0.5, 3.0))
    drawn = stream.getvalue().split("\r")
    assert "   3 s  [############............] building" in drawn
    assert drawn[-2].strip() == "" and drawn[-1] == ""


def test_a_command_imports_neither_qt_nor_what_it_does_not_need() -> None:
    import subprocess
    import sys

    program = (
        "import sys, workbench.cli.run; "
        "print(sorted({'PySide6', 'grpc', 'wasmtime', 'numpy', 'psutil', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("where", [("--workspace", "nowhere"), ("--node", "127.0.0.1:1"), ("--tenant", "other")])
def test_profiles_take_the_options_of_every_noun_and_need_no_node(where: tuple[str, str]) -> None:
    listed = CliRunner().invoke(cli, ["profile", "list", *where, "--json"])
    assert [json.loads(line)["name"] for line in listed.output.splitlines()] == list(PROFILES)
    shown = CliRunner().invoke(cli, ["profile", "show", "strict", *where])
    assert (shown.exit_code, "INTERPRETER CLASS" in shown.output) == (0, True)
