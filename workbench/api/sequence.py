"""Who sent what to whom, as a sequence diagram of any range of turns. Pure: what was not recorded is not drawn.

A message is known by the turn that handled it, and by the host call that sent it. A send without a turn among those
that are drawn is `lost`: it was refused, nobody handled it, or it was handled outside of the range.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.api.errors import Invalid
from workbench.api.identity import split_address
from workbench.api.messages import Envelope, Kind, Payload
from workbench.api.turns import HostCall, Outcome, Turn

LABEL_CHARACTERS = 120
OUTSIDE, NODE = "outside", "node"
LINKS = {"EXIT", "DOWN"}
NOT_SERVICES = frozenset({"messaging", "logging", "wasi"})


class PartyKind(StrEnum):
    """What takes part: somebody outside of the node's actors, an actor, a service, or the node itself."""

    OUTSIDE = "outside"
    ACTOR = "actor"
    SERVICE = "service"
    NODE = "node"


class ArrowKind(StrEnum):
    """What an arrow stands for."""

    CALL = "call"
    CAST = "cast"
    REPLY = "reply"
    REJECTED = "rejected"
    CRASHED = "crashed"
    TIMER = "timer"
    LINK = "link"
    INFO = "info"
    BIRTH = "birth"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Party:
    """One column."""

    name: str
    kind: PartyKind


@dataclass(frozen=True, slots=True)
class Arrow:
    """From column `source` to column `target`, both from 0. `actor` and `seq` name the turn that it belongs to: the one
    that handled the message, or that sent it when it is `lost`. `note` says why it is lost."""

    time: float
    kind: ArrowKind
    source: int
    target: int
    label: str
    actor: str
    seq: int
    lost: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram: columns from the left, arrows from the top. `turns` is how many turns it was made of."""

    parties: tuple[Party, ...]
    arrows: tuple[Arrow, ...]
    turns: int = 0


@dataclass(slots=True)
class _Drawing:
    """What is known while it is made. `sent` are the turns by the id of their message."""

    services: bool
    parties: dict[Party, int] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    by_id: dict[str, Turn] = field(default_factory=dict)
    asked: dict[tuple[str, str, str], list[Turn]] = field(default_factory=dict)
    done: set[tuple[str, int]] = field(default_factory=set)

    def column(self, name: str, kind: PartyKind) -> int:
        return self.parties.setdefault(Party(name, kind), len(self.parties))

    def actor(self, name: str) -> int:
        return self.column(name, PartyKind.ACTOR)

    def add(self, turn: Turn, time: float, kind: ArrowKind, source: int, target: int, label: str, *, lost: bool = False,
            note: str = "") -> None:  # fmt: skip
        self.arrows.append(Arrow(time, kind, source, target, label, turn.actor.name, turn.seq, lost, note))


def sequence(turns: Sequence[Turn], *, services: bool = False) -> Diagram:
    """The diagram of these turns, in any order. With `services` also the host calls to services."""
    ordered = sorted(turns, key=lambda turn: turn.started)
    drawing = _Drawing(services)
    for turn in ordered:
        if turn.envelope is not None:
            drawing.by_id[turn.envelope.id] = turn
            if turn.envelope.kind is Kind.CALL and turn.envelope.sender:
                asker = _name(turn.envelope.sender)
                drawing.asked.setdefault((asker, turn.actor.name, turn.envelope.type), []).append(turn)
    for turn in ordered:
        _draw(drawing, turn)
    arrows = sorted(drawing.arrows, key=lambda arrow: arrow.time)  # stable: equal times stay in the order of causes
    return _outside_first(drawing.parties, arrows, len(ordered))


def of_actors(whole: Diagram, names: Sequence[str]) -> Diagram:
    """Only the arrows that begin or end at one of these actors."""
    wanted = {at for at, party in enumerate(whole.parties) if party.kind is PartyKind.ACTOR and party.name in names}
    kept = [arrow for arrow in whole.arrows if arrow.source in wanted or arrow.target in wanted]
    used = sorted({at for arrow in kept for at in (arrow.source, arrow.target)})
    places = {old: new for new, old in enumerate(used)}
    return Diagram(tuple(whole.parties[at] for at in used), tuple(_moved(arrow, places) for arrow in kept), whole.turns)


def _outside_first(parties: dict[Party, int], arrows: Sequence[Arrow], turns: int) -> Diagram:
    """Outside at the left, then the actors as they appeared, then the services and the node."""
    order = list(PartyKind)
    rank = {kind: order.index(kind) for kind in order}
    ranked = sorted(parties, key=lambda party: (rank[party.kind], parties[party]))
    places = {parties[party]: at for at, party in enumerate(ranked)}
    return Diagram(tuple(ranked), tuple(_moved(arrow, places) for arrow in arrows), turns)


def _moved(arrow: Arrow, places: dict[int, int]) -> Arrow:
    source, target = places[arrow.source], places[arrow.target]
    return Arrow(arrow.time, arrow.kind, source, target, arrow.label, arrow.actor, arrow.seq, arrow.lost, arrow.note)


def _draw(drawing: _Drawing, turn: Turn) -> None:
    """What came in, what it sent, and how it ended; each turn once."""
    key = turn.actor.name, turn.seq
    if key in drawing.done:
        return
    drawing.done.add(key)
    source = _incoming(drawing, turn)
    end = turn.started + turn.figures.wall_ns / 1e9
    for call in turn.host_calls:
        _sent(drawing, turn, call, end)
    _ended(drawing, turn, source, end)


def _incoming(drawing: _Drawing, turn: Turn) -> int | None:
    """The column that a reply goes back to."""
    me, envelope = drawing.actor(turn.actor.name), turn.envelope
    if envelope is None:
        if turn.birth is not None:
            parent = turn.birth.parent
            source = drawing.actor(_name(parent)) if parent else drawing.column(NODE, PartyKind.NODE)
            drawing.add(turn, turn.started, ArrowKind.BIRTH, source, me, f"init ({turn.birth.reason})")
        return None
    kind, source = _whence(drawing, envelope, turn.actor.name)
    drawing.add(turn, turn.started, kind, source, me, _said(envelope.type, envelope.payload))
    return source if envelope.kind is Kind.CALL else None


def _whence(drawing: _Drawing, envelope: Envelope, me: str) -> tuple[ArrowKind, int]:
    sender = _name(envelope.sender)
    if envelope.kind is Kind.INFO:
        if envelope.type in LINKS and (ended := sender or _told_of(envelope.payload)):
            return ArrowKind.LINK, drawing.actor(ended)
        if sender == me:
            return ArrowKind.TIMER, drawing.actor(me)
        return ArrowKind.INFO, drawing.actor(sender) if sender else drawing.column(NODE, PartyKind.NODE)
    kind = ArrowKind.CALL if envelope.kind is Kind.CALL else ArrowKind.CAST
    return kind, drawing.actor(sender) if sender else drawing.column(OUTSIDE, PartyKind.OUTSIDE)


def _told_of(payload: Payload) -> str:
    try:
        found = json.loads(payload)
        return _name(found["actor"]) if isinstance(found["actor"], str) else ""
    except (ValueError, KeyError, TypeError):
        return ""


def _sent(drawing: _Drawing, turn: Turn, call: HostCall, end: float) -> None:
    me = drawing.actor(turn.actor.name)
    if call.interface == "messaging" and call.function in ("tell", "ask") and len(call.arguments) >= 3:
        to, message_type, payload = str(call.arguments[0]), str(call.arguments[1]), call.arguments[2]
        if call.function == "ask":
            handled = _answered(drawing, turn, _name(to), message_type, payload, end)
            if handled is not None:
                _draw(drawing, handled)
                return
        elif isinstance(call.result, str) and call.result in drawing.by_id:
            return  # its arrow is that of the turn which handled it
        kind = ArrowKind.CALL if call.function == "ask" else ArrowKind.CAST
        note = f"{call.error}: {call.message}" if call.error else "no turn among these handled it"
        drawing.add(turn, end, kind, me, drawing.actor(_name(to)), _said(message_type, payload), lost=True, note=note)
    elif drawing.services and call.interface not in NOT_SERVICES:
        service = drawing.column(call.interface, PartyKind.SERVICE)
        given = ", ".join(repr(part) for part in call.arguments)
        came = f" -> {call.error}" if call.error else "" if call.result is None else f" -> {call.result!r}"
        drawing.add(turn, end, ArrowKind.SERVICE, me, service, _short(f"{call.function}({given}){came}"))


def _answered(drawing: _Drawing, turn: Turn, to: str, message_type: str, payload: object, end: float) -> Turn | None:
    """The turn that handled what this one asked: same asker, type and payload, while this one ran."""
    waiting = drawing.asked.get((turn.actor.name, to, message_type), [])
    for at, found in enumerate(waiting):
        envelope = found.envelope
        if envelope is None or envelope.payload != _plain(payload) or not turn.started <= found.started <= end:
            continue
        if turn.envelope is not None and envelope.correlation != turn.envelope.correlation:
            continue
        return waiting.pop(at)
    return None


def _ended(drawing: _Drawing, turn: Turn, asker: int | None, end: float) -> None:
    me = drawing.actor(turn.actor.name)
    if turn.outcome is Outcome.CRASHED:
        cause = _short(str(turn.cause) if turn.cause is not None else "crashed")
        drawing.add(turn, end, ArrowKind.CRASHED, me, me if asker is None else asker, cause)
    elif turn.outcome is Outcome.REJECTED:
        drawing.add(turn, end, ArrowKind.REJECTED, me, me if asker is None else asker, _short(turn.text))
    elif asker is not None:
        drawing.add(turn, end, ArrowKind.REPLY, me, asker, _payload(turn.reply))


def _name(address: str) -> str:
    """Of an actor, wherever it is."""
    if not address:
        return ""
    try:
        return split_address(address)[0]
    except Invalid:
        return address


def _plain(payload: object) -> object:
    """A host call has its payload as the WIT has it: a case and its value, or the value itself."""
    if isinstance(payload, tuple | list) and len(payload) == 2 and payload[0] in ("text", "binary"):
        return payload[1]
    return payload


def _said(message_type: str, payload: object) -> str:
    given = _payload(_plain(payload))
    return _short(f"{message_type} {given}" if given else message_type)


def _payload(payload: object) -> str:
    if isinstance(payload, bytes):
        return f"{len(payload):,} bytes" if payload else ""
    return _short(str(payload))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LABEL_CHARACTERS else f"{flat[: LABEL_CHARACTERS - 1]}…"


def spoken(found: Diagram, arrow: Arrow) -> str:
    """An arrow as a sentence, for whoever cannot see it."""
    source, target = found.parties[arrow.source].name, found.parties[arrow.target].name
    where = f"{source} to {target}" if source != target else source
    lost = f"; {arrow.note}" if arrow.lost else ""
    return f"{arrow.kind}, {where}: {arrow.label}{lost}; turn {arrow.seq} of {arrow.actor}"


def names(found: Diagram) -> Iterator[str]:
    """The actors that take part."""
    return (party.name for party in found.parties if party.kind is PartyKind.ACTOR)
