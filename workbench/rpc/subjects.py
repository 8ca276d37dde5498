"""The thing that a request is about, by name, for the audit log and for a question; never what it carries."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

SHOWN = 200
NAMES = (
    "actor", "queue", "topic", "group", "bucket", "key", "supervisor", "child", "message", "delivery", "reference",
    "name", "id", "letter", "segment", "module", "alias", "file_name", "source_bucket", "source_key", "grant", "role",
    "to", "migration",
)  # fmt: skip
"""Fields that name something. A field is looked for in the request, and in its PARTS."""
ONLY = {"Parcel": ("name", "origin_name", "migration")}
"""Of these messages, these alone."""
PARTS = ("start", "options", "tree", "parcel")


def subject(request: Any) -> str:
    """Its names, by a slash; empty when it has none."""
    if not isinstance(request, Message):
        return ""
    fields = request.DESCRIPTOR.fields_by_name
    names = ONLY.get(request.DESCRIPTOR.name, NAMES)
    found = [_text(getattr(request, name)) for name in names if name in fields]
    many = getattr(request, "casts", ())
    found.extend(cast.actor for cast in many[:1])  # the first stands for all of them
    found.extend(frame.near for frame in getattr(request, "frames", ())[:1])  # the node that calls says first who it is
    inside = (part for part in PARTS if part in fields and request.HasField(part))
    found.extend(subject(getattr(request, part)) for part in inside)
    return "/".join(filter(None, found))[:SHOWN]


def _text(value: Any) -> str:
    if isinstance(value, Message):  # an actor's id
        return str(getattr(value, "name", ""))
    return str(value) if isinstance(value, str | int) and value else ""
