"""A turn as one line of JSON, and back: what a journal keeps, and what a session bundle is made of. Pure.

What is at its default is left out. Bytes are `{"b64": …}`, floats that JSON has no word for `{"float": "nan"}`; the
records, tuples and variants of host calls are arrays, as their fields stand in the WIT. An unknown key is left alone,
so that a newer line is read as far as it is understood.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from workbench.api.capabilities import parse_grant
from workbench.api.errors import Cause, Figures, Invalid, Location
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import NO_HEADERS, Envelope, Kind, Payload
from workbench.api.turns import Birth, BirthReason, HostCall, Outcome, Turn

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def to_line(turn: Turn) -> str:
    """One line, without its end."""
    found = _of_turn(turn)
    try:
        return _encode(found)
    except (TypeError, ValueError):  # bytes, or a float that is none: only then is it worth looking at every value
        return _encode(_plain(found))


def part_line(calls: Sequence[HostCall], envelope: Envelope | None) -> str:
    """Some host calls of a turn as one line, with the first ones its message."""
    found: dict[str, Any] = {"calls": [_of_call(call) for call in calls]}
    if envelope is not None:
        found["envelope"] = of_envelope(envelope)
    return _encode(_plain(found))


def from_part_line(line: str) -> tuple[Envelope | None, list[HostCall]]:
    """What `part_line` wrote, from a file of ours."""
    found = _whole(json.loads(line))
    return to_envelope(found["envelope"]) if "envelope" in found else None, list(map(_call, found["calls"]))


def envelope_line(envelope: Envelope) -> str:
    """A message as one line."""
    return _encode(_plain(of_envelope(envelope)))


def to_envelope_line(line: str) -> Envelope:
    """What `envelope_line` wrote, from a file of ours."""
    return to_envelope(_whole(json.loads(line)))


def from_line(line: str) -> Turn:
    """Invalid: this is no turn, and what is wrong about it."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            raise Invalid("a turn is an object")
        return _turn(_whole(found) if '{"b64"' in line or '{"float"' in line else found)
    except Invalid:
        raise
    except KeyError as error:
        raise Invalid(f"it is no turn: it has no {error}") from None
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise Invalid(f"it is no turn: {in_words(error)}") from None


def in_words(error: Exception) -> str:
    """What is wrong with a value that was read, where Python says it in words of a program's."""
    said = str(error)
    if "digits" in said and "integer string conversion" in said:
        return "one of its numbers has thousands of digits"
    if "values to unpack" in said or "out of range" in said or "has no attribute" in said:
        return "one of its values has another form or length than it should have"
    if isinstance(error, TypeError | AttributeError):
        return "one of its values is of another kind than it should be"
    if isinstance(error, RecursionError):
        return "its values are nested too deep"
    return said[:100]


def _of_turn(turn: Turn) -> dict[str, Any]:
    actor, figures, envelope = turn.actor, turn.figures, turn.envelope
    made: dict[str, Any] = {
        "actor": (actor.tenant, actor.namespace, actor.name),
        "seq": turn.seq,
        "operation": turn.operation,
        "outcome": turn.outcome,
        "started": turn.started,
        "figures": (figures.fuel, figures.memory_bytes, figures.wall_ns),
        "module": turn.module,
    }
    if envelope is not None:
        made["envelope"] = of_envelope(envelope)
    for name in ("interpreter", "reply"):
        if given := getattr(turn, name):
            made[name] = given
    return made | of_details(turn)


def of_details(turn: Turn) -> dict[str, Any]:
    """What few turns have, or host calls: as JSON's values, but for bytes and for floats that are none."""
    made: dict[str, Any] = {}
    for name in ("text", "state", "unrepeatable"):
        if given := getattr(turn, name):
            made[name] = given
    if turn.cause is not None:
        made["cause"] = {name: given for name, given in asdict(turn.cause).items() if given}
    if turn.host_calls_total:
        made["calls"] = [_of_call(call) for call in turn.host_calls]
        if turn.host_calls_total != len(turn.host_calls):
            made["calls_total"] = turn.host_calls_total
    if turn.birth is not None:
        made["birth"] = _of_birth(turn.birth)
    if turn.clock_ns or turn.drawn:
        made["world"] = (turn.clock_ns, turn.drawn)
    return made


def of_envelope(envelope: Envelope) -> dict[str, Any]:
    """A message as JSON's values, but for bytes."""
    made: dict[str, Any] = {"id": envelope.id, "kind": envelope.kind, "type": envelope.type, "time": envelope.time}
    if envelope.payload:
        made["payload"] = envelope.payload
    if envelope.sender:
        made["sender"] = envelope.sender
    if envelope.correlation != envelope.id:
        made["correlation"] = envelope.correlation
    if envelope.headers:
        made["headers"] = list(envelope.headers.items())
    return made


def to_envelope(found: Mapping[str, Any]) -> Envelope:
    """The message that `of_envelope` wrote."""
    return Envelope(
        _text(found["id"]),
        Kind(found["kind"]),
        _text(found["type"]),
        _payload(found.get("payload", "")),
        _text(found.get("sender", "")),
        float(found["time"]),
        _text(found.get("correlation", found["id"])),
        {_text(key): _text(given) for key, given in found["headers"]} if "headers" in found else NO_HEADERS,
    )


def _of_call(call: HostCall) -> tuple[Any, ...]:
    made = (call.interface, call.function, call.arguments)
    if call.error:
        return (*made, call.result, call.error, call.message)
    return made if call.result is None else (*made, call.result)


def _of_birth(birth: Birth) -> dict[str, Any]:
    made: dict[str, Any] = {
        "reason": birth.reason,
        "state": birth.state,
        "profile": birth.profile,
        "grants": tuple(map(str, birth.grants)),
        "limits": asdict(birth.limits),
        "parent": birth.parent,
        "replayed_after": birth.replayed_after,
    }
    if birth.clock_ns or birth.drawn:
        made["world"] = (birth.clock_ns, birth.drawn)
    return made


def _turn(found: Mapping[str, Any]) -> Turn:
    tenant, namespace, name = found["actor"]
    fuel, memory_bytes, wall_ns = found["figures"]
    return Turn(
        ActorId(_text(name), _text(namespace), _text(tenant)),
        _number(found["seq"]),
        _text(found["operation"]),
        to_envelope(found["envelope"]) if "envelope" in found else None,
        Outcome(found["outcome"]),
        Figures(_number_or_none(fuel), _number_or_none(memory_bytes), _number(wall_ns)),
        float(found["started"]),
        _text(found["module"]),
        _text(found.get("interpreter", "")),
        _payload(found.get("reply", "")),
        *to_details(found),
    )


Details: TypeAlias = tuple[str, Cause | None, str, tuple[HostCall, ...], int, Birth | None, str, int, int]


def to_details(found: Mapping[str, Any]) -> Details:
    """The fields of a turn, from `text` on, that `of_details` wrote."""
    calls = tuple(map(_call, found.get("calls", ())))
    return (
        _text(found.get("text", "")),
        _cause(found["cause"]) if "cause" in found else None,
        _text(found.get("state", "")),
        calls,
        _number(found.get("calls_total", len(calls))),
        _birth(found["birth"]) if "birth" in found else None,
        _text(found.get("unrepeatable", "")),
        *_world(found),
    )


def _call(found: list[Any]) -> HostCall:
    interface, function, arguments, *rest = found
    result: Any = rest[0] if rest else None
    error, message = rest[1:3] if len(rest) > 1 else ("", "")
    return HostCall(_text(interface), _text(function), tuple(arguments), result, _text(error), _text(message))


def _cause(found: Mapping[str, Any]) -> Cause:
    place = found.get("location")
    location = Location(**{key: place[key] for key in _names(Location) if key in place}) if place else None
    known = {key: given for key, given in found.items() if key in _names(Cause) and key != "location"}
    return Cause(**{"code": "crashed", "message": "", **known}, location=location)


def _birth(found: Mapping[str, Any]) -> Birth:
    return Birth(
        BirthReason(found["reason"]),
        _payload(found["state"]),
        _text(found["profile"]),
        tuple(parse_grant(_text(grant)) for grant in found["grants"]),
        Limits(**{key: _number(given) for key, given in found["limits"].items() if key in _names(Limits)}),
        _text(found.get("parent", "")),
        _number(found.get("replayed_after", 0)),
        *_world(found),
    )


def _world(found: Mapping[str, Any]) -> tuple[int, int]:
    clock_ns, drawn = found.get("world", (0, 0))
    return _number(clock_ns), _number(drawn)


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise Invalid(f"it is no turn: {str(found)[:40]!r} stands where a text belongs")
    return found


def _number(found: Any) -> int:
    if type(found) is not int:
        raise Invalid(f"it is no turn: {str(found)[:40]!r} stands where a whole number belongs")
    return found


def _number_or_none(found: Any) -> int | None:
    return None if found is None else _number(found)


def _payload(found: Any) -> Payload:
    return found if isinstance(found, bytes) else _text(found)


def _plain(found: Any) -> Any:
    """The same, of values that JSON has a word for."""
    if isinstance(found, bytes):
        return {"b64": b64encode(found).decode()}
    if isinstance(found, float) and not math.isfinite(found):
        return {"float": repr(found)}
    if isinstance(found, dict):
        return {key: _plain(given) for key, given in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(given) for given in found]
    return found


def _whole(found: Any) -> Any:
    """What `_plain` was made of."""
    if isinstance(found, dict):
        if len(found) == 1 and isinstance(data := found.get("b64"), str):
            return b64decode(data, validate=True)
        if len(found) == 1 and found.get("float") in ("nan", "inf", "-inf"):
            return float(found["float"])
        return {key: _whole(given) for key, given in found.items()}
    if isinstance(found, list):
        return [_whole(given) for given in found]
    return found
