from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from workbench.rpc.generated.plexspaces.v1 import roles_pb2 as _roles_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Limits(_message.Message):
    __slots__ = ("memory_bytes", "fuel", "time_ms", "stack_bytes", "table_elements", "mailbox", "wait_ms", "text_bytes", "binary_bytes", "lifetime_fuel")
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    FUEL_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    STACK_BYTES_FIELD_NUMBER: _ClassVar[int]
    TABLE_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    BINARY_BYTES_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FUEL_FIELD_NUMBER: _ClassVar[int]
    memory_bytes: int
    fuel: int
    time_ms: int
    stack_bytes: int
    table_elements: int
    mailbox: int
    wait_ms: int
    text_bytes: int
    binary_bytes: int
    lifetime_fuel: int
    def __init__(self, memory_bytes: _Optional[int] = ..., fuel: _Optional[int] = ..., time_ms: _Optional[int] = ..., stack_bytes: _Optional[int] = ..., table_elements: _Optional[int] = ..., mailbox: _Optional[int] = ..., wait_ms: _Optional[int] = ..., text_bytes: _Optional[int] = ..., binary_bytes: _Optional[int] = ..., lifetime_fuel: _Optional[int] = ...) -> None: ...

class SpawnOptions(_message.Message):
    __slots__ = ("name", "profile", "grants", "limits", "durable")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    limits: Limits
    durable: bool
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., durable: _Optional[bool] = ...) -> None: ...

class ActorInfo(_message.Message):
    __slots__ = ("id", "state", "module", "module_name", "behaviors", "parent", "profile", "grants", "limits", "spawned", "turns", "crashes", "restarts", "mailbox", "mailbox_oldest_seconds", "fuel", "fuel_per_second", "messages_per_second", "memory_bytes", "last_turn_ns", "fsm_state", "waiting_for", "carries_state", "last_cause", "killed_by", "links", "monitors", "supervisor", "durable")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    MODULE_NAME_FIELD_NUMBER: _ClassVar[int]
    BEHAVIORS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SPAWNED_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    CRASHES_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_FIELD_NUMBER: _ClassVar[int]
    MAILBOX_OLDEST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FUEL_FIELD_NUMBER: _ClassVar[int]
    FUEL_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    LAST_TURN_NS_FIELD_NUMBER: _ClassVar[int]
    FSM_STATE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FOR_FIELD_NUMBER: _ClassVar[int]
    CARRIES_STATE_FIELD_NUMBER: _ClassVar[int]
    LAST_CAUSE_FIELD_NUMBER: _ClassVar[int]
    KILLED_BY_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    MONITORS_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    DURABLE_FIELD_NUMBER: _ClassVar[int]
    id: _common_pb2.ActorId
    state: str
    module: str
    module_name: str
    behaviors: _containers.RepeatedScalarFieldContainer[str]
    parent: str
    profile: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    limits: Limits
    spawned: float
    turns: int
    crashes: int
    restarts: int
    mailbox: int
    mailbox_oldest_seconds: float
    fuel: int
    fuel_per_second: float
    messages_per_second: float
    memory_bytes: int
    last_turn_ns: int
    fsm_state: str
    waiting_for: str
    carries_state: bool
    last_cause: _common_pb2.Cause
    killed_by: str
    links: _containers.RepeatedScalarFieldContainer[str]
    monitors: _containers.RepeatedScalarFieldContainer[str]
    supervisor: str
    durable: bool
    def __init__(self, id: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., state: _Optional[str] = ..., module: _Optional[str] = ..., module_name: _Optional[str] = ..., behaviors: _Optional[_Iterable[str]] = ..., parent: _Optional[str] = ..., profile: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., spawned: _Optional[float] = ..., turns: _Optional[int] = ..., crashes: _Optional[int] = ..., restarts: _Optional[int] = ..., mailbox: _Optional[int] = ..., mailbox_oldest_seconds: _Optional[float] = ..., fuel: _Optional[int] = ..., fuel_per_second: _Optional[float] = ..., messages_per_second: _Optional[float] = ..., memory_bytes: _Optional[int] = ..., last_turn_ns: _Optional[int] = ..., fsm_state: _Optional[str] = ..., waiting_for: _Optional[str] = ..., carries_state: _Optional[bool] = ..., last_cause: _Optional[_Union[_common_pb2.Cause, _Mapping]] = ..., killed_by: _Optional[str] = ..., links: _Optional[_Iterable[str]] = ..., monitors: _Optional[_Iterable[str]] = ..., supervisor: _Optional[str] = ..., durable: _Optional[bool] = ...) -> None: ...

class Envelope(_message.Message):
    __slots__ = ("id", "kind", "type", "payload", "sender", "time", "correlation", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    type: str
    payload: _common_pb2.Payload
    sender: str
    time: float
    correlation: str
    headers: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., sender: _Optional[str] = ..., time: _Optional[float] = ..., correlation: _Optional[str] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("payload", "figures", "turn", "state")
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    payload: _common_pb2.Payload
    figures: _common_pb2.Figures
    turn: int
    state: str
    def __init__(self, payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., figures: _Optional[_Union[_common_pb2.Figures, _Mapping]] = ..., turn: _Optional[int] = ..., state: _Optional[str] = ...) -> None: ...

class HostCall(_message.Message):
    __slots__ = ("interface", "function", "arguments", "result", "error", "message")
    INTERFACE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    interface: str
    function: str
    arguments: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    result: _common_pb2.Value
    error: str
    message: str
    def __init__(self, interface: _Optional[str] = ..., function: _Optional[str] = ..., arguments: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ..., result: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., error: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Birth(_message.Message):
    __slots__ = ("reason", "state", "profile", "grants", "limits", "parent", "replayed_after", "clock_ns", "drawn")
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CLOCK_NS_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    reason: str
    state: _common_pb2.Payload
    profile: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    limits: Limits
    parent: str
    replayed_after: int
    clock_ns: int
    drawn: int
    def __init__(self, reason: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., profile: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., parent: _Optional[str] = ..., replayed_after: _Optional[int] = ..., clock_ns: _Optional[int] = ..., drawn: _Optional[int] = ...) -> None: ...

class Turn(_message.Message):
    __slots__ = ("actor", "seq", "operation", "envelope", "outcome", "figures", "started", "module", "reply", "text", "cause", "state", "host_calls", "host_calls_total", "interpreter", "birth", "unrepeatable", "clock_ns", "drawn")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HOST_CALLS_FIELD_NUMBER: _ClassVar[int]
    HOST_CALLS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    BIRTH_FIELD_NUMBER: _ClassVar[int]
    UNREPEATABLE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_NS_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    seq: int
    operation: str
    envelope: Envelope
    outcome: str
    figures: _common_pb2.Figures
    started: float
    module: str
    reply: _common_pb2.Payload
    text: str
    cause: _common_pb2.Cause
    state: str
    host_calls: _containers.RepeatedCompositeFieldContainer[HostCall]
    host_calls_total: int
    interpreter: str
    birth: Birth
    unrepeatable: str
    clock_ns: int
    drawn: int
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., seq: _Optional[int] = ..., operation: _Optional[str] = ..., envelope: _Optional[_Union[Envelope, _Mapping]] = ..., outcome: _Optional[str] = ..., figures: _Optional[_Union[_common_pb2.Figures, _Mapping]] = ..., started: _Optional[float] = ..., module: _Optional[str] = ..., reply: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., text: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.Cause, _Mapping]] = ..., state: _Optional[str] = ..., host_calls: _Optional[_Iterable[_Union[HostCall, _Mapping]]] = ..., host_calls_total: _Optional[int] = ..., interpreter: _Optional[str] = ..., birth: _Optional[_Union[Birth, _Mapping]] = ..., unrepeatable: _Optional[str] = ..., clock_ns: _Optional[int] = ..., drawn: _Optional[int] = ...) -> None: ...

class SpawnRequest(_message.Message):
    __slots__ = ("module", "state", "options", "timeout_seconds")
    MODULE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    module: str
    state: _common_pb2.Payload
    options: SpawnOptions
    timeout_seconds: float
    def __init__(self, module: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., options: _Optional[_Union[SpawnOptions, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class ListActorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListActorsResponse(_message.Message):
    __slots__ = ("actors",)
    ACTORS_FIELD_NUMBER: _ClassVar[int]
    actors: _containers.RepeatedCompositeFieldContainer[ActorInfo]
    def __init__(self, actors: _Optional[_Iterable[_Union[ActorInfo, _Mapping]]] = ...) -> None: ...

class GetActorRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class AskRequest(_message.Message):
    __slots__ = ("actor", "message_type", "payload", "kind", "headers", "timeout_seconds")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    message_type: str
    payload: _common_pb2.Payload
    kind: str
    headers: _containers.ScalarMap[str, str]
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., kind: _Optional[str] = ..., headers: _Optional[_Mapping[str, str]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class TellRequest(_message.Message):
    __slots__ = ("actor", "message_type", "payload", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    message_type: str
    payload: _common_pb2.Payload
    headers: _containers.ScalarMap[str, str]
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class TellResponse(_message.Message):
    __slots__ = ("message_id",)
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    def __init__(self, message_id: _Optional[str] = ...) -> None: ...

class Cast(_message.Message):
    __slots__ = ("actor", "message_type", "payload", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    actor: str
    message_type: str
    payload: _common_pb2.Payload
    headers: _containers.ScalarMap[str, str]
    def __init__(self, actor: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class TellManyRequest(_message.Message):
    __slots__ = ("casts",)
    CASTS_FIELD_NUMBER: _ClassVar[int]
    casts: _containers.RepeatedCompositeFieldContainer[Cast]
    def __init__(self, casts: _Optional[_Iterable[_Union[Cast, _Mapping]]] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("number", "code", "message")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    number: int
    code: str
    message: str
    def __init__(self, number: _Optional[int] = ..., code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class TellManyResponse(_message.Message):
    __slots__ = ("count", "refused", "why")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    count: int
    refused: int
    why: _containers.RepeatedCompositeFieldContainer[Refusal]
    def __init__(self, count: _Optional[int] = ..., refused: _Optional[int] = ..., why: _Optional[_Iterable[_Union[Refusal, _Mapping]]] = ...) -> None: ...

class StopRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class StopResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class KillRequest(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ...) -> None: ...

class KillResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RestartRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class UpgradeRequest(_message.Message):
    __slots__ = ("actor", "module", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    module: str
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., module: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class SnapshotRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class TurnsRequest(_message.Message):
    __slots__ = ("actor", "after", "limit")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    after: int
    limit: int
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class TurnsResponse(_message.Message):
    __slots__ = ("turns",)
    TURNS_FIELD_NUMBER: _ClassVar[int]
    turns: _containers.RepeatedCompositeFieldContainer[Turn]
    def __init__(self, turns: _Optional[_Iterable[_Union[Turn, _Mapping]]] = ...) -> None: ...

class SuspendRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class PassivateRequest(_message.Message):
    __slots__ = ("actor", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class SetLimitsRequest(_message.Message):
    __slots__ = ("actor", "limits", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    limits: Limits
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class DeadLetter(_message.Message):
    __slots__ = ("seq", "time", "actor", "envelope", "reason", "cause")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    actor: _common_pb2.ActorId
    envelope: Envelope
    reason: str
    cause: _common_pb2.Cause
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., envelope: _Optional[_Union[Envelope, _Mapping]] = ..., reason: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.Cause, _Mapping]] = ...) -> None: ...

class DeadLettersRequest(_message.Message):
    __slots__ = ("after", "limit")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after: int
    limit: int
    def __init__(self, after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class DeadLettersResponse(_message.Message):
    __slots__ = ("letters",)
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    letters: _containers.RepeatedCompositeFieldContainer[DeadLetter]
    def __init__(self, letters: _Optional[_Iterable[_Union[DeadLetter, _Mapping]]] = ...) -> None: ...

class ResendRequest(_message.Message):
    __slots__ = ("letter", "message_type", "payload")
    LETTER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    letter: int
    message_type: str
    payload: _common_pb2.Payload
    def __init__(self, letter: _Optional[int] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ...) -> None: ...

class MigrateRequest(_message.Message):
    __slots__ = ("actor", "to", "token", "timeout_seconds")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    actor: _common_pb2.ActorId
    to: str
    token: str
    timeout_seconds: float
    def __init__(self, actor: _Optional[_Union[_common_pb2.ActorId, _Mapping]] = ..., to: _Optional[str] = ..., token: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class MigrateResponse(_message.Message):
    __slots__ = ("progress", "migration")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MIGRATION_FIELD_NUMBER: _ClassVar[int]
    progress: _common_pb2.Progress
    migration: Migration
    def __init__(self, progress: _Optional[_Union[_common_pb2.Progress, _Mapping]] = ..., migration: _Optional[_Union[Migration, _Mapping]] = ...) -> None: ...

class Migration(_message.Message):
    __slots__ = ("id", "actor", "node", "address", "phases", "paused_ms", "messages", "timers")
    ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    PAUSED_MS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    actor: str
    node: str
    address: str
    phases: _containers.RepeatedCompositeFieldContainer[Phase]
    paused_ms: float
    messages: int
    timers: int
    def __init__(self, id: _Optional[str] = ..., actor: _Optional[str] = ..., node: _Optional[str] = ..., address: _Optional[str] = ..., phases: _Optional[_Iterable[_Union[Phase, _Mapping]]] = ..., paused_ms: _Optional[float] = ..., messages: _Optional[int] = ..., timers: _Optional[int] = ...) -> None: ...

class Phase(_message.Message):
    __slots__ = ("name", "ms", "bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    ms: float
    bytes: int
    def __init__(self, name: _Optional[str] = ..., ms: _Optional[float] = ..., bytes: _Optional[int] = ...) -> None: ...

class ArriveRequest(_message.Message):
    __slots__ = ("parcel", "timeout_seconds")
    PARCEL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    parcel: Parcel
    timeout_seconds: float
    def __init__(self, parcel: _Optional[_Union[Parcel, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class Parcel(_message.Message):
    __slots__ = ("migration", "origin", "origin_name", "visited", "through", "name", "module", "state", "initial", "profile", "grants", "limits", "parent", "durable", "suspended", "fsm_state", "seq", "clock_ns", "drawn", "restarts", "spawned", "events", "timers", "belongings")
    MIGRATION_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_NAME_FIELD_NUMBER: _ClassVar[int]
    VISITED_FIELD_NUMBER: _ClassVar[int]
    THROUGH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    DURABLE_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    FSM_STATE_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CLOCK_NS_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    SPAWNED_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIELD_NUMBER: _ClassVar[int]
    BELONGINGS_FIELD_NUMBER: _ClassVar[int]
    migration: str
    origin: str
    origin_name: str
    visited: _containers.RepeatedScalarFieldContainer[str]
    through: _containers.RepeatedScalarFieldContainer[str]
    name: str
    module: str
    state: _common_pb2.Payload
    initial: _common_pb2.Payload
    profile: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    limits: Limits
    parent: str
    durable: bool
    suspended: bool
    fsm_state: str
    seq: int
    clock_ns: int
    drawn: int
    restarts: int
    spawned: float
    events: int
    timers: _containers.RepeatedCompositeFieldContainer[MovedTimer]
    belongings: _containers.RepeatedCompositeFieldContainer[Belonging]
    def __init__(self, migration: _Optional[str] = ..., origin: _Optional[str] = ..., origin_name: _Optional[str] = ..., visited: _Optional[_Iterable[str]] = ..., through: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ..., module: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., initial: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., profile: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., parent: _Optional[str] = ..., durable: _Optional[bool] = ..., suspended: _Optional[bool] = ..., fsm_state: _Optional[str] = ..., seq: _Optional[int] = ..., clock_ns: _Optional[int] = ..., drawn: _Optional[int] = ..., restarts: _Optional[int] = ..., spawned: _Optional[float] = ..., events: _Optional[int] = ..., timers: _Optional[_Iterable[_Union[MovedTimer, _Mapping]]] = ..., belongings: _Optional[_Iterable[_Union[Belonging, _Mapping]]] = ...) -> None: ...

class MovedTimer(_message.Message):
    __slots__ = ("number", "seconds", "envelope")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    number: int
    seconds: float
    envelope: Envelope
    def __init__(self, number: _Optional[int] = ..., seconds: _Optional[float] = ..., envelope: _Optional[_Union[Envelope, _Mapping]] = ...) -> None: ...

class Belonging(_message.Message):
    __slots__ = ("kind", "number", "name", "payload", "time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    number: int
    name: str
    payload: _common_pb2.Payload
    time: float
    def __init__(self, kind: _Optional[str] = ..., number: _Optional[int] = ..., name: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., time: _Optional[float] = ...) -> None: ...

class Arrival(_message.Message):
    __slots__ = ("node", "name")
    NODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    node: str
    name: str
    def __init__(self, node: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class SettleRequest(_message.Message):
    __slots__ = ("migration", "commit")
    MIGRATION_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    migration: str
    commit: bool
    def __init__(self, migration: _Optional[str] = ..., commit: _Optional[bool] = ...) -> None: ...

class SettleResponse(_message.Message):
    __slots__ = ("present",)
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    present: bool
    def __init__(self, present: _Optional[bool] = ...) -> None: ...

class RelayRequest(_message.Message):
    __slots__ = ("frames",)
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    def __init__(self, frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ...) -> None: ...

class RelayResponse(_message.Message):
    __slots__ = ("frames",)
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    def __init__(self, frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("kind", "number", "to", "near", "text", "about", "abnormal", "envelope", "reply", "failure")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    NEAR_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    ABNORMAL_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    number: int
    to: str
    near: str
    text: str
    about: int
    abnormal: bool
    envelope: Envelope
    reply: Reply
    failure: Failure
    def __init__(self, kind: _Optional[str] = ..., number: _Optional[int] = ..., to: _Optional[str] = ..., near: _Optional[str] = ..., text: _Optional[str] = ..., about: _Optional[int] = ..., abnormal: _Optional[bool] = ..., envelope: _Optional[_Union[Envelope, _Mapping]] = ..., reply: _Optional[_Union[Reply, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("code", "message", "cause", "limit", "limit_value", "used")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VALUE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    cause: _common_pb2.Cause
    limit: str
    limit_value: int
    used: int
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.Cause, _Mapping]] = ..., limit: _Optional[str] = ..., limit_value: _Optional[int] = ..., used: _Optional[int] = ...) -> None: ...
