"""The columns of the KeyValue panel: one level of the tree of keys, and the changes of keys."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from ui.moment import now
from workbench.api import KeyChange, KeyEntry, KeyLevel, Payload

Step = Column[KeyLevel]
Change = Column[KeyChange]
CHANGES = {"put": ("edit", "muted"), "deleted": ("trash", "error"), "expired": ("time", "warn")}


def value_text(value: Payload) -> str:
    """A value on one line."""
    return show.one_line(value) if isinstance(value, str) else f"0x {value[:24].hex(' ')}{' …' * (len(value) > 24)}"


def left(entry: KeyEntry | None) -> str:
    """How long a key has left: `1 min 5 s`."""
    if entry is None or entry.expires is None:
        return ""
    return show.span(max(0.0, entry.expires - now()))


def _until(step: KeyLevel) -> str:
    expires = step.entry.expires if step.entry is not None else None
    return f"Until {show.moment(expires)}" if expires is not None else ""


def _value(step: KeyLevel) -> str:
    return value_text(step.entry.value) if step.entry is not None else ""


LEVEL: tuple[Step, ...] = (
    Step("key", "Key", lambda s: s.prefix, lambda s: s.prefix, 220, bold=True,
         icon=lambda s: ("key", "icon") if s.entry is not None else ("folder", "accent"),
         tip=lambda s: s.prefix if s.entry is not None else f"All keys that begin with {s.prefix}"),
    Step("value", "Value", _value, _value, 240, mono=True),
    Step("size", "Size", lambda s: s.entry.size_bytes if s.entry else None,
         lambda s: show.size(s.entry.size_bytes) if s.entry else "", 76, right=True),
    Step("left", "Time left", lambda s: s.entry.expires if s.entry else None, lambda s: left(s.entry), 84, right=True,
         tone=always("warn"), tip=_until),
    Step("version", "Version", lambda s: s.entry.version if s.entry else None,
         lambda s: show.count(s.entry.version) if s.entry else "", 72, right=True),
    Step("changed", "Changed", lambda s: s.entry.changed if s.entry else None,
         lambda s: show.moment(s.entry.changed) if s.entry else "", 130, tone=always("muted")),
    Step("by", "By", lambda s: s.entry.author if s.entry else "",
         lambda s: (s.entry.author or "outside") if s.entry else "", 100, tone=always("muted")),
)  # fmt: skip
HISTORY: tuple[Change, ...] = (
    Change("number", "No.", lambda c: c.seq, lambda c: f"{c.seq:,}", 60, right=True, hidden=True),
    Change("time", "Time", lambda c: c.time, lambda c: show.clock(c.time), 104, tone=always("muted")),
    Change("key", "Key", lambda c: c.key, lambda c: c.key, 180, bold=True),
    Change("change", "Change", lambda c: c.change, lambda c: c.change, 84, icon=lambda c: CHANGES[c.change],
           tone=lambda c: CHANGES[c.change][1]),
    Change("by", "By", lambda c: c.author, lambda c: c.author or "outside", 100),
    Change("value", "Value", lambda c: value_text(c.value), lambda c: value_text(c.value), 240, mono=True),
    Change("size", "Size", lambda c: c.size_bytes, lambda c: show.size(c.size_bytes) if c.change == "put" else "", 76,
           right=True),
)  # fmt: skip
