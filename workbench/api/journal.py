"""The journal of durable actors: their turns on disk, checkpoints, and the events that they keep themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.api.capabilities import Grant
from workbench.api.errors import Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import Envelope, Payload
from workbench.api.migration import Belonging, MovedTimer
from workbench.api.modules import CancelToken
from workbench.api.turns import HostCall, Turn
from workbench.api.value import value

CHECKPOINT_TURNS = 1_000
"""A durable actor's state is stored after this many turns, unless it asks for it itself."""
KEY_HEADER = "idempotency-key"


def headers_of(written: Iterable[str], key: str = "") -> Mapping[str, str]:
    """The headers of a message as they are written, `NAME=VALUE` each, and its idempotency key if it has one.

    Invalid: one of them is no header, or a second one of its name.
    """
    found = {KEY_HEADER: key} if key else {}
    for each in written:
        name, equals, value = each.partition("=")
        name = name.strip()
        if not (name and equals):
            raise Invalid(f"{each!r} is no header; write NAME=VALUE")
        if name in found:
            raise Invalid(f"the header {name} is given twice")
        found[name] = value
    return found


KEY_SECONDS = 86_400.0
"""How long a reply is kept for a message that is sent again with the same key."""

WORDS = {
    "journal": "turn", "journal_events": "event", "journal_checkpoints": "checkpoint", "journal_posts": "message",
    "journal_timers": "timer", "journal_parts": "part", "journal_replies": "reply", "journal_effects": "side effect",
    "journal_quarantine": "entry put aside", "journal_actors": "", "": "the database",
}  # fmt: skip
"""What a row of each table of the journal is."""


@value
class Event:
    """Something that a durable actor keeps of its own accord. `sequence` is its place, from 1 and without gaps."""

    sequence: int
    type: str
    payload: Payload
    recorded: float


@value
class JournalInfo:
    """What the journal holds of one actor.

    `first` and `last` are the turns it has entries of (0: none), `checkpoint` the turn whose state is stored (0: none),
    `bytes` their size. `runs`: it is brought back when the node starts. `quarantined` counts entries that were damaged
    and put aside.
    """

    actor: ActorId
    module: str
    first: int
    last: int
    entries: int
    events: int
    checkpoint: int
    checkpoint_taken: float
    bytes: int
    runs: bool
    quarantined: int = 0


@value
class Damage:
    """A row that is not what was written, or is missing: which, and what is wrong about it.

    `seq` is its number in `table` (one of WORDS); 0 for one that has none, and for what is wrong with the actor, or
    with the file, where the actor has no name. `harmless`: it is only told, such as rows that nobody could check.
    """

    actor: ActorId
    seq: int
    what: str
    table: str = "journal"
    harmless: bool = False

    def __str__(self) -> str:
        number = f" {self.seq:,}" if self.seq else ""
        return f"{' '.join(filter(None, (self.actor.name, WORDS.get(self.table, self.table))))}{number}: {self.what}"


@value
class Checkpoint:
    """A durable actor's state after turn `seq`, with all that its instance does not hold itself.

    `events` is the sequence number of its last event, `clock_ns` and `drawn` are where virtual time and the fixed
    sequence that stands for chance were.
    """

    seq: int
    events: int
    state: Payload
    fsm_state: str = ""
    clock_ns: int = 0
    drawn: int = 0
    taken: float = 0.0


@value
class Stored:
    """What there is of an actor when it is to be brought back. `last` is its newest turn, `events` its newest event,
    `first` the oldest turn that is kept, `birth` the newest one that was a birth. `runs`: it has not ended."""

    last: int
    events: int
    checkpoint: Checkpoint | None
    first: Turn | None
    birth: Turn | None
    runs: bool


@dataclass(slots=True)
class Post:
    """A message on its way to `actor`. A kept one is on disk, under `number`, until the turn that handles it is.

    `via` takes it to an actor on another node. `relayed` is the number under which the node keeps it that it came from.
    """

    actor: ActorId
    envelope: Envelope
    kept: bool
    number: int = 0
    via: Any = None
    relayed: int = 0


@value
class Timer:
    """A message that a durable actor sends to itself when `due` (seconds since 1970)."""

    number: int
    due: float
    envelope: Envelope


@value
class Part:
    """Host calls of a turn that still runs, from `position` (0 is the first) on; with the first ones its message, and
    its number if it is kept."""

    position: int
    calls: Sequence[HostCall]
    envelope: Envelope | None = None
    number: int = 0


@value
class Commit:
    """What is written together: turns, the events that they kept, perhaps a checkpoint, and the reply's key. `parted`:
    parts of the turn were written before, while it ran. `handled` is the number of the kept message that it answers."""

    turns: Sequence[Turn] = ()
    events: Sequence[Event] = ()
    checkpoint: Checkpoint | None = None
    key: str = ""
    parted: bool = False
    handled: int = 0
    posts: Sequence[Post] = ()
    timers: Sequence[Timer] = ()
    cancelled: Sequence[int] = ()


def missing(noun: str, first: int, last: int) -> str:
    """`turn 7 is`, `turns 7 to 9 are`: what comes next is "missing"."""
    return f"{noun} {first:,} is" if first == last else f"{noun}s {first:,} to {last:,} are"


class DurabilityOfActor(Protocol):
    """What the host interface `durability` offers a durable actor inside of its turn."""

    def persist(self, events: Sequence[tuple[str, Payload]]) -> int:
        """They are kept when the turn ends well; the sequence number of the last one."""
        ...

    def ask_for_checkpoint(self) -> int: ...
    def sequence(self) -> int: ...
    def checkpoint_sequence(self) -> int: ...
    def is_replaying(self) -> bool: ...
    def side_effect(self, key: str, value: Payload) -> Payload: ...
    def read(self, first: int, last: int, limit: int) -> Sequence[Event]: ...
    def compact(self, up_to: int) -> int:
        """Conflict: no checkpoint covers it."""
        ...

    def along(self, call: Callable[[Any], HostCall]) -> AbstractContextManager[None]:
        """Around a host call: what it changes is written with `call(its value)`, so that it is not done twice."""
        ...

    def done(self, call: HostCall) -> None:
        """Write that this was done, unless it is written already."""
        ...


class JournalLog(Protocol):
    """What the runtime needs of the journal. Thread-safe; an actor's own calls come one after the other."""

    def open(self, actor: ActorId, module: str, *, supervised: bool) -> Stored:
        """It is durable from now on, and comes back: when the node starts, or a supervised one with its tree.

        Invalid: who it is, or its birth, is damaged.
        """
        ...

    def running(self) -> Sequence[tuple[ActorId, Turn | str]]:
        """Who is to be brought back when the node starts, and the newest turn that was its birth, or the sentence that
        says why it cannot be."""
        ...

    def commit(self, actor: ActorId, what: Commit) -> None:
        """Returns when it is on disk, with whatever else was waiting for the disk. Exhausted: the disk is full."""
        ...

    def commit_soon(self, actor: ActorId, what: Commit, told: Callable[[WorkbenchError | None], object]) -> None:
        """The same without waiting: `told` is called when it is on disk, or with why not, on the journal's thread."""
        ...

    def along(
        self, actor: ActorId, part: Callable[[Any], Part | None], kept: Callable[[], object]
    ) -> AbstractContextManager[None]:
        """What this thread changes meanwhile is written together with `part(the value that it returns)`."""
        ...

    def add_part(self, actor: ActorId, part: Part) -> None: ...

    def post(self, to: ActorId, envelope: Envelope, *, relayed: int = 0) -> int:
        """Keep a message to a durable actor until it is handled; its number. `relayed`: see Post."""
        ...

    def unpost(self, number: int) -> None:
        """It was not delivered after all."""
        ...

    def unposts(self, numbers: Sequence[int]) -> None:
        """They are where they were to go; a kill of the process forgets none of it."""
        ...

    def kept(self, actor: ActorId) -> Sequence[Post]:
        """Messages that were accepted and not handled, oldest first. Damaged ones are put aside, as timers are."""
        ...

    def timers(self, actor: ActorId) -> Sequence[Timer]: ...

    def fire(self, actor: ActorId, number: int) -> Post | None:
        """A timer is due: its message is kept in its place. None: there is no such timer any more."""
        ...

    def parts(self, actor: ActorId) -> tuple[Post, Sequence[HostCall]] | None:
        """The turn that was cut off, as far as it was written."""
        ...

    def turns(self, actor: ActorId, after: int, upto: int) -> Iterator[Turn]:
        """Its turns beyond `after`, in order. Damaged ones are put aside, and named in the log, as they are met."""
        ...

    def reply(self, actor: ActorId, key: str) -> Turn | None:
        """The turn that answered a message with this key within the last day. Invalid: its record is damaged."""
        ...

    def side_effect(self, actor: ActorId, key: str, value: Payload) -> Payload:
        """What is stored under the key, which is `value` if nothing was. Invalid: what is stored is damaged."""
        ...

    def read(self, actor: ActorId, first: int, last: int, limit: int) -> Sequence[Event]: ...

    def forget_events(self, actor: ActorId, upto: int) -> int:
        """Remove events up to this one; how many they were."""
        ...

    def terms(self, actor: ActorId, grants: Sequence[Grant], limits: Limits) -> None:
        """When it comes back, it has these, whatever it was born with."""
        ...

    def keep_tree(self, scope: tuple[str, str], name: str, text: str) -> None:
        """The tree of this name, as the text of a file, comes back when the node starts."""
        ...

    def forget_tree(self, scope: tuple[str, str], name: str) -> None: ...

    def trees(self) -> Sequence[tuple[tuple[str, str], str]]:
        """The trees that come back: tenant and namespace, and the text of each."""
        ...

    def ended(self, actor: ActorId) -> None:
        """It does not come back when the node starts; its journal stays, its messages and timers do not."""
        ...

    def belongings(self, actor: ActorId) -> Sequence[Belonging]:
        """What goes along with its checkpoint when it moves to another node."""
        ...

    def take_over(
        self,
        actor: ActorId,
        module: str,
        checkpoint: Checkpoint,
        goods: Sequence[Belonging],
        timers: Sequence[MovedTimer],
        *,
        returns: bool,
    ) -> None:
        """Begin the journal of an actor that comes from another node; until its birth is written it does not come back.

        AlreadyExists: another one of its name has a journal here, unless it `returns`: then it takes its place.
        """
        ...

    def moved(self, actor: ActorId) -> None:
        """It runs elsewhere: its journal stays, its timers do not; its messages stay until they are there."""
        ...


class Journal(Protocol):
    """The facet `node.journal`. `actor` is an ActorId or a name, as elsewhere. Thread-safe."""

    def list(self) -> Sequence[JournalInfo]:
        """Every actor of the tenant and namespace that has a journal, by name, also those that ended."""
        ...

    def get(self, actor: ActorId | str) -> JournalInfo:
        """NotFound: it has no journal."""
        ...

    def entries(self, actor: ActorId | str, *, after: int = 0, limit: int = 100, trace: str = "") -> Sequence[Turn]:
        """Its turns with seq > `after`, oldest first. A damaged one is left out; `verify` names it.

        With a `trace` (its id, or its first 8 digits and more), only those of messages that belong to it. Invalid: it
        is no trace.
        """
        ...

    def events(self, actor: ActorId | str, *, after: int = 0, limit: int = 1_000) -> Sequence[Event]:
        """The events that it persisted, with sequence > `after`, oldest first."""
        ...

    def checkpoint(self, actor: ActorId | str, *, timeout: float = 30.0) -> int:
        """Store its state now, between two turns; the turn that the state belongs to.

        NotFound: there is no such actor. Conflict: it is not durable. Rejected: it does not hand out its state.
        """
        ...

    def compact(self, actor: ActorId | str) -> int:
        """Remove the entries that its checkpoint makes needless for recovery; how many they were.

        Conflict: it has no checkpoint. What is removed cannot be replayed any more.
        """
        ...

    def verify(self, actor: ActorId | str | None = None, *, cancel: CancelToken | None = None) -> Sequence[Damage]:
        """Read every row, of one actor or of all, and compare it with its checksum and its place; say who cannot come
        back. Of all: also compare the indexes of the file with its tables.

        Empty: all is well. What is `harmless` is only told. Conflict: cancelled.
        """
        ...

    def remove(self, actor: ActorId | str) -> None:
        """Forget the journal of an actor that ended. Conflict: it is still there."""
        ...
