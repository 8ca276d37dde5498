"""Types of the component model as values: what a function takes and gives, independent of any engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Primitive:
    """`bool`, `u8` … `s64`, `f32`, `f64`, `char` or `string`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    element: Type

    def __str__(self) -> str:
        return f"list<{self.element}>"


@dataclass(frozen=True, slots=True)
class OptionOf:
    element: Type

    def __str__(self) -> str:
        return f"option<{self.element}>"


@dataclass(frozen=True, slots=True)
class ResultOf:
    ok: Type | None
    err: Type | None

    def __str__(self) -> str:
        if self.err is None:
            return f"result<{self.ok}>" if self.ok else "result"
        return f"result<{self.ok or '_'}, {self.err}>"


@dataclass(frozen=True, slots=True)
class TupleOf:
    elements: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple<{', '.join(map(str, self.elements))}>"


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return self.name or f"record {{ {', '.join(f'{name}: {kind}' for name, kind in self.fields)} }}"


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    cases: tuple[tuple[str, Type | None], ...]

    def __str__(self) -> str:
        return self.name or "variant {{ {} }}".format(
            ", ".join(f"{name}({kind})" if kind else name for name, kind in self.cases)
        )


@dataclass(frozen=True, slots=True)
class Enum:
    name: str
    cases: tuple[str, ...]

    def __str__(self) -> str:
        return self.name or f"enum {{ {', '.join(self.cases)} }}"


@dataclass(frozen=True, slots=True)
class Handle:
    """An `own` or `borrow` of a resource."""

    resource: str
    owned: bool

    def __str__(self) -> str:
        return f"{'own' if self.owned else 'borrow'}<{self.resource}>"


Type: TypeAlias = "Primitive | ListOf | OptionOf | ResultOf | TupleOf | Record | Variant | Enum | Handle"


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None
    documentation: str = ""

    def __str__(self) -> str:
        params = ", ".join(f"{name}: {kind}" for name, kind in self.params)
        return f"func({params})" + (f" -> {self.result}" if self.result else "")


@dataclass(frozen=True, slots=True)
class Interface:
    """One WIT interface. `documented` has the comment of every type, field and case: `type` or `type.field`."""

    name: str
    documentation: str
    types: tuple[tuple[str, Type], ...]
    functions: tuple[Function, ...]
    documented: tuple[tuple[str, str], ...]
    used: tuple[tuple[str, str], ...] = ()  # (interface, type) taken over by `use`
    resources: tuple[str, ...] = ()

    def function(self, name: str) -> Function | None:
        return next((function for function in self.functions if function.name == name), None)


@dataclass(frozen=True, slots=True)
class World:
    name: str
    documentation: str
    includes: tuple[str, ...]
    imports: tuple[str, ...]
    exports: tuple[str, ...]


def strip(kind: Type | None) -> Type | None:
    """The same type without names, so that two declarations can be compared by shape."""
    match kind:
        case ListOf(element):
            return ListOf(_must(element))
        case OptionOf(element):
            return OptionOf(_must(element))
        case ResultOf(ok, err):
            return ResultOf(strip(ok), strip(err))
        case TupleOf(elements):
            return TupleOf(tuple(map(_must, elements)))
        case Record(_, fields):
            return Record("", tuple((name, _must(field)) for name, field in fields))
        case Variant(_, cases):
            return Variant("", tuple((name, strip(case)) for name, case in cases))
        case Enum(_, cases_):
            return Enum("", cases_)
        case _:
            return kind


def _must(kind: Type) -> Type:
    stripped = strip(kind)
    assert stripped is not None
    return stripped
