from workbench.rpc.generated.plexspaces.v1 import actors_pb2 as _actors_pb2
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JournalInfo(_message.Message):
    __slots__ = ("actor", "module", "first", "last", "entries", "events", "checkpoint", "checkpoint_taken", "bytes", "runs", "quarantined")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_TAKEN_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    module: str
    first: int
    last: int
    entries: int
    events: int
    checkpoint: int
    checkpoint_taken: float
    bytes: int
    runs: bool
    quarantined: int
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., module: _Optional[str] = ..., first: _Optional[int] = ..., last: _Optional[int] = ..., entries: _Optional[int] = ..., events: _Optional[int] = ..., checkpoint: _Optional[int] = ..., checkpoint_taken: _Optional[float] = ..., bytes: _Optional[int] = ..., runs: _Optional[bool] = ..., quarantined: _Optional[int] = ...) -> None: ...

class JournalEvent(_message.Message):
    __slots__ = ("sequence", "type", "payload", "recorded")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    type: str
    payload: _common_pb2.Payload
    recorded: float
    def __init__(self, sequence: _Optional[int] = ..., type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., recorded: _Optional[float] = ...) -> None: ...

class Damage(_message.Message):
    __slots__ = ("actor", "seq", "what", "table", "harmless")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    HARMLESS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    seq: int
    what: str
    table: str
    harmless: bool
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., seq: _Optional[int] = ..., what: _Optional[str] = ..., table: _Optional[str] = ..., harmless: _Optional[bool] = ...) -> None: ...

class ListJournalsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListJournalsResponse(_message.Message):
    __slots__ = ("journals",)
    JOURNALS_FIELD_NUMBER: _ClassVar[int]
    journals: _containers.RepeatedCompositeFieldContainer[JournalInfo]
    def __init__(self, journals: _Optional[_Iterable[_Union[JournalInfo, _Mapping]]] = ...) -> None: ...

class GetJournalRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class JournalEntriesRequest(_message.Message):
    __slots__ = ("actor", "after", "limit", "trace")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    after: int
    limit: int
    trace: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ..., trace: _Optional[str] = ...) -> None: ...

class JournalEntriesResponse(_message.Message):
    __slots__ = ("turns",)
    TURNS_FIELD_NUMBER: _ClassVar[int]
    turns: _containers.RepeatedCompositeFieldContainer[_actors_pb2.Turn]
    def __init__(self, turns: _Optional[_Iterable[_Union[_actors_pb2.Turn, _Mapping]]] = ...) -> None: ...

class JournalEventsRequest(_message.Message):
    __slots__ = ("actor", "after", "limit")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    after: int
    limit: int
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class JournalEventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[JournalEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[JournalEvent, _Mapping]]] = ...) -> None: ...

class CheckpointRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class CheckpointResponse(_message.Message):
    __slots__ = ("seq",)
    SEQ_FIELD_NUMBER: _ClassVar[int]
    seq: int
    def __init__(self, seq: _Optional[int] = ...) -> None: ...

class CompactRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class CompactResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: int
    def __init__(self, removed: _Optional[int] = ...) -> None: ...

class VerifyJournalRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class VerifyJournalResponse(_message.Message):
    __slots__ = ("damages",)
    DAMAGES_FIELD_NUMBER: _ClassVar[int]
    damages: _containers.RepeatedCompositeFieldContainer[Damage]
    def __init__(self, damages: _Optional[_Iterable[_Union[Damage, _Mapping]]] = ...) -> None: ...

class RemoveJournalRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class RemoveJournalResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
