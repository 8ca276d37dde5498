from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Group(_message.Message):
    __slots__ = ("name", "created", "members", "joins")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    JOINS_FIELD_NUMBER: _ClassVar[int]
    name: str
    created: float
    members: int
    joins: int
    def __init__(self, name: _Optional[str] = ..., created: _Optional[float] = ..., members: _Optional[int] = ..., joins: _Optional[int] = ...) -> None: ...

class GroupMember(_message.Message):
    __slots__ = ("actor", "joins", "topics", "since")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    JOINS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    actor: str
    joins: int
    topics: _containers.RepeatedScalarFieldContainer[str]
    since: float
    def __init__(self, actor: _Optional[str] = ..., joins: _Optional[int] = ..., topics: _Optional[_Iterable[str]] = ..., since: _Optional[float] = ...) -> None: ...

class PublishResult(_message.Message):
    __slots__ = ("delivered", "refused")
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    delivered: _containers.RepeatedScalarFieldContainer[str]
    refused: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, delivered: _Optional[_Iterable[str]] = ..., refused: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupCreateRequest(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupCreateResponse(_message.Message):
    __slots__ = ("created",)
    CREATED_FIELD_NUMBER: _ClassVar[int]
    created: bool
    def __init__(self, created: _Optional[bool] = ...) -> None: ...

class GroupDeleteRequest(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupDeleteResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GroupJoinRequest(_message.Message):
    __slots__ = ("group", "actor", "topics")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    group: str
    actor: _common_pb2.ActorId
    topics: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, group: _Optional[str] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., topics: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupJoinResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GroupLeaveRequest(_message.Message):
    __slots__ = ("group", "actor")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    group: str
    actor: _common_pb2.ActorId
    def __init__(self, group: _Optional[str] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class GroupLeaveResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GroupRemoveRequest(_message.Message):
    __slots__ = ("group", "actor")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    group: str
    actor: _common_pb2.ActorId
    def __init__(self, group: _Optional[str] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class GroupRemoveResponse(_message.Message):
    __slots__ = ("joins",)
    JOINS_FIELD_NUMBER: _ClassVar[int]
    joins: int
    def __init__(self, joins: _Optional[int] = ...) -> None: ...

class GroupMembersRequest(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupMembersResponse(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[GroupMember]
    def __init__(self, members: _Optional[_Iterable[_Union[GroupMember, _Mapping]]] = ...) -> None: ...

class GroupListRequest(_message.Message):
    __slots__ = ("prefix", "limit", "after")
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    limit: int
    after: str
    def __init__(self, prefix: _Optional[str] = ..., limit: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class GroupListResponse(_message.Message):
    __slots__ = ("groups",)
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    def __init__(self, groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ...) -> None: ...

class GroupPublishRequest(_message.Message):
    __slots__ = ("group", "type", "payload", "topic")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    group: str
    type: str
    payload: _common_pb2.Payload
    topic: str
    def __init__(self, group: _Optional[str] = ..., type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., topic: _Optional[str] = ...) -> None: ...

class GroupPublishResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: PublishResult
    def __init__(self, result: _Optional[_Union[PublishResult, _Mapping]] = ...) -> None: ...
