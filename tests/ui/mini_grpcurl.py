"""A stand-in for grpcurl where there is none: it reads its line and makes the call, from the proto files alone."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc


def run(line: str, expand: Callable[[str], str] = lambda text: text) -> list[Any]:
    """The answers as JSON. `expand` does what a shell does with `$…`."""
    words = shlex.split(expand(line))
    assert words[0] == "grpcurl"
    options: dict[str, list[str]] = {}
    names: list[str] = []
    rest = words[1:]
    while rest:
        word = rest.pop(0)
        if word == "-plaintext":
            options["plaintext"] = []
        elif word.startswith("-"):
            options.setdefault(word.lstrip("-"), []).append(rest.pop(0))
        else:
            names.append(word)
    address, path = names
    pool = _pool(options["import-path"][0], options["proto"][0])
    service, _, name = path.partition("/")
    method = pool.FindServiceByName(service).methods_by_name[name]
    request, answer = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
    requests = [json_format.ParseDict(each, request()) for each in _objects(options["d"][0])]
    metadata = [(key, _value(key, value)) for key, _, value in (each.partition(": ") for each in options.get("H", []))]
    with _channel(address, options) as channel:
        shape = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
        call = getattr(channel, shape)(
            f"/{path}", request_serializer=request.SerializeToString, response_deserializer=answer.FromString
        )
        found = call(iter(requests) if method.client_streaming else requests[0], metadata=metadata, timeout=30)
        answers = list(found) if method.server_streaming else [found]
    return [json_format.MessageToDict(each) for each in answers]


def _value(key: str, value: str) -> str | bytes:
    import base64

    return base64.b64decode(value) if key.endswith("-bin") else value


def _channel(address: str, options: dict[str, list[str]]) -> grpc.Channel:
    if "plaintext" in options:
        return grpc.insecure_channel(address)
    files = [Path(options[name][0]).read_bytes() if name in options else None for name in ("cacert", "key", "cert")]
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(*files))


def _objects(text: str) -> list[Any]:
    """Objects of JSON, one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


@cache
def _pool(folder: str, proto: str) -> descriptor_pool.DescriptorPool:
    known = Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.NamedTemporaryFile(suffix=".set") as target:
        line = [f"-I{folder}", f"-I{known}", "--include_imports", f"--descriptor_set_out={target.name}", proto]
        assert protoc.main(["protoc", *line]) == 0
        found = descriptor_pb2.FileDescriptorSet.FromString(Path(target.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in found.file:
        pool.Add(file)
    return pool
