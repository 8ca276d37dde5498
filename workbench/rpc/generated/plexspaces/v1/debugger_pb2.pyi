from workbench.rpc.generated.plexspaces.v1 import actors_pb2 as _actors_pb2
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordedTurn(_message.Message):
    __slots__ = ("position", "turn")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    position: int
    turn: _actors_pb2.Turn
    def __init__(self, position: _Optional[int] = ..., turn: _Optional[_Union[_actors_pb2.Turn, _Mapping]] = ...) -> None: ...

class ServiceChange(_message.Message):
    __slots__ = ("number", "table", "before", "after", "time")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    number: int
    table: str
    before: _common_pb2.Value
    after: _common_pb2.Value
    time: float
    def __init__(self, number: _Optional[int] = ..., table: _Optional[str] = ..., before: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., after: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., time: _Optional[float] = ...) -> None: ...

class RecordedChange(_message.Message):
    __slots__ = ("position", "change")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    position: int
    change: ServiceChange
    def __init__(self, position: _Optional[int] = ..., change: _Optional[_Union[ServiceChange, _Mapping]] = ...) -> None: ...

class HeldRows(_message.Message):
    __slots__ = ("number", "table", "rows", "time")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    number: int
    table: str
    rows: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    time: float
    def __init__(self, number: _Optional[int] = ..., table: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ..., time: _Optional[float] = ...) -> None: ...

class RecordingSegment(_message.Message):
    __slots__ = ("id", "turns", "first", "last", "size_bytes", "raw_bytes", "pin", "actors", "changes")
    ID_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    RAW_BYTES_FIELD_NUMBER: _ClassVar[int]
    PIN_FIELD_NUMBER: _ClassVar[int]
    ACTORS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    id: int
    turns: int
    first: float
    last: float
    size_bytes: int
    raw_bytes: int
    pin: str
    actors: _containers.RepeatedScalarFieldContainer[str]
    changes: int
    def __init__(self, id: _Optional[int] = ..., turns: _Optional[int] = ..., first: _Optional[float] = ..., last: _Optional[float] = ..., size_bytes: _Optional[int] = ..., raw_bytes: _Optional[int] = ..., pin: _Optional[str] = ..., actors: _Optional[_Iterable[str]] = ..., changes: _Optional[int] = ...) -> None: ...

class RecordingStatistics(_message.Message):
    __slots__ = ("level", "turns", "segments", "size_bytes", "limit_bytes", "limit_seconds", "pinned_bytes", "pinned_limit_bytes", "waiting", "dropped", "oldest", "stopped", "changes", "own", "kept")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PINNED_BYTES_FIELD_NUMBER: _ClassVar[int]
    PINNED_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    OLDEST_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    level: str
    turns: int
    segments: int
    size_bytes: int
    limit_bytes: int
    limit_seconds: int
    pinned_bytes: int
    pinned_limit_bytes: int
    waiting: int
    dropped: int
    oldest: float
    stopped: str
    changes: int
    own: _containers.RepeatedScalarFieldContainer[str]
    kept: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, level: _Optional[str] = ..., turns: _Optional[int] = ..., segments: _Optional[int] = ..., size_bytes: _Optional[int] = ..., limit_bytes: _Optional[int] = ..., limit_seconds: _Optional[int] = ..., pinned_bytes: _Optional[int] = ..., pinned_limit_bytes: _Optional[int] = ..., waiting: _Optional[int] = ..., dropped: _Optional[int] = ..., oldest: _Optional[float] = ..., stopped: _Optional[str] = ..., changes: _Optional[int] = ..., own: _Optional[_Iterable[str]] = ..., kept: _Optional[_Iterable[str]] = ...) -> None: ...

class DebuggerLevelRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class DebuggerLevelResponse(_message.Message):
    __slots__ = ("level",)
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: str
    def __init__(self, level: _Optional[str] = ...) -> None: ...

class DebuggerSetLevelRequest(_message.Message):
    __slots__ = ("actor", "level")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    level: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., level: _Optional[str] = ...) -> None: ...

class DebuggerSetLevelResponse(_message.Message):
    __slots__ = ("level",)
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: str
    def __init__(self, level: _Optional[str] = ...) -> None: ...

class DebuggerKeepRequest(_message.Message):
    __slots__ = ("actor", "kept")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    kept: bool
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., kept: _Optional[bool] = ...) -> None: ...

class DebuggerKeepResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DebuggerStatisticsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DebuggerSegmentsRequest(_message.Message):
    __slots__ = ("after", "limit")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: int
    limit: int
    def __init__(self, after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class DebuggerSegmentsResponse(_message.Message):
    __slots__ = ("segments",)
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[RecordingSegment]
    def __init__(self, segments: _Optional[_Iterable[_Union[RecordingSegment, _Mapping]]] = ...) -> None: ...

class DebuggerTurnsRequest(_message.Message):
    __slots__ = ("actor", "after", "since", "limit", "newest", "up_to", "until", "trace")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIELD_NUMBER: _ClassVar[int]
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    after: int
    since: float
    limit: int
    newest: bool
    up_to: int
    until: float
    trace: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., after: _Optional[int] = ..., since: _Optional[float] = ..., limit: _Optional[int] = ..., newest: _Optional[bool] = ..., up_to: _Optional[int] = ..., until: _Optional[float] = ..., trace: _Optional[str] = ...) -> None: ...

class DebuggerTurnsResponse(_message.Message):
    __slots__ = ("turns",)
    TURNS_FIELD_NUMBER: _ClassVar[int]
    turns: _containers.RepeatedCompositeFieldContainer[RecordedTurn]
    def __init__(self, turns: _Optional[_Iterable[_Union[RecordedTurn, _Mapping]]] = ...) -> None: ...

class DebuggerChangesRequest(_message.Message):
    __slots__ = ("after", "since", "limit")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: int
    since: float
    limit: int
    def __init__(self, after: _Optional[int] = ..., since: _Optional[float] = ..., limit: _Optional[int] = ...) -> None: ...

class DebuggerChangesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RecordedChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[RecordedChange, _Mapping]]] = ...) -> None: ...

class DebuggerHoldingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DebuggerPinRequest(_message.Message):
    __slots__ = ("segment", "pinned")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    segment: int
    pinned: bool
    def __init__(self, segment: _Optional[int] = ..., pinned: _Optional[bool] = ...) -> None: ...

class DebuggerClearRequest(_message.Message):
    __slots__ = ("pinned",)
    PINNED_FIELD_NUMBER: _ClassVar[int]
    pinned: bool
    def __init__(self, pinned: _Optional[bool] = ...) -> None: ...

class DebuggerClearResponse(_message.Message):
    __slots__ = ("segments",)
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    segments: int
    def __init__(self, segments: _Optional[int] = ...) -> None: ...

class DebuggerStateRequest(_message.Message):
    __slots__ = ("actor", "seq", "timeout")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    seq: int
    timeout: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., seq: _Optional[int] = ..., timeout: _Optional[float] = ...) -> None: ...

class StateView(_message.Message):
    __slots__ = ("actor", "seq", "state", "certainty", "note")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    seq: int
    state: _common_pb2.Payload
    certainty: str
    note: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., certainty: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...
