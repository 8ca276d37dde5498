"""Changes of what services hold: noted by the database in the order of the commits, and found to be missing."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.api import Invalid, Node, RecordingLevel, ServiceChange, SpawnOptions
from workbench.clock import FakeClock
from workbench.node import LocalNode
from workbench.runtime import turn_queue
from workbench.runtime.changes import Changes
from workbench.runtime.levels import Levels
from workbench.runtime.turn_queue import TurnQueue
from workbench.storage.database import Database
from workbench.storage.noting import TABLES
from workbench.storage.schema import migrate

TALLY = (Path(__file__).parents[2] / "resources" / "actors" / "tally.wat").read_bytes()


@pytest.fixture
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def changes(node: Node) -> list[ServiceChange]:
    return [recorded.change for recorded in node.debugger.changes(limit=100_000)]


def applied(changes: list[ServiceChange]) -> dict[str, list[object]]:
    """What is there after these, when there was nothing before."""
    held: dict[str, list[object]] = {}
    for change in changes:
        rows = held.setdefault(change.table, [])
        if change.before is not None:
            rows.remove(tuple(change.before))
        if change.after is not None:
            rows.append(tuple(change.after))
    return {table: sorted(map(repr, rows)) for table, rows in held.items() if rows}


def held(node: Node) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for piece in node.debugger.holdings():
        found.setdefault(piece.table, []).extend(repr(tuple(row)) for row in piece.rows)
    return {table: sorted(rows) for table, rows in found.items() if rows}


def test_what_is_rolled_back_was_no_change(node: LocalNode) -> None:
    database = node._machine.workspace.database
    node.keyvalue.put("a", "1")
    with pytest.raises(Invalid), database.transaction() as tx:
        tx.execute("DELETE FROM keyvalue")
        raise Invalid("no")
    with pytest.raises(Invalid):
        node.keyvalue.increment("a", 1 << 63)
    node.keyvalue.put("a", "2")
    assert [(change.number, change.after and change.after[3]) for change in changes(node)] == [(1, "1"), (2, "2")]


@pytest.mark.parametrize("durable", [False, True])
def test_every_table_is_noted_on_both_connections_whatever_the_statement_is(node: LocalNode, durable: bool) -> None:
    database = node._machine.workspace.database
    values = {
        "keyvalue": ("default", "default", "k", "v", 1, 1.0, None, ""),
        "tuples": (1, "default", "default", "[]", 1.0, None, ""),
        "queues": (1, "default", "default", "q", 1, 1, 1, "", 1.0),
        "queued": (1, 1, 1.0, None, 0, "", "", None, "t", "p", "{}", 1.0, "", 1),
        "locks": ("default", "default", "l", "h", 1, 1, 1.0, 2.0),
        "lock_versions": ("default", "default", 1),
        "registry": ("default", "default", "r", "t", "a", "{}", None, "healthy", 1.0, 1.0, "", 1),
        "blobs": ("s", "default", "default", "b", "k", "o", 1, "h", "t", 1, "{}", 1.0, ""),
    }
    assert set(values) == set(TABLES)
    last = {"lock_versions": "newest", "queued": "size", "queues": "created"}
    with database.transaction(durable=durable) as tx:
        for table, row in values.items():
            tx.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    with database.transaction(durable=durable) as tx:
        for table, row in values.items():
            tx.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)
            tx.execute(
                f"UPDATE {table} SET {last.get(table, 'rowid' if table == 'tuples' else 'tenant')} = 5"
            ) if table in last else None
    with database.transaction(durable=durable) as tx:
        for table in reversed([*values]):
            tx.execute(f"DELETE FROM {table}")
    found = changes(node)
    for table, row in values.items():
        those = [change for change in found if change.table == table]
        assert those[0].before is None and tuple(those[0].after or ()) == row
        assert (tuple(those[1].before or ()), those[1].after) == (row, None), "replaced: taken out and put in"
        assert those[-1].after is None
    assert applied(found) == {}


def test_the_changes_from_the_beginning_on_are_what_is_held(node: Node) -> None:
    """Many threads, all services: at every moment that was looked at, too."""
    looks: list[tuple[int, dict[str, list[object]]]] = []
    holders = itertools.count()

    def live(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            name = chance.choice("abcd")
            match chance.randrange(9):
                case 0:
                    node.keyvalue.put(name, "x" * chance.randrange(100))
                case 1:
                    node.keyvalue.delete(name)
                case 2:
                    node.tuplespace.write((name, chance.randrange(9)))
                case 3:
                    node.tuplespace.take(workbench.api.parse_pattern(f'("{name}", ?)'))
                case 4:
                    holder = f"h{seed}-{next(holders)}"
                    lock = node.locks.try_acquire(name, holder=holder)
                    if lock is not None and chance.random() < 0.8:
                        node.locks.release(name, lock.version, holder=holder)
                case 5:
                    node.channels.send(name, "t", "p" * chance.randrange(100))
                case 6:
                    delivery = node.channels.receive(name)
                    if delivery is not None and chance.random() < 0.8:
                        node.channels.ack(delivery.id)
                case 7:
                    node.process_groups.create(name)
                case 8:
                    node.registry.register(f"{name}{seed}", object_type="t", address=name)

    def look() -> None:
        for _ in range(10):
            pieces = list(node.debugger.holdings())
            rows: dict[str, list[object]] = {}
            for piece in pieces:
                rows.setdefault(piece.table, []).extend(repr(tuple(row)) for row in piece.rows)
            looks.append((pieces[0].number, {table: sorted(found) for table, found in rows.items() if found}))

    threads = [threading.Thread(target=live, args=(seed,)) for seed in range(4)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    look()
    found = changes(node)
    assert [change.number for change in found] == list(range(1, len(found) + 1)) and len(found) > 100
    for number, rows in looks:
        assert applied(found[:number]) == rows, number
    assert looks[-1][0] == len(found)


def test_keys_in_a_file_of_their_own_are_recorded_and_those_in_memory_are_not(tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path / 'w'}", keyvalue=f"sqlite:{tmp_path / 'keys.db'}") as node:
        node.keyvalue.put("a", "1")
        node.tuplespace.write(("x",))
        assert [change.table for change in changes(node)] == ["keyvalue", "tuples"]
        assert set(held(node)) == {"keyvalue", "tuples"} and applied(changes(node)) == held(node)
    with workbench.connect(f"embedded:{tmp_path / 'w'}", keyvalue=f"sqlite:{tmp_path / 'keys.db'}") as node:
        node.keyvalue.put("a", "2")
        assert [change.number for change in changes(node)] == [1, 2, 3]
    with workbench.connect("embedded:", keyvalue="memory:") as node:
        node.keyvalue.put("a", "1")
        assert not changes(node) and "keyvalue" not in {piece.table for piece in node.debugger.holdings()}


def test_numbers_go_on_when_a_node_is_started_again_and_what_is_forgotten_is_a_change(tmp_path: Path) -> None:
    for start in range(3):
        with workbench.connect(f"embedded:{tmp_path}") as node:
            node.keyvalue.put("k", str(start))
            node.process_groups.create("g")
            assert applied(changes(node)) == held(node)
    with workbench.connect(f"embedded:{tmp_path}") as node:
        found = changes(node)
    assert [change.number for change in found] == list(range(1, len(found) + 1))
    assert [change.table for change in found] == ["keyvalue", "process_groups", "process_groups"] * 3


def test_what_changed_while_nothing_was_recorded_is_a_gap(tmp_path: Path) -> None:
    def put(value: str, record: str) -> list[int]:
        with workbench.connect(f"embedded:{tmp_path}", record=record) as node:
            node.keyvalue.put("k", value)
            return [change.number for change in changes(node)]

    assert put("1", "full") == [1]
    assert put("2", "off") == [1]
    assert put("3", "full") == [1, 3]
    assert put("4", "full") == [1, 3, 4]


KILLED = """
import sys
import workbench

with workbench.connect(f"embedded:{sys.argv[1]}") as node:
    node.keyvalue.put("k", "recorded")
    assert node.debugger.changes()
    node.keyvalue.put("k", "lost")
    print("now", flush=True)
    input()
"""


def test_what_a_killed_process_did_not_write_is_a_gap(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "now\n"
        child.send_signal(signal.SIGKILL)
    with workbench.connect(f"embedded:{tmp_path}") as node:
        before = changes(node)
        assert [change.number for change in before] in ([1], [1, 2])
        node.keyvalue.put("k", "again")
        after = changes(node)
        assert after[-1].number == before[-1].number + 2


def test_changes_that_come_too_fast_are_dropped_with_the_turns_and_counted(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_queue, "QUEUE_BYTES", 300_000)
    node.keyvalue.put("a", "x" * 1_000_000)
    node.keyvalue.put("b", "y")
    found = changes(node)
    assert [change.number for change in found] == [2] and node.debugger.statistics().dropped == 1


def test_changes_beside_an_actor_that_is_kept_are_kept_and_all_stay_in_order(node: Node) -> None:
    tally = node.modules.deploy(TALLY, file_name="tally.wat").hash
    for name in ("kept", "loose"):
        node.actors.spawn(tally, options=SpawnOptions(name))
    node.debugger.keep("kept")
    order: list[tuple[str, int]] = []
    for number in range(40):
        node.keyvalue.put("k", str(number))
        order.append(("change", number + 1))
        name = ("kept", "loose")[number % 2]
        node.actors.ask(name, "increment")
        order.append((name, 2 + number // 2))
    first = node.debugger.turns()[1].position
    turns = [(found.position, (found.turn.actor.name, found.turn.seq)) for found in node.debugger.turns(after=first)]
    made = [(found.position, ("change", found.change.number)) for found in node.debugger.changes()]
    assert [what for _, what in sorted(turns + made)] == order
    assert [what for _, what in turns] == [what for what in order if what[0] != "change"], "oldest first"
    newest = node.debugger.turns(newest=True, limit=7)
    assert [(found.turn.actor.name, found.turn.seq) for found in newest] == [what for _, what in turns][-7:]
    paged, after = [], first
    while page := node.debugger.turns(after=after, limit=3):
        paged += [(found.turn.actor.name, found.turn.seq) for found in page]
        after = page[-1].position
    assert paged == [what for _, what in turns]
    node.debugger.clear()
    assert len(node.debugger.changes()) == 40 and {found.turn.actor.name for found in node.debugger.turns()} == {"kept"}


def test_a_full_disk_loses_no_change_but_of_what_was_not_done(tmp_path: Path) -> None:
    """The triggers are part of the transaction: what they noted goes with it."""
    database = Database(tmp_path / "x.db")
    migrate(database)
    queue = TurnQueue(threading.Lock())
    database.watch(Changes(Levels(RecordingLevel.FULL), queue, FakeClock().now))
    with pytest.raises(workbench.api.WorkbenchError), database.transaction() as tx:
        tx.execute("INSERT INTO lock_versions VALUES ('t', 'n', 1)")
        tx.execute("INSERT INTO lock_versions VALUES ('t', 'n', 1)")
    assert not len(queue)
    with database.transaction() as tx:
        tx.execute("INSERT INTO lock_versions VALUES ('t', 'n', 2)")
    assert [entry[1][3] for entry in queue.take(9)] == [("t", "n", 2)]
    database.close()


def test_without_anybody_who_wants_to_know_there_are_no_triggers() -> None:
    count = "SELECT count(*) FROM temp.sqlite_schema WHERE type = 'trigger'"
    with workbench.connect("embedded:", record="off") as node:
        writer = node._machine.workspace.database.writer  # type: ignore[attr-defined]
        for level, triggers in ((None, 0), (RecordingLevel.FULL, 3 * len(TABLES)), (None, 0)):
            node.debugger.set_level(None, level)
            node.keyvalue.put("a", "1")
            assert writer.execute(count).fetchone()[0] == triggers
        assert [change.number for change in changes(node)] == [2], "the first one is not recorded"
