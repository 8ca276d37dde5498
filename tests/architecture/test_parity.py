"""One noun, one method, everywhere: the api, its two ends over gRPC, and the proto say the same."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import fields

import pytest
from google.protobuf.descriptor import Descriptor, ServiceDescriptor

from workbench import api
from workbench.rpc.client import RemoteNode
from workbench.rpc.client.actors import RemoteActors
from workbench.rpc.client.blobs import RemoteBlobs
from workbench.rpc.client.capabilities import RemoteCapabilities
from workbench.rpc.client.channels import RemoteChannels
from workbench.rpc.client.debugger import RemoteDebugger
from workbench.rpc.client.journal import RemoteJournal
from workbench.rpc.client.keyvalue import RemoteKeyValue
from workbench.rpc.client.locks import RemoteLocks
from workbench.rpc.client.modules import RemoteModules
from workbench.rpc.client.process_groups import RemoteProcessGroups
from workbench.rpc.client.registry import RemoteRegistry
from workbench.rpc.client.supervision import RemoteSupervision
from workbench.rpc.client.tokens import RemoteTokens
from workbench.rpc.client.tuplespace import RemoteTupleSpace
from workbench.rpc.generated.plexspaces.v1 import (
    actors_pb2,
    blobs_pb2,
    capabilities_pb2,
    channels_pb2,
    common_pb2,
    debugger_pb2,
    journal_pb2,
    keyvalue_pb2,
    locks_pb2,
    modules_pb2,
    node_pb2,
    process_groups_pb2,
    registry_pb2,
    supervision_pb2,
    tokens_pb2,
    tuplespace_pb2,
)
from workbench.rpc.server.actors import ActorsService
from workbench.rpc.server.blobs import BlobsService
from workbench.rpc.server.capabilities import CapabilitiesService
from workbench.rpc.server.channels import ChannelsService
from workbench.rpc.server.debugger import DebuggerService
from workbench.rpc.server.handler import python_name
from workbench.rpc.server.journal import JournalService
from workbench.rpc.server.keyvalue import KeyValueService
from workbench.rpc.server.locks import LocksService
from workbench.rpc.server.modules import ModulesService
from workbench.rpc.server.node import NodeService
from workbench.rpc.server.process_groups import ProcessGroupsService
from workbench.rpc.server.registry import RegistryService
from workbench.rpc.server.supervision import SupervisionService
from workbench.rpc.server.tokens import TokensService
from workbench.rpc.server.tuplespace import TupleSpaceService

FACETS = {
    "Modules": (api.Modules, RemoteModules, ModulesService, modules_pb2),
    "Actors": (api.Actors, RemoteActors, ActorsService, actors_pb2),
    "Capabilities": (api.Capabilities, RemoteCapabilities, CapabilitiesService, capabilities_pb2),
    "Supervision": (api.Supervision, RemoteSupervision, SupervisionService, supervision_pb2),
    "Blobs": (api.Blobs, RemoteBlobs, BlobsService, blobs_pb2),
    "Channels": (api.Channels, RemoteChannels, ChannelsService, channels_pb2),
    "Debugger": (api.Debugger, RemoteDebugger, DebuggerService, debugger_pb2),
    "Journal": (api.Journal, RemoteJournal, JournalService, journal_pb2),
    "KeyValue": (api.KeyValue, RemoteKeyValue, KeyValueService, keyvalue_pb2),
    "Locks": (api.Locks, RemoteLocks, LocksService, locks_pb2),
    "ProcessGroups": (api.ProcessGroups, RemoteProcessGroups, ProcessGroupsService, process_groups_pb2),
    "Registry": (api.Registry, RemoteRegistry, RegistryService, registry_pb2),
    "Tokens": (api.Tokens, RemoteTokens, TokensService, tokens_pb2),
    "TupleSpace": (api.TupleSpace, RemoteTupleSpace, TupleSpaceService, tuplespace_pb2),
    "Node": (api.Node, RemoteNode, NodeService, node_pb2),
}
ONE_END_ONLY = {
    "close",
    "modules",
    "actors",
    "blobs",
    "capabilities",
    "channels",
    "debugger",
    "supervision",
    "journal",
    "keyvalue",
    "locks",
    "process_groups",
    "registry",
    "session",
    "tokens",
    "tuplespace",
}
"""What a connection does by itself: no call of the node stands behind it."""
RENAMED = {"subscribe": "watch"}
"""The api gives a subscription; on the wire it is a stream that one watches."""
RECORDS = {
    api.ActorId: common_pb2.ActorId,
    api.Cause: common_pb2.Cause,
    api.Figures: common_pb2.Figures,
    api.Location: common_pb2.Location,
    api.Progress: common_pb2.Progress,
    api.StorageUse: node_pb2.StorageUse,
    api.ModuleInfo: modules_pb2.ModuleInfo,
    api.Section: modules_pb2.Section,
    api.Member: modules_pb2.Member,
    api.ModuleDetail: modules_pb2.ModuleDetail,
    api.Change: modules_pb2.Change,
    api.ModuleDiff: modules_pb2.ModuleDiff,
    api.ActorInfo: actors_pb2.ActorInfo,
    api.Arrival: actors_pb2.Arrival,
    api.Belonging: actors_pb2.Belonging,
    api.Birth: actors_pb2.Birth,
    api.Cast: actors_pb2.Cast,
    api.Envelope: actors_pb2.Envelope,
    api.Failure: actors_pb2.Failure,
    api.Frame: actors_pb2.Frame,
    api.HostCall: actors_pb2.HostCall,
    api.Limits: actors_pb2.Limits,
    api.Migration: actors_pb2.Migration,
    api.MovedTimer: actors_pb2.MovedTimer,
    api.Parcel: actors_pb2.Parcel,
    api.Phase: actors_pb2.Phase,
    api.Refusal: actors_pb2.Refusal,
    api.Reply: actors_pb2.Reply,
    api.SpawnOptions: actors_pb2.SpawnOptions,
    api.Told: actors_pb2.TellManyResponse,
    api.Turn: actors_pb2.Turn,
    api.DeadLetter: actors_pb2.DeadLetter,
    api.Backoff: supervision_pb2.Backoff,
    api.ChildInfo: supervision_pb2.ChildInfo,
    api.ChildSpec: supervision_pb2.ChildSpec,
    api.RestartPlan: supervision_pb2.RestartPlan,
    api.RestartRecord: supervision_pb2.RestartRecord,
    api.SupervisorInfo: supervision_pb2.SupervisorInfo,
    api.SupervisorSpec: supervision_pb2.SupervisorSpec,
    api.TreeChange: supervision_pb2.TreeChange,
    api.Denial: capabilities_pb2.Denial,
    api.Evidence: capabilities_pb2.Evidence,
    api.GrantChange: capabilities_pb2.GrantChange,
    api.BlobInfo: blobs_pb2.BlobInfo,
    api.BlobLevel: blobs_pb2.BlobLevel,
    api.BucketInfo: blobs_pb2.BucketInfo,
    api.Delivery: channels_pb2.Delivery,
    api.Publication: channels_pb2.Publication,
    api.QueueInfo: channels_pb2.QueueInfo,
    api.QueuedMessage: channels_pb2.QueuedMessage,
    api.Subscriber: channels_pb2.Subscriber,
    api.TopicInfo: channels_pb2.TopicInfo,
    api.Damage: journal_pb2.Damage,
    api.JournalEvent: journal_pb2.JournalEvent,
    api.JournalInfo: journal_pb2.JournalInfo,
    api.KeyChange: keyvalue_pb2.KeyChange,
    api.KeyEntry: keyvalue_pb2.KeyEntry,
    api.KeyLevel: keyvalue_pb2.KeyLevel,
    api.Lock: locks_pb2.Lock,
    api.HeldRows: debugger_pb2.HeldRows,
    api.RecordedChange: debugger_pb2.RecordedChange,
    api.ServiceChange: debugger_pb2.ServiceChange,
    api.RecordedTurn: debugger_pb2.RecordedTurn,
    api.RecordingSegment: debugger_pb2.RecordingSegment,
    api.RecordingStatistics: debugger_pb2.RecordingStatistics,
    api.StateView: debugger_pb2.StateView,
    api.LockChange: locks_pb2.LockChange,
    api.LockWaiter: locks_pb2.LockWaiter,
    api.Group: process_groups_pb2.Group,
    api.GroupMember: process_groups_pb2.GroupMember,
    api.PublishResult: process_groups_pb2.PublishResult,
    api.RegistryEntry: registry_pb2.RegistryEntry,
    api.NewToken: tokens_pb2.TokenCreateResponse,
    api.TokenInfo: tokens_pb2.TokenInfo,
    api.FieldMiss: tuplespace_pb2.FieldMiss,
    api.NearMiss: tuplespace_pb2.NearMiss,
    api.TupleChange: tuplespace_pb2.TupleChange,
    api.TupleEntry: tuplespace_pb2.TupleEntry,
    api.TupleShape: tuplespace_pb2.TupleShape,
    api.TupleWaiter: tuplespace_pb2.TupleWaiter,
    api.WaiterMiss: tuplespace_pb2.WaiterMiss,
    api.Where: tuplespace_pb2.TupleTest,
    api.Event: node_pb2.Event,
    api.Position: node_pb2.Position,
    api.LogLine: node_pb2.LogLine,
    api.NodeInfo: node_pb2.NodeInfo,
    api.Sample: node_pb2.Sample,
}


def _methods(kind: type) -> dict[str, object]:
    return {name: member for name, member in vars(kind).items() if not name.startswith("_")}


def _service(name: str) -> ServiceDescriptor:
    return FACETS[name][3].DESCRIPTOR.services_by_name[name]


@pytest.mark.parametrize("facet", FACETS)
def test_every_method_of_the_api_is_a_method_of_the_proto_and_the_server(facet: str) -> None:
    protocol, _, server, _ = FACETS[facet]
    named = {RENAMED.get(name, name) for name in _methods(protocol)} - ONE_END_ONLY
    assert named == {python_name(name) for name in _service(facet).methods_by_name}
    assert named == {name for name, member in _methods(server).items() if inspect.isfunction(member)}


@pytest.mark.parametrize("facet", FACETS)
def test_the_client_has_exactly_the_methods_of_the_api_with_their_signatures(facet: str) -> None:
    protocol, client, _, _ = FACETS[facet]
    assert set(_methods(protocol)) == set(_methods(client))
    for name, member in _methods(protocol).items():
        if inspect.isfunction(member):
            assert _parameters(member) == _parameters(getattr(client, name)), name


def _parameters(function: object) -> list[tuple[str, object, object]]:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_a_record_is_a_field_of_its_message(record: type) -> None:
    message: Descriptor = RECORDS[record].DESCRIPTOR
    assert {field.name for field in fields(record)} == set(message.fields_by_name)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_what_may_be_absent_in_the_api_is_optional_in_the_message(record: type) -> None:
    hints = typing.get_type_hints(record)
    message: Descriptor = RECORDS[record].DESCRIPTOR
    absent = {name for name, hint in hints.items() if type(None) in typing.get_args(hint)}
    assert absent == {name for name in absent if message.fields_by_name[name].has_presence}


def test_every_record_that_crosses_the_border_is_compared_here() -> None:
    crossing = {record for protocol, _, _, _ in FACETS.values() for record in _records(protocol)}
    assert crossing <= set(RECORDS)


def _records(protocol: type) -> Iterator[type]:
    for member in _methods(protocol).values():
        if inspect.isfunction(member):
            known = {**vars(api), **member.__globals__}
            for hint in typing.get_type_hints(member, known).values():
                yield from filter(_is_record, _parts(hint))


def _parts(hint: object) -> Iterator[type]:
    if isinstance(hint, type):
        yield hint
    for part in typing.get_args(hint):
        yield from _parts(part)


def _is_record(kind: type) -> bool:
    return hasattr(kind, "__dataclass_fields__")
