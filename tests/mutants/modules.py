"""The modules that are mutated, and text of components that import what the host offers with its true types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from wasmtime import wat2wasm

from workbench.data import directory
from workbench.wasm import wasi
from workbench.wasm.linker import wasi_package
from workbench.wasm.types import (
    Enum,
    Function,
    Handle,
    Interface,
    ListOf,
    OptionOf,
    Primitive,
    Record,
    ResultOf,
    TupleOf,
    Type,
    Variant,
)
from workbench.wasm.wit import actor_package

ECHO = """
  (core module $code
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 8192))
    (data (i32.const 1024) "kept")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (if (i32.gt_u (global.get $next) (i32.const 60000)) (then (unreachable)))
      (local.get $at))
    (func (export "init") (param i32 i32 i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0)) (i32.const 16))
    (func (export "shutdown") (result i32)
      (i32.store8 (i32.const 16) (i32.const 0)) (i32.const 16))
    (func (export "snapshot") (result i32)
      (i32.store8 (i32.const 16) (i32.const 0)) (i32.store8 (i32.const 20) (i32.const 0))
      (i32.store (i32.const 24) (i32.const 1024)) (i32.store (i32.const 28) (i32.const 4)) (i32.const 16))
    (func (export "handle") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0)) (i32.store8 (i32.const 20) (local.get 4))
      (i32.store (i32.const 24) {reply}) (i32.store (i32.const 28) {size})
      (global.set $next (i32.const 8192)) (i32.const 16)){more})
  (core instance $i (instantiate $code))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (func $init (param "state" $payload) (result (result (error string)))
    (canon lift (core func $i "init") (memory $memory) (realloc $realloc)))
  (func $shutdown (result (result (error string)))
    (canon lift (core func $i "shutdown") (memory $memory) (realloc $realloc)))
  (func $snapshot (result (result $payload (error string)))
    (canon lift (core func $i "snapshot") (memory $memory) (realloc $realloc)))
  (func $handle (param "from-actor" string) (param "message-type" string) (param "payload" $payload)
    (result (result $payload (error string)))
    (canon lift (core func $i "handle") (memory $memory) (realloc $realloc)))
"""
LIFECYCLE = """
  (instance $lifecycle (export "payload" (type $payload)) (export "init" (func $init))
    (export "snapshot-state" (func $snapshot)) (export "shutdown" (func $shutdown)))
  (export "plexspaces:actor/lifecycle@1.0.0" (instance $lifecycle))
"""
TYPES = """
  (import "plexspaces:actor/types@1.0.0" (instance $types
    (type $written (variant (case "text" string) (case "binary" (list u8))))
    (export "payload" (type (eq $written)))))
  (alias export $types "payload" (type $payload))
"""
SERVER = """
  (instance $server (export "payload" (type $payload)) (export "handle-request" (func $handle)))
  (export "plexspaces:actor/gen-server@1.0.0" (instance $server))
"""
SECOND = """
  (alias core export $i "table" (core table $table))
  (core module $second
    (import "env" "memory" (memory 1)) (import "env" "table" (table 32 funcref))
    (type $unary (func (param i32) (result i32)))
    (func $next (type $unary) (i32.add (local.get 0) (i32.const 1)))
    (elem (i32.const 5) func $next) (data (i32.const 6000) "second")
    (func (export "call") (type $unary) (call_indirect (type $unary) (local.get 0) (i32.const 5))))
  (core instance (instantiate $second (with "env" (instance
    (export "memory" (memory $memory)) (export "table" (table $table))))))
"""
# As builders of components write an export: a component of its own gives the functions their names.
SHIM = """
  (component $shim
    (alias outer 1 $payload (type $outer)) (import "import-type-payload" (type $given (eq $outer)))
    (import "import-func-handle-request" (func $handle (param "from-actor" string) (param "message-type" string)
      (param "payload" $given) (result (result $given (error string)))))
    (export $payload "payload" (type $given))
    (export "handle-request" (func $handle) (func (param "from-actor" string) (param "message-type" string)
      (param "payload" $payload) (result (result $payload (error string))))))
  (instance $server (instantiate $shim (with "import-type-payload" (type $payload))
    (with "import-func-handle-request" (func $handle))))
  (export "plexspaces:actor/gen-server@1.0.0" (instance $server))
"""


@cache
def modules() -> dict[str, bytes]:
    """A core module, a tiny component, and one that has a bit of everything that builders write."""
    return {"core": core(), "component": component(), "large": large()}


def core() -> bytes:
    return bytes(wat2wasm((directory("resources") / "actors" / "tally.wat").read_text(encoding="utf-8")))


def component(more: str = "", server: str = SERVER, **changed: str) -> bytes:
    """An actor that echoes payloads, or says what is `changed`; `more` goes into its core module."""
    return bytes(wat2wasm(f"(component {TYPES} {echo(more, **changed)} {LIFECYCLE} {server})"))


def echo(more: str, *, reply: str = "(local.get 5)", size: str = "(local.get 6)") -> str:
    return ECHO.replace("{more}", more).replace("{reply}", reply).replace("{size}", size)


def large() -> bytes:
    """An actor as builders for Python write it, but small: imports of ours and of WASI, two modules that share memory
    and table, a shim around its export, and 60 functions more."""
    body = "(i64.add (local.get 0) " * 20 + "(i64.trunc_sat_f64_s (local.get 1))" + ")" * 20
    functions = "".join(f'(func (export "f{n}") (param i64 f64) (result i64) (local i32) {body})' for n in range(60))
    data = "ab" * 1500
    more = (
        f'{functions} (table (export "table") 32 64 funcref) (elem (i32.const 0) func 0 1 2) '
        f'(data (i32.const 2048) "{data}")'
    )
    return bytes(wat2wasm(f"(component {imports()} {wasi_imports()} {echo(more)} {SECOND} {LIFECYCLE} {SHIM})"))


def imports() -> str:
    """Text that imports every interface of the package, each with all that it has."""
    package = actor_package()
    exported = {name for world in package.worlds.values() for name in world.exports}
    names = ["types", *(name for name in package.interfaces if name not in exported and name != "types")]
    every = "".join(_import(package.interfaces[name], package.qualified(name)) for name in names)
    return every + '(alias export $types "payload" (type $payload))'


def wasi_imports() -> str:
    """Text that imports every interface of WASI that the host defines."""
    known = wasi_package().interfaces
    places = {name: f"wasi:{package}/{name}@0.2.9" for package, names in wasi.PACKAGES.items() for name in names}
    ordered = sorted(places, key=lambda name: list(known).index(name))
    return "".join(_import(known[name], places[name]) for name in ordered)


def _import(interface: Interface, qualified: str) -> str:
    own = (*interface.resources, *(name for name, _ in interface.types))
    taken = " ".join(f'(alias export ${interface.name} "{name}" (type ${interface.name}.{name}))' for name in own)
    return f'(import "{qualified}" (instance ${interface.name} {" ".join(_items(interface))})) {taken}\n'


def _items(interface: Interface) -> Iterator[str]:
    for source, name in interface.used:
        yield (
            f"(alias outer 1 ${source}.{name} (type $outer-{name})) "
            f'(export "{name}" (type $local-{name} (eq $outer-{name})))'
        )
    for name in interface.resources:
        yield f'(export "{name}" (type $local-{name} (sub resource)))'
    for name, kind in interface.types:
        yield f'(type $raw-{name} {_defined(kind)}) (export "{name}" (type $local-{name} (eq $raw-{name})))'
    for function in interface.functions:
        yield f'(export "{function.name}" (func {_function(function)}))'


def _function(function: Function) -> str:
    params = " ".join(f'(param "{name}" {_spelled(kind)})' for name, kind in function.params)
    return f"{params} (result {_spelled(function.result)})" if function.result else params


def _defined(kind: Type) -> str:
    match kind:
        case Record(_, fields):
            return f"(record {_named('field', fields)})"
        case Variant(_, cases):
            return f"(variant {_named('case', cases)})"
        case Enum(_, names):
            return "(enum " + " ".join(f'"{name}"' for name in names) + ")"
    return _spelled(kind)


def _named(word: str, parts: Iterable[tuple[str, Type | None]]) -> str:
    return " ".join(f'({word} "{name}" {_spelled(part) if part else ""})' for name, part in parts)


def _spelled(kind: Type) -> str:
    match kind:
        case Primitive(name):
            return name
        case Record(name) | Variant(name) | Enum(name):
            return f"$local-{name}"
        case ListOf(element):
            return f"(list {_spelled(element)})"
        case OptionOf(element):
            return f"(option {_spelled(element)})"
        case TupleOf(elements):
            return f"(tuple {' '.join(map(_spelled, elements))})"
        case ResultOf(ok, err):
            return f"(result {_spelled(ok) if ok else ''} {f'(error {_spelled(err)})' if err else ''})"
        case Handle(resource, owned):
            return f"({'own' if owned else 'borrow'} $local-{resource})"
    raise TypeError(kind)
