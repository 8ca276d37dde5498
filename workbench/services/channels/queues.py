"""Queues: who gets which message, and what becomes of it when that does not go well.

All decisions are taken in memory under one lock, which is never held while storage, a waiter or a subscriber is called.
A message is written before it can be had; everything else is written soon after (see ledger).
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.answer import Answer
from workbench.api.channels import Delivery, MessageState
from workbench.api.errors import Exhausted, NotFound, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.services.alarm import Alarm
from workbench.services.channels.book import Book, Key
from workbench.services.channels.deadlines import Deadlines
from workbench.services.channels.ledger import Ledger
from workbench.services.channels.queue import Content, Lease, Message, Options, Queue
from workbench.services.channels.store import QueueStore
from workbench.services.means import Caller, Means, Scope

REASON_CHARACTERS = 1_000
HANDOVER_SECONDS = 5.0
KEPT_BYTES, KEPT_CONTENT_BYTES = 16 << 10, 64 << 20
"""Contents up to so many bytes, together so many, stay in memory until they are received."""


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody who waits for a message."""

    holder: ActorId | None
    answer: Answer[Delivery]


Handed = list[tuple[Waiter, Lease]]
TABLE = "leases"
"""How a recording calls what is in memory alone. A row: tenant, namespace, delivery, message, holder, whether that is
somebody outside of the node's actors, and when it ends."""
Row = tuple[Any, ...]


class QueueService:
    """All queues of a node. Thread-safe."""

    def __init__(self, means: Means) -> None:
        self.means, self.store, self.lock = means, QueueStore(means.database), threading.Lock()
        self.ledger = Ledger(means, self.store, self.lock)
        self.book = Book(means, self.store, self.ledger, self.lock)
        self._waiters: defaultdict[Key, deque[Waiter]] = defaultdict(deque)
        self._leases: dict[str, Lease] = {}
        self._held: defaultdict[ActorId, dict[str, Lease]] = defaultdict(dict)
        self._ends: Deadlines[Lease] = Deadlines()
        self._expiries: Deadlines[Message] = Deadlines()
        self._delays: Deadlines[Queue] = Deadlines()
        self._news: list[tuple[Scope, str, str, str]] = []
        self._kept_bytes = 0
        self._alarm = Alarm(means, "leases and times to live could not be looked after", self._pass_time)

    # Beginning and end.

    def start(self) -> None:
        """Take up what the node before left: its leases are over, and its last attempts count."""
        now = self.means.clock.now()
        with self.lock:
            queues = self.book.load()
            for message in self.store.messages(queues):
                message.queue.add(message, now)
                if message.expires is not None:
                    self._expiries.add(message, message.expires)
                if 0 < message.queue.options.max_attempts <= message.attempts:
                    self._return(message, "the node ended while it was worked on", now)
            for queue in queues.values():
                self._await_delayed(queue)
        self._alarm.ring()

    def restore(self, rows: Sequence[Row]) -> None:
        """Show what the tables hold, with these leases; nothing is decided and nothing is written."""
        now = self.means.clock.now()
        with self.lock:
            found = self.book.load()
            leases = {row[3]: row for row in rows}
            for message in self.store.messages(found):
                message.queue.add(message, now)
                if (row := leases.get(message.seq)) is not None:
                    tenant, namespace, delivery, _, holder, outside, ends = row
                    message.queue.hold(message)
                    who = None if outside else ActorId(holder, namespace, tenant)
                    message.lease = self._leases[delivery] = Lease(delivery, message, who, ends)

    def rows(self, scope: Scope, then: Callable[[], None]) -> Sequence[Row]:
        """The leases, as a recording has them; `then` is called while they cannot change."""
        with self.lock:
            then()
            return [_row(lease) for lease in self._leases.values() if lease.message.queue.scope == scope]

    def close(self) -> None:
        self._alarm.close()
        with self.lock:
            for lease in self._leases.values():
                self.means.note(lease.message.queue.scope, TABLE, _row(lease), None)
        self.ledger.close()

    # Queues.

    def receivers(self, queue: Queue) -> int:
        """How many wait for a message."""
        return len(self._waiters.get(queue.key, ()))

    def create(self, scope: Scope, name: str, options: Options) -> None:
        """AlreadyExists."""
        self.book.create(scope, name, options)
        self.told(scope)

    def delete(self, scope: Scope, name: str) -> None:
        """See api.Channels.delete_queue."""
        with self.book.deleting(scope, name) as doomed:
            for each in doomed:
                for message in tuple(each.messages.values()):
                    self.remove(message, written=True)
            told = [waiter for each in doomed for waiter in self._waiters.pop(each.key, ())]
        for waiter in told:
            waiter.answer.fail(NotFound(f"queue {name[:40]!r} was deleted while a message of it was waited for"))
        self.told(scope)

    def dismiss(self, why: WorkbenchError) -> None:
        """Tell this to whoever waits for a message from outside."""
        with self.lock:
            told = [waiter for waiters in self._waiters.values() for waiter in waiters if waiter.holder is None]
        for waiter in told:
            waiter.answer.fail(why)

    # Messages in.

    def send(
        self, scope: Scope, name: str, content: Content, *, delay: float = 0.0, ttl: float | None = None,
        replaces: Message | None = None,
    ) -> str:  # fmt: skip
        """Write a message, and give it to whoever waits for one. `replaces` is removed with it, or stays."""
        while True:
            queue = self.book.obtain(scope, name)
            with self.lock:
                self.check_room(queue, 0 if replaces is not None and replaces.queue is queue else 1)
                queue.reserved += 1
                now = self.means.clock.now()
                expires = now + ttl if ttl is not None else None
                message = Message(self.book.next(now), queue, now + delay, expires)
            try:
                with self.ledger.writing() as tx:
                    if queue.gone:
                        raise _Gone
                    self.store.insert(tx, message, content)
                    if replaces is not None:
                        self.store.delete(tx, replaces)
                    tx.returns(message.id)
            except _Gone:
                continue
            finally:
                with self.lock:
                    queue.reserved -= 1
            break
        with self.lock:
            if not queue.gone:
                queue.add(message, now)
                self._keep(message, content)
                if message.expires is not None:
                    self._expiries.add(message, message.expires)
                    self._alarm.at(message.expires)
                if delay:
                    self._await_delayed(queue)
                if replaces is not None:
                    self.remove(replaces, written=True)
            handed = self.match(queue, now)
        self.deliver(handed)
        self.told(scope)
        return message.id

    def check_room(self, queue: Queue, more: int) -> None:
        most, used = queue.options.max_length, queue.length
        if used + more > most:
            text = f"queue {queue.name[:40]!r} is full: it holds {used:,} messages, and {most:,} are the most"
            raise Exhausted(text, limit="queue", value=most, used=used)

    # Messages out.

    def receive(self, caller: Caller, name: str, timeout: float) -> Delivery | None:
        """See api.Channels.receive."""
        key, now = (caller.scope, name), self.means.clock.now()
        waiter = Waiter(caller.actor, Answer())
        with self.lock:
            queue = self.book.get(key)
            handed = self.match(queue, now) if queue is not None else []
            message = queue.take(now) if queue is not None else None
            lease = self._lease(message, caller.actor, now) if message is not None else None
            if lease is None and timeout > 0:
                self._waiters[key].append(waiter)
        self.deliver(handed)
        if lease is not None:
            self.told(caller.scope)
            return self._delivery(lease)
        return self._wait(caller, key, waiter, timeout) if timeout > 0 else None

    def _wait(self, caller: Caller, key: tuple[Scope, str], waiter: Waiter, timeout: float) -> Delivery | None:
        """Whatever ends the wait, a message that was handed over by then is taken, or goes to the next one."""
        self.told(caller.scope)
        answer = waiter.answer
        try:
            caller.wait(answer, timeout, f"a message of {key[1]}")
        except BaseException:
            _leave_off(answer)
            if answer.value is not None:
                self._give_back(answer.value.id)
            raise
        finally:
            _leave_off(answer)
            self._leave(key, waiter)
        if isinstance(answer.error, _Left):
            self.told(caller.scope)
            return None
        return answer.take()

    def _leave(self, key: tuple[Scope, str], waiter: Waiter) -> None:
        with self.lock:
            waiters = self._waiters.get(key)
            if waiters is not None and waiter in waiters:
                waiters.remove(waiter)
            if waiters is not None and not waiters:
                del self._waiters[key]

    def match(self, queue: Queue, now: float) -> Handed:
        """Give messages to those who wait, first come first served; the lock is held."""
        handed: Handed = []
        waiters = self._waiters.get(queue.key)
        while waiters and not queue.gone:
            if waiters[0].answer.done:
                waiters.popleft()
                continue
            message = queue.take(now)
            if message is None:
                break
            waiter = waiters.popleft()
            handed.append((waiter, self._lease(message, waiter.holder, now)))
        return handed

    def deliver(self, handed: Handed) -> None:
        """Without the lock."""
        for waiter, lease in handed:
            try:
                delivery = self._delivery(lease)
            except WorkbenchError as error:
                waiter.answer.fail(error)
                continue
            waiter.answer.set(delivery)
            if waiter.answer.value is not delivery:
                self._give_back(lease.id)

    def _delivery(self, lease: Lease) -> Delivery:
        """What the new holder of a lease gets."""
        message = lease.message
        try:
            content = message.content or self.store.content(message.seq)
        except WorkbenchError:
            self._give_back(lease.id)
            raise
        if content is None:
            raise NotFound(f"queue {message.queue.name[:40]!r} was deleted while a message of it was received")
        return Delivery(
            lease.id, message.id, message.queue.name, content.message_type, content.payload, message.attempts,
            content.sent, lease.ends, content.headers,
        )  # fmt: skip

    def _lease(self, message: Message, holder: ActorId | None, now: float) -> Lease:
        """The lock is held."""
        lease = Lease(f"d{self.book.next(now)}", message, holder, now + message.queue.options.visibility_ms / 1000)
        message.lease = self._leases[lease.id] = lease
        message.attempts += 1
        if holder is not None:
            self._held[holder][lease.id] = lease
        self._ends.add(lease, lease.ends)
        self.ledger.changed(message)
        self.means.note(message.queue.scope, TABLE, None, _row(lease))
        self._alarm.at(lease.ends)
        return lease

    def _release(self, lease: Lease) -> Message:
        """The lock is held."""
        del self._leases[lease.id]
        self.means.note(lease.message.queue.scope, TABLE, _row(lease), None)
        self._ends.discard(lease)
        if lease.holder is not None:
            held = self._held[lease.holder]
            del held[lease.id]
            if not held:
                del self._held[lease.holder]
        lease.message.lease = None
        return lease.message

    def _leased(self, caller: Caller, delivery: str, now: float) -> Lease:
        """The lease, if it is this caller's. The lock is held."""
        lease = self._leases.get(delivery)
        if (
            lease is None or lease.holder != caller.actor or lease.message.queue.scope != caller.scope
            or lease.ends <= now
        ):  # fmt: skip
            whose = f"by {caller.actor.name}" if caller.actor is not None else "here"
            raise NotFound(f"no delivery {delivery[:40]!r} is held {whose}: it was settled, or its lease has ended")
        return lease

    def ack(self, caller: Caller, delivery: str) -> None:
        with self.lock:
            self.remove(self._leased(caller, delivery, self.means.clock.now()).message)
        self.told(caller.scope)

    def nack(self, caller: Caller, delivery: str, *, requeue: bool) -> None:
        now = self.means.clock.now()
        why = f"{called(caller.actor)} refused it{'' if requeue else ' for good'}"
        with self.lock:
            message = self._release(self._leased(caller, delivery, now))
            handed = self._return(message, why, now, for_good=not requeue)
        self.deliver(handed)
        self.told(caller.scope)

    def _give_back(self, delivery: str) -> None:
        """It was taken for somebody who has left: that was no attempt."""
        with self.lock:
            lease = self._leases.get(delivery)
            if lease is None:
                return
            message = self._release(lease)
            message.attempts -= 1
            self.ledger.changed(message)
            handed = self.put_back(message, self.means.clock.now())
        self.deliver(handed)

    def put_back(self, message: Message, now: float) -> Handed:
        """To its place, unless its time to live has passed. The lock is held."""
        if message.over(now):
            self._expire(message)
            return []
        message.queue.place(message, now)
        return self.match(message.queue, now)

    def _return(self, message: Message, why: str, now: float, *, for_good: bool = False) -> Handed:
        """A message was delivered in vain: back to its place, or to the dead letters. The lock is held."""
        options = message.queue.options
        self.ledger.changed(message)
        tried_enough = 0 < options.max_attempts <= message.attempts
        if (tried_enough or for_good) and options.dead_letter_queue:
            tries = f" (attempt {message.attempts:,} of {options.max_attempts:,})"
            return self._bury(message, why[:REASON_CHARACTERS] + tries, now)
        return self.put_back(message, now)

    def _bury(self, message: Message, reason: str, now: float) -> Handed:
        queue = message.queue
        queue.remove(message)
        self._expiries.discard(message)
        dead = self.book.dead_letters(queue, now)
        message.origin, message.reason, message.died = queue.name, reason, now
        message.attempts, message.visible, message.expires = 0, now, None
        dead.add(message, now)
        self._news.append((queue.scope, "dead", queue.name, message.reason))
        return self.match(dead, now)

    # Ends that nobody asked for.

    def ended(self, actor: ActorId, how: str) -> None:
        """An actor is gone: what was leased to it comes back at once."""
        if actor not in self._held:
            return
        now, handed = self.means.clock.now(), Handed()
        with self.lock:
            for lease in tuple(self._held.get(actor, {}).values()):
                handed += self._return(self._release(lease), f"consumer {actor.name} {how}", now)
        self.deliver(handed)
        self.told((actor.tenant, actor.namespace))

    def _pass_time(self) -> float | None:
        """Leases end, delays are over, times to live have passed."""
        now, handed, scopes = self.means.clock.now(), Handed(), set[Scope]()
        with self.lock:
            for lease in tuple(self._ends.due(now)):
                scope, holder = lease.message.queue.scope, lease.holder
                why = f"the lease of {called(holder)} ended after {lease.message.queue.options.visibility_ms:,} ms"
                handed += self._return(self._release(lease), why, now)
                scopes.add(scope)
            for message in tuple(self._expiries.due(now)):
                # a leased one is looked at again when it comes back
                if message.state in (MessageState.WAITING, MessageState.DELAYED):
                    scopes.add(message.queue.scope)
                    self._expire(message)
            for queue in tuple(self._delays.due(now)):
                if not queue.gone and queue.promote(now):
                    handed += self.match(queue, now)
                    scopes.add(queue.scope)
                self._await_delayed(queue)
            following = [when for when in (self._ends.next(), self._expiries.next()) if when is not None]
        self.deliver(handed)
        for scope in scopes:
            self.told(scope)
        return min(following, default=None)

    def _await_delayed(self, queue: Queue) -> None:
        """The lock is held."""
        if not queue.gone and (when := queue.next_visible()) is not None:
            self._delays.add(queue, when)
            self._alarm.at(when)

    def _expire(self, message: Message) -> None:
        """The lock is held."""
        self._news.append((message.queue.scope, "expired", message.queue.name, message.id))
        self.remove(message)

    # Small change.

    def told(self, scope: Scope) -> None:
        """Tell of what has happened. Without the lock."""
        if self._news:
            with self.lock:
                news, self._news = self._news, []
            for whose, what, subject, text in news:
                self.means.events.publish(Area.CHANNELS, f"channels.{what}", subject, text, whose)
        self.means.events.touch(Area.CHANNELS, scope)

    def _keep(self, message: Message, content: Content) -> None:
        if content.size_bytes <= KEPT_BYTES and self._kept_bytes < KEPT_CONTENT_BYTES:
            message.content = content
            self._kept_bytes += content.size_bytes

    def remove(self, message: Message, *, written: bool = False) -> None:
        """It is gone, and with `written` from the table already. The lock is held."""
        if message.state is None:
            return
        if message.lease is not None:
            self._release(message.lease)
        message.queue.remove(message)
        self._expiries.discard(message)
        if message.content is not None:
            self._kept_bytes -= message.content.size_bytes
            message.content = None
        if not written:
            self.ledger.changed(message)


class _Gone(Exception):
    """The queue was deleted before the message was written."""


class _Left(Exception):
    """Nobody waits any more."""


def _row(lease: Lease) -> Row:
    holder = lease.holder.name if lease.holder is not None else ""
    return (*lease.message.queue.scope, lease.id, lease.message.seq, holder, int(lease.holder is None), lease.ends)


def _leave_off(answer: Answer[Delivery]) -> None:
    """Take nothing any more; when somebody hands something over at this very moment, let that be done first."""
    answer.fail(_Left())
    answer.wait(HANDOVER_SECONDS)


def called(holder: ActorId | None) -> str:
    """A consumer, in a sentence."""
    return holder.name if holder is not None else "somebody outside"
