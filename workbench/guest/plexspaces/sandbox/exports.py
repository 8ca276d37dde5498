"""What a component exports: the classes that the bindings call, by the names that the bindings look for."""

from __future__ import annotations

from .stage import Stage

STAGE = Stage()
"""The one actor of this instance."""


class Lifecycle:
    """Birth, state and end."""

    init = STAGE.init
    snapshot_state = STAGE.snapshot_state
    shutdown = STAGE.shutdown


class GenServer:
    """Requests."""

    handle_request = STAGE.handle_request


class GenEvent:
    """Events."""

    handle_event = STAGE.handle_event


class GenFsm:
    """Transitions."""

    handle_transition = STAGE.handle_transition


class Generic:
    """Messages of every kind."""

    handle_message = STAGE.handle_message
