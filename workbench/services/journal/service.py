"""The journal of a node: one log for all durable actors, written in groups."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from workbench.api.capabilities import Grant
from workbench.api.errors import Conflict, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.journal import KEY_SECONDS, Checkpoint, Commit, Event, Part, Post, Stored, Timer
from workbench.api.limits import Limits
from workbench.api.messages import Envelope, Payload
from workbench.api.turn_text import envelope_line, from_line, to_envelope_line, to_line
from workbench.api.turns import HostCall, Outcome, Turn
from workbench.services.journal import store, trees
from workbench.services.journal.group import GroupCommit, Told
from workbench.services.journal.sizes import Sizes
from workbench.services.means import Means, Scope
from workbench.storage.database import Transaction

logger = logging.getLogger(__name__)
READ_TURNS = 500


class JournalService:
    """Implements api.JournalLog. Thread-safe."""

    def __init__(self, means: Means) -> None:
        self.means, self.database = means, means.database
        self.sizes = Sizes(means.database)
        self._numbers: dict[ActorId, int] = {}
        self._group: GroupCommit[tuple[int, Commit]] = GroupCommit("journal", self._write)
        self.close = self._group.close

    def start(self) -> None:
        """Forget the replies that nobody can ask for any more."""
        with self.database.transaction() as tx:
            tx.execute(store.EXPIRE_REPLIES, (self.means.clock.now(),))

    def running(self) -> Sequence[tuple[ActorId, Turn]]:
        """Who is to be brought back when the node starts, and the newest turn that was its birth."""
        return store.running(self.database)

    def open(self, actor: ActorId, module: str, *, supervised: bool) -> Stored:
        runs = store.SUPERVISED if supervised else store.RUNS
        before = store.runs(self.database, actor)
        if actor not in self._numbers or before != runs:
            with self.database.transaction() as tx:  # it is on the disk with its first turn
                row = tx.execute(
                    store.INSERT_ACTOR, (actor.tenant, actor.namespace, actor.name, module, runs)
                ).fetchone()
            self._numbers[actor] = int(row[0])
        number = self._numbers[actor]
        last = self.database.query(store.LAST, {"actor": number})[0]
        checkpoint = self._checkpoint(number)
        found = self.database.query(store.FIRST, (number,))
        first = store.read(number, found[0]) if found else None
        birth = self.database.query(store.BIRTH, (number,))[0][0]
        return Stored(
            max(last["seq"] or 0, last["checkpoint"] or 0),
            max(last["event"] or 0, checkpoint.events if checkpoint else 0),
            checkpoint,
            first if isinstance(first, Turn) else None,
            from_line(birth) if birth else None,
            before != store.ENDED,
        )

    def _checkpoint(self, number: int) -> Checkpoint | None:
        rows = self.database.query(store.CHECKPOINT, (number,))
        if not rows:
            return None
        row = rows[0]
        if store.crc(number, row["seq"], row["state"]) != row["crc"]:
            logger.error("the checkpoint of durable actor %d at turn %d is damaged and is not used", number, row["seq"])
            return None
        return Checkpoint(
            row["seq"], row["events"], row["state"], row["fsm_state"], row["clock_ns"], row["drawn"], row["taken"]
        )

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

    def _add(self, tx: Transaction, number: int, what: Commit) -> None:
        for turn in what.turns:
            line = to_line(turn)
            store.add_turn(tx, number, turn.seq, line)
            if turn.birth is not None and turn.outcome is Outcome.REPLY:
                tx.execute(store.SET_BIRTH, (line, turn.module, number))
            if what.key and turn.operation == "message":
                tx.execute(store.INSERT_REPLY, (number, what.key, line, self.means.clock.now() + KEY_SECONDS))
        for event in what.events:
            tx.execute(store.INSERT_EVENT, (number, event.sequence, event.type, event.payload, event.recorded))
        if (found := what.checkpoint) is not None:
            checksum = store.crc(number, found.seq, found.state)
            tx.execute(
                store.INSERT_CHECKPOINT,
                (number, found.seq, found.events, found.state, found.fsm_state, found.clock_ns, found.drawn,
                 found.taken, checksum),
            )  # fmt: skip

    def _send(self, tx: Transaction, number: int, what: Commit) -> None:
        for post in what.posts:
            if post.kept:
                post.number = store.add_post(tx, self.number(post.actor), envelope_line(post.envelope))
        for timer in what.timers:
            tx.execute(store.INSERT_TIMER, (number, timer.number, timer.due, envelope_line(timer.envelope)))
        for gone in what.cancelled:
            tx.execute(store.TAKE_TIMER, (number, gone))

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

    def post(self, to: ActorId, envelope: Envelope) -> int:
        post = Post(to, envelope, True)
        self._group.commit((self._numbers[to], Commit(posts=(post,))))
        return post.number

    def unpost(self, number: int) -> None:
        with self.database.transaction(durable=True) as tx:
            tx.execute(store.DELETE_POST, (number,))

    def kept(self, actor: ActorId) -> Sequence[Post]:
        return store.kept(self.database, actor, self._numbers[actor])

    def timers(self, actor: ActorId) -> Sequence[Timer]:
        return store.timers(self.database, self._numbers[actor])

    def fire(self, actor: ActorId, number: int) -> Post | None:
        mine = self._numbers[actor]
        with self.database.transaction(durable=True) as tx:
            row = tx.execute(store.TAKE_TIMER, (mine, number)).fetchone()
            if row is None:
                return None
            envelope = to_envelope_line(row["line"])
            return Post(actor, envelope, True, store.add_post(tx, mine, row["line"]))

    def parts(self, actor: ActorId) -> tuple[Post, Sequence[HostCall]] | None:
        found = store.parts(self.database, self._numbers[actor])
        return None if found is None else (Post(actor, found[0], found[1] > 0, found[1]), found[2])

    def turns(self, actor: ActorId, after: int, upto: int) -> Iterator[Turn]:
        number = self._numbers[actor]
        while after < upto:
            found = list(store.turns(self.database, number, after, READ_TURNS))
            for turn in found:
                if isinstance(turn, Turn):
                    after = turn.seq
                    if after <= upto:
                        yield turn
                else:
                    after = turn[0]
                    self._quarantine(actor, number, *turn)
            if len(found) < READ_TURNS:
                return

    def _quarantine(self, actor: ActorId, number: int, seq: int, what: str) -> None:
        logger.error("turn %d of %s is damaged and was put aside: %s", seq, actor.name, what)
        with self.database.transaction(durable=True) as tx:
            copy, remove, count = store.QUARANTINE
            tx.execute(copy, (what, number, seq))
            tx.execute(remove, (number, seq))
            tx.execute(count, (number,))

    def reply(self, actor: ActorId, key: str) -> Turn | None:
        rows = self.database.query(store.FIND_REPLY, (self._numbers[actor], key, self.means.clock.now()))
        return from_line(rows[0][0]) if rows else None

    def side_effect(self, actor: ActorId, key: str, value: Payload) -> Payload:
        number = self._numbers[actor]
        with self.database.transaction() as tx:
            tx.execute(store.INSERT_EFFECT, (number, key, value))
            found: Payload = tx.execute(store.FIND_EFFECT, (number, key)).fetchone()[0]
            tx.returns(found)
        return found

    def read(self, actor: ActorId, first: int, last: int, limit: int) -> Sequence[Event]:
        return store.events(self.database, self._numbers[actor], first - 1, last, limit)

    def forget_events(self, actor: ActorId, upto: int) -> int:
        with self.database.transaction(durable=True) as tx:
            return tx.execute(store.COMPACT_EVENTS, (self._numbers[actor], upto)).rowcount

    def terms(self, actor: ActorId, grants: Sequence[Grant], limits: Limits) -> None:
        number = self._numbers[actor]
        with self.database.transaction(durable=True) as tx:
            line = tx.execute(store.BIRTH, (number,)).fetchone()[0]
            turn = from_line(line) if line else None
            if turn is not None and turn.birth is not None:
                birth = replace(turn.birth, grants=tuple(grants), limits=limits)
                tx.execute(store.SET_BIRTH, (to_line(replace(turn, birth=birth)), turn.module, number))

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
            tx.execute(store.SET_RUNS, (store.ENDED, number))
            for statement in store.NOTHING_WAITS:
                tx.execute(statement, (number,))

    # For the facet.

    def needing(self, module: str) -> list[ActorId]:
        """Who runs this module when it comes back, whether it is there now or not."""
        rows = self.database.query(store.NEEDING, (module, store.ENDED))
        return [ActorId(row["name"], row["namespace"], row["tenant"]) for row in rows]

    def number(self, actor: ActorId) -> int:
        """NotFound: it has no journal."""
        found = self._numbers.get(actor) or store.number_of(self.database, actor)
        if found is None:
            raise NotFound(f"{actor.name} has no journal: it was never durable; spawn it with --durable")
        return found

    def compact(self, actor: ActorId) -> int:
        number = self.number(actor)
        checkpoint = self._checkpoint(number)
        if checkpoint is None:
            raise Conflict(f"{actor.name} has no checkpoint, so every entry is needed to bring it back; take one first")
        with self.database.transaction(durable=True) as tx:
            tx.emit(partial(self.means.events.touch, Area.JOURNAL, (actor.tenant, actor.namespace)))
            tx.settle(partial(self.sizes.forget, number))
            return tx.execute(store.COMPACT, (number, checkpoint.seq)).rowcount

    def remove(self, actor: ActorId) -> None:
        number = self.number(actor)
        with self.database.transaction(durable=True) as tx:
            for statement in store.FORGET:
                tx.execute(statement, (number,))
            tx.settle(lambda: self._numbers.pop(actor, None))
            tx.settle(partial(self.sizes.forget, number))
            tx.emit(partial(self.means.events.touch, Area.JOURNAL, (actor.tenant, actor.namespace)))
