from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TupleFields(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    def __init__(self, values: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ...) -> None: ...

class TupleTest(_message.Message):
    __slots__ = ("operator", "operand")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    OPERAND_FIELD_NUMBER: _ClassVar[int]
    operator: str
    operand: _common_pb2.Value
    def __init__(self, operator: _Optional[str] = ..., operand: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class TuplePatternField(_message.Message):
    __slots__ = ("exact", "typed", "test")
    EXACT_FIELD_NUMBER: _ClassVar[int]
    TYPED_FIELD_NUMBER: _ClassVar[int]
    TEST_FIELD_NUMBER: _ClassVar[int]
    exact: _common_pb2.Value
    typed: str
    test: TupleTest
    def __init__(self, exact: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., typed: _Optional[str] = ..., test: _Optional[_Union[TupleTest, _Mapping]] = ...) -> None: ...

class TuplePattern(_message.Message):
    __slots__ = ("fields",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedCompositeFieldContainer[TuplePatternField]
    def __init__(self, fields: _Optional[_Iterable[_Union[TuplePatternField, _Mapping]]] = ...) -> None: ...

class TupleEntry(_message.Message):
    __slots__ = ("id", "fields", "written", "size_bytes", "expires", "author")
    ID_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    id: int
    fields: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    written: float
    size_bytes: int
    expires: float
    author: str
    def __init__(self, id: _Optional[int] = ..., fields: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ..., written: _Optional[float] = ..., size_bytes: _Optional[int] = ..., expires: _Optional[float] = ..., author: _Optional[str] = ...) -> None: ...

class TupleChange(_message.Message):
    __slots__ = ("seq", "time", "change", "id", "fields", "author", "by", "whole")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    change: str
    id: int
    fields: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    author: str
    by: str
    whole: bool
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., change: _Optional[str] = ..., id: _Optional[int] = ..., fields: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ..., author: _Optional[str] = ..., by: _Optional[str] = ..., whole: _Optional[bool] = ...) -> None: ...

class TupleShape(_message.Message):
    __slots__ = ("kinds", "count", "size_bytes", "oldest", "newest")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[str]
    count: int
    size_bytes: int
    oldest: float
    newest: float
    def __init__(self, kinds: _Optional[_Iterable[str]] = ..., count: _Optional[int] = ..., size_bytes: _Optional[int] = ..., oldest: _Optional[float] = ..., newest: _Optional[float] = ...) -> None: ...

class TupleWaiter(_message.Message):
    __slots__ = ("id", "kind", "pattern", "actor", "since", "until")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    id: int
    kind: str
    pattern: str
    actor: str
    since: float
    until: float
    def __init__(self, id: _Optional[int] = ..., kind: _Optional[str] = ..., pattern: _Optional[str] = ..., actor: _Optional[str] = ..., since: _Optional[float] = ..., until: _Optional[float] = ...) -> None: ...

class FieldMiss(_message.Message):
    __slots__ = ("position", "reason", "wanted", "found", "sentence")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    position: int
    reason: str
    wanted: str
    found: _common_pb2.Value
    sentence: str
    def __init__(self, position: _Optional[int] = ..., reason: _Optional[str] = ..., wanted: _Optional[str] = ..., found: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., sentence: _Optional[str] = ...) -> None: ...

class NearMiss(_message.Message):
    __slots__ = ("entry", "misses", "sentence")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    entry: TupleEntry
    misses: _containers.RepeatedCompositeFieldContainer[FieldMiss]
    sentence: str
    def __init__(self, entry: _Optional[_Union[TupleEntry, _Mapping]] = ..., misses: _Optional[_Iterable[_Union[FieldMiss, _Mapping]]] = ..., sentence: _Optional[str] = ...) -> None: ...

class WaiterMiss(_message.Message):
    __slots__ = ("waiter", "misses", "sentence")
    WAITER_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    waiter: TupleWaiter
    misses: _containers.RepeatedCompositeFieldContainer[FieldMiss]
    sentence: str
    def __init__(self, waiter: _Optional[_Union[TupleWaiter, _Mapping]] = ..., misses: _Optional[_Iterable[_Union[FieldMiss, _Mapping]]] = ..., sentence: _Optional[str] = ...) -> None: ...

class TupleWriteRequest(_message.Message):
    __slots__ = ("fields", "ttl_ms")
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    fields: TupleFields
    ttl_ms: int
    def __init__(self, fields: _Optional[_Union[TupleFields, _Mapping]] = ..., ttl_ms: _Optional[int] = ...) -> None: ...

class TupleWriteResponse(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: int
    def __init__(self, id: _Optional[int] = ...) -> None: ...

class TupleReadRequest(_message.Message):
    __slots__ = ("pattern", "timeout_seconds")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    timeout_seconds: float
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class TupleReadResponse(_message.Message):
    __slots__ = ("fields",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    fields: TupleFields
    def __init__(self, fields: _Optional[_Union[TupleFields, _Mapping]] = ...) -> None: ...

class TupleTakeRequest(_message.Message):
    __slots__ = ("pattern", "timeout_seconds")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    timeout_seconds: float
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class TupleTakeResponse(_message.Message):
    __slots__ = ("fields",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    fields: TupleFields
    def __init__(self, fields: _Optional[_Union[TupleFields, _Mapping]] = ...) -> None: ...

class TupleReadAllRequest(_message.Message):
    __slots__ = ("pattern", "limit")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    limit: int
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class TupleReadAllResponse(_message.Message):
    __slots__ = ("tuples",)
    TUPLES_FIELD_NUMBER: _ClassVar[int]
    tuples: _containers.RepeatedCompositeFieldContainer[TupleFields]
    def __init__(self, tuples: _Optional[_Iterable[_Union[TupleFields, _Mapping]]] = ...) -> None: ...

class TupleCountRequest(_message.Message):
    __slots__ = ("pattern",)
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ...) -> None: ...

class TupleCountResponse(_message.Message):
    __slots__ = ("count",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class TupleCompareAndSwapRequest(_message.Message):
    __slots__ = ("expected", "replacement")
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    REPLACEMENT_FIELD_NUMBER: _ClassVar[int]
    expected: TupleFields
    replacement: TupleFields
    def __init__(self, expected: _Optional[_Union[TupleFields, _Mapping]] = ..., replacement: _Optional[_Union[TupleFields, _Mapping]] = ...) -> None: ...

class TupleCompareAndSwapResponse(_message.Message):
    __slots__ = ("swapped",)
    SWAPPED_FIELD_NUMBER: _ClassVar[int]
    swapped: bool
    def __init__(self, swapped: _Optional[bool] = ...) -> None: ...

class TupleRemoveRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: int
    def __init__(self, id: _Optional[int] = ...) -> None: ...

class TupleRemoveResponse(_message.Message):
    __slots__ = ("found",)
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: bool
    def __init__(self, found: _Optional[bool] = ...) -> None: ...

class TupleListRequest(_message.Message):
    __slots__ = ("pattern", "limit", "after")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    limit: int
    after: int
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., limit: _Optional[int] = ..., after: _Optional[int] = ...) -> None: ...

class TupleListResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[TupleEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[TupleEntry, _Mapping]]] = ...) -> None: ...

class TupleShapesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TupleShapesResponse(_message.Message):
    __slots__ = ("shapes",)
    SHAPES_FIELD_NUMBER: _ClassVar[int]
    shapes: _containers.RepeatedCompositeFieldContainer[TupleShape]
    def __init__(self, shapes: _Optional[_Iterable[_Union[TupleShape, _Mapping]]] = ...) -> None: ...

class TupleWaitersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TupleWaitersResponse(_message.Message):
    __slots__ = ("waiters",)
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    waiters: _containers.RepeatedCompositeFieldContainer[TupleWaiter]
    def __init__(self, waiters: _Optional[_Iterable[_Union[TupleWaiter, _Mapping]]] = ...) -> None: ...

class TupleNearMissesRequest(_message.Message):
    __slots__ = ("pattern", "waiter", "limit")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    WAITER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    waiter: int
    limit: int
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., waiter: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class TupleNearMissesResponse(_message.Message):
    __slots__ = ("misses",)
    MISSES_FIELD_NUMBER: _ClassVar[int]
    misses: _containers.RepeatedCompositeFieldContainer[NearMiss]
    def __init__(self, misses: _Optional[_Iterable[_Union[NearMiss, _Mapping]]] = ...) -> None: ...

class TupleWhyNotRequest(_message.Message):
    __slots__ = ("id", "limit")
    ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    id: int
    limit: int
    def __init__(self, id: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class TupleWhyNotResponse(_message.Message):
    __slots__ = ("misses",)
    MISSES_FIELD_NUMBER: _ClassVar[int]
    misses: _containers.RepeatedCompositeFieldContainer[WaiterMiss]
    def __init__(self, misses: _Optional[_Iterable[_Union[WaiterMiss, _Mapping]]] = ...) -> None: ...

class TupleHistoryRequest(_message.Message):
    __slots__ = ("pattern", "limit")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    pattern: TuplePattern
    limit: int
    def __init__(self, pattern: _Optional[_Union[TuplePattern, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class TupleHistoryResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[TupleChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[TupleChange, _Mapping]]] = ...) -> None: ...
