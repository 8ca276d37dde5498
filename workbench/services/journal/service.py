"""The journal of a node: one log for all durable actors, written in groups."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from workbench.api.capabilities import Grant
from workbench.api.errors import Conflict, Invalid, NotFound, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.journal import KEY_SECONDS, WORDS, Checkpoint, Commit, Event, Part, Post, Stored, Timer, missing
from workbench.api.limits import Limits
from workbench.api.messages import Envelope, Payload
from workbench.api.migration import Belonging, MovedTimer
from workbench.api.turn_text import envelope_line, to_line
from workbench.api.turns import HostCall, Outcome, Turn
from workbench.services.journal import moving, rows, store, trees
from workbench.services.journal.group import GroupCommit, Told
from workbench.services.journal.sizes import Sizes
from workbench.services.means import Means, Scope
from workbench.storage.database import Transaction

logger = logging.getLogger(__name__)
T = TypeVar("T")
READ_TURNS = 500
TRIMMED_TURNS = 5_000
"""Entries that are removed with one checkpoint, which is taken each 1,000 turns."""


class JournalService:
    """Implements api.JournalLog. Thread-safe. With `kept_turns` a checkpoint leaves so many entries before it."""

    def __init__(self, means: Means, *, kept_turns: int = 0) -> None:
        self.means, self.database, self._kept_turns = means, means.database, kept_turns
        self.sizes = Sizes(means.database)
        self._numbers: dict[ActorId, int] = {}
        self._ends: dict[int, tuple[int, int]] = {}  # the last turn and event of those that wrote since the last mark
        self._group: GroupCommit[tuple[int, Commit]] = GroupCommit("journal", self._write)

    def start(self) -> None:
        """Learn who there is, and forget the replies that nobody can ask for any more."""
        for row in self.database.as_stored(store.ALL):
            self._numbers.setdefault(rows.actor_of(row), row["number"])
            last = self.database.query(store.LAST, {"actor": row["number"]})[0]
            self._ends[row["number"]] = last["seq"] or 0, last["event"] or 0
        self._mark()
        expired = self.database.as_stored(store.EXPIRED, (self.means.clock.now(),))
        with self.database.transaction() as tx:
            for row in expired:
                if not isinstance(store.reply(row), store.Bad):  # of one that is damaged nobody knows when it expires
                    tx.execute(rows.REPLIES.delete, (row["actor"], row["key"]))

    def close(self) -> None:
        """Everything has been written by then if nobody writes any more; idempotent."""
        self._group.close()
        self._mark()

    def _mark(self) -> None:
        """Write down how far journals go: then it is noticed when their ends are missing."""
        ends, self._ends = self._ends, {}
        if not ends:
            return
        try:
            with self.database.transaction(noted=False) as tx:
                for number, (seq, event) in ends.items():
                    found = tx.as_stored(rows.ACTOR, (number,))
                    if found and not rows.wrong(rows.ACTORS, found[0]):
                        before = found[0]["last"], found[0]["last_event"]
                        now = max(seq, before[0]), max(event, before[1])
                        if now != before:
                            rows.change_actor(tx, number, last=now[0], last_event=now[1])
        except WorkbenchError as error:
            logger.warning("how far the journals go could not be written down: %s", error)

    def running(self) -> Sequence[tuple[ActorId, Turn | str]]:
        """Who is to be brought back when the node starts, and the newest turn that was its birth, or why not."""
        return store.running(self.database)

    def open(self, actor: ActorId, module: str, *, supervised: bool) -> Stored:
        runs = store.SUPERVISED if supervised else store.RUNS
        known = self._numbers.get(actor)
        number = known or self._begin(actor, module, runs)
        row = store.actor(self.database, number)
        birth = rows.birth_of(row)
        if isinstance(birth, str):
            raise Invalid(
                f"{actor.name} cannot be brought back: {birth}. What is left of it is shown by workbench journal show "
                f"{actor.name}; workbench journal remove {actor.name} --force begins anew"
            )
        if row["runs"] != runs:
            with self.database.transaction() as tx:  # it is on the disk with its first turn
                rows.change_actor(tx, number, runs=runs)
        checkpoint = store.checkpoint(self.database, number)
        if isinstance(checkpoint, store.Bad):
            self._put_aside(actor, [checkpoint])
            checkpoint = None
        last = self.database.query(store.LAST, {"actor": number})[0]
        reached, event = (checkpoint.seq, checkpoint.events) if checkpoint else (0, 0)
        return Stored(
            max(last["seq"] or 0, reached, row["last"]),
            max(last["event"] or 0, event, row["last_event"]),
            checkpoint,
            store.first(self.database, number, row["first"]),
            birth,
            known is not None and row["runs"] != store.ENDED,
        )

    def _begin(self, actor: ActorId, module: str, runs: int) -> int:
        with self.database.transaction() as tx:
            values = actor.tenant, actor.namespace, actor.name, module, runs
            number = self._numbers[actor] = int(tx.execute(store.INSERT_ACTOR, values).fetchone()[0])
            rows.change_actor(tx, number, runs=runs)
        return number

    def commit(self, actor: ActorId, what: Commit) -> None:
        self._group.commit((self._numbers[actor], what))

    def commit_soon(self, actor: ActorId, what: Commit, told: Told) -> None:
        self._group.commit_soon((self._numbers[actor], what), told)

    def _write(self, group: Sequence[tuple[int, Commit]]) -> None:
        with self.database.transaction(durable=True) as tx:
            for number, what in group:
                if what.parted:
                    tx.execute(store.DELETE_PARTS, (number,))
                self._add(tx, number, what)
                if what.handled:
                    tx.execute(store.DELETE_POST, (what.handled,))
                if what.posts or what.timers or what.cancelled:
                    self._send(tx, number, what)

        for number, what in group:
            seq, event = self._ends.get(number, (0, 0))
            self._ends[number] = (
                what.turns[-1].seq if what.turns else seq,
                what.events[-1].sequence if what.events else event,
            )

    def _add(self, tx: Transaction, number: int, what: Commit) -> None:
        changes: dict[str, rows.Value] = {}
        for turn in what.turns:
            line = to_line(turn)
            store.add_turn(tx, number, turn.seq, line)
            if turn.birth is not None and turn.outcome is Outcome.REPLY:
                changes |= {"birth": line, "module": turn.module}
            if what.key and turn.operation == "message":
                expires = float(self.means.clock.now() + KEY_SECONDS)
                rows.add(tx, rows.REPLIES, number, what.key, line, expires, replace=True)
        for event in what.events:
            rows.add(
                tx, rows.EVENTS, number, event.sequence, event.type, event.payload, float(event.recorded)
            )  # fmt: skip
        if what.checkpoint is not None:
            store.add_checkpoint(tx, number, what.checkpoint)
            changes["checkpoint"] = what.checkpoint.seq
            if self._kept_turns:
                changes |= self._trimmed(tx, number, what.checkpoint.seq - self._kept_turns)
        if changes:  # its row is written anyway
            changes["last"] = what.turns[-1].seq
            if what.events:
                changes["last_event"] = what.events[-1].sequence
            rows.change_actor(tx, number, **changes)

    def _trimmed(self, tx: Transaction, number: int, upto: int) -> dict[str, rows.Value]:
        """Remove entries that nobody needs, the oldest first and not all of them at once, or others would wait."""
        first = tx.as_stored(rows.ACTOR, (number,))[0]["first"]
        upto = min(upto, first + TRIMMED_TURNS - 1)
        if upto < first:
            return {}
        tx.execute(store.COMPACT, (number, upto))
        tx.settle(partial(self.sizes.forget, number))
        return {"first": upto + 1}

    def _send(self, tx: Transaction, number: int, what: Commit) -> None:
        for post in what.posts:
            if post.kept:
                post.number = store.add_post(tx, self.number(post.actor), envelope_line(post.envelope))
            if post.relayed:
                moving.relayed(tx, post.actor, post.relayed)
        for timer in what.timers:
            rows.add(tx, rows.TIMERS, number, timer.number, float(timer.due), envelope_line(timer.envelope))
        for gone in what.cancelled:
            tx.execute(rows.TIMERS.delete, (number, gone))

    @contextmanager
    def along(self, actor: ActorId, part: Callable[[Any], Part | None], kept: Callable[[], object]) -> Iterator[None]:
        number = self._numbers[actor]

        def write(tx: Transaction) -> None:
            found = part(tx.returned)
            if found is not None:
                store.add_part(tx, number, found)
                tx.settle(kept)

        with self.database.along(write):
            yield

    def add_part(self, actor: ActorId, part: Part) -> None:
        with self.database.transaction() as tx:
            store.add_part(tx, self._numbers[actor], part)

    def post(self, to: ActorId, envelope: Envelope, *, relayed: int = 0) -> int:
        post = Post(to, envelope, True, relayed=relayed)
        self._group.commit((self._numbers[to], Commit(posts=(post,))))
        return post.number

    def unpost(self, number: int) -> None:
        with self.database.transaction(durable=True) as tx:
            tx.execute(store.DELETE_POST, (number,))

    def unposts(self, numbers: Sequence[int]) -> None:
        with self.database.transaction() as tx:
            for number in numbers:
                tx.execute(store.DELETE_POST, (number,))

    def kept(self, actor: ActorId) -> Sequence[Post]:
        return self._good(actor, store.kept(self.database, actor, self._numbers[actor]))

    def timers(self, actor: ActorId) -> Sequence[Timer]:
        return self._good(actor, store.timers(self.database, self._numbers[actor]))

    def fire(self, actor: ActorId, number: int) -> Post | None:
        mine = self._numbers[actor]
        with self.database.transaction(durable=True) as tx:
            found = tx.as_stored(rows.TIMERS.one, (mine, number))
            if not found:
                return None
            timer = store.timer(found[0])
            if not isinstance(timer, store.Bad):
                tx.execute(rows.TIMERS.delete, (mine, number))
                return Post(actor, timer.envelope, True, store.add_post(tx, mine, found[0]["line"]))
        self._put_aside(actor, [timer])
        return None

    def parts(self, actor: ActorId) -> tuple[Post, Sequence[HostCall]] | None:
        found = store.parts(self.database, self._numbers[actor])
        if isinstance(found, tuple):
            return Post(actor, found[0], found[1] > 0, found[1]), found[2]
        self._put_aside(actor, found or ())
        return None

    def _good(self, actor: ActorId, found: Sequence[T | store.Bad]) -> list[T]:
        self._put_aside(actor, [each for each in found if isinstance(each, store.Bad)])
        return [each for each in found if not isinstance(each, store.Bad)]

    def _put_aside(self, actor: ActorId, found: Sequence[store.Bad]) -> None:
        """Move damaged rows out of the way, and name them in the log."""
        if not found:
            return
        for bad in found:
            logger.error(
                "%s %s of %s is damaged and was put aside: %s",
                WORDS[bad.table.name], rows.clean(bad.which), actor.name, bad.what,
            )  # fmt: skip
        with self.database.transaction(durable=True) as tx:
            for bad in found:
                rows.put_aside(tx, bad.table, self._numbers[actor], bad.which, bad.what)

    def turns(self, actor: ActorId, after: int, upto: int) -> Iterator[Turn]:
        number = self._numbers[actor]
        while after < upto:
            found = list(store.turns(self.database, number, after, READ_TURNS))
            for turn in found:
                seq = turn.seq if isinstance(turn, Turn) else turn[0]
                _tell_gap(actor, after + 1, min(seq - 1, upto))
                after = seq
                if not isinstance(turn, Turn):
                    self._put_aside(actor, [store.Bad(rows.TURNS, *turn)])
                elif after <= upto:
                    yield turn
            if len(found) < READ_TURNS:
                _tell_gap(actor, after + 1, upto)
                return

    def reply(self, actor: ActorId, key: str) -> Turn | None:
        found = self.database.as_stored(rows.REPLIES.one, (self._numbers[actor], key))
        if not found:
            return None
        turn = store.reply(found[0])
        if isinstance(turn, store.Bad):  # it stays: without it the message would be handled a second time
            raise Invalid(
                f"{actor.name} has answered a message with the idempotency-key {key!r} before, and the recorded reply "
                f"is damaged: {turn.what}. The message is not handled again; send it with another key if it should be"
            )
        return turn if found[0]["expires"] > self.means.clock.now() else None

    def side_effect(self, actor: ActorId, key: str, value: Payload) -> Payload:
        number = self._numbers[actor]
        with self.database.transaction() as tx:
            tx.execute(store.INSERT_EFFECT, (number, key, value, rows.checksum(number, key, value)))
            found = store.effect(tx.as_stored(rows.EFFECTS.one, (number, key))[0])
            if isinstance(found, store.Bad):  # it stays: without it the effect would be decided a second time
                raise Invalid(f"what was decided once under {key!r} is damaged: {found.what}; choose another key")
            tx.returns(found[0])
        return found[0]

    def read(self, actor: ActorId, first: int, last: int, limit: int) -> Sequence[Event]:
        return self._good(actor, store.events(self.database, self._numbers[actor], first - 1, last, limit))

    def forget_events(self, actor: ActorId, upto: int) -> int:
        number = self._numbers[actor]
        first = store.actor(self.database, number)["first_event"]
        with self.database.transaction(durable=True) as tx:
            if upto >= first:
                rows.change_actor(tx, number, first_event=upto + 1)
            return tx.execute(store.COMPACT_EVENTS, (number, upto)).rowcount

    def terms(self, actor: ActorId, grants: Sequence[Grant], limits: Limits) -> None:
        number = self._numbers[actor]
        with self.database.transaction(durable=True) as tx:
            turn = rows.birth_of(tx.as_stored(rows.ACTOR, (number,))[0])
            if isinstance(turn, Turn) and turn.birth is not None:
                birth = replace(turn.birth, grants=tuple(grants), limits=limits)
                rows.change_actor(tx, number, birth=to_line(replace(turn, birth=birth)), module=turn.module)

    def keep_tree(self, scope: Scope, name: str, text: str) -> None:
        trees.keep(self.database, scope, name, text)

    def forget_tree(self, scope: Scope, name: str) -> None:
        trees.forget(self.database, scope, name)

    def trees(self) -> Sequence[tuple[Scope, str]]:
        """The trees that come back: tenant and namespace, and the text of each."""
        return trees.kept(self.database)

    def ended(self, actor: ActorId) -> None:
        number = self.number(actor)
        with self.database.transaction(durable=True) as tx:
            rows.change_actor(tx, number, runs=store.ENDED)
            for statement in store.NOTHING_WAITS:
                tx.execute(statement, (number,))

    # Of actors that move; see moving.py.

    def known(self, actor: ActorId) -> int | None:
        return self._numbers.get(actor)

    def begin(self, actor: ActorId, module: str) -> int:
        return self._begin(actor, module, store.ENDED)

    def belongings(self, actor: ActorId) -> Sequence[Belonging]:
        return moving.belongings(self, actor)

    def take_over(
        self, actor: ActorId, module: str, checkpoint: Checkpoint, goods: Sequence[Belonging],
        timers: Sequence[MovedTimer], *, returns: bool,
    ) -> None:  # fmt: skip
        moving.take_over(self, actor, module, checkpoint, goods, timers, returns=returns)

    def moved(self, actor: ActorId) -> None:
        moving.moved(self, actor)

    # For the facet.

    def needing(self, module: str) -> list[ActorId]:
        """Who runs this module when it comes back, whether it is there now or not."""
        rows = self.database.query(store.NEEDING, (module, store.ENDED))
        return [ActorId(row["name"], row["namespace"], row["tenant"]) for row in rows]

    def number(self, actor: ActorId) -> int:
        """NotFound: it has no journal."""
        found = self._numbers.get(actor)
        if found is None:
            raise NotFound(f"{actor.name} has no journal: it was never durable; spawn it with --durable")
        return found

    def compact(self, actor: ActorId) -> int:
        number = self.number(actor)
        checkpoint = store.checkpoint(self.database, number)
        if isinstance(checkpoint, store.Bad):
            raise Conflict(f"the checkpoint of {actor.name} is damaged ({checkpoint.what}); take another one first")
        if checkpoint is None:
            raise Conflict(f"{actor.name} has no checkpoint, so every entry is needed to bring it back; take one first")
        with self.database.transaction(durable=True) as tx:
            tx.emit(partial(self.means.events.touch, Area.JOURNAL, (actor.tenant, actor.namespace)))
            tx.settle(partial(self.sizes.forget, number))
            rows.change_actor(tx, number, first=checkpoint.seq + 1)
            return tx.execute(store.COMPACT, (number, checkpoint.seq)).rowcount

    def remove(self, actor: ActorId) -> None:
        number = self.number(actor)
        with self.database.transaction(durable=True) as tx:
            for statement in store.FORGET:
                tx.execute(statement, (number,))
            tx.settle(lambda: self._numbers.pop(actor, None))
            tx.settle(lambda: self._ends.pop(number, None))
            tx.settle(partial(self.sizes.forget, number))
            tx.emit(partial(self.means.events.touch, Area.JOURNAL, (actor.tenant, actor.namespace)))


def _tell_gap(actor: ActorId, first: int, last: int) -> None:
    if first <= last:
        logger.error("%s: %s missing", actor.name, missing("turn", first, last))
