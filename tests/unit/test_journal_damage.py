"""Damage of every kind, planted through SQL: it is named, never handed out, and the others come back."""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.api import ActorState, Damage, NotFound, SpawnOptions
from workbench.api.errors import Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import Part
from workbench.api.messages import Envelope, Kind
from workbench.api.turns import HostCall
from workbench.config import load
from workbench.data import directory
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.services.journal import damages, rows
from workbench.services.journal.rows import ACTORS, OWNED
from workbench.storage.database import Database

SAMPLE = (directory("resources") / "actors" / "durability_actor.py").read_bytes()
TALKER = b'''
from plexspaces import GenServer, durability, messaging


class Talker(GenServer):
    """Leaves something in each table of the journal."""

    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        if message_type == "persist":
            durability.persist("noted", payload)
        elif message_type == "once":
            return durability.side_effect("key", payload)
        elif message_type == "later":
            messaging.send_after(3_600_000, "due", payload)
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)
'''
HOME = ("default", "default")


def prepare(folder: Path) -> None:
    """A workspace with two durable actors; `d` has rows in every table, `other` is to come back whatever happens."""
    with LocalNode(Machine(folder, load())) as node:
        module = node.modules.deploy(TALKER, file_name="talker.py").hash
        for name in ("d", "other"):
            node.actors.spawn(module, options=SpawnOptions(name, "balanced", ("durability",), durable=True))
        for message, payload in (("persist", "a"), ("persist", "b"), ("once", "chosen"), ("later", "x")):
            node.actors.ask("d", message, payload)
        node.actors.ask("d", "count", headers={"idempotency-key": "k"})
        node.actors.ask("other", "count")
        node.journal.checkpoint("d")
        node.actors.ask("d", "persist", "c")
        node.actors.suspend("d")
        node.actors.tell("d", "persist", "kept")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, interpreter: str) -> Path:
    assert interpreter
    folder = tmp_path_factory.mktemp("ready") / "space"
    prepare(folder)
    with closing(sqlite3.connect(folder / "workbench.db")) as db:
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    return folder


@pytest.fixture
def space(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "space"))


def plant(space: Path, *statements: str) -> None:
    with closing(sqlite3.connect(space / "workbench.db")) as db:
        for statement in statements:
            assert db.execute(statement).rowcount, statement
        db.commit()


def verified(space: Path) -> list[str]:
    with closing(Database(space / "workbench.db")) as database:
        return list(map(numbered, damages.found(database, HOME, None)))


def numbered(said: object) -> str:
    """The number of a timer is of no account."""
    return re.sub(r"timer [\d,]+", "timer 1", str(said))


@pytest.fixture
def opened() -> Iterator[Callable[[Path], LocalNode]]:
    nodes: list[LocalNode] = []

    def start(space: Path) -> LocalNode:
        while nodes:
            nodes.pop().close()
        nodes.append(LocalNode(Machine(space, load())))
        return nodes[-1]

    yield start
    for node in nodes:
        node.close()


UNFIT = "its checksum does not fit what it says"
TABLE: dict[str, tuple[str, list[str]]] = {
    "a checkpoint's state": ("UPDATE journal_checkpoints SET state = '77'", [f"d checkpoint 7: {UNFIT}"]),
    **{
        f"a checkpoint's {column}": (
            f"UPDATE journal_checkpoints SET {column} = {value}", [f"d checkpoint 7: {UNFIT}"],
        )
        for column, value in (
            ("fsm_state", "'x'"), ("clock_ns", "clock_ns + 1"), ("drawn", "drawn + 1"), ("events", "1"),
            ("taken", "taken + 1"),
        )
    },
    "a checkpoint is gone": ("DELETE FROM journal_checkpoints", ["d checkpoint 7: it is missing"]),
    "an event's payload": (
        "UPDATE journal_events SET payload = 'z' WHERE sequence = 2", [f"d event 2: {UNFIT}"],
    ),
    "an event is gone": (
        "DELETE FROM journal_events WHERE sequence = 2", ["d event 2: event 2 is missing"],
    ),
    "the last events are gone": (
        "DELETE FROM journal_events WHERE sequence >= 2", ["d event 2: events 2 to 3 are missing"],
    ),
    "all events are gone": ("DELETE FROM journal_events", ["d event 1: events 1 to 3 are missing"]),
    "the first turns are gone": (
        "DELETE FROM journal WHERE actor = 1 AND seq <= 2", ["d turn 1: turns 1 to 2 are missing"],
    ),
    "a turn in between is gone": ("DELETE FROM journal WHERE actor = 1 AND seq = 3", ["d turn 3: turn 3 is missing"]),
    "the last turn is gone": ("DELETE FROM journal WHERE actor = 1 AND seq = 9", ["d turn 9: turn 9 is missing"]),
    "all turns are gone": ("DELETE FROM journal WHERE actor = 1", ["d turn 1: turns 1 to 9 are missing"]),
    "a turn says something else": (
        "UPDATE journal SET line = replace(line, 'noted', 'other') WHERE actor = 1 AND seq = 2", [f"d turn 2: {UNFIT}"],
    ),
    "a recorded reply": (
        "UPDATE journal_replies SET line = replace(line, '\"reply\":\"5\"', '\"reply\":\"9\"')",
        [f"d reply: the one with the key 'k': {UNFIT}"],
    ),
    "a reply is garbage": (
        "UPDATE journal_replies SET line = 'garbage'", [f"d reply: the one with the key 'k': {UNFIT}"],
    ),
    "a message is garbage": ("UPDATE journal_posts SET line = 'garbage'", [f"d message 1: {UNFIT}"]),
    "a timer is garbage": ("UPDATE journal_timers SET line = 'garbage'", [f"d timer 1: {UNFIT}"]),
    "a side effect": (
        "UPDATE journal_effects SET value = 'z'", [f"d side effect: the one with the key 'key': {UNFIT}"],
    ),
    "a birth is garbage": (
        "UPDATE journal_actors SET birth = 'garbage' WHERE name = 'd'",
        [
            f"d: its row in journal_actors is damaged: {UNFIT}",
            f"d: it cannot come back: its row in journal_actors is damaged: {UNFIT}",
        ],
    ),
    "another tenant": (
        "UPDATE journal_actors SET tenant = 'defaulu' WHERE name = 'd'",
        [
            f"d: its row in journal_actors is damaged: {UNFIT}",
            f"d: it cannot come back: its row in journal_actors is damaged: {UNFIT}",
        ],
    ),
    "an actor is gone": (
        "DELETE FROM journal_actors WHERE name = 'other'",
        ["the database: journal has rows of actor 2, which is not there"],
    ),
}  # fmt: skip


def test_what_is_whole_is_told_so(space: Path) -> None:
    assert verified(space) == []


@pytest.mark.parametrize("fault", TABLE)
def test_damage_is_named_and_the_others_come_back(fault: str, space: Path, opened: Callable[[Path], LocalNode]) -> None:
    statement, said = TABLE[fault]
    plant(space, statement)
    assert verified(space) == said
    node = opened(space)
    if fault != "an actor is gone":
        assert node.actors.ask("other", "count").payload == "2"


def back(node: LocalNode, name: str = "d") -> str:
    return str(node.actors.ask(name, "count").payload)


def test_a_damaged_reply_is_an_error_and_the_actor_goes_on(space: Path, opened: Callable[[Path], LocalNode]) -> None:
    plant(space, TABLE["a recorded reply"][0])
    node = opened(space)
    before = back(node)
    for _ in range(2):
        with pytest.raises(Invalid, match="the recorded reply is damaged: its checksum does not fit"):
            node.actors.ask("d", "count", headers={"idempotency-key": "k"})
    node.actors.tell("d", "count", headers={"idempotency-key": "k"})
    assert int(back(node)) == int(before) + 1


def test_a_damaged_side_effect_is_not_decided_again(space: Path, opened: Callable[[Path], LocalNode]) -> None:
    plant(space, TABLE["a side effect"][0])
    node = opened(space)
    with pytest.raises(WorkbenchError, match="what was decided once under 'key' is damaged"):
        node.actors.ask("d", "once", "another")


@pytest.mark.parametrize("fault", ["a message is garbage", "a timer is garbage"])
def test_what_waits_and_is_damaged_is_put_aside(
    fault: str, space: Path, opened: Callable[[Path], LocalNode], caplog: pytest.LogCaptureFixture
) -> None:
    plant(space, TABLE[fault][0])
    with caplog.at_level(logging.ERROR):
        node = opened(space)
    assert [numbered(record.getMessage()) for record in caplog.records] == [
        f"{fault.split()[1]} 1 of d is damaged and was put aside: {UNFIT}"
    ]
    assert int(back(node)) >= 7 and node.journal.get("d").quarantined == 1
    assert list(node.journal.verify()) == []


def test_a_garbage_part_is_put_aside_with_the_message_that_it_is_of(
    space: Path, opened: Callable[[Path], LocalNode], caplog: pytest.LogCaptureFixture
) -> None:
    node = opened(space)
    assert back(node), "and what was kept for it has been handled"
    machine = node._machine
    who = ActorId("d")
    kept = machine.journal.post(who, envelope := Envelope("e", Kind.CAST, "persist", "late", "", 1.0, "e", {}))
    call = HostCall("durability", "persist", ("noted", "late"), 1)
    machine.journal.add_part(who, Part(0, (call,), envelope, kept))
    machine.journal.add_part(who, Part(1, (call,)))
    before = [event.payload for event in node.journal.events("d")]
    node.close()
    plant(space, "UPDATE journal_parts SET line = 'garbage' WHERE position = 1")
    assert verified(space) == [f"d part 1: {UNFIT}"]
    with caplog.at_level(logging.ERROR):
        node = opened(space)
    assert len(caplog.records) == 3, "two parts and their message are put aside"
    assert [event.payload for event in node.journal.events("d")] == before
    assert back(node) and node.journal.get("d").quarantined == 3


def test_a_damaged_event_is_not_handed_out(space: Path, opened: Callable[[Path], LocalNode]) -> None:
    plant(space, TABLE["an event's payload"][0])
    node = opened(space)
    assert "z" not in [event.payload for event in node.journal.events("d")]
    log = node._machine.journal
    assert [event.sequence for event in log.read(ActorId("d"), 1, 3, 10)] == [1, 3]
    assert [str(damage) for damage in node.journal.verify("d")] == ["d event 2: it was damaged, and is put aside"]


@pytest.mark.parametrize("birth", ["'garbage'", "'{}'", "'[]'", "'1e999'", "x'ff00'", "CAST(x'ff' AS TEXT)"])
def test_a_damaged_birth_keeps_nobody_else_from_coming_back(
    birth: str, space: Path, opened: Callable[[Path], LocalNode], caplog: pytest.LogCaptureFixture
) -> None:
    """Also in a row from before, which has no checksum."""
    plant(space, f"UPDATE journal_actors SET birth = {birth}, crc = NULL WHERE name = 'd'")
    with caplog.at_level(logging.ERROR):
        node = opened(space)
    assert any("durable actor d could not be brought back: its" in record.getMessage() for record in caplog.records)
    with pytest.raises(NotFound):
        node.actors.get("d")
    assert back(node, "other") == "2"
    assert any("it cannot come back: its" in str(damage) for damage in node.journal.verify())
    module = node.actors.get("other").module
    with pytest.raises(Invalid, match=r"d cannot be brought back: its .* remove d --force begins anew"):
        node.actors.spawn(module, options=SpawnOptions("d", durable=True))


def test_a_missing_beginning_does_not_bring_it_back_as_a_later_birth(
    space: Path, opened: Callable[[Path], LocalNode]
) -> None:
    node = opened(space)
    back(node)
    node = opened(space)
    first = next(turn.seq for turn in node.journal.entries("d") if turn.birth is not None and turn.seq > 1)
    node.close()
    plant(space, f"DELETE FROM journal WHERE actor = 1 AND seq < {first}", "DELETE FROM journal_checkpoints")
    assert "d: it cannot come back: there is neither a checkpoint that can be used nor its birth among its turns" in (
        verified(space)
    )
    node = opened(space)
    assert node.actors.get("d").state is ActorState.CRASHED


def test_what_was_cut_off_the_end_stays_noticed_after_more_turns(
    space: Path, opened: Callable[[Path], LocalNode]
) -> None:
    plant(space, "DELETE FROM journal WHERE actor = 2 AND seq = 2")
    node = opened(space)
    assert back(node, "other") == "1"
    assert [str(damage) for damage in node.journal.verify("other")] == ["other turn 2: turn 2 is missing"]


def unindexed(space: Path, index: str) -> None:
    """Take the entries out of an index, and leave those of its table."""
    with closing(sqlite3.connect(space / "workbench.db")) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (space / "workbench.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes((10, 0, 0, 0, 0)) + size.to_bytes(2, "big") + bytes(1))  # an empty leaf


@pytest.mark.parametrize("index", ["sqlite_autoindex_journal_actors_1", "journal_of"])
def test_an_index_that_disagrees_brings_nobody_back_empty(
    index: str, space: Path, opened: Callable[[Path], LocalNode]
) -> None:
    unindexed(space, index)
    assert any(index in line for line in verified(space))
    node = opened(space)
    there = {info.id.name for info in node.actors.list() if info.state is not ActorState.CRASHED}
    for name, least in (("d", 5), ("other", 2)):
        if name in there:
            assert int(back(node, name)) >= least
        else:
            assert any(damage.actor.name == name for damage in node.journal.verify())


def test_rows_of_an_older_version_are_told_as_not_checked(space: Path) -> None:
    with closing(sqlite3.connect(space / "workbench.db")) as db:
        for table in (*OWNED, ACTORS):
            if table.name != "journal":
                db.execute(f"UPDATE {table.name} SET {table.crc} = NULL")
        db.commit()
    with closing(Database(space / "workbench.db")) as database:
        found = damages.found(database, HOME, None)
    assert [(each.actor.name, each.harmless) for each in found] == [("d", True), ("other", True)]
    assert str(found[1]) == (
        "other: 1 row has no checksum of all that it says, and could not be checked: an older version wrote it"
    )


def test_any_byte_that_is_flipped_is_noticed(ready: Path, tmp_path: Path) -> None:
    space = Path(shutil.copytree(ready, tmp_path / "space"))
    with closing(Database(space / "workbench.db")) as database, database.transaction() as tx:
        tx.execute("INSERT INTO journal_parts (actor, position, post, line, crc) VALUES (1, 0, 0, '', 0)")
        rows.put_aside(tx, rows.PARTS, 1, 0, "planted")
    db = sqlite3.connect(space / "workbench.db", isolation_level=None)
    db.text_factory = bytes
    places = [
        (table, row[0], column)
        for table in (*OWNED, ACTORS)
        for column in table.columns
        for row in db.execute(
            f"SELECT {key(table)} FROM {table.name} WHERE typeof({column}) IN ('text', 'blob') AND length({column})"
        )
    ]
    assert {table.name for table, _, _ in places} == {table.name for table in (*OWNED, ACTORS)} - {"journal_parts"}

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from(places), st.integers(min_value=0), st.integers(1, 255))
    def flipped(place: Any, position: int, mask: int) -> None:
        table, which, column = place
        kind, before = db.execute(
            f"SELECT typeof({column}), CAST({column} AS BLOB) FROM {table.name} WHERE {where(table, which)}",
            (which,),
        ).fetchone()
        after = bytearray(before)
        after[position % len(after)] ^= mask
        change(db, table, column, kind, (bytes(after), which))
        try:
            with closing(Database(space / "workbench.db")) as database:
                found: list[Damage] = [each for each in damages.found(database, HOME, None) if not each.harmless]
        finally:
            change(db, table, column, kind, (before, bytes(after) if column == key(table) else which))
        assert found, (table.name, column, before, bytes(after))

    flipped()
    db.close()
    assert verified(space) == []


def key(table: Any) -> str:
    """The column by which a row of the actor `d` is found: its number, where the table has rows of its own numbers."""
    unnumbered = ("journal_replies", "journal_effects", "journal_timers", "journal_parts", "journal_events")
    return str(table.columns[1]) if table.name in unnumbered else "rowid"


def where(table: Any, which: Any) -> str:
    return f"{key(table)} = CAST(? AS TEXT)" if isinstance(which, bytes) else f"{key(table)} = ?"


def change(db: sqlite3.Connection, table: Any, column: str, kind: bytes, values: tuple[bytes, Any]) -> None:
    given_, which = values
    done = db.execute(
        f"UPDATE {table.name} SET {column} = CAST(? AS {kind.decode()}) WHERE {where(table, which)}", (given_, which)
    )
    assert done.rowcount == 1
