"""What travels: payloads, kinds, envelopes and replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from workbench.api.errors import Figures
from workbench.api.value import value

Payload: TypeAlias = str | bytes
"""Text or binary, like a WebSocket frame; an absent payload is the empty text."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


KEPT_REFUSALS = 100


class Kind(StrEnum):
    """How a message travels: `call` waits for a reply, `cast` does not, `info` comes from the system."""

    CALL = "call"
    CAST = "cast"
    INFO = "info"


@value
class Cast:
    """One message for `actor`, of those that are told together."""

    actor: str
    message_type: str
    payload: Payload = ""
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@value
class Refusal:
    """Why a message got into no mailbox. `number` counts those that were told together, from 0."""

    number: int
    code: str
    message: str


@value
class Told:
    """How many messages are in mailboxes now, how many were refused, and why, of the first KEPT_REFUSALS."""

    count: int
    refused: int
    why: tuple[Refusal, ...] = ()


@value
class Envelope:
    """One message on its way. `sender` is empty when it came from outside the node's actors."""

    id: str
    kind: Kind
    type: str
    payload: Payload
    sender: str = ""
    time: float = 0.0
    correlation: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@value
class Reply:
    """The answer to one message and what its turn took; `turn` is the turn's number in its actor's stream."""

    payload: Payload
    figures: Figures
    turn: int
    state: str = ""  # the state name of a gen_fsm after the turn
