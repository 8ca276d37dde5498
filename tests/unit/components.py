"""Tiny components for tests, written as text: an echo of any type through a host function, and a few misfits."""

from __future__ import annotations

from workbench.wasm.types import ListOf, OptionOf, Primitive, ResultOf, TupleOf, Type

_FLAT = {"f32": "f32", "f64": "f64", "u64": "i64", "s64": "i64"}


def flat(kind: Type | None) -> list[str]:
    """Core types that a value takes as parameters, as the canonical ABI flattens it."""
    match kind:
        case None:
            return []
        case Primitive("string") | ListOf():
            return ["i32", "i32"]
        case Primitive(name):
            return [_FLAT.get(name, "i32")]
        case TupleOf(elements):
            return [core for element in elements for core in flat(element)]
        case OptionOf(element):
            return ["i32", *flat(element)]
        case ResultOf(ok, err):
            return ["i32", *_joined(flat(ok), flat(err))]
    raise TypeError(kind)


def _joined(first: list[str], second: list[str]) -> list[str]:
    length = max(len(first), len(second))
    pairs = zip(first + [""] * (length - len(first)), second + [""] * (length - len(second)), strict=True)
    return [_join(one, other) for one, other in pairs]


def _join(one: str, other: str) -> str:
    if not one or not other or one == other:
        return one or other
    return "i32" if {one, other} == {"i32", "f32"} else "i64"


def echo(kind: Type) -> str:
    """A component that exports `echo`, which hands its argument to the imported `host` and gives back the answer."""
    text, cores = spell(kind), flat(kind)
    if len(cores) > 16:
        raise ValueError("too many parameters for this echo")
    direct = len(cores) == 1
    params = " ".join(cores)
    gets = " ".join(f"(local.get {index})" for index in range(len(cores)))
    body = f"(call $host {gets})" if direct else f"(call $host {gets} (i32.const 16)) (i32.const 16)"
    imported = f"(param {params}) (result {cores[0]})" if direct else f"(param {params} i32)"
    result = cores[0] if direct else "i32"
    return f"""
(component
  (import "host" (func $host (param "value" {text}) (result {text})))
  (core module $memory
    (memory (export "memory") 128)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at)))
  (core instance $memory (instantiate $memory))
  (core func $lowered (canon lower (func $host)
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $code
    (import "host" "host" (func $host {imported}))
    (func (export "echo") (param {params}) (result {result}) {body}))
  (core instance $code (instantiate $code (with "host" (instance (export "host" (func $lowered))))))
  (func (export "echo") (param "value" {text}) (result {text})
    (canon lift (core func $code "echo")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
)"""


def spell(kind: Type | None) -> str:
    """A type in the text format of components."""
    match kind:
        case Primitive(name):
            return name
        case ListOf(element):
            return f"(list {spell(element)})"
        case OptionOf(element):
            return f"(option {spell(element)})"
        case TupleOf(elements):
            return f"(tuple {' '.join(map(spell, elements))})"
        case ResultOf(ok, err):
            good = f" {spell(ok)}" if ok else ""
            bad = f" (error {spell(err)})" if err else ""
            return f"(result{good}{bad})"
    raise TypeError(kind)
