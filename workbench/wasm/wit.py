"""A reader for the WIT that this project ships: the one source of every host function's type and documentation.

It understands the subset that those files use (interfaces, worlds, records, variants, enums, type aliases, resources
with methods, functions, `use`, doc comments), and refuses anything else with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from workbench.api.errors import Invalid
from workbench.data import directory
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
    World,
)

PACKAGE = "plexspaces:actor"
VERSION = "1.0.0"
_TOKEN = re.compile(r"///[^\n]*|//[^\n]*|/\*.*?\*/|->|[A-Za-z%_][\w\-]*|\d[\w.\-]*|[^\s]", re.S)
_PRIMITIVES = frozenset({"bool", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "f32", "f64", "char", "string"})


@dataclass(frozen=True, slots=True)
class Package:
    """All interfaces and worlds of one package; `name` and `version` as declared."""

    name: str
    version: str
    interfaces: Mapping[str, Interface]
    worlds: Mapping[str, World]

    def qualified(self, interface: str) -> str:
        """The name under which components import or export `interface`."""
        return f"{self.name}/{interface}@{self.version}"


class Token(NamedTuple):
    text: str
    documentation: str
    line: int


@cache
def actor_package() -> Package:
    """The package of the actor interfaces, `plexspaces:actor`."""
    return read_package(directory("wit") / "plexspaces-actor")


def read_package(folder: Path) -> Package:
    """Read every `.wit` file of one folder as one package."""
    files = sorted(folder.glob("*.wit"))
    if not files:
        raise Invalid(f"no .wit file in {folder}")
    reader = _Reader()
    for path in files:
        reader.scan(path)
    return reader.finish()


@dataclass
class _Raw:
    """An interface before its `use`s are resolved: the tokens of its body."""

    documentation: str
    tokens: list[Token]
    file: str


@dataclass
class _Reader:
    name: str = ""
    version: str = ""
    raw: dict[str, _Raw] = field(default_factory=dict)
    done: dict[str, Interface] = field(default_factory=dict)
    worlds: dict[str, World] = field(default_factory=dict)

    def scan(self, path: Path) -> None:
        cursor = _Cursor(list(_tokens(path.read_text(encoding="utf-8"))), path.name)
        while not cursor.ended:
            token = cursor.next()
            if token.text == "package":
                self.name = cursor.until({"@", ";"})
                self.version = cursor.until({";"}) if cursor.last == "@" else ""
            elif token.text == "interface":
                name = cursor.name()
                self.raw[name] = _Raw(token.documentation, cursor.block(), path.name)
            elif token.text == "world":
                name = cursor.name()
                self.worlds[name] = _world(name, token.documentation, _Cursor(cursor.block(), path.name))
            else:
                raise cursor.error(f"expected package, interface or world, found {token.text!r}")

    def finish(self) -> Package:
        interfaces = {name: self.interface(name) for name in self.raw}
        return Package(self.name, self.version, interfaces, self.worlds)

    def interface(self, name: str) -> Interface:
        if name not in self.done:
            if name not in self.raw:
                raise Invalid(f"no interface {name!r} in the package {self.name}")
            raw = self.raw[name]
            self.done[name] = _Body(self, raw).read(name)
        return self.done[name]


class _Body:
    """Reads the inside of one interface."""

    def __init__(self, reader: _Reader, raw: _Raw) -> None:
        self.reader, self.raw, self.cursor = reader, raw, _Cursor(raw.tokens, raw.file)
        self.types: dict[str, Type] = {}
        self.own: list[tuple[str, Type]] = []
        self.functions: list[Function] = []
        self.documented: list[tuple[str, str]] = []
        self.used: list[tuple[str, str]] = []
        self.resources: list[str] = []

    def read(self, name: str) -> Interface:
        while not self.cursor.ended:
            self.item(self.cursor.next())
        parts = (tuple(self.own), tuple(self.functions), tuple(self.documented), tuple(self.used))
        return Interface(name, self.raw.documentation, *parts, tuple(self.resources))

    def item(self, token: Token) -> None:
        match token.text:
            case "use":
                self.use()
            case "record" | "variant" | "enum":
                name = self.cursor.name()
                self.define(name, token, self.compound(token.text, name))
            case "type":
                name = self.cursor.name()
                self.cursor.expect("=")
                self.define(name, token, self.type())
                self.cursor.expect(";")
            case "resource":
                self.resource(token)
            case _:
                self.cursor.expect(":")
                self.functions.append(self.function(token.text.lstrip("%"), token.documentation))

    def define(self, name: str, token: Token, kind: Type) -> None:
        self.types[name] = kind
        self.own.append((name, kind))
        self.documented.append((name, token.documentation))

    def use(self) -> None:
        source = self.cursor.name()
        self.cursor.expect(".")
        self.cursor.expect("{")
        known = dict(self.reader.interface(source).types) | {
            r: Handle(r, True) for r in self.reader.done[source].resources
        }
        while self.cursor.peek() != "}":
            name = self.cursor.name()
            if name not in known:
                raise self.cursor.error(f"{source} has no type {name}")
            self.types[name] = known[name]
            self.used.append((source, name))
            self.cursor.skip(",")
        self.cursor.expect("}")
        self.cursor.expect(";")

    def compound(self, what: str, owner: str) -> Type:
        inner = _Cursor(self.cursor.block(), self.raw.file)
        members: list[tuple[str, Type | None]] = []
        outer, self.cursor = self.cursor, inner
        while not inner.ended:
            token = inner.next()
            kind: Type | None = None
            if what == "record":
                inner.expect(":")
                kind = self.type()
            elif what == "variant" and inner.skip("("):
                kind = self.type()
                inner.expect(")")
            members.append((token.text.lstrip("%"), kind))
            self.documented.append((f"{owner}.{members[-1][0]}", token.documentation))
            inner.skip(",")
        self.cursor = outer
        if what == "enum":
            return Enum(owner, tuple(name for name, _ in members))
        if what == "variant":
            return Variant(owner, tuple(members))
        return Record(owner, tuple((name, kind) for name, kind in members if kind is not None))

    def resource(self, token: Token) -> None:
        name = self.cursor.name()
        self.resources.append(name)
        self.types[name] = Handle(name, True)
        self.documented.append((name, token.documentation))
        if self.cursor.skip(";"):
            return
        outer, self.cursor = self.cursor, _Cursor(self.cursor.block(), self.raw.file)
        while not self.cursor.ended:
            method = self.cursor.next()
            self.cursor.expect(":")
            function = self.function(f"[method]{name}.{method.text}", method.documentation)
            receiver = (("self", Handle(name, False)), *function.params)
            self.functions.append(Function(function.name, receiver, function.result, function.documentation))
        self.cursor = outer

    def function(self, name: str, documentation: str) -> Function:
        self.cursor.expect("func")
        self.cursor.expect("(")
        params: list[tuple[str, Type]] = []
        while not self.cursor.skip(")"):
            param = self.cursor.name()
            self.cursor.expect(":")
            params.append((param, self.type()))
            self.cursor.skip(",")
        result = self.type() if self.cursor.skip("->") else None
        self.cursor.expect(";")
        return Function(name, tuple(params), result, documentation)

    def type(self) -> Type:
        name = self.cursor.name()
        if name in _PRIMITIVES:
            return Primitive(name)
        match name:
            case "list":
                return ListOf(self.arguments()[0])
            case "option":
                return OptionOf(self.arguments()[0])
            case "tuple":
                return TupleOf(tuple(self.arguments()))
            case "borrow":
                inner = self.arguments()[0]
                return Handle(str(inner)[4:-1], False)
            case "result":
                return self.result()
        if name not in self.types:
            raise self.cursor.error(f"no type {name!r}")
        return self.types[name]

    def result(self) -> ResultOf:
        if not self.cursor.skip("<"):
            return ResultOf(None, None)
        ok = None if self.cursor.skip("_") else self.type()
        err = self.type() if self.cursor.skip(",") else None
        self.cursor.expect(">")
        return ResultOf(ok, err)

    def arguments(self) -> list[Type]:
        self.cursor.expect("<")
        found = [self.type()]
        while self.cursor.skip(","):
            found.append(self.type())
        self.cursor.expect(">")
        return found


def _world(name: str, documentation: str, cursor: _Cursor) -> World:
    found: dict[str, list[str]] = {"include": [], "import": [], "export": []}
    while not cursor.ended:
        verb = cursor.next().text
        if verb not in found:
            raise cursor.error(f"expected include, import or export, found {verb!r}")
        found[verb].append(cursor.until({";"}))
    return World(name, documentation, tuple(found["include"]), tuple(found["import"]), tuple(found["export"]))


class _Cursor:
    """A position in a list of tokens."""

    def __init__(self, tokens: list[Token], file: str) -> None:
        self.tokens, self.file, self.at, self.last = tokens, file, 0, ""

    @property
    def ended(self) -> bool:
        return self.at >= len(self.tokens)

    def peek(self) -> str:
        return "" if self.ended else self.tokens[self.at].text

    def next(self) -> Token:
        if self.ended:
            raise self.error("the file ends in the middle of a declaration")
        self.at += 1
        return self.tokens[self.at - 1]

    def name(self) -> str:
        return self.next().text.lstrip("%")

    def skip(self, text: str) -> bool:
        if self.peek() != text:
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        if not self.skip(text):
            raise self.error(f"expected {text!r}, found {self.peek()!r}")

    def until(self, ends: set[str]) -> str:
        parts = []
        while (token := self.next()).text not in ends:
            parts.append(token.text)
        self.last = token.text
        return "".join(parts)

    def block(self) -> list[Token]:
        """The tokens between the braces that start here."""
        self.expect("{")
        start, depth = self.at, 1
        while depth:
            text = self.next().text
            depth += (text == "{") - (text == "}")
        return self.tokens[start : self.at - 1]

    def error(self, message: str) -> Invalid:
        line = self.tokens[min(self.at, len(self.tokens)) - 1].line if self.tokens else 1
        return Invalid(f"{self.file}:{line}: {message}")


def _tokens(text: str) -> Iterator[Token]:
    comments: list[str] = []
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        found = match.group()
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if found.startswith("///"):
            comments.append(found[3:].removeprefix(" ").rstrip())
        elif not found.startswith(("//", "/*")):
            yield Token(found, "\n".join(comments), line)
            comments = []
