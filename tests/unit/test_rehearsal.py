"""Recorded actors on other code: each kind of difference is named at the turn where it shows first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edits import case, record

import workbench
from workbench.api import Area, Node, SpawnOptions, WorkbenchError, profile
from workbench.api.errors import Conflict, Invalid, NotFound
from workbench.api.modules import CancelToken
from workbench.api.rehearsal import ActorRehearsal, Rehearsal, Verdict

TILL = '''
from plexspaces import GenServer, Reject, keyvalue, log


class Till(GenServer):
    """Takes money."""

    def init(self, state):
        self.total = int(state or 0)

    def snapshot_state(self):
        return str(self.total)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "pay":
            self.total += int(payload)
            return str(keyvalue.increment("paid", int(payload)))
        if message_type == "note":
            log.info(payload)
            return ""
        return f"{message_type}: {self.total}"
'''
SESSION = (("pay", "3"), ("total", ""), ("note", "x"), ("snapshot", ""), ("pay", "x"), ("restart", ""), ("total", ""))
GRANTS = ("keyvalue",)


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        till = found.modules.deploy(TILL.encode(), file_name="till.py", alias="till")
        found.actors.spawn(till.hash, "5", options=SpawnOptions("anna", "strict", GRANTS))
        found.actors.spawn(till.hash, "6", options=SpawnOptions("bert", "strict", GRANTS))
        lived(found, "anna")
        other = found.modules.deploy(TILL.replace("Till", "Other").encode(), file_name="other.py", alias="other")
        found.actors.spawn(other.hash, options=SpawnOptions("carl", "strict", GRANTS))
        yield found


def lived(node: Node, name: str) -> None:
    for word, payload in SESSION:
        try:
            if word == "snapshot":
                node.actors.snapshot(name)
            elif word == "restart":
                node.actors.restart(name)
            else:
                node.actors.ask(name, word, payload)
        except WorkbenchError:
            continue


def edited(find: str, put: str) -> tuple[bytes, str]:
    assert find in TILL
    return TILL.replace(find, put).encode(), "till.py"


def of(found: Rehearsal, name: str = "anna") -> ActorRehearsal:
    return next(each for each in found.actors if each.actor.name == name)


EDITS = [
    ("self.total += int(payload)", "self.total = int(payload) + self.total", Verdict.IDENTICAL, 0, ""),
    ('{message_type}: {self.total}"', '{message_type} {self.total}"', Verdict.REPLY, 3, "reply"),
    ('return f"{message_type}', 'raise Reject("closed")\n        return f"{message_type}', Verdict.REPLY, 3, "outcome"),
    ('"paid", int(payload)', '"paid", -int(payload)', Verdict.HOST_CALL, 2, "host call 1"),
    ("log.info(payload)", "log.info(payload + '!')", Verdict.HOST_CALL, 4, "host call 1"),
    ("log.info(payload)", "pass", Verdict.HOST_CALL, 4, "host call 1"),
    ("return str(self.total)", 'return f"{self.total}.0"', Verdict.STATE, 5, "state"),
    ("return str(self.total)", "raise Reject('mine')", Verdict.STATE, 5, "outcome"),
    ('return f"{message_type}', 'return f"{self.missing}', Verdict.CRASH, 3, "outcome"),
    ("log.info(payload)", "raise ValueError(payload)", Verdict.CRASH, 4, "outcome"),
    ('            return ""', "            while True: pass", Verdict.LIMIT, 4, "outcome"),
    ("int(state or 0)", "int(state[:0])", Verdict.REFUSED, 1, "outcome"),
    ('if message_type == "pay"', 'if message_type == "pay" and payload != "x"', Verdict.REPLY, 6, "outcome"),
]  # fmt: skip


@pytest.mark.parametrize(("find", "put", "verdict", "turn", "what"), EDITS)
def test_an_edit_is_classed_at_the_turn_where_it_shows_first(
    node: Node, find: str, put: str, verdict: Verdict, turn: int, what: str
) -> None:
    candidate = edited(find, put)
    found = workbench.rehearse(node, candidate, replaces="till", actors=["anna"])
    (row,) = found.actors
    assert (row.verdict, row.problem, found.notes) == (verdict, "", ()), row
    assert found.is_identical is (verdict is Verdict.IDENTICAL)
    assert (row.turns, row.replayed) == (8, turn or 8)
    if row.divergence is None:
        assert not turn
        return
    assert (row.divergence.seq, row.divergence.what) == (turn, what)
    assert row.divergence.recorded != row.divergence.now
    assert row.divergence.state_before == ("5" if turn <= 2 else "8")
    assert row.divergence.state_seq == turn - (verdict is not Verdict.REFUSED)
    assert row.limit == ("fuel" if verdict is Verdict.LIMIT else "")
    if verdict in (Verdict.CRASH, Verdict.REFUSED):
        assert row.place is not None and row.place.file == "till.py"
        assert put in candidate[0].decode().splitlines()[row.place.line - 1]


def test_who_ran_another_module_last_is_left_out_and_named(node: Node) -> None:
    found = workbench.rehearse(node, edited("Takes", "Took"), replaces="till")
    assert [row.actor.name for row in found.actors] == ["anna", "bert"] and found.is_identical
    assert [(each.actor.name, each.module) for each in found.left_out] == [("carl", node.modules.get("other").hash)]
    nobody = workbench.rehearse(node, "till", replaces="other", actors=["anna"])
    assert (nobody.actors, len(nobody.left_out), nobody.is_identical) == ((), 1, False)


def test_a_deployed_module_is_a_candidate_and_a_hash_names_what_it_replaces(node: Node) -> None:
    till, other = node.modules.get("till").hash, node.modules.get("other").hash
    found = workbench.rehearse(node, "other", replaces=till[:12])
    assert (found.replaced, found.candidate, found.is_identical) == (till, other, True)


def test_what_cannot_be_is_refused_in_words(node: Node) -> None:
    with pytest.raises(NotFound, match="no turn of 'nobody' is recorded in the node"):
        workbench.rehearse(node, "till", replaces="till", actors=["nobody"])
    with pytest.raises(NotFound, match="no module 'nothing', and no recorded turn of one"):
        workbench.rehearse(node, "till", replaces="nothing")
    with pytest.raises(Invalid) as failed:
        workbench.rehearse(node, (b"def (:", "till.py"), replaces="till")
    assert failed.value.locations
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Conflict, match="cancelled"):
        workbench.rehearse(node, "till", replaces="till", cancel=cancel)


def test_nothing_live_is_touched(node: Node) -> None:
    """No service, no actor, no module, no line of the log, no turn, no event."""

    def picture() -> object:
        actors = [(info.id, info.state, info.turns, info.fuel, info.crashes) for info in node.actors.list()]
        return (
            actors, list(node.keyvalue.keys()), list(node.logs()), [info.hash for info in node.modules.list()],
            len(node.actors.turns(limit=10_000)), [info.entries for info in node.journal.list()],
        )  # fmt: skip

    before = picture()
    with node.subscribe(set(Area) - {Area.METRICS}) as events:
        for find, put in (
            ("log.info(payload)", "log.info('other')"),
            ("Takes", "Took"),
            ("int(state or 0)", "int('x')"),
        ):
            workbench.rehearse(node, edited(find, put), replaces="till")
        node.keyvalue.put("after", "1")
        assert {event.area for event in events.get()} == {Area.KEYVALUE} and not events.lost
        node.keyvalue.delete("after")
    assert picture() == before


def test_a_node_that_is_far_away_and_a_bundle_say_the_same(node: Node, tmp_path: Path) -> None:
    candidate = edited("log.info(payload)", "raise ValueError(payload)")
    here = workbench.rehearse(node, candidate, replaces="till")
    with workbench.serve(node):
        at = workbench.endpoint(node.info().workspace)
        assert at is not None
        with workbench.connect(f"grpc://{at.address}", token=at.token) as remote:
            assert workbench.rehearse(remote, candidate, replaces="till") == here
    workbench.export_bundle(node, tmp_path / "till.plexbundle")
    assert workbench.rehearse(tmp_path / "till.plexbundle", candidate, replaces="till") == here


def test_a_durable_actor_is_rehearsed_from_its_journal_through_crash_and_checkpoint(
    interpreter: str, tmp_path: Path
) -> None:
    """It was recovered twice: its instance lived through the turns since the checkpoint again, and so must this one."""
    with workbench.connect(f"embedded:{tmp_path}") as node:
        till = node.modules.deploy(TILL.encode(), file_name="till.py", alias="till")
        node.actors.spawn(till.hash, "5", options=SpawnOptions("anna", "strict", (*GRANTS, "durability"), durable=True))
        node.actors.ask("anna", "pay", "3")
        node.journal.checkpoint("anna")
        node.actors.ask("anna", "pay", "4")
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.actors.ask("anna", "total").payload == "total: 12"
        operations = [turn.operation for turn in node.journal.entries("anna")]
        found = workbench.rehearse(node, edited("Takes", "Took"), replaces="till")
        assert found.is_identical and of(found).replayed == len(operations), (found, operations)
        later = workbench.rehearse(node, edited("{message_type}: {self", "{message_type} {self"), replaces="till")
        assert of(later).verdict is Verdict.REPLY
        divergence = of(later).divergence
        assert divergence is not None and divergence.seq == len(operations)
        node.journal.checkpoint("anna")
        node.actors.ask("anna", "total")
        node.journal.compact("anna")
        gone = workbench.rehearse(node, edited("Takes", "Took"), replaces="till")
        assert gone.is_identical and of(gone).replayed == of(gone).turns, "the recording has what the journal has not"


def test_what_fell_out_of_the_ring_is_begun_from_a_state(interpreter: str) -> None:
    with workbench.connect("embedded:") as node:
        till = node.modules.deploy(TILL.encode(), file_name="till.py", alias="till")
        node.actors.spawn(till.hash, "5", options=SpawnOptions("anna", "strict", GRANTS))
        for number in range(4):
            if number == 2:
                assert node.debugger.clear() == 1
            node.actors.ask("anna", "pay", "3")
        lost = workbench.rehearse(node, "till", replaces="till")
        assert of(lost).verdict is Verdict.UNREPLAYABLE and "neither a birth nor a state" in of(lost).problem
        node.actors.snapshot("anna")
        node.actors.ask("anna", "total")
        found = workbench.rehearse(node, edited("Takes", "Took"), replaces="till")
        assert found.is_identical and of(found).replayed == 1
        assert of(found).notes == (
            "2 turns left out, because what came before is not recorded or could not be replayed",
            "1 turn begun from: the state that it gave",
        )
        refusing = workbench.rehearse(node, edited("int(state or 0)", "int(state[:0])"), replaces="till")
        assert of(refusing).verdict is Verdict.REFUSED
        divergence = of(refusing).divergence
        assert divergence is not None and (divergence.seq, divergence.state_before) == (6, "17")


def test_a_difference_that_is_the_recordings_is_not_blamed_on_the_candidate(node: Node, tmp_path: Path) -> None:
    """The same file with one reply changed: the module that was recorded does not give it either."""
    from sessions import forged

    workbench.export_bundle(node, tmp_path / "x", actors=["anna"])

    def lie(entries: dict[str, bytes]) -> None:
        entries["turns/0001.jsonl"] = entries["turns/0001.jsonl"].replace(b'"reply":"total: 8"', b'"reply":"total: 9"')

    candidate = edited("Takes", "Took")
    found = workbench.rehearse(forged(tmp_path / "x", tmp_path / "y", lie), candidate, replaces="till")
    assert of(found).verdict is Verdict.UNREPLAYABLE and not found.is_identical
    assert of(found).problem.startswith(
        "the module it was recorded on comes out otherwise too: anna, turn 3: the reply"
    )

    def without(entries: dict[str, bytes]) -> None:
        lie(entries)
        del entries[f"modules/{node.modules.get('till').hash}"]

    found = workbench.rehearse(
        forged(tmp_path / "x", tmp_path / "z", without), edited("Takes", "Took"), replaces="till"
    )
    assert of(found).verdict is Verdict.REPLY
    assert any("is not to be had" in note and "was not checked" in note for note in found.notes)


def test_a_turn_that_nobody_can_live_through_again_is_no_difference(interpreter: str, tmp_path: Path) -> None:
    source = TILL.replace('f"{message_type}', 'open("/data/x").read() + f"{message_type}')
    (tmp_path / "x").write_text("a", encoding="utf-8")
    with workbench.connect("embedded:") as node:
        till = node.modules.deploy(source.encode(), file_name="till.py", alias="till")
        options = SpawnOptions("anna", "strict", (*GRANTS, f"filesystem/{tmp_path}=/data:ro"))
        node.actors.spawn(till.hash, "5", options=options)
        assert node.actors.ask("anna", "total").payload == "atotal: 5"
        row = of(workbench.rehearse(node, (source.replace("Takes", "Took").encode(), "till.py"), replaces="till"))
    assert row.verdict is Verdict.UNREPLAYABLE
    assert "came out otherwise, and so it may, because" in row.problem


def test_chance_that_was_not_recorded_hides_no_difference_that_the_recorded_module_does_not_have(
    interpreter: str,
) -> None:
    """With the default profile an actor is given real chance; this one draws at its birth and does not use it."""
    source = TILL + "\n\nimport random\n\nrandom.random()\n"
    with workbench.connect("embedded:", record="messages") as node:
        till = node.modules.deploy(source.encode(), file_name="till.py", alias="till")
        node.actors.spawn(till.hash, "5", options=SpawnOptions("anna"))
        node.actors.ask("anna", "total")
        assert any(turn.unrepeatable for turn in node.actors.turns("anna"))
        other = source.replace("{message_type}: {self", "{message_type} {self")
        found = of(workbench.rehearse(node, (other.encode(), "till.py"), replaces="till"))
    assert found.verdict is Verdict.REPLY and found.divergence is not None and found.divergence.seq == 2


def test_tiny_modules_are_rehearsed_too_and_a_trap_is_a_crash(node: Node) -> None:
    from core_modules import ECHO, function, module, request

    init = function("init", "(i64.const 0)", "(param i32 i32)")
    echo = node.modules.deploy(module(request(ECHO), init), file_name="echo.wat")
    node.actors.spawn(echo.hash, options=SpawnOptions("echo", "strict", limits=profile("strict").limits))
    assert node.actors.ask("echo", "say", "hi").payload == "hi"
    trap = module(request("(unreachable)"), init)
    found = workbench.rehearse(node, (trap, "echo.wat"), replaces=echo.hash)
    assert (of(found, "echo").verdict, of(found, "echo").replayed) == (Verdict.CRASH, 2)
    node.actors.stop("echo")


@pytest.mark.parametrize("seed", range(12))
def test_generated_edits_are_classed_rightly_at_the_right_turn(node: Node, seed: int) -> None:
    made = case(seed)
    module = record(node, made)
    try:
        found = workbench.rehearse(node, (made.edited.encode(), "ledger.py"), replaces=module, actors=[made.name])
    finally:
        node.actors.stop(made.name)
    row = of(found, made.name)
    seq = row.divergence.seq if row.divergence is not None else 0
    line = row.place.line if row.place is not None and row.verdict is Verdict.CRASH else 0
    assert (row.verdict, seq, line) == (made.verdict, made.turn, made.line), (made, row)
