"""Names that are no syntax, and values of every type of the WIT made from them: what a guest could hand to the host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from workbench.wasm.types import (
    Enum,
    ListOf,
    OptionOf,
    Primitive,
    Record,
    TupleOf,
    Type,
    Variant,
)

NAMES = {
    "dots": "..",
    "path": "../../etc/passwd",
    "star": "*",
    "greater": ">",
    "colon": "a:b",
    "slash": "a/b",
    "at": "a@local",
    "quotes": "'\"`",
    "NUL": "a\0b",
    "newline": "a\nERROR forged line",
    "empty": "",
    "mebibyte": "x" * (1 << 20),
    "emoji": "\U0001f600\u202egpj.exe",
    "surrogate": "\ud800",
}


def value(kind: Type, name: str) -> Any:
    """A value of this type in which every text is `name`."""
    match kind:
        case Primitive("string"):
            return name
        case Primitive("bool"):
            return True
        case Primitive("f32" | "f64"):
            return 1.0
        case Primitive():
            return 1
        case ListOf(Primitive("u8")):
            return b"x"
        case ListOf(element):
            return [value(element, name)]
        case OptionOf(element):
            return value(element, name)
        case TupleOf(elements):
            return tuple(value(element, name) for element in elements)
        case Record(_, fields):
            return SimpleNamespace(**{field.replace("-", "_"): value(of, name) for field, of in fields})
        case Variant(called, cases):
            return name if called == "payload" else (cases[0][0], value(cases[0][1], name) if cases[0][1] else None)
        case Enum(_, names):
            return names[0]
    raise TypeError(kind)
