from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from workbench.rpc.generated.plexspaces.v1 import roles_pb2 as _roles_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NodeInfo(_message.Message):
    __slots__ = ("name", "version", "wasmtime", "workspace", "started", "actors", "modules", "interpreter", "workers", "endpoint", "platform", "time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WASMTIME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ACTORS_FIELD_NUMBER: _ClassVar[int]
    MODULES_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    wasmtime: str
    workspace: str
    started: float
    actors: int
    modules: int
    interpreter: str
    workers: int
    endpoint: str
    platform: str
    time: float
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., wasmtime: _Optional[str] = ..., workspace: _Optional[str] = ..., started: _Optional[float] = ..., actors: _Optional[int] = ..., modules: _Optional[int] = ..., interpreter: _Optional[str] = ..., workers: _Optional[int] = ..., endpoint: _Optional[str] = ..., platform: _Optional[str] = ..., time: _Optional[float] = ...) -> None: ...

class LogLine(_message.Message):
    __slots__ = ("seq", "time", "level", "actor", "message", "stream", "fields")
    class Field(_message.Message):
        __slots__ = ("name", "value")
        NAME_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        name: str
        value: str
        def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    level: str
    actor: str
    message: str
    stream: str
    fields: _containers.RepeatedCompositeFieldContainer[LogLine.Field]
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., level: _Optional[str] = ..., actor: _Optional[str] = ..., message: _Optional[str] = ..., stream: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[LogLine.Field, _Mapping]]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("time", "fuel_per_second", "messages_per_second", "turn_ms", "memory_bytes", "mailbox", "crashes", "resident_bytes", "cpu_percent")
    TIME_FIELD_NUMBER: _ClassVar[int]
    FUEL_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    TURN_MS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_FIELD_NUMBER: _ClassVar[int]
    CRASHES_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
    time: float
    fuel_per_second: float
    messages_per_second: float
    turn_ms: float
    memory_bytes: int
    mailbox: int
    crashes: int
    resident_bytes: int
    cpu_percent: float
    def __init__(self, time: _Optional[float] = ..., fuel_per_second: _Optional[float] = ..., messages_per_second: _Optional[float] = ..., turn_ms: _Optional[float] = ..., memory_bytes: _Optional[int] = ..., mailbox: _Optional[int] = ..., crashes: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., cpu_percent: _Optional[float] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("seq", "time", "area", "kind", "subject", "text")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    area: str
    kind: str
    subject: str
    text: str
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., area: _Optional[str] = ..., kind: _Optional[str] = ..., subject: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class StorageUse(_message.Message):
    __slots__ = ("kind", "items", "size_bytes", "limit_bytes", "clears_items", "clears_bytes", "clears")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CLEARS_ITEMS_FIELD_NUMBER: _ClassVar[int]
    CLEARS_BYTES_FIELD_NUMBER: _ClassVar[int]
    CLEARS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    items: int
    size_bytes: int
    limit_bytes: int
    clears_items: int
    clears_bytes: int
    clears: str
    def __init__(self, kind: _Optional[str] = ..., items: _Optional[int] = ..., size_bytes: _Optional[int] = ..., limit_bytes: _Optional[int] = ..., clears_items: _Optional[int] = ..., clears_bytes: _Optional[int] = ..., clears: _Optional[str] = ...) -> None: ...

class InfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StorageRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StorageResponse(_message.Message):
    __slots__ = ("uses",)
    USES_FIELD_NUMBER: _ClassVar[int]
    uses: _containers.RepeatedCompositeFieldContainer[StorageUse]
    def __init__(self, uses: _Optional[_Iterable[_Union[StorageUse, _Mapping]]] = ...) -> None: ...

class ClearStorageRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class PrepareRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PrepareResponse(_message.Message):
    __slots__ = ("progress", "node")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    progress: _common_pb2.Progress
    node: NodeInfo
    def __init__(self, progress: _Optional[_Union[_common_pb2.Progress, _Mapping]] = ..., node: _Optional[_Union[NodeInfo, _Mapping]] = ...) -> None: ...

class LogsRequest(_message.Message):
    __slots__ = ("after", "actor", "limit")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: int
    actor: _common_pb2.ActorId
    limit: int
    def __init__(self, after: _Optional[int] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class LogsResponse(_message.Message):
    __slots__ = ("lines",)
    LINES_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[LogLine]
    def __init__(self, lines: _Optional[_Iterable[_Union[LogLine, _Mapping]]] = ...) -> None: ...

class MetricsRequest(_message.Message):
    __slots__ = ("actors", "since")
    ACTORS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    actors: _containers.RepeatedCompositeFieldContainer[_common_pb2.ActorId]
    since: float
    def __init__(self, actors: _Optional[_Iterable[_Union[_common_pb2.ActorId, _Mapping]]] = ..., since: _Optional[float] = ...) -> None: ...

class MetricsResponse(_message.Message):
    __slots__ = ("actor", "samples")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    actor: str
    samples: _containers.RepeatedCompositeFieldContainer[Sample]
    def __init__(self, actor: _Optional[str] = ..., samples: _Optional[_Iterable[_Union[Sample, _Mapping]]] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("stream", "seq")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    stream: str
    seq: int
    def __init__(self, stream: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("areas", "after")
    AREAS_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    areas: _containers.RepeatedScalarFieldContainer[str]
    after: Position
    def __init__(self, areas: _Optional[_Iterable[str]] = ..., after: _Optional[_Union[Position, _Mapping]] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("events", "lost", "position")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    lost: int
    position: Position
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., lost: _Optional[int] = ..., position: _Optional[_Union[Position, _Mapping]] = ...) -> None: ...
