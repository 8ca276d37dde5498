"""The small decisions, by table: routing, grants, traps, limits, settings, bounds of what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.answer import Answer
from workbench.api import (
    ActorId,
    Area,
    Envelope,
    Exhausted,
    Figures,
    Invalid,
    Kind,
    Level,
    Limits,
    Outcome,
    Reply,
    Turn,
    profile,
)
from workbench.api.errors import WorkbenchError, by_code
from workbench.api.events import GAP
from workbench.api.identity import split_address
from workbench.api.limits import BOUNDS
from workbench.api.words import plural
from workbench.clock import FakeClock
from workbench.config import load
from workbench.runtime import recorder as recorder_module
from workbench.runtime.behaviors import route
from workbench.runtime.bus import Bus
from workbench.runtime.logbook import LINE_CHARACTERS, Logbook
from workbench.runtime.mailbox import Letter, Mailbox
from workbench.runtime.metrics import Counters, difference
from workbench.runtime.recorder import Recorder
from workbench.wasm import traps

HERE = ("default", "default")


@pytest.mark.parametrize(
    ("kind", "exports", "chosen"),
    [
        (Kind.CALL, ("gen-event", "gen-server"), "gen-server"),
        (Kind.CALL, ("gen-fsm", "generic"), "gen-fsm"),
        (Kind.CALL, ("generic",), "generic"),
        (Kind.CAST, ("gen-event", "gen-server"), "gen-event"),
        (Kind.CAST, ("gen-fsm", "gen-server"), "gen-fsm"),
        (Kind.CAST, ("gen-server",), "gen-server"),
        (Kind.INFO, ("generic", "gen-server"), "generic"),
    ],
)
def test_a_message_goes_to_the_first_export_that_handles_its_kind(
    kind: Kind, exports: tuple[str, ...], chosen: str
) -> None:
    assert route(kind, exports, "x").interface == chosen


def test_a_call_to_an_event_handler_is_refused() -> None:
    with pytest.raises(Invalid, match="handles events only"):
        route(Kind.CALL, ("gen-event",), "log")


@pytest.mark.parametrize(
    ("address", "name", "node"), [("a", "a", ""), ("a@n", "a", "n"), ("a@b@n", "a@b", "n"), ("a b:c", "a b:c", "")]
)
def test_an_address_is_parsed_at_its_last_at(address: str, name: str, node: str) -> None:
    assert split_address(address) == (name, node)


@pytest.mark.parametrize("address", ["", "@n", "x" * 1025])
def test_a_name_has_a_size(address: str) -> None:
    with pytest.raises(Invalid):
        split_address(address)


BALANCED = profile("balanced").limits


@pytest.mark.parametrize(
    ("message", "limit", "said"),
    [
        ("wasm trap: all fuel consumed by WebAssembly", "fuel", "50,000,000,000"),
        ("error\n\nCaused by:\n    wasm trap: call stack exhausted", "stack", "512 KiB"),
        ("wasm trap: interrupt", "time", "5,000 ms"),
        ("wasm trap: integer divide by zero", "", "trap: integer divide by zero"),
        ("wasm trap: wasm `unreachable` instruction executed", "", "unreachable"),
        ("cannot enter component instance", "", "cannot enter component instance"),
        ("", "", "no reason"),
    ],
)
def test_a_trap_is_classified_by_its_words(message: str, limit: str, said: str) -> None:
    cause = traps.classify(message, BALANCED, BALANCED.fuel)
    assert cause.limit == limit and said in str(cause)
    assert cause.code == ("exhausted" if limit else "crashed")


def test_every_error_class_has_its_own_code_and_is_found_by_it() -> None:
    codes = [kind.code for kind in WorkbenchError.__subclasses__()]
    assert len(codes) == len(set(codes)) == 13
    assert all(by_code(code).code == code for code in codes)
    assert by_code("from the future").code == "internal"


def test_a_setting_comes_from_the_environment_then_the_file_then_the_default(tmp_path: Path) -> None:
    path = tmp_path / "workbench.toml"
    path.write_text('workers = 3\nnode_name = "filed"\n')
    config = load({"WORKBENCH_CONFIG": str(path), "WORKBENCH_WORKERS": "5"})
    assert (config.workers, config.node_name, config.tick_ms) == (5, "filed", 10)


@pytest.mark.parametrize(
    ("text", "said"), [("workers = 'many'", "whole number"), ("speed = 1", "unknown setting 'speed'"), ("x", "read")]
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "workbench.toml"
    path.write_text(text)
    with pytest.raises(Invalid, match=said) as caught:
        load({"WORKBENCH_CONFIG": str(path)})
    assert str(path) in str(caught.value)


def letter(answer: bool = False) -> Letter:
    return Letter(Envelope("1", Kind.CALL, "x", "", time=5.0), Answer[Reply]() if answer else None)


def test_a_mailbox_gives_calls_back_and_keeps_the_rest_in_order() -> None:
    box = Mailbox(4)
    letters = [letter(), letter(answer=True), letter()]
    for each in letters:
        box.put(each, "x")
    assert box.oldest() == 5.0
    assert box.take_calls() == [letters[1]]
    assert [box.take(), box.take(), box.take()] == [letters[0], letters[2], None]


def test_a_full_mailbox_names_its_limit() -> None:
    box = Mailbox(1)
    box.put(letter(), "x")
    with pytest.raises(Exhausted) as caught:
        box.put(letter(), "x")
    assert (caught.value.limit, caught.value.value, caught.value.used) == ("mailbox", 1, 1)


def test_a_slow_subscriber_loses_the_oldest_and_knows_how_many() -> None:
    bus = Bus(FakeClock(), buffer=3)
    with bus.subscribe({Area.ACTORS}, HERE) as events:
        for number in range(5):
            bus.publish(Area.ACTORS, "actors.spawned", str(number))
        assert [(event.kind, event.subject) for event in events.get(0)] == [
            (GAP, ""), *(("actors.spawned", str(number)) for number in (2, 3, 4)),
        ]  # fmt: skip
        assert events.lost == 2


def test_a_subscriber_sees_its_areas_and_its_tenant_alone() -> None:
    bus = Bus(FakeClock(), buffer=9)
    with bus.subscribe({Area.ACTORS}, HERE) as events:
        bus.publish(Area.MODULES, "modules.deployed")
        bus.publish(Area.ACTORS, "actors.spawned", "theirs", scope=("other", "default"))
        bus.publish(Area.ACTORS, "actors.spawned", "ours", scope=HERE)
        assert [event.subject for event in events.get(0)] == ["ours"]


def test_touches_are_one_event_until_they_are_fetched() -> None:
    bus = Bus(FakeClock(), buffer=9)
    with bus.subscribe({Area.TURNS}, HERE) as events:
        for _ in range(100):
            bus.touch(Area.TURNS, HERE)
        assert len(events.get(0)) == 1
        bus.touch(Area.TURNS, HERE)
        assert len(events.get(0)) == 1


def test_a_closed_subscription_wakes_its_reader() -> None:
    bus = Bus(FakeClock(), buffer=9)
    events = bus.subscribe((), HERE)
    bus.close()
    assert events.get(10.0) == ()


def turn(seq: int, reply: str = "") -> Turn:
    return Turn(ActorId("a"), seq, "message", None, Outcome.REPLY, Figures(1, 1, 1), 0.0, "hash", reply=reply)


def test_the_turns_kept_are_bounded_by_number_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(Bus(FakeClock(), buffer=9), kept=5)
    for seq in range(1, 9):
        recorder.add(turn(seq))
    assert [each.seq for each in recorder.read(HERE)] == [4, 5, 6, 7, 8]
    assert [each.seq for each in recorder.read(HERE, actor=ActorId("a"), after=6)] == [7, 8]
    assert [each.seq for each in recorder.read(HERE, limit=2)] == [7, 8]
    monkeypatch.setattr(recorder_module, "KEPT_BYTES", 10_000)
    recorder.add(turn(9, "x" * 9_500))
    assert [each.seq for each in recorder.read(HERE)] in ([9], [])


def test_a_long_line_is_cut_and_says_so() -> None:
    book = Logbook(FakeClock(), Bus(FakeClock(), buffer=9), kept=2)
    for text in ("first", "second", "x" * (LINE_CHARACTERS + 5)):
        book.log(ActorId("a"), Level.INFO, text, ())
    lines = book.read(HERE)
    assert [line.seq for line in lines] == [2, 3]
    assert lines[1].message.endswith("(5 characters cut)")
    assert book.read(HERE, after=2) == lines[1:]


def test_a_sample_is_the_difference_of_two_readings() -> None:
    before, after = Counters(10, 1_000, 10**6, 0, 5, 0), Counters(30, 5_000, 41 * 10**6, 1, 7, 2)
    sample = difference(before, after, now=100.0, seconds=2.0)
    assert (sample.messages_per_second, sample.fuel_per_second, sample.turn_ms) == (10.0, 2_000.0, 2.0)
    assert (sample.memory_bytes, sample.mailbox, sample.crashes) == (7, 2, 1)


def test_without_a_turn_there_is_no_turn_time() -> None:
    assert difference(Counters(), Counters(), now=1.0, seconds=1.0).turn_ms is None


@pytest.mark.parametrize("name", sorted(BOUNDS.keys() - {"stack_bytes"}))
def test_a_limit_out_of_range_is_refused_with_its_name_and_the_largest(name: str) -> None:
    least, most = BOUNDS[name]
    assert (getattr(_limits(**{name: least}), name), getattr(_limits(**{name: most}), name)) == (least, most)
    for value in (least - 1, most + 1):
        with pytest.raises(Invalid, match=f"the limit {name} must be between {least:,} and {most:,}, not {value:,}"):
            _limits(**{name: value})


@pytest.mark.parametrize("value", [0, 1, 100_000, (512 << 10) + 1, 2 << 20])
def test_a_stack_between_the_classes_is_refused(value: int) -> None:
    with pytest.raises(Invalid, match=rf"the limit stack_bytes is .* or 1,048,576 \(1,024 KiB\), not {value:,}"):
        _limits(stack_bytes=value)


def _limits(**changes: int) -> Limits:
    return replace(profile("balanced").limits, **changes)


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "restart", "1 restart"),
        (0, "restart", "0 restarts"),
        (2_000, "message", "2,000 messages"),
        (1, "child", "1 child"),
        (2, "child", "2 children"),
        (2, "crash", "2 crashes"),
    ],
)
def test_a_number_of_things_is_said_as_people_say_it(number: int, noun: str, said: str) -> None:
    assert plural(number, noun) == said
