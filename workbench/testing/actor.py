"""One actor in a test: what is said to it, what it did, and what it called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.api import ActorId, ActorInfo, HostCall, LogLine, Payload, Turn, WorkbenchError
from workbench.wasm.script import WASI

if TYPE_CHECKING:
    from workbench.testing.node import VirtualNode

ANY_TURNS = 100_000
"""So many turns are looked through: all that the node keeps."""


class ActorHandle:
    """An actor of a VirtualNode. Use it on the test's own thread."""

    def __init__(self, node: VirtualNode, identity: ActorId) -> None:
        self.node, self.id = node, identity
        self.name = identity.name

    def __repr__(self) -> str:
        return f"<actor {self.name}, {self.info.state}>"

    def call(self, message_type: str, payload: Payload = "", *, timeout: float = 60.0) -> Payload:
        """The reply. Rejected, Crashed, Timeout, … as from any node; `timeout` is in virtual seconds."""
        return self.node.actors.ask(self.id, message_type, payload, timeout=timeout).payload

    def cast(self, message_type: str, payload: Payload = "") -> None:
        """Send without waiting for a reply, and let everything happen that happens without time passing."""
        self.node.actors.tell(self.id, message_type, payload)
        self.node.settle()

    @property
    def info(self) -> ActorInfo:
        """State, limits, restarts, last cause, … as they are now."""
        return self.node.actors.get(self.id)

    @property
    def state(self) -> Payload:
        """What its `snapshot_state` gives."""
        return self.node.actors.snapshot(self.id)

    @property
    def turns(self) -> Sequence[Turn]:
        """Every turn since its birth, oldest first, as far as the node keeps them."""
        return self.node.actors.turns(self.id, limit=ANY_TURNS)

    @property
    def last_turn(self) -> Turn:
        """The newest turn. AssertionError: there was none."""
        turns = self.turns
        assert turns, f"{self.name} has handled nothing yet"
        return turns[-1]

    @property
    def logs(self) -> Sequence[LogLine]:
        """What it logged and printed, oldest first."""
        return self.node.logs(actor=self.id)

    def host_calls(self, interface: str = "", function: str = "") -> list[HostCall]:
        """The host calls of its turns, oldest first; of one interface (`keyvalue`) or function (`put`) if named.

        What it was given of the real world by WASI is the interface `wasi`, and only there when it is named.
        """
        return [
            call
            for turn in self.turns
            for call in turn.host_calls
            if (interface == call.interface if interface else call.interface != WASI)
            and function.replace("_", "-") in ("", call.function)
        ]

    def assert_called(self, interface: str, function: str, *arguments: Any) -> HostCall:
        """That it made this host call, with arguments that begin with these; gives the first such call."""
        calls = self.host_calls(interface)
        for call in calls:
            if call.function == function.replace("_", "-") and call.arguments[: len(arguments)] == arguments:
                return call
        made = "\n".join(f"  {spoken(call)}" for call in calls) or "  nothing"
        wanted = f"{interface}.{function}({', '.join(map(repr, arguments))})"
        raise AssertionError(f"{self.name} did not call {wanted}; of {interface} it called\n{made}")

    def assert_not_called(self, interface: str, function: str = "") -> None:
        """That it made no such host call."""
        made = [spoken(call) for call in self.host_calls(interface, function)]
        if made:
            raise AssertionError(f"{self.name} was not to call these: {', '.join(made)}")

    def refused(self, message_type: str, payload: Payload = "") -> WorkbenchError:
        """The error that a call ends in. AssertionError: it was answered."""
        try:
            reply = self.call(message_type, payload)
        except WorkbenchError as error:
            return error
        raise AssertionError(f"{self.name} answered {message_type} with {reply!r}, and was to refuse it")


def spoken(call: HostCall) -> str:
    """`keyvalue.put('a', 'b') -> None`."""
    arguments = ", ".join(map(repr, call.arguments))
    result = f" -> {call.error}: {call.message}" if call.error else f" -> {call.result!r}"
    return f"{call.interface}.{call.function}({arguments}){result}"
