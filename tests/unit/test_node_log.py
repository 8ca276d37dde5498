"""The node's log on disk: lines of JSON, rotated and bounded, that nobody waits for and nothing stops for."""

from __future__ import annotations

import json
import logging
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from core_modules import imported, module, request, texts

from workbench.api import Invalid, SpawnOptions
from workbench.api.identity import ActorId
from workbench.api.logs import Level, LogLine
from workbench.config import Config, load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.storage.node_log import WAITING, JsonLines, NodeLog
from workbench.storage.rotating import RotatingLines

WHO = ActorId("teller", "ns", "shop")
LINE = LogLine(1, 2.5, Level.INFO, "teller", "said", "stdout", (("a", "b"),))


def opened(folder: Path, **how: Any) -> NodeLog:
    return NodeLog(folder, **{"file_bytes": 1 << 20, "files": 3, "least": Level.INFO, **how})


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[NodeLog]:
    log = opened(tmp_path / "logs")
    log.start()
    yield log
    log.close()


def test_a_line_says_who_said_what_when_and_for_whom(log: NodeLog) -> None:
    log.note(WHO, ("shop", "ns"), LINE)
    log.note(None, None, replace(LINE, message="two\nlines \u202e", stream="log", fields=()))
    log.close()
    log.close()
    assert read(log.path) == [
        {
            "time": 2.5, "level": "info", "source": "actor", "tenant": "shop", "namespace": "ns", "actor": "teller",
            "stream": "stdout", "message": "said", "fields": {"a": "b"},
        },
        {"time": 2.5, "level": "info", "source": "node", "message": "two\nlines \u202e"},
    ]  # fmt: skip
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600 and stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_what_the_program_logs_is_in_it_with_its_traceback(log: NodeLog) -> None:
    try:
        raise RuntimeError("a fault")
    except RuntimeError:
        logging.getLogger("workbench.somewhere").exception("it failed: %s", 7)
    logging.getLogger("elsewhere").error("not ours")
    log.close()
    logging.getLogger("workbench.somewhere").error("after the end")
    (line,) = read(log.path)
    assert (line["level"], line["source"], line["message"]) == ("error", "workbench.somewhere", "it failed: 7")
    assert "RuntimeError: a fault" in line["fields"]["exception.stacktrace"]


def test_lines_below_the_least_level_are_left_out(tmp_path: Path) -> None:
    log = opened(tmp_path, least=Level.WARN)
    log.start()
    for level in Level:
        log.note(None, None, replace(LINE, level=level))
    logging.getLogger("workbench").warning("said")
    log.close()
    assert [line["level"] for line in read(log.path)] == ["warn", "error", "critical", "warn"]


def test_files_are_rotated_by_size_and_number_and_every_line_is_whole(tmp_path: Path) -> None:
    log = opened(tmp_path, file_bytes=2_000, files=2)
    log.start()
    for number in range(200):
        log.note(None, None, replace(LINE, message=str(number)))
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["node.jsonl", "node.jsonl.1", "node.jsonl.2"]
    assert all(file.stat().st_size <= 2_000 for file in files)
    kept = [int(line["message"]) for file in reversed(files) for line in read(file)]
    assert kept == list(range(kept[0], 200)), "the newest, in order and without a gap"


def test_more_than_can_be_written_is_lost_and_counted(tmp_path: Path) -> None:
    log = opened(tmp_path, file_bytes=100 << 20)
    for number in range(WAITING + 5):  # nobody writes yet
        log.note(None, None, replace(LINE, message=str(number)))
    log.start()
    log.close()
    lines = read(log.path)
    assert len(lines) == WAITING + 1
    assert lines[-1]["message"] == "5 lines of the log came faster than they could be written and are lost"


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    lines = RotatingLines(tmp_path / "logs" / "x", file_bytes=1_000, files=1, look_seconds=-1.0)
    assert lines.write(b"1\n")
    shutil.rmtree(tmp_path / "logs")
    assert lines.write(b"2\n")
    assert (tmp_path / "logs" / "x").read_bytes() == b"2\n"
    (tmp_path / "logs" / "x").rename(tmp_path / "logs" / "moved")
    assert lines.write(b"3\n")
    assert (tmp_path / "logs" / "x").read_bytes() == b"3\n", "as when another program rotates it"
    lines.close()


def test_a_full_disk_loses_lines_whole_says_so_once_and_how_many_when_there_is_room(small_disk: Path) -> None:
    said: list[str] = []
    lines = RotatingLines(small_disk / "x", file_bytes=10 << 20, files=1, failed=said.append)
    filler = small_disk / "filler"
    written = 0
    while lines.write(b"a" * 9_999 + b"\n"):
        written += 1
        if written == 20:
            filler.write_bytes(bytes((2 << 20) - 350_000))
    assert not lines.write(b"b" * 9_999 + b"\n")
    assert ((len(said), lines.lost) == (1, 2) and "space" in said[0]) or "full" in said[0]
    filler.unlink()
    assert lines.write(b"c\n") and lines.lost == 0
    kept = (small_disk / "x").read_bytes().splitlines()
    assert len(kept) == written + 1 and {len(line) for line in kept[:-1]} == {9_999} and kept[-1] == b"c"
    lines.close()


PRINTS = module(
    request("(call $log (call $info) (call $hello)) (drop) (call $text (i32.const 16) (i32.const 0))"),
    texts(info="info", hello="hello"),
    imports=imported("log", "i32 i32 i32 i32"),
)  # fmt: skip


def test_a_node_goes_on_when_the_place_of_its_log_is_taken_and_is_heard_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "logs").write_text("in the way")
    with LocalNode(Machine(workspace, Config(cache=load().cache))) as node:
        found = node.modules.deploy(PRINTS, file_name="prints.wat")
        node.actors.spawn(found.hash, options=SpawnOptions(name="teller"))
        assert node.actors.ask("teller", "x").payload == ""
        (workspace / "logs").unlink()
        node.actors.ask("teller", "x")
    assert sum("could not be written to" in record.getMessage() for record in caplog.records) == 1
    said = [line["message"] for line in read(workspace / "logs" / "node.jsonl")]
    assert "hello" in said and any("could not be written to this file and" in each for each in said)


def test_a_node_without_a_lasting_workspace_or_with_its_log_off_writes_none(tmp_path: Path) -> None:
    LocalNode(Machine(tmp_path / "off", Config(cache=load().cache, log_level="off"))).close()
    assert not (tmp_path / "off" / "logs").exists()
    LocalNode(Machine(tmp_path / "on", Config(cache=load().cache))).close()
    assert "started" in read(tmp_path / "on" / "logs" / "node.jsonl")[0]["message"]


def test_standard_error_may_have_the_same_lines() -> None:
    record = logging.LogRecord("workbench.x", logging.WARNING, "", 1, "said %s", ("so",), None)
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["source"], line["message"]) == ("warn", "workbench.x", "said so")


@pytest.mark.parametrize("name", ["log_level", "log_format"])
def test_words_that_are_none_are_refused_by_name(name: str) -> None:
    with pytest.raises(Invalid, match=f"{name} in the environment variable WORKBENCH_{name.upper()} must be one of"):
        load({f"WORKBENCH_{name.upper()}": "loud"})
