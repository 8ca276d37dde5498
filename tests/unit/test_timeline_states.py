"""The state of an actor after any recorded turn: equal to a replay from its birth, however one came there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessions import forged
from timelines import laboratory, life_of, lived_again, record, states_of

import workbench
from workbench.api import Certainty, RecordingLevel, SpawnOptions, StateView, Turn
from workbench.api.errors import Conflict
from workbench.api.modules import CancelToken
from workbench.api.turns import BirthReason
from workbench.debug.bundle.opened import Opened
from workbench.debug.timeline.lives import LifeInBundle
from workbench.debug.timeline.states import States
from workbench.debug.timeline.timeline import Timeline
from workbench.machine import Machine

HONEST = ("tally", "till", "till-1", "plain-1", "moody-1", "hidden-1")
Laboratory = tuple[Timeline, Opened, Machine]


@pytest.fixture(scope="module")
def session(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("timeline") / "shop.plexbundle"
    with workbench.connect("embedded:") as node:
        record(node)
        workbench.export_bundle(node, path)
    return path


@pytest.fixture(scope="module")
def lab(session: Path) -> Iterator[Laboratory]:
    with laboratory(session) as found:
        yield found


@pytest.fixture(scope="module")
def known(lab: Laboratory) -> dict[tuple[str, int], str | None]:
    """What a replay from the birth gives, for every actor and turn."""
    return {
        (name, over): lived_again(*lab, name, over)
        for name in HONEST
        for over in range(1, len(life_of(lab[0], name)) + 1)
    }


def seek(lab: Laboratory, states: States, actor: str, over: int, cancel: CancelToken | None = None) -> StateView:
    found: StateView = lab[2].scheduler.call(lambda: states.at(life_of(lab[0], actor), over, cancel=cancel), 100.0)
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_one_comes_to_a_turn_its_state_is_that_of_a_replay_from_the_birth(
    lab: Laboratory, known: dict[tuple[str, int], str | None], data: st.DataObject
) -> None:
    states = states_of(lab[1], lab[2], every=data.draw(st.integers(1, 6)))
    try:
        for actor, over in data.draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=15)):
            view = seek(lab, states, actor, over)
            expected = known[actor, over]
            if expected is None:
                assert view.certainty is Certainty.UNKNOWN and "there was no instance of it" in view.note
            else:
                assert (view.state, view.seq) == (expected, over), (actor, over)
                assert view.certainty is not Certainty.UNKNOWN
    finally:
        lab[2].scheduler.call(states.close, 10.0)


def test_a_state_that_was_recorded_is_the_recorded_one(lab: Laboratory) -> None:
    timeline, states = lab[0], states_of(lab[1], lab[2])
    life = life_of(timeline, "till")
    gave = [place for place in range(len(life)) if life.gave_state(place)]
    assert gave
    for place in gave:
        view = seek(lab, states, "till", place + 1)
        assert (view.certainty, view.state) == (Certainty.RECORDED, life.turn(place).reply)


@pytest.mark.parametrize(
    ("actor", "why"),
    [("mute-1", "cannot hand out its state"), ("curious-1", "its snapshot-state calls keyvalue.get of the host")],
)
def test_who_hands_out_no_state_has_none_and_says_why(lab: Laboratory, actor: str, why: str) -> None:
    states = states_of(lab[1], lab[2])
    for over in (5, 6, 3):
        view = seek(lab, states, actor, over)
        assert (view.certainty, view.state) == (Certainty.UNKNOWN, "") and why in view.note, view


def test_before_the_birth_there_is_no_state(lab: Laboratory) -> None:
    view = seek(lab, states_of(lab[1], lab[2]), "tally", 0)
    assert (view.seq, view.certainty, view.note) == (0, Certainty.UNKNOWN, "it was not born yet")


class Counting:
    """A life whose readings of turns are counted."""

    def __init__(self, life: LifeInBundle) -> None:
        self._life = life
        self.read: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._life, name)

    def __len__(self) -> int:
        return len(self._life)

    def turn(self, place: int) -> Turn:
        self.read.append(place)
        return self._life.turn(place)


def test_one_turn_forward_is_one_turn(lab: Laboratory) -> None:
    states, life = states_of(lab[1], lab[2], every=1_000), Counting(life_of(lab[0], "till-1"))
    for over in (3, 4, 5, 6):
        lab[2].scheduler.call(lambda over=over: states.at(life, over), 100.0)
    assert [place for place in life.read if place] == [1, 2, 3, 4, 5]  # the birth is looked at each time


def test_a_changed_reply_is_a_note_at_its_turn_and_nothing_is_guessed_after_it(
    session: Path, lab: Laboratory, known: dict[tuple[str, int], str | None], tmp_path: Path
) -> None:
    reply = str(life_of(lab[0], "tally").turn(8).reply)

    def change(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines()
        at = next(at for at, line in enumerate(lines) if b'"tally"],"seq":9,' in line)
        assert f'"reply":"{reply}"'.encode() in lines[at]
        lines[at] = lines[at].replace(f'"reply":"{reply}"'.encode(), b'"reply":"700"')
        entries["turns/0001.jsonl"] = b"\n".join(lines) + b"\n"

    with laboratory(forged(session, tmp_path / "forged.plexbundle", change)) as other:
        states = states_of(other[1], other[2])
        for over in (11, 8, 9, 10, 2, 9):
            view = seek(other, states, "tally", over)
            if over < 9:
                assert view.state == known["tally", over]
            else:
                assert view.certainty is Certainty.UNKNOWN
                assert view.note.startswith("its turn 9 comes out otherwise than recorded: reply: recorded"), view.note
                assert "'700'" in view.note and f"'{reply}'" in view.note
        assert states.broken(life_of(other[0], "tally").actor, 9) and not states.broken(
            life_of(other[0], "tally").actor, 8
        )
        assert seek(other, states, "till", 4).certainty is not Certainty.UNKNOWN


def test_after_a_gap_states_are_known_again_from_the_next_one_that_was_recorded(
    session: Path, lab: Laboratory, known: dict[tuple[str, int], str | None], tmp_path: Path
) -> None:
    def hole(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        entries["turns/0001.jsonl"] = b"".join(line for line in lines if b'"plain-1"],"seq":3,' not in line)

    with laboratory(forged(session, tmp_path / "hole.plexbundle", hole)) as other:
        states, life = states_of(other[1], other[2]), life_of(other[0], "plain-1")
        found = {life.seq(over - 1): seek(other, states, "plain-1", over) for over in range(1, len(life) + 1)}
    assert found[2].state == known["plain-1", 2]
    assert "cannot be lived through again" in found[4].note and found[4].certainty is Certainty.UNKNOWN
    state = next(place for place in range(len(life)) if life.gave_state(place))
    assert found[life.seq(state)].certainty is Certainty.RECORDED
    after = found[life.seq(state) + 1]
    assert after.certainty is Certainty.REPLAYED and "not from its birth" in after.note


def test_without_its_module_an_actor_has_no_state_and_the_others_have_theirs(
    session: Path, lab: Laboratory, known: dict[tuple[str, int], str | None], tmp_path: Path
) -> None:
    gone = life_of(lab[0], "tally").turn(0).module

    def remove(entries: dict[str, bytes]) -> None:
        del entries[f"modules/{gone}"]

    with laboratory(forged(session, tmp_path / "without.plexbundle", remove)) as other:
        states = states_of(other[1], other[2])
        view = seek(other, states, "tally", 3)
        assert view.certainty is Certainty.UNKNOWN and gone in view.note
        assert seek(other, states, "till", 4).state == known["till", 4]


def test_after_a_turn_that_cannot_be_repeated_nothing_is_known_until_the_next_birth(
    session: Path, lab: Laboratory, tmp_path: Path
) -> None:
    def redact(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines()
        at = next(at for at, line in enumerate(lines) if b'"till"],"seq":4,' in line)
        lines[at] = lines[at][:-1] + b',"unrepeatable":"what it was given was redacted"}'
        entries["turns/0001.jsonl"] = b"\n".join(lines) + b"\n"

    with laboratory(forged(session, tmp_path / "redacted.plexbundle", redact)) as other:
        states, life = states_of(other[1], other[2]), life_of(other[0], "till")
        assert seek(other, states, "till", 3).certainty is Certainty.REPLAYED
        assert "its turn 4 cannot be lived through again: what it was given was redacted" in (
            seek(other, states, "till", 5).note
        )
        assert seek(other, states, "till", life.births[1] + 1).certainty is Certainty.REPLAYED


def test_a_durable_actor_that_was_brought_back_has_its_states(interpreter: str, tmp_path: Path) -> None:
    from timelines import HEAD, PLAIN

    path = tmp_path / "durable.plexbundle"
    with workbench.connect(f"embedded:{tmp_path / 'space'}") as node:
        node.modules.deploy((HEAD + PLAIN).encode(), file_name="plain.py", alias="plain")
        options = SpawnOptions("d", "strict", ("keyvalue", "durability"), durable=True)
        node.actors.spawn("plain", options=options)
        for number in range(1, 4):
            node.actors.ask("d", "add", str(number))
        node.journal.checkpoint("d")
        for number in range(4, 7):
            node.actors.ask("d", "add", str(number))
        node.actors.kill("d")
        node.actors.restart("d")
        node.actors.ask("d", "add", "7")
        before = node.actors.snapshot("d")
        workbench.export_bundle(node, path)
    with laboratory(path) as found:
        life = life_of(found[0], "d")
        births = [life.turn(place).birth for place in life.births]
        assert births[-1] is not None and births[-1].replayed_after
        states = states_of(found[1], found[2])
        last = seek(found, states, "d", len(life) - 1)
        assert (last.certainty, last.state) == (Certainty.REPLAYED, before)
        back = seek(found, states, "d", life.births[-1] + 1)
        assert back.certainty is Certainty.REPLAYED and str(back.state).startswith("[21, ")


def test_a_life_that_was_recorded_exactly_begins_at_its_last_checkpoint(interpreter: str, tmp_path: Path) -> None:
    from timelines import HEAD, PLAIN

    path = tmp_path / "exact.plexbundle"
    with workbench.connect("embedded:") as node:
        node.modules.deploy((HEAD + PLAIN).encode(), file_name="plain.py", alias="plain")
        node.actors.spawn("plain", options=SpawnOptions("p", "strict", ("keyvalue",)))
        for number in range(4):
            node.actors.ask("p", "add", str(number))
        node.debugger.set_level("p", RecordingLevel.EXACT)
        for number in range(4):
            node.actors.ask("p", "add", str(number))
        expected = node.actors.snapshot("p")
        workbench.export_bundle(node, path)
    with laboratory(path) as found:
        life = Counting(life_of(found[0], "p"))
        births = [life.turn(place).birth for place in life.births]
        assert births[-1] is not None and births[-1].reason is BirthReason.CHECKPOINT
        life.read.clear()
        states = states_of(found[1], found[2])
        view = found[2].scheduler.call(lambda: states.at(life, len(life) - 1), 100.0)
        assert (view.certainty, view.state) == (Certainty.REPLAYED, expected) and not view.note
        assert min(life.read) == life.births[-1]
        for over in range(1, len(life)):
            again = seek(found, states, "p", over)
            assert again.certainty is not Certainty.UNKNOWN, again


def test_a_search_for_a_state_can_be_cancelled(lab: Laboratory) -> None:
    cancel = CancelToken()
    cancel.set()
    states = states_of(lab[1], lab[2])
    with pytest.raises(Conflict, match="cancelled"):
        seek(lab, states, "till-1", 9, cancel)
    assert seek(lab, states, "till-1", 9).certainty is Certainty.REPLAYED
