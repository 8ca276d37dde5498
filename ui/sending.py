"""One message sent from the app and what came of it, as a value; the sending itself runs off the Qt thread."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter_ns, time

from workbench.api import Cause, Figures, Kind, Node, Payload, WorkbenchError


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

    @property
    def outcome(self) -> str:
        return self.code or ("reply" if self.kind == "call" else "done")


def send(node: Node, number: int, actor: str, kind: str, message_type: str, payload: Payload, timeout: float) -> Sent:
    """Send one message and wait for the end of its turn. Errors of the tree are answers too."""
    started, began = time(), perf_counter_ns()
    try:
        reply = node.actors.ask(actor, message_type, payload, kind=Kind(kind), timeout=timeout)
    except WorkbenchError as error:
        cause = getattr(error, "cause", None)
        return Sent(number, started, actor, kind, message_type, payload, code=error.code, text=str(error),
                    figures=error.figures, round_trip_ns=perf_counter_ns() - began, cause=cause)  # fmt: skip
    return Sent(number, started, actor, kind, message_type, payload, reply.payload, figures=reply.figures,
                turn=reply.turn, state=reply.state, round_trip_ns=perf_counter_ns() - began)  # fmt: skip
