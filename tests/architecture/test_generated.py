"""The committed messages are those of `proto/`."""

from __future__ import annotations

import importlib
from pathlib import Path

import grpc_tools
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

PROTO = Path(__file__).resolve().parents[2] / "proto"
KNOWN = Path(grpc_tools.__file__).parent / "_proto"
SOURCES = sorted(path.relative_to(PROTO).as_posix() for path in PROTO.rglob("*.proto"))


@pytest.mark.parametrize("source", SOURCES)
def test_the_generated_module_is_that_of_its_source(source: str, tmp_path: Path) -> None:
    target = tmp_path / "set"
    assert protoc.main(["protoc", f"-I{PROTO}", f"-I{KNOWN}", f"--descriptor_set_out={target}", source]) == 0
    wanted = FileDescriptorSet.FromString(target.read_bytes()).file[0]
    name = source.removesuffix(".proto").replace("/", ".")
    module = importlib.import_module(f"workbench.rpc.generated.{name}_pb2")
    made = FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(made)
    # protoc always writes the names in JSON, the runtime leaves them out.
    for file in (wanted, made):
        for fields in (file.extension, *(message.field for message in _all_messages(file))):
            for field in fields:
                field.ClearField("json_name")
    assert made == wanted


def _all_messages(holder):
    for message in holder.message_type if isinstance(holder, FileDescriptorProto) else holder.nested_type:
        yield message
        yield from _all_messages(message)


@pytest.mark.parametrize("source", SOURCES)
def test_every_service_and_method_has_its_comment(source: str) -> None:
    lines = (PROTO / source).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.strip().startswith("rpc "):
            assert lines[number - 1].strip().startswith("//"), line
