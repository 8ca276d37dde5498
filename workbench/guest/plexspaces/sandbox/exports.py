"""What a component exports: the classes that the bindings call, by the names that the bindings look for."""

from __future__ import annotations

from typing import Any

from .stage import Stage

STAGE = Stage()
"""The one actor of this instance."""


class Lifecycle:
    """Birth, state and end."""

    def init(self, state: Any) -> None:
        STAGE.init(state)

    def snapshot_state(self) -> Any:
        return STAGE.snapshot_state()

    def shutdown(self) -> None:
        STAGE.shutdown()


class GenServer:
    """Requests."""

    def handle_request(self, from_actor: str, message_type: str, payload: Any) -> Any:
        return STAGE.handle_request(from_actor, message_type, payload)


class GenEvent:
    """Events."""

    def handle_event(self, from_actor: str, message_type: str, payload: Any) -> None:
        STAGE.handle_event(from_actor, message_type, payload)


class GenFsm:
    """Transitions."""

    def handle_transition(self, from_actor: str, message_type: str, payload: Any) -> str:
        return STAGE.handle_transition(from_actor, message_type, payload)


class Generic:
    """Messages of every kind."""

    def handle_message(self, from_actor: str, message_type: str, payload: Any) -> Any:
        return STAGE.handle_message(from_actor, message_type, payload)
