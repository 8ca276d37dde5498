from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Payload(_message.Message):
    __slots__ = ("text", "binary")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    BINARY_FIELD_NUMBER: _ClassVar[int]
    text: str
    binary: bytes
    def __init__(self, text: _Optional[str] = ..., binary: _Optional[bytes] = ...) -> None: ...

class ActorId(_message.Message):
    __slots__ = ("name", "namespace", "tenant")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    name: str
    namespace: str
    tenant: str
    def __init__(self, name: _Optional[str] = ..., namespace: _Optional[str] = ..., tenant: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "fraction", "seconds")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    stage: str
    fraction: float
    seconds: float
    def __init__(self, stage: _Optional[str] = ..., fraction: _Optional[float] = ..., seconds: _Optional[float] = ...) -> None: ...

class Figures(_message.Message):
    __slots__ = ("fuel", "memory_bytes", "wall_ns")
    FUEL_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    WALL_NS_FIELD_NUMBER: _ClassVar[int]
    fuel: int
    memory_bytes: int
    wall_ns: int
    def __init__(self, fuel: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., wall_ns: _Optional[int] = ...) -> None: ...

class Location(_message.Message):
    __slots__ = ("file", "line", "column", "end_line", "end_column")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    END_LINE_FIELD_NUMBER: _ClassVar[int]
    END_COLUMN_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., end_line: _Optional[int] = ..., end_column: _Optional[int] = ...) -> None: ...

class Cause(_message.Message):
    __slots__ = ("code", "message", "location", "traceback", "limit", "limit_value", "used")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VALUE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    location: Location
    traceback: str
    limit: str
    limit_value: int
    used: int
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., location: _Optional[_Union[Location, _Mapping]] = ..., traceback: _Optional[str] = ..., limit: _Optional[str] = ..., limit_value: _Optional[int] = ..., used: _Optional[int] = ...) -> None: ...

class ErrorDetail(_message.Message):
    __slots__ = ("code", "message", "figures", "locations", "cause", "limit", "value", "used", "subject")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    LOCATIONS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    figures: Figures
    locations: _containers.RepeatedCompositeFieldContainer[Location]
    cause: Cause
    limit: str
    value: int
    used: int
    subject: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., figures: _Optional[_Union[Figures, _Mapping]] = ..., locations: _Optional[_Iterable[_Union[Location, _Mapping]]] = ..., cause: _Optional[_Union[Cause, _Mapping]] = ..., limit: _Optional[str] = ..., value: _Optional[int] = ..., used: _Optional[int] = ..., subject: _Optional[str] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("boolean", "integer", "large", "number", "text", "binary", "list", "tuple")
    class Items(_message.Message):
        __slots__ = ("values",)
        VALUES_FIELD_NUMBER: _ClassVar[int]
        values: _containers.RepeatedCompositeFieldContainer[Value]
        def __init__(self, values: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    LARGE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    BINARY_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    TUPLE_FIELD_NUMBER: _ClassVar[int]
    boolean: bool
    integer: int
    large: int
    number: float
    text: str
    binary: bytes
    list: Value.Items
    tuple: Value.Items
    def __init__(self, boolean: _Optional[bool] = ..., integer: _Optional[int] = ..., large: _Optional[int] = ..., number: _Optional[float] = ..., text: _Optional[str] = ..., binary: _Optional[bytes] = ..., list: _Optional[_Union[Value.Items, _Mapping]] = ..., tuple: _Optional[_Union[Value.Items, _Mapping]] = ...) -> None: ...
