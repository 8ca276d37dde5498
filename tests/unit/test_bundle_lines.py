"""Files of a bundle with many lines that are nothing: named, and no more than a bounded number of steps."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import workbench
from workbench.api.errors import Invalid
from workbench.debug.bundle import layout
from workbench.debug.bundle.index import lines_of
from workbench.debug.bundle.manifest import Manifest
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.writer import Writer

MANY = 24 << 20
STEPS = 200_000
"""Calls of functions: many times what the lines that are looked at take, and a small part of all lines."""


def made(path: Path, entries: dict[str, bytes]) -> Path:
    """A bundle of these entries alone."""
    with Writer(path) as writer:
        for name, data in entries.items():
            writer.add(name, data)
        writer.finish(Manifest(1, ()))
    return path


def steps(do: Callable[[], Any]) -> tuple[int, Any]:
    """How many functions of Python are called meanwhile, and what came of it."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        found = do()
    finally:
        sys.setprofile(None)
    return count, found


@pytest.mark.parametrize("name", ["turns/0001.jsonl", "changes/0001.jsonl", "services/locks.jsonl", "log.jsonl"])
def test_a_file_of_nothing_but_ends_of_lines_is_not_split(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / "x", {name: b"\n" * MANY})
    tracemalloc.start()
    try:
        taken, info = steps(lambda: workbench.verify_bundle(path))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    said = f"{name} is not read: it has {MANY:,} lines; a file of a bundle has up to {layout.LINES:,}"
    assert info.problems == (said,) and taken < STEPS and most < 4 * MANY, (info.problems, taken, most)
    assert [entry.problem for entry in info.entries if entry.problem] == [said]


@pytest.mark.parametrize("name", ["turns/0001.jsonl", "changes/0001.jsonl", "services/locks.jsonl", "log.jsonl"])
def test_after_many_lines_that_are_nothing_the_rest_is_named_and_not_read(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / "x", {name: b"{\n" * (layout.LINES // 2)})
    taken, info = steps(lambda: workbench.verify_bundle(path))
    more = layout.LINES // 2 - layout.BAD_LINES
    assert taken < STEPS, taken
    assert info.problems[0].startswith(f"{name} line 1: ")
    assert info.problems[-1] == (
        f"{name} line 1001 and on: {more:,} more lines are not read, because 1,000 lines before them are not what they "
        "should be"
    )


def test_many_such_files_together_are_bounded_too(tmp_path: Path) -> None:
    files = {layout.turns_name(number): b"{\n" * 5_000 for number in range(1, 101)}
    taken, info = steps(lambda: workbench.verify_bundle(made(tmp_path / "x", files)))
    assert taken < 5 * STEPS, taken
    assert sum(" more lines are not read" in problem for problem in info.problems) == 10
    with Bundle(tmp_path / "x") as bundle:
        assert bundle.turns_total == 0 and len(list(bundle.turns())) == 0


def test_good_turns_beside_bad_lines_are_read(tmp_path: Path) -> None:
    good = b'{"actor":["default","default","a"],"seq":%d,"operation":"message"}\n'
    lines = b"".join(b"{\n" + good % number for number in range(1, 901))
    with Bundle(made(tmp_path / "x", {"turns/0001.jsonl": lines})) as bundle:
        assert bundle.turns_total == 900 and len(bundle.problems) == 100


def test_lines_are_counted_before_they_are_made() -> None:
    assert lines_of(b"a\nb") == [b"a", b"b"] and lines_of(b"a\nb\n", 2) == [b"a", b"b"]
    with pytest.raises(Invalid, match="it has 3 lines; a file of a bundle has up to 2"):
        lines_of(b"a\nb\n\n", 2)
