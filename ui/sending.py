"""One message sent from the app and what came of it, as a value; the sending itself runs off the Qt thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns, time

from workbench.api import Cause, Figures, Kind, Node, Payload, WorkbenchError
from workbench.api.messages import NO_HEADERS


@dataclass(frozen=True, slots=True)
class Sent:
    """`code` is empty for a reply, else that of the error; `text` is the error's sentence."""

    number: int
    time: float
    actor: str
    kind: str
    type: str
    payload: Payload
    reply: Payload = ""
    code: str = ""
    text: str = ""
    figures: Figures | None = None
    turn: int = 0
    state: str = ""
    round_trip_ns: int = 0
    cause: Cause | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)

    @property
    def outcome(self) -> str:
        return self.code or ("reply" if self.kind == "call" else "done")


def send(
    node: Node, number: int, actor: str, kind: str, message_type: str, payload: Payload, timeout: float,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Sent:  # fmt: skip
    """Send one message and wait for the end of its turn. Errors of the tree are answers too."""
    started, began = time(), perf_counter_ns()
    try:
        reply = node.actors.ask(actor, message_type, payload, kind=Kind(kind), headers=headers, timeout=timeout)
    except WorkbenchError as error:
        cause = getattr(error, "cause", None)
        return Sent(
            number, started, actor, kind, message_type, payload, code=error.code, text=str(error),
            figures=error.figures, round_trip_ns=perf_counter_ns() - began, cause=cause, headers=headers,
        )  # fmt: skip
    return Sent(
        number, started, actor, kind, message_type, payload, reply.payload, figures=reply.figures, turn=reply.turn,
        state=reply.state, round_trip_ns=perf_counter_ns() - began, headers=headers,
    )  # fmt: skip
