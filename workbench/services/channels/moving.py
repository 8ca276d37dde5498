"""What is done to messages by hand: removed, sent again with changes, put back where they failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from workbench.api.channels import MessageState
from workbench.api.errors import Conflict, NotFound
from workbench.services.channels.queue import Content, Message
from workbench.services.channels.queues import Handed, QueueService, called
from workbench.services.means import Scope


def find(service: QueueService, scope: Scope, name: str, identity: str) -> Message:
    """NotFound."""
    found = service.book.find(scope, name).messages.get(number(identity))
    if found is None:
        raise NotFound(f"no message {identity[:40]!r} in queue {name[:40]!r}")
    return found


def _free(service: QueueService, scope: Scope, name: str, identity: str) -> Message:
    """A message that nobody works on. NotFound. Conflict: it is leased. The lock is held."""
    message = find(service, scope, name, identity)
    if message.state is MessageState.LEASED:
        who = f"leased to {called(message.lease.holder)}" if message.lease is not None else "being sent again"
        raise Conflict(f"message {identity} of queue {name[:40]!r} is {who}; wait until that has ended")
    return message


def number(identity: str) -> int:
    """Of a message's id; 0 is none."""
    digits = identity.removeprefix("m")
    plain = identity[:1] == "m" and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if plain else 0


def delete(service: QueueService, scope: Scope, name: str, identity: str) -> None:
    """See api.Channels.delete_message."""
    with service.lock:
        service.remove(_free(service, scope, name, identity))
    service.ledger.settle()
    service.told(scope)


def purge(service: QueueService, scope: Scope, name: str) -> int:
    """See api.Channels.purge_queue."""
    with service.lock:
        every = service.book.find(scope, name).messages.values()
        doomed = [each for each in every if each.state is not MessageState.LEASED]
        for message in doomed:
            service.remove(message)
    service.ledger.settle()
    service.told(scope)
    return len(doomed)


def resend(
    service: QueueService, scope: Scope, name: str, identity: str, change: Callable[[Content], Content]
) -> str:  # fmt: skip
    """Send a changed copy and remove the message, in one step; what cannot be sent stays."""
    with service.lock:
        old = _free(service, scope, name, identity)
        queue, target = old.queue, old.origin or name
        queue.hold(old)
    try:
        content = old.content or service.store.content(old.seq)
        if content is None:
            raise NotFound(f"no message {identity[:40]!r} in queue {name[:40]!r}")
        return service.send(scope, target, change(content), replaces=old)
    finally:
        with service.lock:
            handed = service.put_back(old, service.means.clock.now()) if old.state is not None else []
        service.deliver(handed)


def redrive(service: QueueService, scope: Scope, name: str, identities: Sequence[str]) -> int:
    """See api.Channels.redrive."""
    queue = service.book.find(scope, name)
    for origin in sorted(+queue.origins):
        service.book.obtain(scope, origin)
    now, handed = service.means.clock.now(), Handed()
    with service.lock:
        if identities:
            chosen = [_free(service, scope, name, identity) for identity in dict.fromkeys(identities)]
        else:
            chosen = [each for each in queue.messages.values() if each.state is not MessageState.LEASED]
        letters = sorted((each for each in chosen if each.origin), key=lambda each: each.seq)
        back: defaultdict[str, list[Message]] = defaultdict(list)
        for letter in letters:
            back[letter.origin].append(letter)
        homes = {origin: service.book.find(scope, origin) for origin in back}
        for origin, those in back.items():
            service.check_room(homes[origin], len(those))
        for origin, those in back.items():
            for letter in those:
                queue.remove(letter)
                letter.origin = letter.reason = ""
                letter.died, letter.attempts, letter.visible = None, 0, now
                homes[origin].add(letter, now)
                service.ledger.changed(letter)
            handed += service.match(homes[origin], now)
    service.deliver(handed)
    service.ledger.settle()
    service.told(scope)
    return len(letters)
