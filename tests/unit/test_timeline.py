"""The timeline of a session: entries, conditions, mailboxes and graphs, compared with what the turns say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import forged
from timelines import record

import workbench
from workbench.api import Direction, Node, Session, SpawnOptions, Turn
from workbench.api.errors import Conflict, Invalid, NotFound
from workbench.api.modules import CancelToken
from workbench.api.turn_text import from_line, to_line

SLOW = '''
import time
from plexspaces import GenServer, messaging


class Slow(GenServer):
    """Takes its time, and tells another one."""

    def handle_request(self, from_actor, message_type, payload):
        time.sleep(float(payload or 0))
        return ""
'''


@pytest.fixture(scope="module")
def path(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("timeline") / "shop.plexbundle"
    with workbench.connect("embedded:") as node:
        record(node, 8)
        workbench.export_bundle(node, path)
    return path


@pytest.fixture(scope="module")
def node(path: Path) -> Iterator[Node]:
    with workbench.connect(f"bundle:{path}") as found:
        yield found


@pytest.fixture(scope="module")
def session(node: Node) -> Session:
    assert node.session is not None
    return node.session


@pytest.fixture(scope="module")
def turns(session: Session) -> list[Turn]:
    return [session.turn(position) for position in range(1, session.now().total + 1)]


def test_the_turns_are_in_the_order_in_which_they_ended(session: Session, turns: list[Turn]) -> None:
    ends = [turn.started + turn.figures.wall_ns / 1e9 for turn in turns]
    assert ends == sorted(ends) and session.now().total == len(turns) > 60
    times = [session.go(position).time for position in range(len(turns) + 1)]
    assert times[1:] == ends and times[0] == turns[0].started


def test_an_entry_is_what_its_turn_says(session: Session, turns: list[Turn]) -> None:
    entries = session.entries(limit=len(turns))
    assert [entry.position for entry in entries] == list(range(1, len(turns) + 1))
    for entry, turn in zip(entries, turns, strict=True):
        kind = turn.envelope.type if turn.envelope is not None else turn.operation
        figures = turn.figures
        assert (entry.actor, entry.seq, entry.type, entry.outcome, entry.started, entry.calls) == (
            turn.actor, turn.seq, kind, turn.outcome, turn.started, turn.host_calls_total,
        )  # fmt: skip
        assert (entry.fuel, entry.memory_bytes, entry.wall_ns) == (figures.fuel, figures.memory_bytes, figures.wall_ns)
    assert session.entries(after=3, limit=2) == entries[3:5] and not session.entries(after=len(turns))


def test_a_line_in_another_order_is_the_same_turn(path: Path, session: Session, tmp_path: Path) -> None:
    def turn_round(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines()
        other = [json.dumps(dict(reversed(json.loads(line).items()))).encode() for line in lines]
        entries["turns/0001.jsonl"] = b"\n".join(other) + b"\n"

    with workbench.connect(f"bundle:{forged(path, tmp_path / 'other', turn_round)}") as other:
        assert other.session is not None
        assert other.session.entries() == session.entries()


def test_a_turn_that_cannot_be_lived_through_again_is_marked_and_found(
    path: Path, turns: list[Turn], tmp_path: Path
) -> None:
    """And no other one, whatever its texts and the names of its headers are."""
    why = "it was given a folder of the real world, which was not recorded"
    asked = [at for at, turn in enumerate(turns) if turn.envelope is not None][:8]
    marked, also_headers, headers, text, kind = asked[0], *asked[2:6]

    def change(entries: dict[str, bytes]) -> None:
        lines = [json.loads(line) for line in entries["turns/0001.jsonl"].splitlines()]
        for at in (marked, also_headers):
            lines[at]["unrepeatable"] = why
        for at in (also_headers, headers):
            lines[at]["envelope"]["headers"] = [["x", "y"], ["unrepeatable", "no"]]
        lines[text]["reply"] = 'x,"unrepeatable":"y"'
        lines[kind]["envelope"]["type"] = "unrepeatable"
        entries["turns/0001.jsonl"] = "".join(map(_line, lines)).encode()

    with workbench.connect(f"bundle:{forged(path, tmp_path / 'marked', change)}") as node:
        assert node.session is not None
        found = [entry.position for entry in node.session.entries() if entry.unrepeatable == why]
        assert found == [marked + 1, also_headers + 1]
        assert walked(node.session, "replays:no", None, Direction.FORWARD) == found
        others = walked(node.session, "replays:yes", None, Direction.FORWARD)
        assert sorted([*others, *found]) == list(range(1, len(turns) + 1))
        assert not any(entry.unrepeatable for entry in node.session.entries() if entry.position in others)


def _line(members: dict[str, object]) -> str:
    return json.dumps(members, separators=(",", ":")) + "\n"


CONDITIONS = (
    ("", lambda _: True),
    ("outcome:crashed", lambda turn: turn.outcome == "crashed"),
    ("-outcome:reply", lambda turn: turn.outcome != "reply"),
    ("operation:init", lambda turn: turn.operation == "init"),
    ("type:add payload>5", lambda turn: _is(turn, "add") and int(turn.envelope.payload) > 5),
    ("call:keyvalue.increment", lambda turn: any(call.function == "increment" for call in turn.host_calls)),
    ("call!=keyvalue.increment", lambda turn: all(call.function != "increment" for call in turn.host_calls)),
    ("calls=0", lambda turn: turn.host_calls_total == 0),
    ("reply~/^[0-9]+$/", lambda turn: isinstance(turn.reply, str) and turn.reply.isdigit()),
    ("cause~ValueError", lambda turn: turn.cause is not None and "ValueError" in str(turn.cause)),
    ("cause:no", lambda turn: turn.text == "no"),
    ("fuel>100k", lambda turn: turn.figures.fuel is not None and turn.figures.fuel > 100_000),
    ("memory>1MiB time<1s", lambda turn: (turn.figures.memory_bytes or 0) > 1 << 20 and turn.figures.wall_ns < 1e9),
    ("tally", lambda turn: "tally" in turn.actor.name),
    ("took<1s took>1us", lambda turn: 1_000 < turn.figures.wall_ns < 1e9),
    ("time>1000000 time<4000000000", lambda _: True),
    ("time<1000000", lambda _: False),
    ("actor~/^till/ turn=2", lambda turn: turn.actor.name.startswith("till") and turn.seq == 2),
    ("actor~/^till/ seq=2", lambda turn: turn.actor.name.startswith("till") and turn.seq == 2),
)


def _is(turn: Turn, kind: str) -> bool:
    return turn.envelope is not None and turn.envelope.type == kind


@pytest.mark.parametrize(("where", "holds"), CONDITIONS, ids=[where or "all" for where, _ in CONDITIONS])
@pytest.mark.parametrize("actor", [None, "till", "tally"])
def test_a_condition_finds_the_turns_for_which_it_holds(
    session: Session, turns: list[Turn], where: str, holds, actor: str | None
) -> None:
    expected = [at for at, turn in enumerate(turns, 1) if holds(turn) and actor in (None, turn.actor.name)]
    assert walked(session, where, actor, Direction.FORWARD) == expected
    assert walked(session, where, actor, Direction.BACK) == [at for at in expected if at < len(turns)][::-1]
    assert not actor or expected or where


def test_a_condition_names_a_position(session: Session) -> None:
    assert session.find(0, where="position>2") == 3
    assert session.find(0, where="position:5") == 5
    assert session.find(5, where="position<=5") is None


def walked(session: Session, where: str, actor: str | None, direction: Direction) -> list[int]:
    found, position = [], 0 if direction is Direction.FORWARD else session.now().total
    while (at := session.find(position, where=where, actor=actor, direction=direction)) is not None:
        found.append(at)
        position = at
    return found


def test_a_condition_on_a_state_is_looked_up_in_the_state_after_the_turn(session: Session, turns: list[Turn]) -> None:
    expected = []
    for position, turn in enumerate(turns, 1):
        if turn.actor.name == "till":
            state = session.state("till", position).state
            if isinstance(state, str) and '"count": 1' in state:
                expected.append(position)
    assert expected and len(expected) < 10
    assert walked(session, 'state~"\\"count\\": 1"', "till", Direction.FORWARD) == expected
    ten = walked(session, "state.count>=10", None, Direction.FORWARD)
    assert ten and {turns[at - 1].actor.name for at in ten} == {"till", "till-1"}
    assert ten[::-1] == [len(turns)] * (len(turns) in ten) + walked(session, "state.count>=10", None, Direction.BACK)


@pytest.mark.parametrize(
    ("where", "said"),
    [("bogus:1", "no column 'bogus'"), ("fuel>many", "wants a number"), ("reply~/(/", "not a regular expression"),
     ('actor:"x', "a quote is not closed"), ("state.", "")],
)  # fmt: skip
def test_what_is_no_condition_is_refused_in_words(session: Session, where: str, said: str) -> None:
    if not said:
        assert session.find(0, where=where) is None
        return
    with pytest.raises(Invalid, match="is no filter"):
        session.find(0, where=where)


@settings(max_examples=100, deadline=None)
@given(where=st.text(max_size=40))
def test_any_condition_is_found_or_refused(session: Session, where: str) -> None:
    try:
        session.find(len(where), where=where.replace("state", "type"))
    except Invalid as error:
        assert "is no filter" in error.message


def test_a_search_can_be_cancelled(session: Session) -> None:
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Conflict, match="cancelled"):
        session.find(0, where="type:never", cancel=cancel)


@pytest.mark.parametrize("position", [-1, 10_000])
def test_there_is_no_moment_beyond_the_session(session: Session, position: int) -> None:
    for look in (session.go, session.turn, lambda at: session.entries(after=at), lambda at: session.find(at),
                 lambda at: session.state("till", at), lambda at: session.mailbox("till", at)):  # fmt: skip
        with pytest.raises(Invalid, match="there is no position"):
            look(position)
    with pytest.raises(Invalid, match="it has 1 to"):
        session.turn(0)
    with pytest.raises(NotFound, match="no turn of 'nobody' is recorded in shop"):
        session.state("nobody")


def test_a_damaged_turn_is_named_and_the_others_are_there(path: Path, turns: list[Turn], tmp_path: Path) -> None:
    def damage(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines()
        lines[20] = lines[20][:-20] + b"}"
        lines[9] = b"nothing"
        entries["turns/0001.jsonl"] = b"\n".join(lines) + b"\n"

    with workbench.connect(f"bundle:{forged(path, tmp_path / 'damaged', damage)}") as node:
        assert node.session is not None
        assert node.session.now().total == len(turns) - 1
        with pytest.raises(Invalid, match=r"turns/0001.jsonl line 21: it is no turn"):
            node.session.turn(20)
        assert any("line 10" in note for note in node.session.now().notes)
        moment = node.session.go(20)
        assert moment.turn is None and any("cannot be read" in note for note in moment.notes)
        assert to_line(node.session.turn(4)) == to_line(turns[3])


def test_a_session_of_no_turns_has_one_moment(path: Path, tmp_path: Path) -> None:
    def none(entries: dict[str, bytes]) -> None:
        for name in [name for name in entries if name.startswith("turns/")]:
            del entries[name]

    with workbench.connect(f"bundle:{forged(path, tmp_path / 'none', none)}") as node:
        assert node.session is not None
        now = node.session.now()
        assert (now.position, now.total, now.turn) == (0, 0, None)
        assert (
            not node.session.entries() and node.session.find(0) is None and node.metrics() and not node.actors.turns()
        )


def test_a_mailbox_has_what_was_sent_and_not_yet_handled(interpreter: str, tmp_path: Path) -> None:
    path = tmp_path / "slow.plexbundle"
    with workbench.connect("embedded:") as live:
        live.modules.deploy(SLOW.encode(), file_name="slow.py", alias="slow")
        for name in ("slow", "other"):
            live.actors.spawn("slow", options=SpawnOptions(name))
        asking = threading.Thread(target=lambda: live.actors.ask("slow", "first", "0.4"))
        with live.subscribe() as events:
            asking.start()
            while not live.actors.get("slow").state.value.startswith(("running", "waiting")):
                events.get(timeout=0.05)
        for kind in ("second", "third", "fourth"):
            live.actors.tell("slow", kind)
        live.actors.ask("other", "now")
        waiting = live.actors.get("slow").mailbox
        asking.join()
        live.actors.ask("slow", "last")
        workbench.export_bundle(live, path)
    with workbench.connect(f"bundle:{path}") as node:
        session = node.session
        assert session is not None and waiting == 3
        position = session.find(0, where="type:now")
        assert position is not None
        session.go(position)
        assert [letter.type for letter in session.mailbox("slow")] == ["first", "second", "third", "fourth"]
        info = node.actors.get("slow")
        assert (info.state.value, info.mailbox) == ("running", 3) and info.mailbox_oldest_seconds >= 0
        assert node.metrics(["slow"])["slow"][-1].mailbox == 3
        assert not session.mailbox("slow", session.now().total) and not session.mailbox("other")


def test_the_graphs_are_sums_of_the_turns_up_to_the_moment(node: Node, session: Session, turns: list[Turn]) -> None:
    for position in (1, len(turns) // 2, len(turns)):
        moment = session.go(position)
        series = node.metrics(["till", "nobody"])
        mine = turns[:position]
        for name, of in (("", mine), ("till", [turn for turn in mine if turn.actor.name == "till"])):
            assert sum(sample.messages_per_second for sample in series[name]) == pytest.approx(len(of))
            fuel = sum(turn.figures.fuel or 0 for turn in of)
            assert sum(sample.fuel_per_second for sample in series[name]) == pytest.approx(fuel)
            assert sum(sample.crashes for sample in series[name]) == sum(turn.outcome == "crashed" for turn in of)
        assert series[""][-1].time == moment.time and "nobody" not in series
        assert not node.metrics(since=moment.time)[""]


def test_the_text_of_a_turn_is_read_back_as_it_was(turns: list[Turn]) -> None:
    assert all(from_line(to_line(turn)) == turn for turn in turns)
