"""Sequence diagrams: who sent what to whom, and the three ways to write that down."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import ActorId, Birth, BirthReason, Cause, Envelope, Figures, HostCall, Kind, Outcome, Payload, Turn
from workbench.api.limits import PROFILES
from workbench.api.sequence import Arrow, ArrowKind, Diagram, Party, PartyKind, of_actors, sequence
from workbench.api.sequence_layout import lay_out
from workbench.api.sequence_svg import to_svg
from workbench.api.sequence_text import to_json, to_mermaid

MESSAGE = re.compile(r"    p\d+(->>|-->>|-\)|--\)|-x|--x)p\d+: [^#;:%]*(#\d+;[^#;:%]*)*")
"""One line of a message, as Mermaid's own grammar has it: a colon, then text in which its signs are codes."""
PARTY = re.compile(r"    (participant|actor) p\d+ as [^#;:%<>]*(#\d+;[^#;:%<>]*)*")
SVG = "{http://www.w3.org/2000/svg}"


def turn(
    actor: str,
    seq: int,
    started: float,
    envelope: Envelope | None,
    *calls: HostCall,
    reply: Payload = "",
    outcome: Outcome = Outcome.REPLY,
    text: str = "",
    cause: Cause | None = None,
    birth: Birth | None = None,
    seconds: float = 0.5,
) -> Turn:
    return Turn(
        ActorId(actor), seq, "message" if envelope else "init", envelope, outcome, Figures(1, 1, int(seconds * 1e9)),
        started, "m", reply=reply, text=text, cause=cause, host_calls=calls, host_calls_total=len(calls), birth=birth,
    )  # fmt: skip


def message(number: str, kind: Kind, what: str, payload: str = "", sender: str = "", cause: str = "") -> Envelope:
    return Envelope(number, kind, what, payload, sender, 0.0, cause or number)


def drawn(found: Diagram) -> list[tuple[str, str, str, str]]:
    names = [party.name for party in found.parties]
    return [(str(arrow.kind), names[arrow.source], names[arrow.target], arrow.label) for arrow in found.arrows]


def tell(to: str, what: str, result: str | None, error: str = "") -> HostCall:
    return HostCall("messaging", "tell", (to, what, ""), result, error, "no actor 'x'" if error else "")


def ask(to: str, what: str, payload: str = "") -> HostCall:
    return HostCall("messaging", "ask", (to, what, payload, 5_000), "yes")


def test_an_ask_inside_of_a_turn_stands_between_its_call_and_its_reply() -> None:
    asked = turn("b", 1, 1.1, message("2", Kind.CALL, "may", "?", "a@n", "1"), reply="yes", seconds=0.1)
    outer = turn("a", 1, 1.0, message("1", Kind.CALL, "pay", "5"), ask("b", "may", "?"), reply="done")
    assert drawn(sequence([asked, outer])) == [
        ("call", "outside", "a", "pay 5"), ("call", "a", "b", "may ?"), ("reply", "b", "a", "yes"),
        ("reply", "a", "outside", "done"),
    ]  # fmt: skip


def test_causes_decide_where_times_are_the_same() -> None:
    asked = turn("b", 1, 1.0, message("2", Kind.CALL, "may", "", "a@n", "1"), reply="yes", seconds=0)
    outer = turn("a", 1, 1.0, message("1", Kind.CALL, "pay"), ask("b", "may"), reply="done", seconds=0)
    for order in ([asked, outer], [outer, asked]):
        kinds = [(kind, source) for kind, source, _, _ in drawn(sequence(order))]
        assert kinds.index(("call", "a")) < kinds.index(("reply", "b")) < kinds.index(("reply", "a"))


def test_a_tell_is_one_arrow_at_the_turn_that_handled_it() -> None:
    sender = turn("a", 1, 1.0, message("1", Kind.CALL, "go"), tell("b", "note", "2"))
    handled = turn("b", 7, 2.0, message("2", Kind.CAST, "note", "", "a@n", "1"))
    found = sequence([sender, handled])
    assert [arrow for arrow in drawn(found) if arrow[0] == "cast"] == [("cast", "a", "b", "note")]
    cast = next(arrow for arrow in found.arrows if arrow.kind is ArrowKind.CAST)
    assert (cast.actor, cast.seq, cast.lost) == ("b", 7, False)


@pytest.mark.parametrize(
    ("call", "note"),
    [(tell("b", "note", "99"), "no turn among these"), (tell("x", "note", None, "not_found"), "not_found: no actor"),
     (ask("b", "may"), "no turn among these")],
)  # fmt: skip
def test_a_send_that_nobody_handled_is_lost_and_not_invented(call: HostCall, note: str) -> None:
    found = sequence([turn("a", 3, 1.0, message("1", Kind.CALL, "go"), call)])
    lost = [arrow for arrow in found.arrows if arrow.lost]
    assert len(lost) == 1
    assert note in lost[0].note
    assert (lost[0].actor, lost[0].seq) == ("a", 3)


def test_an_ask_is_not_taken_for_one_of_another_chain() -> None:
    """The same question by the same asker, while its turn ran, but in the course of another message."""
    other = turn("b", 1, 1.1, message("2", Kind.CALL, "may", "", "a@n", "other"))
    asker = turn("a", 1, 1.0, message("1", Kind.CALL, "go"), ask("b", "may"))
    assert sum(arrow.lost for arrow in sequence([asker, other]).arrows) == 1


def test_timers_links_births_and_messages_of_the_node_have_their_arrows() -> None:
    birth = Birth(BirthReason.RESTART, "", "balanced", (), PROFILES["balanced"].interpreter)
    down = json.dumps({"actor": "c", "reason": "killed"})
    found = sequence([
        turn("a", 1, 1.0, None, birth=birth),
        turn("a", 2, 2.0, message("1", Kind.INFO, "tick", "", "a@n")),
        turn("a", 3, 3.0, message("2", Kind.INFO, "DOWN", down)),
        turn("a", 4, 4.0, message("3", Kind.INFO, "key-changed")),
    ])  # fmt: skip
    assert [arrow[:3] for arrow in drawn(found)] == [
        ("birth", "node", "a"), ("timer", "a", "a"), ("link", "c", "a"), ("info", "node", "a"),
    ]  # fmt: skip


def test_how_a_turn_ended_goes_back_to_who_asked() -> None:
    found = sequence([
        turn("a", 1, 1.0, message("1", Kind.CALL, "x"), outcome=Outcome.REJECTED, text="not that"),
        turn("a", 2, 2.0, message("2", Kind.CAST, "y"), outcome=Outcome.CRASHED, cause=Cause("crashed", "boom")),
    ])  # fmt: skip
    assert drawn(found)[1] == ("rejected", "a", "outside", "not that")
    assert drawn(found)[3] == ("crashed", "a", "a", "boom")


def test_calls_to_services_are_drawn_when_they_are_wanted() -> None:
    put = HostCall("keyvalue", "put", ("total", "3", None))
    one = turn("a", 1, 1.0, message("1", Kind.CALL, "x"), put)
    assert "keyvalue" not in [party.name for party in sequence([one]).parties]
    found = sequence([one], services=True)
    assert ("service", "a", "keyvalue", "put('total', '3', None)") in drawn(found)


def test_only_what_concerns_some_actors_is_kept() -> None:
    turns = [turn(name, 1, at, message(name, Kind.CALL, "x")) for at, name in enumerate(("a", "b", "c"))]
    found = of_actors(sequence(turns), ["b"])
    assert [party.name for party in found.parties] == ["outside", "b"]
    assert len(found.arrows) == 2


def test_parties_stand_outside_first_and_services_last() -> None:
    put = HostCall("keyvalue", "put", ("k", "v", None))
    told = turn("b", 1, 1.0, message("1", Kind.CAST, "x", "", "a"), put)
    turns = [told, turn("a", 1, 2.0, message("2", Kind.CALL, "y"))]
    assert [party.name for party in sequence(turns, services=True).parties] == ["outside", "b", "a", "keyvalue"]


ANY = st.text(max_size=40)
DIAGRAMS = st.builds(
    lambda names, arrows: Diagram(
        tuple(Party(name, PartyKind.ACTOR) for name in names),
        tuple(Arrow(0.0, kind, one % len(names), other % len(names), label, names[0], 1, lost, "why; not: #1")
              for kind, one, other, label, lost in arrows),
    ),
    st.lists(ANY, min_size=1, max_size=6, unique=True),
    st.lists(st.tuples(st.sampled_from(list(ArrowKind)), st.integers(0, 9), st.integers(0, 9), ANY, st.booleans())),
)  # fmt: skip


@given(DIAGRAMS)
def test_mermaid_takes_any_name_and_text(found: Diagram) -> None:
    first, *lines = to_mermaid(found).rstrip("\n").split("\n")
    assert first == "sequenceDiagram"
    parties, arrows = lines[: len(found.parties)], lines[len(found.parties) :]
    assert len(arrows) == len(found.arrows)
    assert all(PARTY.fullmatch(line) for line in parties)
    assert all(MESSAGE.fullmatch(line) for line in arrows)
    assert not any(re.search(r"\bend\b", line, re.IGNORECASE) for line in lines)


@given(DIAGRAMS)
def test_an_svg_is_xml_whose_every_arrow_says_what_it_is_and_names_its_turn(found: Diagram) -> None:
    root = ElementTree.fromstring(to_svg(found))  # it is our own
    arrows = [group for group in root.iter(f"{SVG}g") if group.get("data-turn")]
    assert len(arrows) == len(found.arrows)
    assert all(group.find(f"{SVG}title") is not None for group in arrows)
    assert root.get("role") == "img"
    assert not [part for part in root.iter() if part.get("href") or part.tag.endswith(("script", "image", "use"))]


@given(DIAGRAMS)
def test_json_says_the_same(found: Diagram) -> None:
    read = json.loads(to_json(found))
    assert [party["name"] for party in read["participants"]] == [party.name for party in found.parties]
    assert [(each["from"], each["to"], each["label"]) for each in read["arrows"]] == [
        (arrow.source, arrow.target, arrow.label) for arrow in found.arrows
    ]
    assert ["lost" in each for each in read["arrows"]] == [arrow.lost for arrow in found.arrows]


@given(DIAGRAMS)
def test_columns_go_to_the_right_and_lie_inside(found: Diagram) -> None:
    layout = lay_out(found)
    assert list(layout.columns) == sorted(layout.columns)
    assert all(0 < x < layout.width for x in layout.columns)
    assert [layout.at(layout.row(at)) for at in range(len(found.arrows))] == list(range(len(found.arrows)))
