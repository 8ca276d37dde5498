from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Lock(_message.Message):
    __slots__ = ("name", "holder", "version", "since", "expires", "outside")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    name: str
    holder: str
    version: int
    since: float
    expires: float
    outside: bool
    def __init__(self, name: _Optional[str] = ..., holder: _Optional[str] = ..., version: _Optional[int] = ..., since: _Optional[float] = ..., expires: _Optional[float] = ..., outside: _Optional[bool] = ...) -> None: ...

class LockWaiter(_message.Message):
    __slots__ = ("id", "name", "holder", "lease_ms", "since", "until", "outside")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    id: int
    name: str
    holder: str
    lease_ms: int
    since: float
    until: float
    outside: bool
    def __init__(self, id: _Optional[int] = ..., name: _Optional[str] = ..., holder: _Optional[str] = ..., lease_ms: _Optional[int] = ..., since: _Optional[float] = ..., until: _Optional[float] = ..., outside: _Optional[bool] = ...) -> None: ...

class LockChange(_message.Message):
    __slots__ = ("seq", "time", "name", "change", "holder", "version", "outside")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    name: str
    change: str
    holder: str
    version: int
    outside: bool
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., name: _Optional[str] = ..., change: _Optional[str] = ..., holder: _Optional[str] = ..., version: _Optional[int] = ..., outside: _Optional[bool] = ...) -> None: ...

class LockAcquireRequest(_message.Message):
    __slots__ = ("name", "lease_ms", "timeout_seconds", "holder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    lease_ms: int
    timeout_seconds: float
    holder: str
    def __init__(self, name: _Optional[str] = ..., lease_ms: _Optional[int] = ..., timeout_seconds: _Optional[float] = ..., holder: _Optional[str] = ...) -> None: ...

class LockAcquireResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: Lock
    def __init__(self, lock: _Optional[_Union[Lock, _Mapping]] = ...) -> None: ...

class LockTryAcquireRequest(_message.Message):
    __slots__ = ("name", "lease_ms", "holder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    lease_ms: int
    holder: str
    def __init__(self, name: _Optional[str] = ..., lease_ms: _Optional[int] = ..., holder: _Optional[str] = ...) -> None: ...

class LockTryAcquireResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: Lock
    def __init__(self, lock: _Optional[_Union[Lock, _Mapping]] = ...) -> None: ...

class LockRenewRequest(_message.Message):
    __slots__ = ("name", "version", "lease_ms", "holder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    lease_ms: int
    holder: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., lease_ms: _Optional[int] = ..., holder: _Optional[str] = ...) -> None: ...

class LockRenewResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: Lock
    def __init__(self, lock: _Optional[_Union[Lock, _Mapping]] = ...) -> None: ...

class LockReleaseRequest(_message.Message):
    __slots__ = ("name", "version", "holder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    holder: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., holder: _Optional[str] = ...) -> None: ...

class LockReleaseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LockForceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class LockForceResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: Lock
    def __init__(self, lock: _Optional[_Union[Lock, _Mapping]] = ...) -> None: ...

class LockGetRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class LockGetResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: Lock
    def __init__(self, lock: _Optional[_Union[Lock, _Mapping]] = ...) -> None: ...

class LockListRequest(_message.Message):
    __slots__ = ("prefix", "limit", "after")
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    limit: int
    after: str
    def __init__(self, prefix: _Optional[str] = ..., limit: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class LockListResponse(_message.Message):
    __slots__ = ("locks",)
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    locks: _containers.RepeatedCompositeFieldContainer[Lock]
    def __init__(self, locks: _Optional[_Iterable[_Union[Lock, _Mapping]]] = ...) -> None: ...

class LockWaitersRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class LockWaitersResponse(_message.Message):
    __slots__ = ("waiters",)
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    waiters: _containers.RepeatedCompositeFieldContainer[LockWaiter]
    def __init__(self, waiters: _Optional[_Iterable[_Union[LockWaiter, _Mapping]]] = ...) -> None: ...

class LockHistoryRequest(_message.Message):
    __slots__ = ("name", "limit")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    limit: int
    def __init__(self, name: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class LockHistoryResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[LockChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[LockChange, _Mapping]]] = ...) -> None: ...
