"""The columns of the TupleSpace panel: shapes, tuples, who waits and why in vain, what comes closest, and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from ui.moment import now
from ui.widgets.marked import mark
from workbench.api import FieldMiss, Invalid, NearMiss, TupleChange, TupleEntry, TupleShape, TupleWaiter
from workbench.api.patterns import parse_pattern, write_field, write_tuple, write_value

FIELD_SHOWN = 60
CHANGES = {
    "written": ("plus", "muted"), "taken": ("ok", "ok"), "replaced": ("reload", "warn"), "removed": ("trash", "error"),
    "expired": ("time", "warn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, and one line that says why a tuple is not theirs; empty when none was compared."""

    waiter: TupleWaiter
    why: str

    @property
    def key(self) -> str | int:
        """An actor waits for one thing at a time, and again and again; of somebody outside only this time is known."""
        return self.waiter.actor or self.waiter.id


def marked(fields: Sequence[str], misses: Sequence[FieldMiss]) -> str:
    """A tuple or a pattern as text, with the fields marked that are in the way; a dash is one that is not there."""
    wrong = {miss.position for miss in misses}
    shown = [_short(field) for field in fields]
    shown = [mark(field) if at in wrong else field for at, field in enumerate(shown, 1)]
    shown += [mark(show.DASH)] * sum(position > len(fields) for position in wrong)
    return f"({', '.join(shown)})"


def sentences(misses: Sequence[FieldMiss]) -> str:
    return "; ".join(miss.sentence for miss in misses)


def marked_tuple(miss: NearMiss) -> str:
    return marked([write_value(field) for field in miss.entry.fields], miss.misses)


def marked_pattern(pattern: str, misses: Sequence[FieldMiss]) -> str:
    """The pattern of somebody who waits, as text, with the fields marked that a tuple fails."""
    try:
        return marked([write_field(field) for field in parse_pattern(pattern)], misses)
    except Invalid:
        return pattern


def tuple_text(found: TupleEntry | TupleChange) -> str:
    whole = isinstance(found, TupleEntry) or found.whole
    return write_tuple(found.fields) + ("" if whole else " …")


def shape_text(shape: TupleShape) -> str:
    """The pattern that matches all tuples of a shape."""
    return f"({', '.join(shape.kinds)})"


def who(name: str) -> str:
    return name or "outside"


def who_did(change: TupleChange) -> str:
    """The actor that made the change; empty for somebody outside."""
    return change.author if change.change == "written" else change.by


def _who(name: str) -> tuple[str, str]:
    return ("actor" if name else "command"), "icon"


def _age(since: float) -> str:
    return show.span(max(0, round(now() - since)))


def _left(entry: TupleEntry) -> str:
    return show.span(max(0, round(entry.expires - now()))) if entry.expires is not None else ""


def _did(change: TupleChange) -> str:
    return "" if change.change == "expired" else who(who_did(change))


def _short(field: str) -> str:
    return show.one_line(field, FIELD_SHOWN)


SHAPES: tuple[Column[TupleShape], ...] = (
    Column("shape", "Shape", shape_text, shape_text, 146, bold=True),
    Column("count", "Tuples", lambda s: s.count, lambda s: show.count(s.count), 58, right=True),
    Column("oldest", "Oldest", lambda s: now() - s.oldest, lambda s: _age(s.oldest), 66, right=True,
           tip=lambda s: f"Written {show.moment(s.oldest)}"),
    Column("newest", "Newest", lambda s: now() - s.newest, lambda s: _age(s.newest), 80, right=True, hidden=True),
    Column("size", "Size", lambda s: s.size_bytes, lambda s: show.size(s.size_bytes), 76, right=True, hidden=True),
)  # fmt: skip
TUPLES: tuple[Column[TupleEntry], ...] = (
    Column("tuple", "Tuple", tuple_text, lambda e: show.one_line(tuple_text(e)), 170, mono=True),
    Column("id", "Id", lambda e: e.id, lambda e: f"{e.id:,}", 60, right=True, hidden=True),
    Column("age", "Age", lambda e: now() - e.written, lambda e: _age(e.written), 62, right=True,
           tip=lambda e: f"Written {show.moment(e.written)}"),
    Column("left", "Time left", lambda e: e.expires, _left, 74, right=True, tone=always("warn"),
           tip=lambda e: f"Until {show.moment(e.expires)}" if e.expires is not None else "It stays"),
    Column("by", "By", lambda e: who(e.author), lambda e: who(e.author), 90, icon=lambda e: _who(e.author)),
    Column("size", "Size", lambda e: e.size_bytes, lambda e: show.size(e.size_bytes), 70, right=True, hidden=True),
)  # fmt: skip
WAITING: tuple[Column[Waiting], ...] = (
    Column("who", "Who", lambda w: who(w.waiter.actor), lambda w: who(w.waiter.actor), 106, bold=True,
           icon=lambda w: _who(w.waiter.actor)),
    Column("id", "Id", lambda w: w.waiter.id, lambda w: f"{w.waiter.id:,}", 50, right=True, hidden=True),
    Column("kind", "Wants", lambda w: w.waiter.kind, lambda w: w.waiter.kind, 58, tone=always("muted")),
    Column("waits", "Waits", lambda w: now() - w.waiter.since, lambda w: _age(w.waiter.since), 60, right=True,
           tone=always("warn"), tip=lambda w: f"Since {show.clock(w.waiter.since)}"),
    Column("pattern", "Pattern", lambda w: w.waiter.pattern, lambda w: show.one_line(w.waiter.pattern), 140, mono=True),
    Column("until", "Until", lambda w: w.waiter.until, lambda w: show.clock(w.waiter.until, milliseconds=False), 80,
           tone=always("muted"), hidden=True),
    Column("why", "Why it gets none", lambda w: w.why, lambda w: w.why, 330),
)  # fmt: skip
NEAR: tuple[Column[NearMiss], ...] = (
    Column("tuple", "Tuple", lambda n: write_tuple(n.entry.fields), marked_tuple, 190, mono=True),
    Column("why", "What is in the way", lambda n: sentences(n.misses), lambda n: sentences(n.misses), 330),
    Column("fields", "Fields", lambda n: len(n.misses), lambda n: show.count(len(n.misses)), 60, right=True,
           tip=lambda n: show.plural(len(n.misses), "field") + " in the way", hidden=True),
    Column("by", "By", lambda n: who(n.entry.author), lambda n: who(n.entry.author), 80,
           icon=lambda n: _who(n.entry.author)),
)  # fmt: skip
HISTORY: tuple[Column[TupleChange], ...] = (
    Column("number", "No.", lambda c: c.seq, lambda c: f"{c.seq:,}", 60, right=True, hidden=True),
    Column("time", "Time", lambda c: c.time, lambda c: show.clock(c.time), 104, tone=always("muted")),
    Column("change", "Change", lambda c: c.change, lambda c: c.change, 88, icon=lambda c: CHANGES[c.change],
           tone=lambda c: CHANGES[c.change][1]),
    Column("who", "By", _did, _did, 90, icon=lambda c: _who(who_did(c)) if _did(c) else ("", "icon")),
    Column("tuple", "Tuple", tuple_text, lambda c: show.one_line(tuple_text(c)), 200, mono=True),
    Column("author", "Written by", lambda c: who(c.author), lambda c: who(c.author), 90, tone=always("muted")),
    Column("id", "Id", lambda c: c.id, lambda c: f"{c.id:,}", 60, right=True, hidden=True),
)  # fmt: skip
