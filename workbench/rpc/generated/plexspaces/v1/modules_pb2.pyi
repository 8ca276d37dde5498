from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModuleInfo(_message.Message):
    __slots__ = ("hash", "format", "size_bytes", "file_name", "behaviors", "imports", "requires", "aliases", "deployed", "memory_bytes", "class_name", "documentation", "interpreter", "carries_state", "warnings", "compiled")
    HASH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    BEHAVIORS_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    DEPLOYED_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTATION_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    CARRIES_STATE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    COMPILED_FIELD_NUMBER: _ClassVar[int]
    hash: str
    format: str
    size_bytes: int
    file_name: str
    behaviors: _containers.RepeatedScalarFieldContainer[str]
    imports: _containers.RepeatedScalarFieldContainer[str]
    requires: _containers.RepeatedScalarFieldContainer[str]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    deployed: float
    memory_bytes: int
    class_name: str
    documentation: str
    interpreter: str
    carries_state: bool
    warnings: _containers.RepeatedScalarFieldContainer[str]
    compiled: bool
    def __init__(self, hash: _Optional[str] = ..., format: _Optional[str] = ..., size_bytes: _Optional[int] = ..., file_name: _Optional[str] = ..., behaviors: _Optional[_Iterable[str]] = ..., imports: _Optional[_Iterable[str]] = ..., requires: _Optional[_Iterable[str]] = ..., aliases: _Optional[_Iterable[str]] = ..., deployed: _Optional[float] = ..., memory_bytes: _Optional[int] = ..., class_name: _Optional[str] = ..., documentation: _Optional[str] = ..., interpreter: _Optional[str] = ..., carries_state: _Optional[bool] = ..., warnings: _Optional[_Iterable[str]] = ..., compiled: _Optional[bool] = ...) -> None: ...

class DeployRequest(_message.Message):
    __slots__ = ("start", "chunk")
    class Start(_message.Message):
        __slots__ = ("file_name", "alias", "force", "size_bytes")
        FILE_NAME_FIELD_NUMBER: _ClassVar[int]
        ALIAS_FIELD_NUMBER: _ClassVar[int]
        FORCE_FIELD_NUMBER: _ClassVar[int]
        SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
        file_name: str
        alias: str
        force: bool
        size_bytes: int
        def __init__(self, file_name: _Optional[str] = ..., alias: _Optional[str] = ..., force: _Optional[bool] = ..., size_bytes: _Optional[int] = ...) -> None: ...
    START_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    start: DeployRequest.Start
    chunk: bytes
    def __init__(self, start: _Optional[_Union[DeployRequest.Start, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class DeployResponse(_message.Message):
    __slots__ = ("progress", "module")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    progress: _common_pb2.Progress
    module: ModuleInfo
    def __init__(self, progress: _Optional[_Union[_common_pb2.Progress, _Mapping]] = ..., module: _Optional[_Union[ModuleInfo, _Mapping]] = ...) -> None: ...

class ListModulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListModulesResponse(_message.Message):
    __slots__ = ("modules",)
    MODULES_FIELD_NUMBER: _ClassVar[int]
    modules: _containers.RepeatedCompositeFieldContainer[ModuleInfo]
    def __init__(self, modules: _Optional[_Iterable[_Union[ModuleInfo, _Mapping]]] = ...) -> None: ...

class GetModuleRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class ModuleDataRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class ModuleChunk(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...

class AliasModuleRequest(_message.Message):
    __slots__ = ("name", "reference", "force")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    reference: str
    force: bool
    def __init__(self, name: _Optional[str] = ..., reference: _Optional[str] = ..., force: _Optional[bool] = ...) -> None: ...

class RemoveModuleRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class RemoveModuleResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BuildModuleRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class BuildModuleResponse(_message.Message):
    __slots__ = ("progress", "chunk")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    progress: _common_pb2.Progress
    chunk: bytes
    def __init__(self, progress: _Optional[_Union[_common_pb2.Progress, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...
