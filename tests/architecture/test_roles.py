"""Every method of every service is classified once, in the proto, and both ends and recorded sessions agree with it."""

from __future__ import annotations

import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from test_parity import FACETS, RENAMED

from workbench.api import Role
from workbench.debug.session.sealed import READS
from workbench.rpc.generated.plexspaces.v1 import roles_pb2
from workbench.rpc.roles import changes, needed
from workbench.rpc.server.endpoint import PARTS
from workbench.rpc.server.handler import python_name

METHODS = {
    f"{name}.{method.name}": method
    for name, (_, _, _, file) in FACETS.items()
    for method in file.DESCRIPTOR.services_by_name[name].methods
}
OPERATE = {
    "Actors": "Arrive Ask Kill Passivate Relay Resend Restart Resume SetLimits Settle Snapshot Spawn Stop Suspend Tell "
    "TellMany Upgrade",
    "Blobs": "Copy Delete Upload",
    "Capabilities": "Grant Revoke Trim",
    "Channels": "Ack CreateQueue DeleteMessage DeleteQueue Nack Publish PurgeQueue Receive Redrive Resend Send",
    "Debugger": "Clear Keep Pin SetLevel",
    "Journal": "Checkpoint Compact Remove",
    "KeyValue": "CompareAndSwap Delete Increment Put",
    "Locks": "Acquire Force Release Renew TryAcquire",
    "Modules": "Alias Build Deploy Remove",
    "Node": "Prepare",
    "ProcessGroups": "Create Delete Join Leave Publish Remove",
    "Registry": "Heartbeat Register Unregister",
    "Supervision": "Apply Remove Restart StartChild StopChild",
    "Tokens": "",
    "TupleSpace": "CompareAndSwap Remove Take Write",
}
ADMIN = {"Actors": "Migrate", "Node": "ClearStorage", "Tokens": "Create List Revoke"}
OTHERWISE_IN_A_SESSION = {
    "Actors.Snapshot": "on a node that runs the actor runs for it, may die of it, and a durable one has a checkpoint",
    "Supervision.Diff": "a session has no tree to compare with",
    "Supervision.Preview": "a session does not know the specifications of its supervisors' children",
    "Tokens.List": "a session has no tokens",
}
"""Methods of which a recorded session says otherwise than the proto, and why."""


def test_every_method_is_in_the_list_of_its_role() -> None:
    """A new one is classified by its option, and put here by somebody who thought of it."""
    listed = {
        role: {f"{service}.{name}" for service, names in table.items() for name in names.split()}
        for role, table in ((Role.OPERATE, OPERATE), (Role.ADMIN, ADMIN))
    }
    assert {name for name, method in METHODS.items() if needed(method) is Role.OPERATE} == listed[Role.OPERATE]
    assert {name for name, method in METHODS.items() if needed(method) is Role.ADMIN} == listed[Role.ADMIN]
    assert set(OPERATE) == {name for _, _, name in PARTS}


def test_only_what_changes_nothing_is_for_readers() -> None:
    readers = {name for name, method in METHODS.items() if needed(method) is Role.READ}
    assert readers and not {name for name in readers if changes(METHODS[name])}


@pytest.mark.parametrize("name", [name for name in METHODS if not name.startswith("Node.")])
def test_a_recorded_session_lets_the_same_methods_through(name: str) -> None:
    facet = name.partition(".")[0]
    called = {wire: local for local, wire in RENAMED.items()}.get(name, python_name(METHODS[name].name))
    agrees = (called in READS[FACETS[facet][0]]) is not changes(METHODS[name])
    assert agrees is (name not in OTHERWISE_IN_A_SESSION), name


def test_a_method_that_nobody_classified_changes_something() -> None:
    class Unclassified:
        @staticmethod
        def GetOptions() -> MethodOptions:
            return MethodOptions()

    plain: MethodDescriptor = Unclassified()  # type: ignore[assignment]
    assert changes(plain) and needed(plain) is Role.OPERATE


def test_the_options_are_those_of_the_standard_and_of_ours() -> None:
    options = METHODS["Tokens.List"].GetOptions()
    assert options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS and options.Extensions[roles_pb2.admin]


@pytest.mark.parametrize(("role", "other", "includes"), [
    (Role.READ, Role.READ, True), (Role.READ, Role.OPERATE, False), (Role.READ, Role.ADMIN, False),
    (Role.OPERATE, Role.READ, True), (Role.OPERATE, Role.OPERATE, True), (Role.OPERATE, Role.ADMIN, False),
    (Role.ADMIN, Role.READ, True), (Role.ADMIN, Role.OPERATE, True), (Role.ADMIN, Role.ADMIN, True),
])  # fmt: skip
def test_a_role_includes_those_before_it(role: Role, other: Role, includes: bool) -> None:
    assert role.includes(other) is includes
