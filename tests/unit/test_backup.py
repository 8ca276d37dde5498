"""Backups: taken while a node works, restored as they were in that moment, and never half."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

import workbench
from tests.benchmarks.messages import TALLY
from workbench.api import Conflict, Exhausted, Invalid, NotFound
from workbench.api.modules import CancelToken


@pytest.fixture
def space(tmp_path: Path) -> Path:
    folder = tmp_path / "space"
    with workbench.connect(f"embedded:{folder}") as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        for number in range(3):
            node.blobs.upload("pictures", f"{number}.bin", os.urandom(3 << 20))
            node.keyvalue.put(f"key {number}", str(number))
    return folder


def held(folder: Path) -> object:
    with workbench.connect(f"embedded:{folder}") as node:
        return (
            [(module.hash, module.aliases) for module in node.modules.list()],
            {blob.key: node.blobs.download("pictures", blob.key) for blob in node.blobs.list("pictures")},
            {entry.key: entry.value for entry in node.keyvalue.list()},
        )


def test_what_is_restored_is_what_was_there(space: Path, tmp_path: Path) -> None:
    made = workbench.create_backup(space, tmp_path / "a.zip")
    assert (made.modules, made.blobs, made.problems, made.elsewhere) == (1, 3, (), ())
    assert made.held_bytes > 9 << 20 and made.size_bytes == (tmp_path / "a.zip").stat().st_size
    assert workbench.verify_backup(tmp_path / "a.zip") == made
    assert workbench.restore_backup(tmp_path / "a.zip", tmp_path / "again") == made
    assert held(tmp_path / "again") == held(space)
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {"space", "again", "a.zip"}, "nothing is left lying about"


def test_it_is_of_one_moment_though_a_node_writes_and_removes_all_the_time(space: Path, tmp_path: Path) -> None:
    """Each change writes a blob and then a key of the same number: together they tell one moment."""
    stop = threading.Event()
    changes = []

    def change() -> None:
        with workbench.connect(f"embedded:{space}") as node:
            while not stop.is_set():
                number = len(changes)
                node.blobs.upload("moving", "blob", str(number).encode() * 10_000)
                node.keyvalue.put("moving", str(number))
                changes.append(number)
                running.set()

    running = threading.Event()
    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert running.wait(30)
        before = len(changes)
        files = [tmp_path / f"{number}.zip" for number in range(5)]
        for file in files:
            assert workbench.create_backup(space, file).problems == ()
        assert len(changes) > before, "it went on meanwhile"
    finally:
        stop.set()
        thread.join()
    seen = []
    for file in files:
        workbench.restore_backup(file, tmp_path / file.stem)
        with workbench.connect(f"embedded:{tmp_path / file.stem}") as node:
            blob = node.blobs.download("moving", "blob")
            assert isinstance(blob, bytes)
            number = int(blob[: len(blob) // 10_000])
            seen.append(number)
            assert int(node.keyvalue.get("moving") or -1) in (number, number - 1)
    assert seen == sorted(seen) and len(set(seen)) > 1


def test_what_is_missing_in_the_workspace_is_named(space: Path, tmp_path: Path) -> None:
    next((space / "modules").iterdir()).unlink()
    made = workbench.create_backup(space, tmp_path / "a.zip")
    assert (made.blobs, len(made.problems)) == (3, 1)
    assert "modules/" in made.problems[0] and "is missing in the workspace" in made.problems[0]


def test_what_is_damaged_in_the_workspace_is_named_and_not_restored_silently(space: Path, tmp_path: Path) -> None:
    blob = max((space / "blobs").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    blob.write_bytes(b"x" + blob.read_bytes()[1:])
    made = workbench.create_backup(space, tmp_path / "a.zip")
    assert [problem for problem in made.problems if blob.name in problem and "does not fit its hash" in problem]
    assert workbench.verify_backup(tmp_path / "a.zip").problems == made.problems
    with pytest.raises(Invalid, match="is not restored, for it is damaged"):
        workbench.restore_backup(tmp_path / "a.zip", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file


def _flip(entries: dict[str, bytes]) -> None:
    entries["workbench.db"] = entries["workbench.db"][:-1] + b"!"


def _drop(entries: dict[str, bytes]) -> None:
    del entries[next(name for name in entries if name.startswith("modules/"))]


def _add(entries: dict[str, bytes]) -> None:
    entries["../outside"] = b"x"


def _grow(entries: dict[str, bytes]) -> None:
    entries["workbench.db"] += bytes(50 << 20)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_flip, r"workbench\.db is damaged: its hash is another"),
        (_drop, r"modules/[0-9a-f]{64} is missing"),
        (_add, r"\.\./outside is in the file and not in its manifest"),
        (_grow, r"workbench\.db is damaged: its hash is another"),
    ],
)
def test_a_changed_backup_is_told_and_not_restored(
    change: Callable[[dict[str, bytes]], None], said: str, space: Path, tmp_path: Path
) -> None:
    workbench.create_backup(space, tmp_path / "a.zip")
    file = rewritten(tmp_path / "a.zip", change)
    assert len(workbench.verify_backup(file).problems) == 1
    with pytest.raises(Invalid, match=said):
        workbench.restore_backup(file, tmp_path / "again")
    assert not (tmp_path / "again").exists() and not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no backup"), (b"PK\x05\x06" + bytes(18), "no item named 'manifest.json'"),
        (b"no zip" * 99, "is no backup"),
    ],
)  # fmt: skip
def test_what_is_no_backup_is_refused_in_words(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Invalid, match=said):
        workbench.verify_backup(tmp_path / "a.zip")
    with pytest.raises(NotFound, match="there is no file"):
        workbench.verify_backup(tmp_path / "b.zip")
    with pytest.raises(NotFound, match="there is no workspace"):
        workbench.create_backup(tmp_path, tmp_path / "c.zip")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "photos"}, "it is something else"), ({"version": 2}, "it is of version 2"),
        ({"format": "x"}, "invalid"),
        ({"entries": [["../../x", 1, "0"]]}, r"the entry '\.\./\.\./x'"), ({"entries": [7]}, "cannot unpack"),
    ],
)  # fmt: skip
def test_a_strange_manifest_is_refused(change: dict[str, object], said: str, space: Path, tmp_path: Path) -> None:
    def planted(entries: dict[str, bytes]) -> None:
        entries["manifest.json"] = json.dumps({**json.loads(entries["manifest.json"]), **change}).encode()

    workbench.create_backup(space, tmp_path / "a.zip")
    with pytest.raises(Invalid, match=said):
        workbench.verify_backup(rewritten(tmp_path / "a.zip", planted))


def test_nothing_is_written_over(space: Path, tmp_path: Path) -> None:
    workbench.create_backup(space, tmp_path / "a.zip")
    before = held(space)
    with pytest.raises(Conflict, match="is not empty"):
        workbench.restore_backup(tmp_path / "a.zip", space)
    assert held(space) == before
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Conflict, match="cancelled"):
        workbench.create_backup(space, tmp_path / "a.zip", cancel=cancel)
    assert workbench.verify_backup(tmp_path / "a.zip").problems == (), "the one before is still there"
    assert {path.name for path in tmp_path.iterdir()} == {"space", "a.zip"}


def test_a_restore_that_is_killed_leaves_no_workspace(space: Path, tmp_path: Path) -> None:
    workbench.create_backup(space, tmp_path / "a.zip")
    code = (
        "import os, signal, sys, workbench\n"
        "def told(progress):\n if progress.fraction: os.kill(os.getpid(), signal.SIGKILL)\n"
        "workbench.restore_backup(sys.argv[1], sys.argv[2], progress=told)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a.zip", tmp_path / "again"], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "again").exists()
    workbench.restore_backup(tmp_path / "a.zip", tmp_path / "again")
    assert held(tmp_path / "again") == held(space)


def test_a_full_disk_leaves_no_half_backup(space: Path, small_disk: Path) -> None:
    with pytest.raises(Exhausted, match="cannot be written: no space left"):
        workbench.create_backup(space, small_disk / "a.zip")
    assert list(small_disk.iterdir()) == []


def test_a_store_that_lies_elsewhere_is_named(tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path / 'space'}", blobs=f"file:{tmp_path / 'elsewhere'}") as node:
        node.blobs.upload("b", "k", b"there")
    made = workbench.create_backup(tmp_path / "space", tmp_path / "a.zip")
    assert made.blobs == 0 and [url for url in made.elsewhere if "elsewhere" in url]


def test_what_lies_in_the_journal_of_the_database_is_in_the_backup(space: Path, tmp_path: Path) -> None:
    """A node that was killed leaves its last commits in the database's write-ahead log."""
    with closing(sqlite3.connect(space / "workbench.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE late (x)")
        db.commit()
        assert (space / "workbench.db-wal").stat().st_size > 0
        workbench.create_backup(space, tmp_path / "a.zip")
    workbench.restore_backup(tmp_path / "a.zip", tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "workbench.db")) as db:
        assert db.execute("SELECT count(*) FROM late").fetchone() == (0,)


@pytest.mark.parametrize("what", ["create", "restore"])
def test_a_cancel_is_heard_inside_of_one_large_entry(tmp_path: Path, what: str) -> None:
    """The database is one entry: whoever cancels does not wait for all of it."""
    workspace, path, again = tmp_path / "workspace", tmp_path / "made.zip", tmp_path / "again"
    with workbench.connect(f"embedded:{workspace}") as node:
        for number in range(40):
            node.keyvalue.put(f"key {number}", secrets.token_hex(100_000))
    if what == "restore":
        workbench.create_backup(workspace, path)
    asked = 0

    class Third(CancelToken):
        """Set from the third time on that it is asked, which is in the middle of the first entry."""

        def is_set(self) -> bool:
            nonlocal asked
            asked += 1
            return asked >= 3

    with pytest.raises(Conflict, match="was cancelled"):
        if what == "create":
            workbench.create_backup(workspace, path, cancel=Third())
        else:
            workbench.restore_backup(path, again, cancel=Third())
    assert asked == 3 and not again.exists() and path.exists() is (what == "restore")
    assert not [child for child in tmp_path.iterdir() if child not in (workspace, path)]
