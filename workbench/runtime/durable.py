"""What makes an actor durable: each turn is on disk before anybody learns of it, and its state comes back.

Used by the thread that owns the actor. A turn of the guest is recorded by the body as always; `commit` writes what was
recorded since the last time, in one go, and returns when it is on the disk. What a turn persisted goes with it when the
turn ends well, and is dropped with a turn that does not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.api.errors import Conflict, Invalid, WorkbenchError
from workbench.api.journal import CHECKPOINT_TURNS, Checkpoint, Commit, Event, Part, Post, Stored, Timer
from workbench.api.messages import Envelope, Payload
from workbench.api.turns import BirthReason, HostCall, Outcome, Turn
from workbench.runtime.outbox import Deliver, Outbox
from workbench.wasm.gate import current

if TYPE_CHECKING:
    from workbench.runtime.body import Body
    from workbench.runtime.surroundings import Surroundings

logger = logging.getLogger(__name__)


class Durable:
    """See the module. Implements api.DurabilityOfActor for the turn in hand. `stored` is what there was at the start.

    `checkpoint_due`: the next commit is to be followed by a checkpoint.
    """

    def __init__(self, body: Body, around: Surroundings, deliver: Deliver, *, supervised: bool) -> None:
        self._body, self._log, self._clock, self._supervised = body, around.journal, around.clock, supervised
        self.outbox = Outbox(around.clock, around.timers, deliver, lambda number: self._log.fire(body.id, number))
        self.stored: Stored = self.refresh()
        self._turns: list[Turn] = []
        self._events: list[Event] = []
        self._event = self._committed_event = self.stored.events
        found = self.stored.checkpoint
        self._checkpoint_event, self.checkpoint_seq = (found.events, found.seq) if found else (0, 0)
        self._since_checkpoint = 0
        self._handled = self._unfinished = 0
        self._written = 0  # host calls of the turn in hand that are on disk already
        self._along: Callable[[Any], HostCall] | None = None
        self.checkpoint_due = False
        context = body.context
        context.durability = self
        context.record_in_full(True)
        body.repeat(None, self.stored.last)
        body.heard = self._turns.append

    # Writing.

    def commit(self, key: str = "") -> None:
        """Write what was recorded; with `key`, the message's turn answers whoever sends it again.

        Exhausted: the disk is full, and nothing of it was written; the actor must then go back to what was.
        """
        if self._turns:
            what = self._commit(key)
            self._log.commit(self._body.id, what)
            self._wrote(what)

    # Parts of the turn in hand.

    @contextmanager
    def along(self, call: Callable[[Any], HostCall]) -> Iterator[None]:
        self._along = call
        with self._log.along(self._body.id, self._part, self._parted):
            yield

    def _part(self, value: Any) -> Part | None:
        """What is written together with a change whose caller is given `value`.

        None: the change is another's, whose turn runs on this thread while this one waits; in virtual time that is so.
        """
        assert self._along is not None, "it is asked for while a host call runs"
        instance = current.instance
        return self._up_to(self._along(value)) if instance is not None and instance is self._body.instance else None

    def _up_to(self, call: HostCall) -> Part | None:
        """None outside of a message's turn: who is not born yet, or says goodbye, does not go on where it was."""
        envelope = self._body.envelope
        if envelope is None:
            return None
        before = self._body.context.calls[self._written :]
        if self._written:
            return Part(self._written, (*before, call))
        return Part(0, (*before, call), envelope, self._handled)

    def _parted(self) -> None:
        """It is written: what comes next begins behind the call in hand."""
        self._written = len(self._body.context.calls) + 1

    def done(self, call: HostCall) -> None:
        if self._written > len(self._body.context.calls):
            return
        part = self._up_to(call)
        if part is not None:
            self._log.add_part(self._body.id, part)
            self._parted()

    def handles(self, number: int, done: int = 0) -> None:
        """The turn that comes is that of the kept message `number` (0: of one that is not); `done` are the host calls
        of it that are on disk, when it was cut off."""
        self._handled, self._written = number, done

    # Writing the turn.

    def commit_soon(self, key: str, told: Callable[[WorkbenchError | None], object]) -> None:
        """The same without waiting; until `told` is called nothing else may be written."""
        what = self._commit(key)

        def written(error: WorkbenchError | None) -> None:
            if error is None:
                self._wrote(what)
            told(error)

        self._log.commit_soon(self._body.id, what, written)

    def _commit(self, key: str) -> Commit:
        parted, handled = bool(self._written), self._handled
        if self._turns[-1].outcome is Outcome.CRASHED:
            return Commit(tuple(self._turns), (), None, key, parted, handled)
        events, sent = tuple(self._events), self.outbox.take()
        return Commit(tuple(self._turns), events, None, key, parted, handled, *sent)

    def commit_checkpoint(self, state: Payload) -> int:
        """The same after a snapshot turn, with the state that it gave; the turn it belongs to."""
        turns, world = tuple(self._turns), self._body.world_position
        found = Checkpoint(turns[-1].seq, self._committed_event, state, self._body.fsm_state, *world, self._clock.now())
        what = Commit(turns, (), found)
        self._log.commit(self._body.id, what)
        self._wrote(what)
        self.checkpoint_seq, self._checkpoint_event = found.seq, found.events
        self._since_checkpoint, self.checkpoint_due = 0, False
        return found.seq

    def _wrote(self, what: Commit) -> None:
        turns, events = what.turns, what.events
        self._turns.clear()
        self._events.clear()
        self._written = self._handled = 0
        if turns[-1].outcome is Outcome.CRASHED:
            self.outbox.drop()
        self.outbox.leave()
        self._event = self._committed_event = events[-1].sequence if events else self._committed_event
        self._since_checkpoint += len(turns)
        carries = self._body.spec.runnable.info.carries_state
        if carries and (self._since_checkpoint >= CHECKPOINT_TURNS or any(turn.unrepeatable for turn in turns)):
            self.checkpoint_due = True

    @property
    def is_ahead(self) -> bool:
        """Whether it has turns that no checkpoint covers. From any thread."""
        return self._since_checkpoint > 0

    def commit_end(self, key: str = "") -> None:
        """The same for the turns in which an instance ends, whose end stands however it is written."""
        try:
            self.commit(key)
        except WorkbenchError as failed:
            logger.warning("the end of %s could not be written: %s", self._body.id, failed)
            self.drop()

    def drop(self) -> None:
        """Forget what was not written."""
        self._written = self._handled = 0
        self.outbox.drop()
        self._turns.clear()
        self._events.clear()
        self._event = self._committed_event

    def answered(self, key: str) -> Turn | None:
        """The turn that answered a message with this key."""
        return self._log.reply(self._body.id, key)

    def ended(self) -> None:
        """It does not come back by itself."""
        self.outbox.disarm()
        self._log.ended(self._body.id)

    # For recovery.

    def kept(self) -> Sequence[Post]:
        """Messages that were accepted and not handled, without that of the turn that was cut off."""
        return [post for post in self._log.kept(self._body.id) if post.number != self._unfinished]

    def accept(self, envelope: Envelope) -> int:
        """Keep a message until it is handled; from any thread."""
        return self._log.post(self._body.id, envelope)

    def give_back(self, number: int) -> None:
        """It found no place in the mailbox."""
        self._log.unpost(number)

    def disarm(self) -> Sequence[Timer]:
        """No timer runs any more: those that have not fired."""
        self.outbox.disarm()
        return self._log.timers(self._body.id)

    @property
    def event(self) -> int:
        """The number of the last event that is on disk."""
        return self._committed_event

    def rearm(self) -> None:
        """Let the timers that are on disk run."""
        self.outbox.disarm()
        self.outbox.arm(self._log.timers(self._body.id))

    def cut_off(self) -> tuple[Post, Sequence[HostCall]] | None:
        """The turn in whose middle the process ended, as far as it was written."""
        found = self._log.parts(self._body.id)
        self._unfinished = found[0].number if found is not None else 0
        return found

    def since(self, after: int, upto: int) -> Sequence[Turn]:
        return list(self._log.turns(self._body.id, after, upto))

    def refresh(self) -> Stored:
        """What is on disk now."""
        self.stored = self._log.open(self._body.id, self._body.spec.runnable.info.hash, supervised=self._supervised)
        return self.stored

    # For the guest: api.DurabilityOfActor.

    def persist(self, events: Sequence[tuple[str, Payload]]) -> int:
        now = self._clock.now()
        if not all(kind for kind, _ in events):
            raise Invalid("an event has a type, in the actor's own words; one of these has none, and none is kept")
        for kind, payload in events:
            self._event += 1
            self._events.append(Event(self._event, kind, payload, now))
        return self._event

    def ask_for_checkpoint(self) -> int:
        if not self._body.spec.runnable.info.carries_state:
            raise Invalid(f"{self._body.id.name} has no snapshot_state, so there is no state to store")
        self.checkpoint_due = True
        return self._event

    def sequence(self) -> int:
        return self._event

    def checkpoint_sequence(self) -> int:
        return self._checkpoint_event

    def is_replaying(self) -> bool:
        """While `init` brings back what was stored: turns lived through again are answered from the record, and those
        after them are new."""
        body = self._body
        return body.birth_reason is BirthReason.RECOVERY and body.context.newborn is not None

    def side_effect(self, key: str, value: Payload) -> Payload:
        return self._log.side_effect(self._body.id, key, value)

    def read(self, first: int, last: int, limit: int) -> Sequence[Event]:
        found = list(self._log.read(self._body.id, first, last, limit))
        fresh = [event for event in self._events if first <= event.sequence <= last]
        return [*found, *fresh][:limit]

    def compact(self, up_to: int) -> int:
        if up_to > self._checkpoint_event:
            raise Conflict(
                f"a checkpoint covers events up to {self._checkpoint_event:,}, and {up_to:,} is beyond that; take one "
                "first, in a turn before"
            )
        return self._log.forget_events(self._body.id, up_to)
