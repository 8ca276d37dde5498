"""The journal of a durable actor that moves: what goes along to the other node, and what begins there.

Turns stay where they were handled. A checkpoint, events, side effects, replies that can still be asked for and timers
go along; there the journal begins behind the checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.api.errors import AlreadyExists
from workbench.api.identity import ActorId
from workbench.api.journal import Checkpoint
from workbench.api.migration import Belonging, MovedTimer
from workbench.api.turn_text import envelope_line
from workbench.services.journal import rows, store
from workbench.storage.database import Transaction

if TYPE_CHECKING:
    from workbench.services.journal.service import JournalService

RELAYED = "UPDATE origins SET relayed = ? WHERE tenant = ? AND namespace = ? AND name = ?"
STAYS_NOT = tuple(f"DELETE FROM {table} WHERE actor = ?" for table in ("journal_timers", "journal_parts"))


def belongings(journal: JournalService, actor: ActorId) -> tuple[Belonging, ...]:
    """What a new node needs besides the checkpoint."""
    number, database = journal.number(actor), journal.database
    found = [
        Belonging("event", row["sequence"], row["type"], row["payload"], row["recorded"])
        for row in database.as_stored(rows.EVENTS.of_actor, (number,))
        if not rows.wrong(rows.EVENTS, row)
    ]
    found += [
        Belonging("effect", 0, row["key"], row["value"], 0.0)
        for row in database.as_stored(rows.EFFECTS.of_actor, (number,))
        if not rows.wrong(rows.EFFECTS, row)
    ]
    now = journal.means.clock.now()
    found += [
        Belonging("reply", 0, row["key"], row["line"], row["expires"])
        for row in database.as_stored(rows.REPLIES.of_actor, (number,))
        if not rows.wrong(rows.REPLIES, row) and row["expires"] > now
    ]
    return tuple(found)


def take_over(
    journal: JournalService,
    actor: ActorId,
    module: str,
    found: Checkpoint,
    goods: Sequence[Belonging],
    timers: Sequence[MovedTimer],
    *,
    returns: bool,
) -> None:
    """Begin the journal of an actor that arrives; until its birth is written it does not come back.

    AlreadyExists: another one of its name has a journal here, unless this one `returns`: then it goes on from there.
    """
    known = journal.known(actor)
    if known is not None and not returns and rows.birth_of(store.actor(journal.database, known)) is not None:
        raise AlreadyExists(
            f"another {actor.name}, which has ended, has a journal there; first: workbench journal remove {actor.name}"
        )
    if known is not None:
        journal.remove(actor)
    number = journal.begin(actor, module)
    now = journal.means.clock.now()
    with journal.database.transaction(durable=True) as tx:
        store.add_checkpoint(tx, number, found)
        for each in goods:
            _add(tx, number, each)
        for timer in timers:
            rows.add(
                tx, rows.TIMERS, number, timer.number, float(now + timer.seconds), envelope_line(timer.envelope)
            )  # fmt: skip
        first_event = min((each.number for each in goods if each.kind == "event"), default=found.events + 1)
        rows.change_actor(
            tx, number, first=found.seq + 1, last=found.seq, first_event=first_event, last_event=found.events,
            checkpoint=found.seq, runs=store.ENDED,
        )  # fmt: skip


def _add(tx: Transaction, number: int, one: Belonging) -> None:
    match one.kind:
        case "event":
            rows.add(tx, rows.EVENTS, number, one.number, one.name, one.payload, float(one.time))
        case "effect":
            rows.add(tx, rows.EFFECTS, number, one.name, one.payload)
        case "reply":
            rows.add(tx, rows.REPLIES, number, one.name, one.payload, float(one.time))


def moved(journal: JournalService, actor: ActorId) -> None:
    """It runs elsewhere: it does not come back here, and what waits for it is on its way."""
    number = journal.number(actor)
    with journal.database.transaction(durable=True) as tx:
        rows.change_actor(tx, number, runs=store.ENDED)
        for statement in STAYS_NOT:
            tx.execute(statement, (number,))


def relayed(tx: Transaction, actor: ActorId, number: int) -> None:
    """The message that its source keeps under this number is on disk here."""
    tx.execute(RELAYED, (number, actor.tenant, actor.namespace, actor.name))
