"""The showcase: every claim holds, a broken one is found, and nothing is told that was not checked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, ROOT, WAIT_SECONDS, Done
from workbench.api.showcase import DEMONSTRATIONS, Mark, ShowcaseLine

FAULTS = {
    "deployment": ("tally.wat", "(i64.add (global.get $count) (i64.const 1))", "(i64.const 7)", "Actor instantiated"),
    "security": (
        "hungry.wat",
        "(call $written (memory.size))",
        "(call $written (i32.const 5))",
        "STRICT gives no more",
    ),
    "behaviors": ("fsm_actor.py", 'return "idle"', 'return "processing"', "GenFSM: each message leads to a state"),
    "services": ("service_demo_actor.py", "    channels.ack(found)  #", "    #", "Queue: acknowledged, it is gone"),
    "keyvalue": ("keyvalue_actor.py", 'ttl_ms=wanted.get("ttl_ms")', "ttl_ms=None", "A value with a time to live"),
    "process-groups": ("process_groups_actor.py", 'wanted.get("topics", ())', "()", "Joins are counted"),
    "locks": ("locks_actor.py", "        locks.release(held)\n", "", "It could not go on: rejected: Timeout"),
    "registry": (
        "registry_actor.py",
        'labels=wanted.get("labels"),\n        ttl_ms',
        "ttl_ms",
        "A service was registered",
    ),
    "durability": (
        "durability_actor.py",
        'durability.persist("incremented", str(self.count))',
        "pass",
        "Persist batch: two events at once",
    ),
    "blob": ("blob_actor.py", "content(wanted), **extras", "content(wanted)", "Size, hash, content type and metadata"),
    "grpc": ("tally.wat", "(i64.const 10)", "(i64.const 10)", "It is called via gRPC"),  # by that of deployment
    "concurrency": (
        "tally.wat",
        "(i64.const 10)",
        "(i64.const 10)",
        "One turn at a time",
    ),  # by the fault of deployment
}
"""Of each demonstration: which sample actor is broken in which way, and the first claim that does not hold by it."""


@pytest.fixture
def broken(tmp_path: Path, interpreter: str) -> Callable[..., Done]:
    """Runs the showcase of a project with broken sample actors; its code is the project's own."""

    def run(faults: Iterable[tuple[str, str, str]], *options: str) -> Done:
        for name in ("workbench", "ui", "wit", "proto"):
            (tmp_path / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "resources", tmp_path / "resources")
        for file, right, wrong in faults:
            path = tmp_path / "resources" / "actors" / file
            text = path.read_text(encoding="utf-8")
            assert right in text, file
            path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        done = subprocess.run(
            [*COMMAND, "showcase", "--json", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def test_every_claim_of_every_demonstration_holds(shell) -> None:
    done = shell("showcase", "--json")
    lines = done.objects
    assert [line for line in lines if line["mark"] in ("failed", "stopped")] == []
    assert done.code == 0
    assert {*done.err.splitlines()} <= {"building the component …", "compiling …"}, "once on each machine"
    for each in DEMONSTRATIONS:
        marks = [line["mark"] for line in lines if line["demonstration"] == each.name]
        assert (marks[0], marks[-1], marks.count("done")) == ("heading", "done", 1), each.name
        assert marks.count("ok") >= 7, each.name
    assert lines[0]["mark"] == "title" and lines[-1]["text"] == "All demonstrations completed successfully!"
    claims = sum(line["mark"] == "ok" for line in lines)
    assert any(line["text"].startswith(f"{claims} claims checked in ") for line in lines)


def test_a_fault_in_each_is_a_failed_claim_no_success_and_exit_code_1(broken: Callable[..., Done]) -> None:
    options = [part for name in FAULTS for part in ("--demo", name)]
    done = broken((fault[:3] for fault in FAULTS.values()), *options)
    assert done.code == 1, done
    for name, (*_, claim) in FAULTS.items():
        lines = [line for line in done.objects if line["demonstration"] == name]
        failed = [line["text"] for line in lines if line["mark"] == "failed"]
        assert failed[0].startswith(claim), (name, failed)
        assert " demo: " in failed[-1] and lines[-1]["mark"] == "failed"
    assert not [line for line in done.objects if line["mark"] == "done"]
    said = "\n".join(line["text"] for line in done.objects)
    assert "GenFSM: each message leads to a state: found ['idle', 'processing', 'done', 'processing']" in said
    assert ", expected ['idle', 'processing', 'done', 'idle']" in said


def test_what_keeps_a_demonstration_from_going_on_is_a_failure(broken: Callable[..., Done]) -> None:
    fault = ("counter_actor.py", 'elif message_type != "get_count":', "elif 1 // 0:")
    done = broken([fault], "--demo", "python", "--demo", "process-groups")
    assert done.code == 1
    failed = [line["text"] for line in done.objects if line["mark"] == "failed"]
    assert failed[0].startswith("It could not go on: crashed: ") and "ZeroDivisionError" in failed[0]
    assert [line["demonstration"] for line in done.objects if line["mark"] == "done"] == ["process-groups"]


def test_one_demonstration_is_told_in_the_layout_of_the_page(shell) -> None:
    done = shell("showcase", "--demo", "locks", "--demo", "concurrency")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:2] == [" PlexSpaces WASM Runtime Showcase", "=" * 36]
    at = lines.index(" Demo 4: Concurrent Operations")
    assert lines[at + 1] == "-" * 33
    births = lines.index("[ok] Concurrent instantiation complete")
    assert lines[births + 1 : births + 3] == ["  - Total: 10 actors", "  - Successful: 10"]
    assert lines[births + 4].startswith("  - Throughput: ") and lines[births + 4].endswith(" actors/sec")
    assert "[done] Locks demo complete!" in lines and "[done] Concurrency demo complete!" in lines
    assert lines.index("[done] Locks demo complete!") < at
    assert "All demonstrations" not in done.out


def test_verbose_shows_messages_host_calls_and_what_they_took(shell) -> None:
    said = shell("showcase", "--demo", "process-groups", "--verbose").out
    assert "  > cyd call join_group 'news' -> " in said
    assert "  >     process-groups.join('news', []) -> None" in said
    line = next(line for line in said.splitlines() if "> bob call leave_group 'news' rejected: " in line)
    assert " ms, fuel " in line


def test_a_name_that_is_none_is_a_fault_of_usage(shell) -> None:
    done = shell("showcase", "--demo", "nothing")
    assert (done.code, done.out) == (2, "")
    assert "process-groups" in done.err


def test_ctrl_c_ends_it_in_order(shell, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    os.environ["TMPDIR"] = str(scratch)
    try:
        with shell.started("showcase") as process:
            for line in process.stdout:
                if line.startswith("[ok]"):
                    break
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=WAIT_SECONDS)
    finally:
        del os.environ["TMPDIR"]
    assert (process.returncode, err.strip()) == (130, "")
    assert out.splitlines()[-1].startswith("[stopped] The showcase was stopped after ")
    assert "[done] All" not in out
    assert list(scratch.iterdir()) == []


def test_a_line_is_written_as_its_mark_says() -> None:
    lines = {mark: str(ShowcaseLine(mark, "x")) for mark in Mark}
    assert lines[Mark.OK] == "[ok] x" and lines[Mark.FAILED] == "[failed] x" and lines[Mark.DONE] == "[done] x"
    assert lines[Mark.FACT] == "  x" and lines[Mark.HEADING] == "\n x\n-----"
    assert json.loads(json.dumps({"mark": Mark.OK})) == {"mark": "ok"}
