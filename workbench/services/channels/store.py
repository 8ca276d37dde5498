"""The tables of the queues. A payload is TEXT or BLOB, so that any SQLite tool shows it; headers are JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from workbench.api.channels import MessageState, QueuedMessage
from workbench.services.channels.queue import Content, Message, Options, Queue
from workbench.storage.database import Database, Row, Transaction

SHOWN = 4 << 10
"""A list gives so many characters or bytes of a large payload."""
_ADD_QUEUE = """
    INSERT OR REPLACE INTO queues (number, tenant, namespace, name, visibility_ms, max_attempts, max_length,
        dead_letter_queue, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT = """
    INSERT INTO queued (seq, queue, visible, expires, attempts, origin, reason, died, type, payload, headers, sent,
        sender, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE = """
    UPDATE queued SET queue = ?, visible = ?, expires = ?, attempts = ?, origin = ?, reason = ?, died = ? WHERE seq = ?
"""
_DELETE = "DELETE FROM queued WHERE seq = ?"
_CONTENT = "SELECT type, payload, headers, sent, sender, size FROM queued WHERE seq = ?"
_PAGE = f"""
    SELECT seq, type, substr(payload, 1, {SHOWN}) AS payload, length(payload) <= {SHOWN} AS whole, headers, sent,
        sender, size FROM queued WHERE queue = ? AND seq > ? ORDER BY seq LIMIT ?
"""
_LOAD = "SELECT seq, queue, visible, expires, attempts, origin, reason, died FROM queued ORDER BY seq"


class QueueStore:
    """What is kept of queues in the workspace's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queues(self) -> Iterator[Queue]:
        """Those that there are, still empty."""
        for row in self._database.query("SELECT * FROM queues"):
            options = Options(row["visibility_ms"], row["max_attempts"], row["max_length"], row["dead_letter_queue"])
            yield Queue(row["number"], (row["tenant"], row["namespace"]), row["name"], options, row["created"])

    def messages(self, queues: dict[int, Queue]) -> Iterator[Message]:
        """Those that there are, without content; one whose queue is gone is passed over."""
        for row in self._database.query(_LOAD):
            if row["queue"] in queues:
                yield Message(
                    row["seq"], queues[row["queue"]], row["visible"], row["expires"], row["attempts"], row["origin"],
                    row["reason"], row["died"],
                )  # fmt: skip

    def add_queue(self, tx: Transaction, queue: Queue) -> None:
        made = queue.options
        tx.execute(
            _ADD_QUEUE,
            (queue.number, *queue.scope, queue.name, made.visibility_ms, made.max_attempts, made.max_length,
             made.dead_letter_queue, queue.created),
        )  # fmt: skip

    def delete_queue(self, tx: Transaction, queue: Queue) -> None:
        tx.execute("DELETE FROM queued WHERE queue = ?", (queue.number,))
        tx.execute("DELETE FROM queues WHERE number = ?", (queue.number,))

    def insert(self, tx: Transaction, message: Message, content: Content) -> None:
        headers = json.dumps(dict(content.headers), ensure_ascii=False) if content.headers else "{}"
        tx.execute(
            _INSERT,
            (message.seq, *_place(message), content.message_type, content.payload, headers, content.sent,
             content.sender, content.size_bytes),
        )  # fmt: skip

    def write(self, tx: Transaction, messages: Iterable[Message]) -> None:
        """As they are now."""
        for message in messages:
            if message.state is None:
                tx.execute(_DELETE, (message.seq,))
            else:
                tx.execute(_UPDATE, (*_place(message), message.seq))

    def delete(self, tx: Transaction, message: Message) -> None:
        tx.execute(_DELETE, (message.seq,))

    def content(self, seq: int) -> Content | None:
        """None when it is not there any more."""
        rows = self._database.query(_CONTENT, (seq,))
        return _content(rows[0]) if rows else None

    def page(self, queue: int, after: int, limit: int) -> Sequence[tuple[int, Content, bool]]:
        """Messages by number with the beginning of their payload, and whether that is all of it."""
        rows = self._database.query(_PAGE, (queue, after, limit))
        return [(row["seq"], _content(row), bool(row["whole"])) for row in rows]

    def last(self) -> int:
        """The greatest number that was given to a message."""
        found = self._database.query("SELECT max(seq) FROM queued")[0][0]
        return int(found or 0)


def picture(message: Message, content: Content, *, whole: bool) -> QueuedMessage:
    """What is shown of a message."""
    lease = message.lease
    return QueuedMessage(
        id=message.id,
        queue=message.queue.name,
        state=message.state or MessageState.WAITING,
        message_type=content.message_type,
        payload=content.payload,
        size_bytes=content.size_bytes,
        sent=content.sent,
        visible=message.visible,
        attempts=message.attempts,
        sender=content.sender,
        holder=lease.holder.name if lease is not None and lease.holder is not None else "",
        lease_ends=lease.ends if lease is not None else None,
        expires=message.expires,
        origin=message.origin,
        reason=message.reason,
        died=message.died,
        whole=whole,
        headers=content.headers,
    )


def _place(message: Message) -> tuple[object, ...]:
    return (
        message.queue.number, message.visible, message.expires, message.attempts, message.origin, message.reason,
        message.died,
    )  # fmt: skip


def _content(row: Row) -> Content:
    headers = json.loads(row["headers"])
    return Content(row["type"], row["payload"], headers, row["sent"], row["sender"], row["size"])
