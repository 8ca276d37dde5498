"""Births, deaths and what happens to those who wait: a caller always gets exactly one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import workbench
from workbench.api import (
    ActorState,
    AlreadyExists,
    Area,
    Crashed,
    Exhausted,
    Invalid,
    Kind,
    Limits,
    Node,
    NotFound,
    Outcome,
    Rejected,
    SpawnOptions,
    Timeout,
    Unavailable,
    WorkbenchError,
    profile,
)

BALANCED = profile("balanced").interpreter


def limits(**changes: int) -> Limits:
    values = {name: getattr(BALANCED, name) for name in Limits.__slots__} | changes
    return Limits(**values)


def spawn(node: Node, **changes: int) -> str:
    return node.actors.spawn("odd", options=SpawnOptions(limits=limits(**changes))).id.name


def test_a_reply_comes_with_fuel_memory_and_time(node: Node, odd: str) -> None:
    reply = node.actors.ask(odd, "echo", "hello")
    assert reply.payload == "hello"
    assert reply.figures.fuel is not None and reply.figures.fuel > 0
    assert reply.figures.memory_bytes is not None and reply.figures.memory_bytes > 1 << 20
    assert reply.figures.wall_ns > 0


def test_binary_stays_binary(node: Node, odd: str) -> None:
    assert node.actors.ask(odd, "echo", b"\0\xff").payload == b"\0\xff"


def test_a_refusal_leaves_the_actor_alive(node: Node, odd: str) -> None:
    with pytest.raises(Rejected, match="not like this"):
        node.actors.ask(odd, "refuse", "not like this")
    assert node.actors.get(odd).state is ActorState.IDLE


def test_a_gen_server_must_answer_a_call_but_not_a_cast(node: Node, odd: str) -> None:
    with pytest.raises(Rejected, match="returned no reply"):
        node.actors.ask(odd, "nothing")
    assert node.actors.ask(odd, "nothing", kind=Kind.CAST).payload == ""
    assert node.actors.turns(odd)[-1].outcome is Outcome.REPLY


def test_an_exception_is_a_crash_with_file_line_and_traceback(node: Node, odd: str) -> None:
    with pytest.raises(Crashed, match="ValueError: boom") as caught:
        node.actors.ask(odd, "raising", "boom")
    cause = caught.value.cause
    assert cause is not None and cause.location is not None
    assert cause.location.file == "odd.py"
    assert "raise ValueError(payload)" in cause.traceback
    info = node.actors.get(odd)
    assert (info.state, info.killed_by, info.crashes) == (ActorState.CRASHED, "raising", 1)


def test_a_crashed_actor_refuses_calls_and_comes_back_with_its_mailbox(node: Node, odd: str) -> None:
    with pytest.raises(Crashed):
        node.actors.ask(odd, "raising", "boom")
    with pytest.raises(Crashed, match="is not running"):
        node.actors.ask(odd, "echo")
    node.actors.tell(odd, "fired", "kept")
    assert node.actors.get(odd).mailbox == 1
    info = node.actors.restart(odd)
    assert info.restarts == 1
    assert node.actors.ask(odd, "count").payload == "1"


def test_only_a_crashed_actor_is_restarted(node: Node, odd: str) -> None:
    with pytest.raises(Invalid, match="only a crashed one"):
        node.actors.restart(odd)


def test_calls_that_wait_behind_a_crash_are_answered(node: Node) -> None:
    name = spawn(node, time_ms=300)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(node.actors.ask, name, "spin")
        with node.subscribe({Area.TURNS}):
            others = [pool.submit(node.actors.ask, name, "echo") for _ in range(3)]
        for waiting in (first, *others):
            with pytest.raises(Crashed):
                waiting.result(timeout=20)


def test_a_spinning_turn_is_killed_by_its_time_and_says_so(node: Node) -> None:
    name = spawn(node, time_ms=50)
    with pytest.raises(Crashed, match="exhausted: time") as caught:
        node.actors.ask(name, "spin")
    cause, figures = caught.value.cause, caught.value.figures
    assert cause is not None and (cause.limit, cause.limit_value) == ("time", 50)
    assert cause.used is not None and cause.used >= 50
    assert figures is not None and figures.fuel is None, "after a kill the engine's fuel is wrong and must not be shown"


def test_a_turn_out_of_fuel_says_how_much_it_had(node: Node) -> None:
    name = spawn(node, fuel=20_000_000)
    with pytest.raises(Crashed, match="exhausted: fuel") as caught:
        node.actors.ask(name, "spin")
    assert caught.value.cause is not None and caught.value.cause.used == 20_000_000


def test_an_actor_out_of_memory_says_so(node: Node) -> None:
    name = spawn(node, memory_bytes=16 << 20)
    assert node.actors.ask(name, "grow", "4").payload == "1"
    with pytest.raises(Crashed, match="exhausted: memory"):
        node.actors.ask(name, "grow", "40")


def test_the_limit_of_table_elements_is_the_engines(node: Node) -> None:
    with pytest.raises(Crashed, match=r"exhausted: table: a table of [\d,]+ elements, and the actor may have 1,000"):
        spawn(node, table_elements=1_000)


def test_waiting_is_not_running_time(node: Node) -> None:
    name = spawn(node, time_ms=100)
    assert float(str(node.actors.ask(name, "sleep", "0.4").payload)) >= 0.4


def test_waiting_has_a_ceiling_of_its_own(node: Node) -> None:
    name = spawn(node, wait_ms=100)
    with pytest.raises(Crashed, match=r"wanted to sleep for 9\.0 s"):
        node.actors.ask(name, "sleep", "9")


def test_a_payload_beyond_the_limit_is_refused_before_delivery(node: Node, odd: str) -> None:
    for payload in ("x" * (8 << 20) + "x", bytes((1 << 20) + 1)):
        with pytest.raises(Exhausted, match="use a blob") as caught:
            node.actors.ask(odd, "echo", payload)
        assert caught.value.limit == "size"
    assert node.actors.get(odd).state is ActorState.IDLE


def test_a_payload_never_takes_more_than_a_quarter_of_the_free_memory(node: Node) -> None:
    name = spawn(node, memory_bytes=2 << 20)
    with pytest.raises(Exhausted, match="use a blob"):
        node.actors.ask(name, "echo", "x" * (1 << 20))


def test_a_full_mailbox_refuses_and_says_how_full(node: Node) -> None:
    name = spawn(node, mailbox=2, time_ms=400)
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(node.actors.ask, name, "spin")
        with pytest.raises(Exhausted, match="it has 2 messages and may have 2"):
            for _ in range(50):
                node.actors.tell(name, "count")
        with pytest.raises(Crashed):
            busy.result(timeout=20)


def test_a_message_to_nobody_is_not_found(node: Node) -> None:
    for call in (lambda: node.actors.ask("nobody", "x"), lambda: node.actors.tell("nobody", "x")):
        with pytest.raises(NotFound, match="nobody"):
            call()


def test_an_address_on_another_node_is_unavailable(node: Node) -> None:
    with pytest.raises(Unavailable, match="in no cluster"):
        node.actors.ask("counter@elsewhere", "x")


def test_a_name_is_taken_once(node: Node, odd: str) -> None:
    with pytest.raises(AlreadyExists, match=odd):
        node.actors.spawn("odd", options=SpawnOptions(name=odd))


@pytest.mark.parametrize("name", ["..", "a b", "a/b*>:", 'quo"te', "nul\0", "ünïcødé", "x@y"])
def test_any_text_is_a_name(node: Node, name: str) -> None:
    info = node.actors.spawn("odd", options=SpawnOptions(name=name))
    assert node.actors.ask(info.id, "echo", "there").payload == "there"
    assert node.actors.ask(info.id.at("local"), "echo", "there").payload == "there"
    node.actors.stop(info.id)


def test_an_init_that_refuses_or_crashes_leaves_no_actor(node: Node) -> None:
    with pytest.raises(Rejected, match="not today"):
        node.actors.spawn("odd", "refuse", options=SpawnOptions(name="stillborn"))
    with pytest.raises(Crashed, match="born dead"):
        node.actors.spawn("odd", "crash", options=SpawnOptions(name="stillborn"))
    with pytest.raises(NotFound):
        node.actors.get("stillborn")


def test_stopping_is_idempotent_and_answers_those_who_wait(node: Node) -> None:
    name = spawn(node, time_ms=1000)
    with ThreadPoolExecutor(2) as pool:
        busy = pool.submit(node.actors.ask, name, "sleep", "0.3")
        waiting = pool.submit(node.actors.ask, name, "echo", "late")
        node.actors.stop(name)
        outcomes = []
        for each in (busy, waiting):
            try:
                outcomes.append(str(each.result(timeout=20).payload))
            except WorkbenchError as error:
                outcomes.append(error.code)
    assert set(outcomes) <= {"late", "unavailable", "not_found"} | {o for o in outcomes if o.startswith("0.")}
    node.actors.stop(name)


def test_a_spinning_actor_is_killed_in_the_middle_of_its_turn(node: Node, odd: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        spinning = pool.submit(node.actors.ask, odd, "spin")
        _until(node, odd, ActorState.RUNNING)
        node.actors.kill(odd)
        with pytest.raises(Crashed, match="it was killed"):
            spinning.result(timeout=20)


def test_an_idle_actor_is_killed_when_the_call_returns(node: Node, odd: str) -> None:
    node.actors.kill(odd)
    assert node.actors.get(odd).state is ActorState.CRASHED
    node.actors.kill(odd)
    assert node.actors.restart(odd).state is ActorState.IDLE


def test_a_waiting_actor_is_killed_in_its_wait(node: Node, odd: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(node.actors.ask, odd, "sleep", "20")
        _until(node, odd, ActorState.WAITING)
        assert node.actors.get(odd).waiting_for == "sleep"
        node.actors.kill(odd)
        with pytest.raises(Crashed, match="it was killed"):
            sleeping.result(timeout=20)


def _until(node: Node, name: str, state: ActorState) -> None:
    """Wait until the actor is seen in a state; the test's own time limit ends a wait that is in vain."""
    poll = threading.Event()
    for _ in range(2000):
        if any(info.id.name == name and info.state is state for info in node.actors.list()):
            return
        poll.wait(0.005)
    raise AssertionError(f"{name} never was {state}")


def test_a_caller_that_gives_up_gets_a_timeout_and_the_turn_goes_on(node: Node, odd: str) -> None:
    with pytest.raises(Timeout, match=r"within 0\.1 s"):
        node.actors.ask(odd, "sleep", "0.5", timeout=0.1)
    assert node.actors.ask(odd, "echo", "later").payload == "later"


def test_actors_ask_and_tell_each_other_and_see_who_asks(node: Node, odd: str) -> None:
    other = node.actors.spawn("odd").id.name
    assert node.actors.ask(odd, "ask", f"{other} sender").payload == f"{odd}@local"
    node.actors.ask(odd, "tell", f"{other} fired")
    assert node.actors.ask(other, "count").payload == "1"


def test_an_ask_to_oneself_fails_at_once_and_shows_the_circle(node: Node, odd: str) -> None:
    with pytest.raises(Crashed, match=f"would wait for itself: {odd} -> {odd}"):
        node.actors.ask(odd, "ask", f"{odd} echo")


def test_an_ask_round_a_circle_fails_at_once_and_shows_it(node: Node, odd: str) -> None:
    second, third = (node.actors.spawn("odd").id.name for _ in range(2))
    with pytest.raises(Crashed, match=f"{third} -> {odd} -> {second} -> {third}"):
        node.actors.ask(odd, "ask", f"{second} ask {third} ask {odd} echo", timeout=10)


def test_many_actors_may_wait_for_each_other_at_once_without_starving_the_rest(node: Node, odd: str) -> None:
    names = [node.actors.spawn("odd").id.name for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        sleeping = [pool.submit(node.actors.ask, name, "sleep", "1.0") for name in names]
        assert node.actors.ask(odd, "echo", "meanwhile", timeout=0.9).payload == "meanwhile"
        for each in sleeping:
            each.result(timeout=20)


def test_a_timer_fires_once_and_a_cancelled_one_never(node: Node, odd: str) -> None:
    with node.subscribe({Area.TURNS}) as events:
        node.actors.ask(odd, "later", "20")
        for _ in range(200):
            if node.actors.turns(odd)[-1].envelope.kind is Kind.INFO:  # type: ignore[union-attr]
                break
            events.get(0.05)
    assert node.actors.ask(odd, "count").payload == "1"


def test_an_actor_spawns_a_child_that_knows_its_parent(node: Node, odd: str) -> None:
    child = str(node.actors.ask(odd, "spawn", "child").payload)
    assert child == "child@local"
    assert node.actors.get("child").parent == odd


def test_a_child_never_gets_more_than_its_parent_holds(node: Node, odd: str) -> None:
    node.actors.ask(odd, "spawn", "cut")
    mine, its = set(node.actors.get(odd).grants), set(node.actors.get("cut").grants)
    assert its <= mine


def test_without_the_grant_spawning_is_denied_and_the_text_names_the_grant(node: Node) -> None:
    name = node.actors.spawn("odd").id.name
    with pytest.raises(Crashed, match="grant it with --grant spawn"):
        node.actors.ask(name, "spawn", "never")


def test_an_actor_may_stop_itself_and_its_turn_still_ends(node: Node, odd: str) -> None:
    with node.subscribe({Area.ACTORS}) as events:
        assert node.actors.ask(odd, "stop", odd).payload == "asked"
        assert any(event.kind == "actors.stopped" for _ in range(50) for event in events.get(0.1))
    with pytest.raises(NotFound):
        node.actors.get(odd)


def test_printed_lines_are_in_the_log_in_order(node: Node, odd: str) -> None:
    node.actors.ask(odd, "printing")
    assert [line.message for line in node.logs(actor=odd)] == ["one", "two"]
    assert {line.stream for line in node.logs(actor=odd)} == {"stdout"}


def test_turns_are_numbered_without_gaps_from_init_on(node: Node, odd: str) -> None:
    for number in range(5):
        node.actors.ask(odd, "echo", str(number))
    turns = node.actors.turns(odd)
    assert [turn.seq for turn in turns] == list(range(1, 7))
    assert turns[0].operation == "init"
    assert [turn.reply for turn in turns[1:]] == list("01234")


def test_one_tenant_sees_nothing_of_another(node: Node, odd: str) -> None:
    stranger = node.scoped("other", "default")  # type: ignore[attr-defined]
    assert stranger.actors.list() == []
    assert stranger.actors.turns() == []
    assert all(not line.actor for line in stranger.logs())
    with pytest.raises(NotFound):
        stranger.actors.ask(odd, "echo")


def test_an_unknown_grant_or_profile_is_said_at_spawn(node: Node) -> None:
    with pytest.raises(Invalid, match="no capability 'flying'"):
        node.actors.spawn("odd", options=SpawnOptions(grants=("flying",)))
    with pytest.raises(NotFound, match="no profile 'lax'"):
        node.actors.spawn("odd", options=SpawnOptions(profile="lax"))


CONTROLS = ("spawn", "stop", "snapshot", "upgrade", "kill", "restart", "ask")


def test_whatever_is_done_to_an_actor_at_once_every_call_ends_and_the_process_lives(node: Node) -> None:
    """Births, controls and asks from seven threads: each call ends in a value or in one of our errors."""
    actors = node.actors
    jobs = {
        "spawn": lambda: actors.spawn("odd", options=SpawnOptions(name="busy")),
        "stop": lambda: actors.stop("busy"),
        "snapshot": lambda: actors.snapshot("busy"),
        "upgrade": lambda: actors.upgrade("busy", "odd"),
        "kill": lambda: actors.kill("busy"),
        "restart": lambda: actors.restart("busy"),
        "ask": lambda: actors.ask("busy", "echo", "x", timeout=10),
    }
    wrong: list[BaseException] = []

    def repeat(job: str) -> None:
        for _ in range(60):
            try:
                jobs[job]()
            except WorkbenchError as error:
                if error.code in ("internal", "timeout"):
                    wrong.append(error)
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=repeat, args=(job,)) for job in CONTROLS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)
    actors.stop("busy")
    actors.spawn("odd", options=SpawnOptions(name="busy"))
    assert actors.ask("busy", "echo", "alive").payload == "alive"


def test_an_actor_is_killed_and_stopped_while_it_is_being_born(node: Node) -> None:
    with ThreadPoolExecutor(1) as pool:
        birth = pool.submit(node.actors.spawn, "odd", "spin", options=SpawnOptions(name="unborn"))
        _until(node, "unborn", ActorState.STARTING)
        node.actors.kill("unborn")
        with pytest.raises(Crashed, match="it was killed"):
            birth.result(timeout=20)
    with pytest.raises(NotFound):
        node.actors.get("unborn")


def test_a_birth_that_takes_too_long_for_its_caller_goes_on_and_can_be_reached(node: Node) -> None:
    with pytest.raises(Timeout, match="goes on in the background"):
        node.actors.spawn("odd", "spin", options=SpawnOptions(name="late"), timeout=0.1)
    assert node.actors.get("late").state is ActorState.STARTING
    with pytest.raises(AlreadyExists):
        node.actors.spawn("odd", options=SpawnOptions(name="late"))
    node.actors.stop("late", timeout=0.1)
    with pytest.raises(NotFound):
        node.actors.get("late")


def test_an_impatient_ask_ends_in_time_on_every_thread(node: Node, odd: str) -> None:
    ended: list[str] = []

    def impatient() -> None:
        try:
            node.actors.ask(odd, "sleep", "3", timeout=0.2)
        except Timeout as error:
            ended.append(str(error))

    workbench.start_thread("impatient", impatient).join(2)
    assert ended and "within 0.2 s" in ended[0]


def test_an_oversized_message_type_is_refused_before_delivery(node: Node, odd: str) -> None:
    with pytest.raises(Exhausted, match="a message type has up to 1,024 bytes"):
        node.actors.tell(odd, "x" * 2000)
    assert node.actors.get(odd).mailbox == 0


@pytest.mark.parametrize("payload", [5, None, bytearray(b"x")])
def test_a_payload_that_is_neither_text_nor_bytes_is_invalid(node: Node, odd: str, payload: object) -> None:
    with pytest.raises(Invalid, match=r"text \(str\) or binary"):
        node.actors.ask(odd, "echo", payload)  # type: ignore[arg-type]


def test_a_reply_beyond_the_limit_is_not_delivered_and_the_actor_lives_on(node: Node, odd: str) -> None:
    with pytest.raises(Exhausted, match=r"the reply of .* use a blob"):
        node.actors.ask(odd, "reply", str((8 << 20) + 1))
    assert node.actors.ask(odd, "echo", "alive").payload == "alive"


def test_a_circle_through_a_birth_is_refused_at_once(node: Node, odd: str) -> None:
    child = f"ask {odd}"
    with pytest.raises(Crashed, match=f"would wait for itself: born -> {odd} -> born"):
        node.actors.ask(odd, "bear", child, timeout=10)


def test_a_chain_of_messages_has_one_correlation(node: Node, odd: str) -> None:
    other = node.actors.spawn("odd").id.name
    node.actors.ask(odd, "ask", f"{other} echo hello")
    first, second = (node.actors.turns(name)[-1].envelope for name in (odd, other))
    assert first is not None and second is not None
    assert first.id == first.correlation == second.correlation != second.id


def test_a_turn_names_its_interpreter(node: Node, odd: str) -> None:
    assert node.actors.turns(odd)[-1].interpreter == node.info().interpreter


def test_what_a_guest_logs_and_asks_of_the_host_is_bounded_in_the_nodes_memory(node: Node, odd: str) -> None:
    machine = node._machine  # type: ignore[attr-defined]
    for _ in range(3):
        node.actors.ask(odd, "chatter")
    turn = node.actors.turns(odd)[-1]
    assert turn.host_calls_total >= 100 and len(turn.host_calls) < 10
    lines = node.logs(actor=odd)
    assert all(len(line.message) < 20_000 for line in lines)
    assert machine.logbook._bytes < 10 << 20
    assert machine.recorder._bytes < 200 << 20


def test_a_time_limit_bites_even_when_the_ticker_was_just_going_to_sleep(node: Node) -> None:
    """The ticker decides to sleep and a guest begins at the same moment: played here step by step."""
    engines = node._machine.engines  # type: ignore[attr-defined]
    name = spawn(node, time_ms=200)
    for _ in range(3):
        engines._wake.clear()
        with pytest.raises(Crashed, match="exhausted: time"):
            node.actors.ask(name, "spin", timeout=5)
        node.actors.restart(name)
