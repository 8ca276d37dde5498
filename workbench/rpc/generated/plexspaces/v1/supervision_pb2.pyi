from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Backoff(_message.Message):
    __slots__ = ("first_ms", "most_ms", "factor")
    FIRST_MS_FIELD_NUMBER: _ClassVar[int]
    MOST_MS_FIELD_NUMBER: _ClassVar[int]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    first_ms: int
    most_ms: int
    factor: float
    def __init__(self, first_ms: _Optional[int] = ..., most_ms: _Optional[int] = ..., factor: _Optional[float] = ...) -> None: ...

class ChildSpec(_message.Message):
    __slots__ = ("name", "module", "state", "profile", "grants", "limits", "restart", "shutdown_ms", "supervisor", "durable")
    class LimitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    RESTART_FIELD_NUMBER: _ClassVar[int]
    SHUTDOWN_MS_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    DURABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    module: str
    state: _common_pb2.Payload
    profile: str
    grants: _containers.RepeatedScalarFieldContainer[str]
    limits: _containers.ScalarMap[str, int]
    restart: str
    shutdown_ms: int
    supervisor: SupervisorSpec
    durable: bool
    def __init__(self, name: _Optional[str] = ..., module: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., profile: _Optional[str] = ..., grants: _Optional[_Iterable[str]] = ..., limits: _Optional[_Mapping[str, int]] = ..., restart: _Optional[str] = ..., shutdown_ms: _Optional[int] = ..., supervisor: _Optional[_Union[SupervisorSpec, _Mapping]] = ..., durable: _Optional[bool] = ...) -> None: ...

class SupervisorSpec(_message.Message):
    __slots__ = ("name", "strategy", "intensity", "period_ms", "backoff", "children")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    PERIOD_MS_FIELD_NUMBER: _ClassVar[int]
    BACKOFF_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    name: str
    strategy: str
    intensity: int
    period_ms: int
    backoff: Backoff
    children: _containers.RepeatedCompositeFieldContainer[ChildSpec]
    def __init__(self, name: _Optional[str] = ..., strategy: _Optional[str] = ..., intensity: _Optional[int] = ..., period_ms: _Optional[int] = ..., backoff: _Optional[_Union[Backoff, _Mapping]] = ..., children: _Optional[_Iterable[_Union[ChildSpec, _Mapping]]] = ...) -> None: ...

class ChildInfo(_message.Message):
    __slots__ = ("name", "supervisor", "restart", "shutdown_ms", "state", "restarts", "held", "restarts_in_seconds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    RESTART_FIELD_NUMBER: _ClassVar[int]
    SHUTDOWN_MS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_IN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    supervisor: bool
    restart: str
    shutdown_ms: int
    state: str
    restarts: int
    held: bool
    restarts_in_seconds: float
    def __init__(self, name: _Optional[str] = ..., supervisor: _Optional[bool] = ..., restart: _Optional[str] = ..., shutdown_ms: _Optional[int] = ..., state: _Optional[str] = ..., restarts: _Optional[int] = ..., held: _Optional[bool] = ..., restarts_in_seconds: _Optional[float] = ...) -> None: ...

class SupervisorInfo(_message.Message):
    __slots__ = ("name", "parent", "state", "spec", "restarts", "total_restarts", "children", "stopped_because")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RESTARTS_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    STOPPED_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    name: str
    parent: str
    state: str
    spec: SupervisorSpec
    restarts: int
    total_restarts: int
    children: _containers.RepeatedCompositeFieldContainer[ChildInfo]
    stopped_because: str
    def __init__(self, name: _Optional[str] = ..., parent: _Optional[str] = ..., state: _Optional[str] = ..., spec: _Optional[_Union[SupervisorSpec, _Mapping]] = ..., restarts: _Optional[int] = ..., total_restarts: _Optional[int] = ..., children: _Optional[_Iterable[_Union[ChildInfo, _Mapping]]] = ..., stopped_because: _Optional[str] = ...) -> None: ...

class RestartPlan(_message.Message):
    __slots__ = ("stop", "start", "forget", "gives_up", "restarts", "delay_ms")
    STOP_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    FORGET_FIELD_NUMBER: _ClassVar[int]
    GIVES_UP_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    stop: _containers.RepeatedScalarFieldContainer[str]
    start: _containers.RepeatedScalarFieldContainer[str]
    forget: _containers.RepeatedScalarFieldContainer[str]
    gives_up: bool
    restarts: _containers.RepeatedScalarFieldContainer[float]
    delay_ms: int
    def __init__(self, stop: _Optional[_Iterable[str]] = ..., start: _Optional[_Iterable[str]] = ..., forget: _Optional[_Iterable[str]] = ..., gives_up: _Optional[bool] = ..., restarts: _Optional[_Iterable[float]] = ..., delay_ms: _Optional[int] = ...) -> None: ...

class RestartRecord(_message.Message):
    __slots__ = ("seq", "time", "supervisor", "child", "ending", "plan", "used", "intensity", "cause", "killed_by")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    KILLED_BY_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    supervisor: str
    child: str
    ending: str
    plan: RestartPlan
    used: int
    intensity: int
    cause: _common_pb2.Cause
    killed_by: str
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., supervisor: _Optional[str] = ..., child: _Optional[str] = ..., ending: _Optional[str] = ..., plan: _Optional[_Union[RestartPlan, _Mapping]] = ..., used: _Optional[int] = ..., intensity: _Optional[int] = ..., cause: _Optional[_Union[_common_pb2.Cause, _Mapping]] = ..., killed_by: _Optional[str] = ...) -> None: ...

class TreeChange(_message.Message):
    __slots__ = ("name", "supervisor", "deed", "why")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    DEED_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    name: str
    supervisor: str
    deed: str
    why: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., supervisor: _Optional[str] = ..., deed: _Optional[str] = ..., why: _Optional[_Iterable[str]] = ...) -> None: ...

class DiffTreeRequest(_message.Message):
    __slots__ = ("tree",)
    TREE_FIELD_NUMBER: _ClassVar[int]
    tree: SupervisorSpec
    def __init__(self, tree: _Optional[_Union[SupervisorSpec, _Mapping]] = ...) -> None: ...

class DiffTreeResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[TreeChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[TreeChange, _Mapping]]] = ...) -> None: ...

class ApplyRequest(_message.Message):
    __slots__ = ("tree", "timeout_seconds")
    TREE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    tree: SupervisorSpec
    timeout_seconds: float
    def __init__(self, tree: _Optional[_Union[SupervisorSpec, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class ListSupervisorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSupervisorsResponse(_message.Message):
    __slots__ = ("supervisors",)
    SUPERVISORS_FIELD_NUMBER: _ClassVar[int]
    supervisors: _containers.RepeatedCompositeFieldContainer[SupervisorInfo]
    def __init__(self, supervisors: _Optional[_Iterable[_Union[SupervisorInfo, _Mapping]]] = ...) -> None: ...

class GetSupervisorRequest(_message.Message):
    __slots__ = ("supervisor",)
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    def __init__(self, supervisor: _Optional[str] = ...) -> None: ...

class RemoveSupervisorRequest(_message.Message):
    __slots__ = ("supervisor", "timeout_seconds")
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    timeout_seconds: float
    def __init__(self, supervisor: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class RemoveSupervisorResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StartChildRequest(_message.Message):
    __slots__ = ("supervisor", "child", "state", "timeout_seconds")
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    child: str
    state: _common_pb2.Payload
    timeout_seconds: float
    def __init__(self, supervisor: _Optional[str] = ..., child: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class StopChildRequest(_message.Message):
    __slots__ = ("supervisor", "child", "timeout_seconds")
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    child: str
    timeout_seconds: float
    def __init__(self, supervisor: _Optional[str] = ..., child: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class RestartSupervisorRequest(_message.Message):
    __slots__ = ("supervisor", "child", "timeout_seconds")
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    child: str
    timeout_seconds: float
    def __init__(self, supervisor: _Optional[str] = ..., child: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class PreviewRequest(_message.Message):
    __slots__ = ("child", "ending")
    CHILD_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    child: str
    ending: str
    def __init__(self, child: _Optional[str] = ..., ending: _Optional[str] = ...) -> None: ...

class HistoryRequest(_message.Message):
    __slots__ = ("supervisor", "after", "limit")
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    supervisor: str
    after: int
    limit: int
    def __init__(self, supervisor: _Optional[str] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class HistoryResponse(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[RestartRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[RestartRecord, _Mapping]]] = ...) -> None: ...
