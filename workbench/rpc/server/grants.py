"""Grants that reach out of a tenant: folders and variables of the node's machine are its owner's to give.

Whoever may spawn an actor with any folder could read the private endpoint's token out of the workspace, and with it be
everybody. So only a caller who is bound to no tenant grants them: the private endpoint, the holder of `--token-file`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from workbench.api import Denied, Invalid, parse_grant
from workbench.api.capabilities import BOUND_AT_START
from workbench.api.storage import OWN
from workbench.rpc.generated.plexspaces.v1.node_pb2 import ClearStorageRequest

FIELDS = ("grant", "grants")


def check(request: Any) -> None:
    """Denied when it grants what only the owner of the node may."""
    if isinstance(request, ClearStorageRequest) and request.name not in OWN:
        raise Denied(
            f"{request.name[:40]!r} is the node's, and this caller is not its owner: it clears {' and '.join(OWN)} "
            "alone; the private endpoint and the token of --token-file clear the rest"
        )
    if not isinstance(request, Message) or not _may_grant(request.DESCRIPTOR):
        return
    for text in _granted(request):
        try:
            capability = parse_grant(text).capability
        except Invalid:
            continue  # the service says so in its own words, and grants nothing
        if capability in BOUND_AT_START:
            raise Denied(
                f"{capability} reaches into the node's machine, and this caller is not its owner: only the private "
                "endpoint (--workspace) and the token of --token-file grant it"
            )


@cache
def _may_grant(kind: Descriptor, seen: tuple[str, ...] = ()) -> bool:
    """Whether a message of this kind, or one in it, has a field for grants."""
    if kind.full_name in seen:
        return False
    below = (*seen, kind.full_name)
    return any(
        field.name in FIELDS or (field.message_type is not None and _may_grant(field.message_type, below))
        for field in kind.fields
    )


def _granted(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_STRING and field.name in FIELDS:
            yield from ([value] if isinstance(value, str) else value)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for each in [value] if isinstance(value, Message) else value:
                yield from _granted(each)
