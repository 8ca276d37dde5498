"""What each method needs and whether it changes something, read from its options in the proto; see roles.proto."""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from workbench.api.tokens import Role
from workbench.rpc.generated.plexspaces.v1 import roles_pb2


@cache
def changes(method: MethodDescriptor) -> bool:
    """Whether a call may change something of the node. One that nobody has classified does."""
    level: int = method.GetOptions().idempotency_level
    return level != MethodOptions.NO_SIDE_EFFECTS


@cache
def needed(method: MethodDescriptor) -> Role:
    """The least role that may call it."""
    options: Any = method.GetOptions()  # the stubs know no extension that is made at run time
    if options.Extensions[roles_pb2.admin]:
        return Role.ADMIN
    return Role.OPERATE if changes(method) else Role.READ


def named(method: MethodDescriptor) -> str:
    """`Service.Method`, as the audit log, questions and errors name it."""
    return f"{method.containing_service.name}.{method.name}"
