"""The columns of the Channels panel: queues, their messages and dead letters, topics with subscribers, publications."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from ui.moment import now
from workbench.api import MessageState, Payload, Publication, QueuedMessage, QueueInfo, Subscriber, TopicInfo

Of = Column[QueueInfo]
Held = Column[QueuedMessage]
Said = Column[Publication]
STATES = {
    MessageState.WAITING: ("idle", "ok"),
    MessageState.DELAYED: ("time", "muted"),
    MessageState.LEASED: ("running", "accent"),
}


@dataclass(frozen=True, slots=True)
class Listener:
    """One subscriber of a topic, or the topic alone when it has none."""

    topic: TopicInfo
    subscriber: Subscriber | None


Listens = Column[Listener]


def payload_text(value: Payload) -> str:
    """A payload on one line."""
    return show.one_line(value) if isinstance(value, str) else f"0x {value[:24].hex(' ')}{' …' * (len(value) > 24)}"


def _age(since: float | None) -> str:
    return show.span(max(0.0, now() - since)) if since is not None else ""


def _left(until: float | None) -> str:
    return show.span(max(0.0, until - now())) if until is not None else ""


def holder(message: QueuedMessage) -> str:
    """Who works on it."""
    return (message.holder or "outside") if message.lease_ends is not None else ""


def _state(message: QueuedMessage) -> str:
    match message.state:
        case MessageState.LEASED:
            return f"{holder(message)}, {_left(message.lease_ends)} left"
        case MessageState.DELAYED:
            return f"in {_left(message.visible)}"
        case _:
            return "waiting"


def _number(value: int) -> str:
    return f"{value:,}" if value else ""


QUEUES: tuple[Of, ...] = (
    Of("queue", "Queue", lambda q: q.queue, lambda q: q.queue, 170, bold=True,
       icon=lambda q: ("queue", "icon") if q.dead_letter_queue else ("letter", "muted"),
       tip=lambda q: q.queue if q.dead_letter_queue else f"{q.queue} takes dead letters"),
    Of("waiting", "Waiting", lambda q: q.waiting, lambda q: f"{q.waiting:,}", 72, right=True,
       tip=lambda q: f"{q.waiting:,} messages can be received now, of at most {q.max_length:,}"),
    Of("leased", "Leased", lambda q: q.leased, lambda q: _number(q.leased), 62, right=True, tone=always("accent")),
    Of("delayed", "Delayed", lambda q: q.delayed, lambda q: _number(q.delayed), 74, right=True, tone=always("muted")),
    Of("dead", "Dead letters", lambda q: q.dead_letters, lambda q: _number(q.dead_letters), 108, right=True,
       tone=always("error")),
    Of("oldest", "Oldest", lambda q: now() - q.oldest if q.oldest is not None else None, lambda q: _age(q.oldest), 86,
       right=True),
    Of("receivers", "Receivers", lambda q: q.receivers, lambda q: _number(q.receivers), 92, right=True,
       tip=lambda q: f"{show.plural(q.receivers, 'consumer')} waiting for a message"),
    Of("visibility", "Visibility", lambda q: q.visibility_ms / 1000, lambda q: show.span(q.visibility_ms / 1000), 84,
       right=True, tone=always("muted")),
    Of("attempts", "Attempts", lambda q: q.max_attempts, lambda q: _number(q.max_attempts), 84, right=True,
       tone=always("muted")),
    Of("most", "Most", lambda q: q.max_length, lambda q: f"{q.max_length:,}", 76, right=True, hidden=True),
    Of("dlq", "Dead letters go to", lambda q: q.dead_letter_queue, lambda q: q.dead_letter_queue, 130,
       tone=always("muted"), hidden=True),
)  # fmt: skip
MESSAGES: tuple[Held, ...] = (
    Held("id", "Message", lambda m: m.id, lambda m: m.id, 140, mono=True, hidden=True),
    Held("type", "Type", lambda m: m.message_type, lambda m: m.message_type, 120, bold=True,
         icon=lambda m: STATES[m.state]),
    Held("state", "State", lambda m: str(m.state), _state, 150, tone=lambda m: STATES[m.state][1]),
    Held("payload", "Payload", lambda m: payload_text(m.payload), lambda m: payload_text(m.payload), 220, mono=True),
    Held("attempts", "Attempts", lambda m: m.attempts, lambda m: _number(m.attempts), 84, right=True),
    Held("age", "Age", lambda m: now() - m.sent, lambda m: _age(m.sent), 86, right=True,
         tip=lambda m: f"Sent {show.moment(m.sent)}"),
    Held("ttl", "Expires in", lambda m: m.expires, lambda m: _left(m.expires), 92, right=True, tone=always("warn")),
    Held("from", "From", lambda m: m.sender, lambda m: m.sender or "outside", 90, tone=always("muted")),
    Held("size", "Size", lambda m: m.size_bytes, lambda m: show.size(m.size_bytes), 70, right=True, hidden=True),
    Held("holder", "Holder", holder, holder, 90, hidden=True),
)  # fmt: skip
LETTERS: tuple[Held, ...] = (
    Held("id", "Message", lambda m: m.id, lambda m: m.id, 140, mono=True, hidden=True),
    Held("type", "Type", lambda m: m.message_type, lambda m: m.message_type, 110, bold=True,
         icon=always(("letter", "error"))),
    Held("reason", "Why", lambda m: m.reason, lambda m: show.one_line(m.reason), 300, tone=always("error"),
         tip=lambda m: m.reason),
    Held("payload", "Payload", lambda m: payload_text(m.payload), lambda m: payload_text(m.payload), 180, mono=True),
    Held("origin", "Failed in", lambda m: m.origin, lambda m: m.origin, 110),
    Held("died", "Since", lambda m: m.died, lambda m: _age(m.died), 86, right=True),
    Held("from", "From", lambda m: m.sender, lambda m: m.sender or "outside", 90, tone=always("muted")),
)  # fmt: skip
TOPICS: tuple[Listens, ...] = (
    Listens("topic", "Topic", lambda r: r.topic.topic, lambda r: r.topic.topic, 170, bold=True,
            icon=always(("topic", "icon"))),
    Listens("subscriber", "Subscriber", lambda r: r.subscriber.actor if r.subscriber else "",
            lambda r: r.subscriber.actor if r.subscriber else "nobody", 130),
    Listens("filter", "Filter", lambda r: (r.subscriber.filter or "*") if r.subscriber else "",
            lambda r: (r.subscriber.filter or "*") if r.subscriber else "", 130, mono=True),
    Listens("delivered", "Delivered", lambda r: r.subscriber.delivered if r.subscriber else None,
            lambda r: f"{r.subscriber.delivered:,}" if r.subscriber else "", 80, right=True),
    Listens("published", "Published", lambda r: r.topic.published, lambda r: f"{r.topic.published:,}", 80, right=True),
    Listens("last", "Last", lambda r: r.topic.last, lambda r: _age(r.topic.last), 86, right=True, tone=always("muted")),
)  # fmt: skip
PUBLISHED: tuple[Said, ...] = (
    Said("number", "No.", lambda p: p.seq, lambda p: f"{p.seq:,}", 60, right=True, hidden=True),
    Said("time", "Time", lambda p: p.time, lambda p: show.clock(p.time), 104, tone=always("muted")),
    Said("topic", "Topic", lambda p: p.topic, lambda p: p.topic, 150, bold=True, icon=always(("topic", "icon"))),
    Said("type", "Type", lambda p: p.message_type, lambda p: p.message_type, 120),
    Said("payload", "Payload", lambda p: payload_text(p.payload), lambda p: payload_text(p.payload), 220, mono=True),
    Said("got", "Got it", lambda p: p.receivers, lambda p: f"{p.receivers:,}", 62, right=True),
    Said("failed", "Failed", lambda p: p.failed, lambda p: _number(p.failed), 62, right=True, tone=always("error")),
    Said("by", "By", lambda p: p.author, lambda p: p.author or "outside", 90, tone=always("muted")),
)  # fmt: skip
