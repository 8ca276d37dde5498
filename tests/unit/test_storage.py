"""The workspace under bad conditions: locked, read-only, full, newer, older, killed in the middle of a write."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import workbench
from workbench.api import Exhausted, Invalid, Unavailable, WorkbenchError
from workbench.storage.database import Database
from workbench.storage.schema import VERSION, migrate
from workbench.storage.workspace import Workspace

GOOD = b"from plexspaces import GenServer\nclass A(GenServer):\n    def handle_request(self, f, t, p): return p\n"


def test_events_follow_the_commit_and_never_a_rollback(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    seen: list[str] = []
    with database.transaction() as tx:
        tx.execute("CREATE TABLE t (x)")
        tx.emit(lambda: seen.append("committed"))
        assert not seen
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        tx.execute("INSERT INTO t VALUES (1)")
        tx.emit(lambda: seen.append("rolled back"))
        raise ZeroDivisionError
    assert seen == ["committed"]
    assert database.query("SELECT count(*) AS n FROM t")[0]["n"] == 0
    database.close()
    database.close()


@pytest.mark.skipif(sys.platform != "linux", reason="counts what is open in /proc")
def test_the_connection_of_a_thread_ends_with_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "w.db")
    with database.transaction() as tx:
        tx.execute("CREATE TABLE t (n INTEGER)")

    def is_open() -> int:
        links = [link for link in Path("/proc/self/fd").iterdir() if link.exists()]
        return sum(str(link.readlink()).startswith(str(database.path)) for link in links)

    def look() -> None:
        assert database.query("SELECT * FROM t") == []
        seen.append(is_open())

    before, seen = is_open(), list[int]()
    for _ in range(20):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(seen) == 20 and min(seen) > before, "each had a connection of its own"
    assert is_open() <= before + 2, "SQLite keeps one to use it again"
    database.close()
    assert is_open() == 0


def test_a_second_process_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    code = (
        f"import workbench\nwith workbench.connect('embedded:{tmp_path}') as n:\n print('open', flush=True)\n input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "open\n"
        with pytest.raises(Unavailable, match=rf"in use by .* \(process {child.pid}, since"):
            Workspace(tmp_path)
        child.communicate("\n", timeout=20)
    Workspace(tmp_path).close()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        f"import workbench\nwith workbench.connect('embedded:{tmp_path}') as n:\n print('open', flush=True)\n input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "open\n"
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=20)
    Workspace(tmp_path).close()


def test_a_newer_workspace_is_refused_and_left_alone(tmp_path: Path) -> None:
    Workspace(tmp_path).close()
    with sqlite3.connect(tmp_path / "workbench.db") as db:
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    before = (tmp_path / "workbench.db").read_bytes()
    with pytest.raises(Invalid, match="written by a newer version"):
        Workspace(tmp_path)
    assert (tmp_path / "workbench.db").read_bytes() == before


def test_an_older_workspace_is_backed_up_before_it_is_brought_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path).close()
    from workbench.storage import schema

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE extra (id)",)))
    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    opened = Workspace(tmp_path)
    assert opened.database.query("SELECT name FROM sqlite_master WHERE name = 'extra'")
    opened.close()
    assert (tmp_path / f"workbench.v{VERSION}.db").exists()


def test_a_migration_that_fails_leaves_the_old_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.storage import schema

    database = Database(tmp_path / "a.db")
    migrate(database)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE half (id)", "CUT OFF")))
    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    with pytest.raises(WorkbenchError):
        migrate(database)
    assert not database.query("SELECT name FROM sqlite_master WHERE name = 'half'")
    assert database.query("PRAGMA user_version")[0][0] == VERSION
    database.close()


@pytest.mark.parametrize(
    "content", [b"this is no database, it is a text of some length" * 50, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_database_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "workbench.db").write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"workbench\.db"):
        Workspace(tmp_path)
    assert (tmp_path / "workbench.db").read_bytes() == content


def test_a_full_disk_is_said_and_nothing_is_half_done(small_disk: Path, interpreter: str) -> None:
    with workbench.connect(f"embedded:{small_disk}") as node:
        node.modules.deploy(GOOD, file_name="first.py", alias="first")
        (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
        refused = 0
        for number in range(30):
            try:
                node.modules.deploy(GOOD + b"#" * 100_000 + str(number).encode(), alias=f"more{number}")
            except Exhausted as error:
                assert "nothing was changed" in error.message
                refused += 1
        assert refused
        assert node.actors.spawn("first").state == "idle"
        assert not list((small_disk / "modules").glob("*.part"))
        (small_disk / "filler").unlink()
        node.modules.deploy(GOOD + b"# after\n", alias="after")
    with workbench.connect(f"embedded:{small_disk}") as node:
        assert {"first", "after"} <= {info.name for info in node.modules.list()}
        for info in node.modules.list():
            assert node.modules.data(info.hash)


def test_a_full_disk_takes_no_tuple_and_loses_none(small_disk: Path) -> None:
    with workbench.connect(f"embedded:{small_disk}") as node:
        filler = small_disk / "filler"
        filler.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
        written, refused = [], 0
        for number in range(60):
            try:
                written.append(node.tuplespace.write((number, "x" * 60_000)))
            except Exhausted as error:
                assert "nothing was changed" in error.message
                refused += 1
        assert refused and [entry.id for entry in node.tuplespace.list()] == written
        assert {shape.count for shape in node.tuplespace.shapes()} <= {len(written)}
        filler.unlink()
        assert node.tuplespace.write(("after",)) and node.tuplespace.take(("after",)) == ("after",)
        before = node.tuplespace.list()
    with workbench.connect(f"embedded:{small_disk}") as node:
        assert node.tuplespace.list() == before


def test_a_disk_that_is_full_from_the_start_is_said(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    with pytest.raises(Exhausted, match=r"full|cannot"):
        Workspace(small_disk / "workspace")


def test_a_read_only_disk_is_said(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Unavailable, match=r"[Rr]ead-only"):
        Workspace(small_disk / "workspace")
