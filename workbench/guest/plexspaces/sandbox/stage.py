"""The stage on which one program is played: loads it, makes its actor and hands it one message after the other.

What a handler raises, `Reject` apart, is reported and ends the instance. What it returns is checked here, for beyond
this point a value of a wrong type would end the instance without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple, Unpack

from .. import bindings
from ..behaviors import Actor, Behavior, GenEvent, GenFSM, GenServer
from ..errors import Reject
from . import crash, faults, inspection, printing, snapshot
from .chance import CHANCE
from .program import Program
from .tracing import Tracing

A = TypeVarTuple("A")
R = TypeVar("R")
B = TypeVar("B", bound=Behavior)


def turn(handle: Callable[[Stage, Unpack[A]], R]) -> Callable[[Stage, Unpack[A]], R]:
    """A call from the host. A refusal becomes the error of the WIT result; any other exception ends the instance."""

    @wraps(handle)
    def guarded(stage: Stage, *arguments: *A) -> R:
        try:
            return handle(stage, *arguments)
        except Reject as refusal:
            raise bindings.Err(_reason(refusal)) from None
        except BaseException as error:
            crash.end(error, stage.program.paths, tuple(stage.program.modules))
        finally:
            CHANCE.forget()
            printing.flush()

    return guarded


class Stage:
    """One program, its actor and the name of the state that the host was last told."""

    def __init__(self) -> None:
        self.program = Program()
        self._kind: type[Behavior] | None = None
        self._actor: Behavior | None = None
        self._told = ""
        self._tracing: Tracing | None = None

    @property
    def actor(self) -> Behavior | None:
        """None before `init`."""
        return self._actor

    def load(self, program: Program) -> None:
        """Run the program's top level and find its class. What the top level raises comes out as it is."""
        self.program = program
        module = program.run()
        self._kind = getattr(module, program.class_name) if program.class_name else inspection.find(module, program)

    def trace(self, enabled: bool) -> None:
        """Tell the host every line from now on, or no longer."""
        if self._tracing is None:
            self._tracing = Tracing(self.program.paths)
        self._tracing.switch(enabled)

    @turn
    def init(self, state: Any) -> None:
        """Make the actor and give it its state."""
        if self._kind is None:
            raise Reject("no actor is loaded")
        actor = self._kind()
        if inspection.defines(self._kind, "init"):
            actor.init(state.value)
        else:
            self._restore(actor, state.value)
        self._actor = actor

    @turn
    def snapshot_state(self) -> Any:
        """The actor's state; whatever goes wrong with it is an answer, and the actor lives on."""
        actor = self._present(Behavior)
        kind = type(actor)
        if not inspection.carries_state(kind) and not inspection.defines(kind, "snapshot_state"):
            raise Reject(f"{kind.__name__} defines init but not snapshot_state, so its state cannot be carried over")
        return _payload("snapshot_state", self._survived("snapshot_state", self._snapshot))

    @turn
    def shutdown(self) -> None:
        """The actor's last words; an exception in them is an answer, for the actor ends anyway."""
        actor = self._present(Behavior)
        self._survived("shutdown", actor.shutdown)

    @turn
    def handle_request(self, from_actor: str, message_type: str, payload: Any) -> Any:
        """A message for a gen_server, which must answer it."""
        reply = self._present(GenServer).handle_request(from_actor, message_type, payload.value)
        if reply is None:
            raise Reject(f'handle_request returned no reply for "{message_type}" (return "" for an empty one)')
        return _payload("handle_request", reply)

    @turn
    def handle_event(self, from_actor: str, message_type: str, payload: Any) -> None:
        """An event for a gen_event."""
        self._present(GenEvent).handle_event(from_actor, message_type, payload.value)

    @turn
    def handle_message(self, from_actor: str, message_type: str, payload: Any) -> Any:
        """A message for an actor without a particular pattern; None is an empty reply."""
        reply = self._present(Actor).handle_message(from_actor, message_type, payload.value)
        return _payload("handle_message", "" if reply is None else reply)

    @turn
    def handle_transition(self, from_actor: str, message_type: str, payload: Any) -> str:
        """A message for a gen_fsm. Gives the name of its state if the host does not know it yet, otherwise `""`."""
        machine = self._present(GenFSM)
        before = machine.state
        try:
            name = _state(machine.handle_transition(from_actor, message_type, payload.value)) or _state(machine.state)
        except Reject:
            machine.state = before
            raise
        machine.state = name
        if name == self._told:
            return ""
        self._told = name
        return name

    def _present(self, behavior: type[B]) -> B:
        if isinstance(self._actor, behavior):
            return self._actor
        if self._actor is None:
            raise Reject("the actor has not been started")
        raise Reject(f"{type(self._actor).__name__} does not derive from {behavior.__name__}")

    def _survived(self, name: str, work: Callable[[], R]) -> R:
        try:
            return work()
        except Reject:
            raise
        except Exception as error:
            own = tuple(self.program.modules)
            told = crash.fields(error, self.program.paths, own)
            message = f"{name} failed: {crash.headline(told)}"
            printing.write("ERROR", message, told)
            place = faults.place_of(error, self.program.paths)
            raise Reject(f"{message} ({place.file}:{place.line})" if place.file else message) from None

    def _snapshot(self) -> object:
        actor = self._present(Behavior)
        if inspection.defines(type(actor), "snapshot_state"):
            return actor.snapshot_state()
        try:
            return snapshot.encode(actor, self.program.modules)
        except snapshot.SnapshotError as error:
            raise Reject(str(error)) from None

    def _restore(self, actor: Behavior, state: str | bytes) -> None:
        if not state:
            return
        name = type(actor).__name__
        try:
            attributes = snapshot.decode(state if isinstance(state, str) else "", self.program.modules)
        except snapshot.SnapshotError as error:
            raise Reject(
                f"{name} has no init, so it starts with an empty state or a snapshot of its own: {error}"
            ) from None
        for attribute, value in attributes.items():
            setattr(actor, attribute, value)


def _reason(refusal: Reject) -> str:
    try:
        return printing.clean(str(refusal)) or "refused without a reason"
    except Exception as error:  # the author may have given it a __str__ that fails
        return f"refused, and the reason cannot be told: {type(error).__name__}"


def _payload(handler: str, value: object) -> Any:
    """What a handler returned, as the bindings want it; a value of another type is a refusal that names it."""
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Reject(f"{handler} returned a str with half of a surrogate pair, which is no text") from None
        return bindings.to_wit(value)
    if isinstance(value, bytes):
        return bindings.to_wit(value)
    raise Reject(f"{handler} returned {_a(value)}: it must return str or bytes")


def _state(name: object) -> str:
    if name is None:
        return ""
    if not isinstance(name, str):
        raise Reject(
            f"handle_transition gave {_a(name)} as state: it must return a state's name as str, or None to stay"
        )
    return printing.clean(name)


def _a(value: object) -> str:
    kind = "None" if value is None else type(value).__name__
    article = "" if value is None else "an " if kind[0].lower() in "aeiou" else "a "
    return article + kind
