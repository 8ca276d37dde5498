"""Traces: one request followed over messages, actors and nodes, in the form of W3C Trace Context. Pure.

A message belongs to a trace when it has the header `traceparent`; what its turn sends carries it on. A turn is a span:
its id is made of the message and the turn, so it is the same wherever the turn is read, and nothing more is recorded.
Source: https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.messages import NO_HEADERS, Envelope
from workbench.api.turns import Turn
from workbench.api.value import value

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
SAMPLED = 1
"""The one flag that is passed on; others are of versions to come."""
STATE_CHARACTERS = 512
PARENT_CHARACTERS = 1_000
"""A `traceparent` of a version to come may be longer than ours, but not as long as anybody likes."""
_PARENT = re.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_OWN = re.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]", re.ASCII)
"""One as this program writes it, which most are: looked at once and passed on as it is."""
_STATE = re.compile(r"[\x20-\x7e]*")
_ID = re.compile("[0-9a-f]{8,32}")
NO_TRACE, NO_SPAN = "0" * 32, "0" * 16


@value
class Trace:
    """Where a message comes from: the trace (32 hexadecimal digits) and in it the span that sent it (16)."""

    id: str
    parent: str
    flags: int = SAMPLED

    def __str__(self) -> str:
        return f"00-{self.id}-{self.parent}-{self.flags:02x}"


def parsed(text: str) -> Trace | None:
    """What a `traceparent` says; None when it is none."""
    found = _PARENT.fullmatch(text) if len(text) <= PARENT_CHARACTERS else None
    if found is None:
        return None
    version, trace, parent, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or trace == NO_TRACE or parent == NO_SPAN:
        return None
    return Trace(trace, parent, int(flags, 16) & SAMPLED)


def begun() -> Trace:
    """A trace that begins here."""
    return Trace(secrets.token_hex(16), secrets.token_hex(8))


def admitted(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a message from outside: a trace that is none is dropped, and a new one begins instead."""
    given = headers.get(TRACEPARENT)
    if given is None:
        return without(headers) if TRACESTATE in headers else headers
    if _OWN.fullmatch(given) and TRACESTATE not in headers:
        return headers
    trace = parsed(given)
    if trace is None:
        return {**without(headers), TRACEPARENT: str(begun())}
    state = headers.get(TRACESTATE, "")
    if str(trace) == given and _is_state(state):
        return headers
    kept = {TRACESTATE: state} if state and _is_state(state) else {}
    return {**without(headers), TRACEPARENT: str(trace), **kept}


def carried(pairs: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    """The trace that the metadata of a call names, as the headers of a message; two of them are none."""
    named: dict[str, list[str]] = {TRACEPARENT: [], TRACESTATE: []}
    for name, text in pairs:
        if name in named and isinstance(text, str):
            named[name].append(text)
    return {name: ",".join(texts) for name, texts in named.items() if texts}


def without(headers: Mapping[str, str]) -> dict[str, str]:
    """The same without a trace."""
    return {name: text for name, text in headers.items() if name not in (TRACEPARENT, TRACESTATE)}


def started(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The same of a message of a person's, with which a trace begins unless it goes on with one."""
    return admitted(headers) if TRACEPARENT in headers else {**without(headers), TRACEPARENT: str(begun())}


def onward(envelope: Envelope, actor: ActorId, seq: int) -> Mapping[str, str]:
    """The headers of what the turn `seq` of this actor sends while it handles the message."""
    trace = of_message(envelope)
    if trace is None:
        return NO_HEADERS
    sent = {TRACEPARENT: str(Trace(trace.id, span(envelope, actor, seq), trace.flags))}
    if state := envelope.headers.get(TRACESTATE):
        sent[TRACESTATE] = state
    return sent


def of_message(envelope: Envelope | None) -> Trace | None:
    """The trace of a message, if it belongs to one."""
    given = envelope.headers.get(TRACEPARENT) if envelope is not None and envelope.headers else None
    return None if given is None else parsed(given)


def trace_of(turn: Turn) -> str:
    """The id of the trace of a turn; empty when it belongs to none."""
    found = of_message(turn.envelope)
    return "" if found is None else found.id


def span(envelope: Envelope, actor: ActorId, seq: int) -> str:
    """The span that the turn `seq` of this actor is, which handles the message: parent of all that it sends."""
    whole = (envelope.headers.get(TRACEPARENT, ""), envelope.id, actor.tenant, actor.namespace, actor.name, str(seq))
    made = blake2b("\0".join(whole).encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return made if made != NO_SPAN else made[:-1] + "1"


def trace_id(text: str) -> str:
    """The id that is meant: 32 hexadecimal digits or the first ones, 8 at least, or that of a `traceparent`; empty
    stays empty. Invalid: it is none."""
    found = parsed(text)
    if found is not None:
        return found.id
    meant = text.strip().lower()
    if meant and (not _ID.fullmatch(meant) or meant == NO_TRACE):
        raise Invalid(
            f"{text[:60]!r} is no trace: its id is 32 hexadecimal digits, of which the first 8 are enough, as in "
            "traceparent=00-ID-PARENT-01"
        )
    return meant


def is_of(turn: Turn, wanted: str) -> bool:
    """Whether the turn belongs to the trace that begins so."""
    return trace_of(turn).startswith(wanted)


def _is_state(text: str) -> bool:
    return len(text) <= STATE_CHARACTERS and _STATE.fullmatch(text) is not None
