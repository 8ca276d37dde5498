"""The four behaviors an actor's class derives from; one class may derive from several.

An actor is called with one message at a time. What a handler raises ends the actor, and its supervisor decides what
follows; `Reject` alone refuses the message and lets the actor live on.
"""

from __future__ import annotations

from .payload import Payload


class Behavior:
    """What all behaviors share: birth, state and end. All three methods are optional.

    If neither `init` nor `snapshot_state` is written, the actor's public attributes are its state: they are stored as
    tagged JSON and restored by themselves. Whoever writes one of the two writes both.
    """

    def init(self, state: Payload) -> None:
        """Start the actor. `state` is what `snapshot_state` gave, or the initial state; `""` for a new actor."""
        raise NotImplementedError

    def snapshot_state(self) -> Payload:
        """Everything that is needed to start an equal actor with `init`."""
        raise NotImplementedError

    def shutdown(self) -> None:
        """The last call of an orderly stop."""


class GenServer(Behavior):
    """Request and reply, as Erlang's gen_server."""

    def handle_request(self, from_actor: str, message_type: str, payload: Payload) -> Payload | None:
        """Answer one message. A call must be answered: `""` is an empty reply, None is an error at the caller.

        `from_actor` is the sender's id, `""` when the message came from outside of the actor system.
        """
        raise NotImplementedError


class GenEvent(Behavior):
    """Events without reply, as Erlang's gen_event."""

    def handle_event(self, from_actor: str, message_type: str, payload: Payload) -> None:
        """Take note of one event; what it returns is ignored."""
        raise NotImplementedError


class GenFSM(Behavior):
    """A finite state machine, as Erlang's gen_statem. `state` is the name of the state it is in.

    Give the first one in the class (`state = "idle"`). A transition is to return a new name or to set `self.state`;
    the reply to a call is the state's name after it.
    """

    state: str = ""

    def handle_transition(self, from_actor: str, message_type: str, payload: Payload) -> str | None:
        """Handle one message and return the name of the next state; `""` or None stays in the present one."""
        raise NotImplementedError


class Actor(Behavior):
    """An actor without a particular pattern: one handler for every kind of message."""

    def handle_message(self, from_actor: str, message_type: str, payload: Payload) -> Payload | None:
        """Handle one message. What it returns is the reply to a call; None is an empty one."""
        raise NotImplementedError
