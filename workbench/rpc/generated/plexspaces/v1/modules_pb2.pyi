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
        __slots__ = ("file_name", "alias", "force", "size_bytes", "hash")
        FILE_NAME_FIELD_NUMBER: _ClassVar[int]
        ALIAS_FIELD_NUMBER: _ClassVar[int]
        FORCE_FIELD_NUMBER: _ClassVar[int]
        SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
        HASH_FIELD_NUMBER: _ClassVar[int]
        file_name: str
        alias: str
        force: bool
        size_bytes: int
        hash: str
        def __init__(self, file_name: _Optional[str] = ..., alias: _Optional[str] = ..., force: _Optional[bool] = ..., size_bytes: _Optional[int] = ..., hash: _Optional[str] = ...) -> None: ...
    START_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    start: DeployRequest.Start
    chunk: bytes
    def __init__(self, start: _Optional[_Union[DeployRequest.Start, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class DeployResponse(_message.Message):
    __slots__ = ("progress", "module", "received")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    progress: _common_pb2.Progress
    module: ModuleInfo
    received: int
    def __init__(self, progress: _Optional[_Union[_common_pb2.Progress, _Mapping]] = ..., module: _Optional[_Union[ModuleInfo, _Mapping]] = ..., received: _Optional[int] = ...) -> None: ...

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

class ModuleExistsRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class ModuleExistsResponse(_message.Message):
    __slots__ = ("found",)
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: bool
    def __init__(self, found: _Optional[bool] = ...) -> None: ...

class ModuleDataRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class ModuleBytecodeRequest(_message.Message):
    __slots__ = ("reference", "interpreter")
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    reference: str
    interpreter: str
    def __init__(self, reference: _Optional[str] = ..., interpreter: _Optional[str] = ...) -> None: ...

class ModuleChunk(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...

class DescribeModuleRequest(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    def __init__(self, reference: _Optional[str] = ...) -> None: ...

class Section(_message.Message):
    __slots__ = ("kind", "name", "offset", "size_bytes", "items", "parts")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    offset: int
    size_bytes: int
    items: int
    parts: _containers.RepeatedCompositeFieldContainer[Section]
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., offset: _Optional[int] = ..., size_bytes: _Optional[int] = ..., items: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[Section, _Mapping]]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("name", "kind", "type", "members")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    type: str
    members: _containers.RepeatedCompositeFieldContainer[Member]
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., type: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ...) -> None: ...

class ModuleDetail(_message.Message):
    __slots__ = ("info", "sections", "imports", "exports", "wit", "compiled_bytes", "users", "notes")
    INFO_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    WIT_FIELD_NUMBER: _ClassVar[int]
    COMPILED_BYTES_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    info: ModuleInfo
    sections: _containers.RepeatedCompositeFieldContainer[Section]
    imports: _containers.RepeatedCompositeFieldContainer[Member]
    exports: _containers.RepeatedCompositeFieldContainer[Member]
    wit: str
    compiled_bytes: int
    users: _containers.RepeatedScalarFieldContainer[str]
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, info: _Optional[_Union[ModuleInfo, _Mapping]] = ..., sections: _Optional[_Iterable[_Union[Section, _Mapping]]] = ..., imports: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., exports: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., wit: _Optional[str] = ..., compiled_bytes: _Optional[int] = ..., users: _Optional[_Iterable[str]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class DiffModulesRequest(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("part", "name", "before", "after")
    PART_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    part: str
    name: str
    before: str
    after: str
    def __init__(self, part: _Optional[str] = ..., name: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class ModuleDiff(_message.Message):
    __slots__ = ("before", "after", "changes", "text")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    before: ModuleInfo
    after: ModuleInfo
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    text: str
    def __init__(self, before: _Optional[_Union[ModuleInfo, _Mapping]] = ..., after: _Optional[_Union[ModuleInfo, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

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
