"""Core modules for tests, written as text: a bump allocator, three words for results, and the handlers of each test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.api import Node, Rejected, SpawnOptions, profile
from workbench.wasm.core_imports import IMPORTS

BALANCED = profile("balanced").limits
MEMORY = '(memory (export "memory") 1)'
ALLOCATE = """
  (global $next (mut i32) (i32.const 8192))
  (func $allocate (export "allocate") (param $size i32) (result i32) (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.add (local.get $at) (local.get $size)))
    (loop $more
      (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
        (then
          (if (i32.lt_s (memory.grow (i32.const 1)) (i32.const 0)) (then (unreachable)))
          (br $more))))
    (local.get $at))"""
WORDS = """
  (func $text (param $at i32) (param $size i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32)) (i64.extend_i32_u (local.get $size))))
  (func $binary (param $at i32) (param $size i32) (result i64)
    (i64.or (i64.const 0x4000000000000000) (call $text (local.get $at) (local.get $size))))
  (func $refused (param $at i32) (param $size i32) (result i64)
    (i64.or (i64.const 0x8000000000000000) (call $text (local.get $at) (local.get $size))))
  (func $given (param $at i32) (param $size i32) (result i64)
    (if (result i64) (i32.lt_s (local.get $size) (i32.const 0))
      (then (call $binary (local.get $at) (i32.and (local.get $size) (i32.const 0x7fffffff))))
      (else (call $text (local.get $at) (local.get $size)))))"""
ECHO = "(global.set $next (i32.const 8192)) (call $given (local.get $payload) (local.get $payload_size))"
PAYLOAD = "(local.get $payload) (local.get $payload_size)"
TYPE = "(local.get $type) (local.get $type_size)"
_PARAMETERS = " ".join(f"(param ${part} i32) (param ${part}_size i32)" for part in ("from", "type", "payload"))


def handler(name: str, body: str) -> str:
    """A handler; `$from`, `$type` and `$payload`, each with its `…_size`, are what it was given."""
    return f'(func (export "{name}") {_PARAMETERS} (result i64) {body})'


def request(body: str) -> str:
    return handler("handle_request", body)


def function(name: str, body: str, parameters: str = "") -> str:
    """A function of the lifecycle."""
    return f'(func (export "{name}") {parameters} (result i64) {body})'


def module(*parts: str, imports: str = "", memory: str = MEMORY, allocate: str = ALLOCATE) -> bytes:
    """The text of a core module; texts for its replies are put by `data`."""
    return f"(module {imports} {memory} {allocate} {WORDS} {' '.join(parts)})".encode()


def data(text: str | bytes, at: int = 16) -> str:
    found = text.encode() if isinstance(text, str) else text
    written = "".join(f"\\{byte:02x}" for byte in found)
    return f'(data (i32.const {at}) "{written}")'


def texts(**named: str) -> str:
    """Texts in memory, each behind a function of its name that gives place and size."""
    at, parts = 16, []
    for name, text in named.items():
        size = len(text.encode())
        parts.append(data(text, at) + f"(func ${name} (result i32 i32) (i32.const {at}) (i32.const {size}))")
        at += size
    return " ".join(parts)


def imported(name: str, parameters: str) -> str:
    """The import of a host function as `$name`."""
    return f'(import "plexspaces" "{name}" (func ${name} (param {parameters}) (result i64)))'


def start(
    node: Node,
    source: bytes,
    state: str | bytes = "",
    *,
    name: str = "",
    grants: tuple[str, ...] | None = None,
    **limits: int,
) -> str:
    """An actor of the module, by its name: with these grants and no others, where there are any; limits by name."""
    found = node.modules.deploy(source, file_name="core.wat")
    chosen = "balanced" if grants is None else "strict"
    options = SpawnOptions(name=name, profile=chosen, grants=grants or (), limits=replace(BALANCED, **limits))
    return node.actors.spawn(found.hash, state, options=options).id.name


def flat(name: str) -> str:
    return " ".join(IMPORTS[name].signature[0])


def proxy(name: str, arguments: str, *more: str, allocate: str = ALLOCATE) -> bytes:
    """A gen_server whose reply is what the host function gave."""
    return module(*more, request(f"(call ${name} {arguments})"), imports=imported(name, flat(name)), allocate=allocate)


def refusal(node: Node, actor: str, message_type: str = "x", payload: str | bytes = "") -> str:
    with pytest.raises(Rejected) as refused:
        node.actors.ask(actor, message_type, payload)
    return refused.value.message
