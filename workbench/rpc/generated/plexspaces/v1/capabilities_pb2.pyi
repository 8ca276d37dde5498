from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Denial(_message.Message):
    __slots__ = ("what", "name", "time", "message_type", "grant")
    WHAT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    what: str
    name: str
    time: float
    message_type: str
    grant: str
    def __init__(self, what: _Optional[str] = ..., name: _Optional[str] = ..., time: _Optional[float] = ..., message_type: _Optional[str] = ..., grant: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("actor", "capability", "required", "granted", "used", "denied", "last_denial")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    DENIED_FIELD_NUMBER: _ClassVar[int]
    LAST_DENIAL_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    capability: str
    required: bool
    granted: _containers.RepeatedScalarFieldContainer[str]
    used: int
    denied: int
    last_denial: Denial
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., capability: _Optional[str] = ..., required: _Optional[bool] = ..., granted: _Optional[_Iterable[str]] = ..., used: _Optional[int] = ..., denied: _Optional[int] = ..., last_denial: _Optional[_Union[Denial, _Mapping]] = ...) -> None: ...

class GrantChange(_message.Message):
    __slots__ = ("seq", "time", "actor", "action", "grants", "by", "duration")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    actor: _common_pb2.ActorId
    action: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    by: str
    duration: str
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., action: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., by: _Optional[str] = ..., duration: _Optional[str] = ...) -> None: ...

class EvidenceRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class EvidenceResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, rows: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class GrantRequest(_message.Message):
    __slots__ = ("actor", "grant", "duration")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    grant: str
    duration: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., grant: _Optional[str] = ..., duration: _Optional[str] = ...) -> None: ...

class GrantResponse(_message.Message):
    __slots__ = ("effective",)
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    effective: str
    def __init__(self, effective: _Optional[str] = ...) -> None: ...

class RevokeRequest(_message.Message):
    __slots__ = ("actor", "grant")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    grant: str
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., grant: _Optional[str] = ...) -> None: ...

class RevokeResponse(_message.Message):
    __slots__ = ("effective",)
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    effective: str
    def __init__(self, effective: _Optional[str] = ...) -> None: ...

class TrimRequest(_message.Message):
    __slots__ = ("actor", "dry")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    DRY_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    dry: bool
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., dry: _Optional[bool] = ...) -> None: ...

class TrimResponse(_message.Message):
    __slots__ = ("grants",)
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    grants: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, grants: _Optional[_Iterable[str]] = ...) -> None: ...

class AuditRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class AuditResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[GrantChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[GrantChange, _Mapping]]] = ...) -> None: ...
