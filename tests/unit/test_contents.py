"""What is told of a binary: its world as WIT, its sections, and where the reader stops."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from wasmtime import WasmtimeError, wat2wasm
from wasmtime.component import Component, ComponentInstanceType, FuncType

from tests.mutants.modules import core, large
from tests.mutants.mutation import mutated
from workbench.api import Invalid, Section
from workbench.config import load
from workbench.wasm import binary
from workbench.wasm.binary.component import read_surface
from workbench.wasm.binary.contents import Contents, read_contents
from workbench.wasm.binary.cursor import DEPTH, NAME_BYTES
from workbench.wasm.binary.members import CHARACTERS
from workbench.wasm.binary.sections import SECTIONS, read_sections
from workbench.wasm.binary.shapes import Compound, Generic, Instance, Named, Plain, Reference, Signature
from workbench.wasm.binary.world import WIT_CHARACTERS
from workbench.wasm.engine import new_engine
from workbench.wasm.wit import actor_package, read_package

READ_SECONDS = 0.05
HEAD = b"\0asm\x0d\0\1\0"


def contents(text: str) -> Contents:
    data = bytes(wat2wasm(text))
    return read_contents(data, binary.read(data))


def interface(kinds: str) -> str:
    """The WIT of an interface in a component that imports it."""
    wit = contents(f'(component (import "a:b/c@1.0.0" (instance {kinds})))').wit
    found = re.search(r"interface c \{\n(.*?)\n  \}\n", wit, re.S)
    assert found, wit
    return "\n".join(line.strip() for line in found[1].splitlines())


@pytest.fixture(scope="module")
def interpreter_binary(interpreter: str) -> bytes:
    return (load().cache / "interpreters" / f"{interpreter}.wasm").read_bytes()


def test_the_world_of_a_component_has_our_interfaces_as_they_were_written(tmp_path: Path) -> None:
    wit = read_contents(large(), binary.read(large())).wit
    found = re.search(r"package plexspaces:actor@1\.0\.0 \{\n(.*?)\n\}\n", wit, re.S)
    assert found
    (tmp_path / "all.wit").write_text(f"package plexspaces:actor@1.0.0;\n{found[1]}\n")
    read, written = read_package(tmp_path), actor_package()
    for name, ours in written.interfaces.items():
        if name not in read.interfaces:
            continue
        theirs = read.interfaces[name]
        assert {one.name: str(one) for one in theirs.functions} == {one.name: str(one) for one in ours.functions}
        mine = dict(ours.types)
        for kind, shape in theirs.types:
            assert repr(shape) == repr(mine[kind]), (name, kind)
        assert set(theirs.used) == set(ours.used)
    assert len(read.interfaces) >= 16


def test_the_worlds_imports_and_exports_are_listed_in_order() -> None:
    found = read_contents(large(), binary.read(large()))
    lines = [line.strip(" ;") for line in found.wit.splitlines() if line.startswith(("  import ", "  export "))]
    assert [line.removeprefix("import ") for line in lines if line.startswith("import")] == [
        member.name for member in found.imports
    ]
    assert lines[-2:] == ["export plexspaces:actor/lifecycle@1.0.0", "export plexspaces:actor/gen-server@1.0.0"]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "wit"),
    [
        ('(type $f (flags "a" "b-c")) (export "f" (type (eq $f)))', "flags f {\na,\nb-c,\n}"),
        ('(type $e (enum "list" "x")) (export "e" (type (eq $e)))', "enum e {\n%list,\nx,\n}"),
        ('(type $l (list (tuple u8 f64))) (export "l" (type (eq $l)))', "type l = list<tuple<u8, f64>>;"),
        ('(export "f" (func (param "a" (option char)) (result (result))))', "f: func(a: option<char>) -> result;"),
        ('(export "f" (func (result (result s8))))', "f: func() -> result<s8>;"),
        ('(export "f" (func (result (result (error string)))))', "f: func() -> result<_, string>;"),
        ('(export "r" (type (sub resource)))', "resource r;"),
        (
            '(export "r" (type $r (sub resource))) (export "[constructor]r" (func (param "n" u8) (result (own $r))))'
            ' (export "[method]r.go" (func (param "self" (borrow $r)) (param "o" (borrow $r)) (result u8)))'
            ' (export "[static]r.new" (func (result (own $r)))) (export "take" (func (param "r" (own $r))))',
            "resource r {\nconstructor(n: u8);\ngo: func(o: borrow<r>) -> u8;\nnew: static func() -> r;\n}\n"
            "take: func(r: r);",
        ),
        (
            '(type $a (record (field "x" u8))) (export "a" (type $n (eq $a))) (export "b" (type (eq $n)))',
            "record a {\nx: u8,\n}\ntype b = a;",
        ),
    ],
)
def test_each_kind_of_type_is_written_as_wit(text: str, wit: str) -> None:
    assert interface(text) == wit


def test_streams_and_futures_are_written_too() -> None:
    # (type (stream u8)) (type (future)) (func (param "s" 0) (result 1)), put together by hand: engines may refuse them.
    func = b"\x40\x01\x01s\x00\x00\x01"
    types = b"\x04\x01\x66\x01\x7d\x01\x65\x00\x01" + func + b"\x04\x00\x01f\x01\x02"
    data = HEAD + b"\x07" + bytes((len(types) + 2,)) + b"\x01\x42" + types + b"\x0a\x0a\x01\x00\x05a:b/c\x05\x00"
    data = data.replace(b"\x0a\x0a\x01\x00", b"\x0a\x0a\x01\x00")
    found = read_contents(data, binary.read(data))
    assert "f: func(s: stream<u8>) -> future;" in found.wit, (found.notes, found.wit)


def test_functions_and_inline_interfaces_of_a_world_are_written() -> None:
    found = contents(
        '(component (import "log" (func (param "text" string)))'
        ' (import "host" (instance (export "now" (func (result u64))))))'
    )
    assert "  import log: func(text: string);\n  import host: interface {\n    now: func() -> u64;\n  }\n" in found.wit
    assert [(member.kind, member.type) for member in found.imports] == [
        ("function", "func(text: string)"),
        ("instance", ""),
    ]


def test_what_wit_has_no_words_for_is_a_comment_and_a_note() -> None:
    found = contents('(component (import "m" (core module (export "f" (func (param i32))))))')
    assert '// import "m": core module' in found.wit
    assert found.notes == ("the import 'm' is a core module that WIT has no words for",)
    assert [member.kind for member in found.imports] == ["module"]


def test_the_members_of_the_interpreter_are_those_that_the_engine_sees(interpreter: str) -> None:
    engine = new_engine()
    compiled = next((load().cache / "compiled").glob(f"{interpreter}-*.cwasm"))
    seen = Component.deserialize_file(engine, str(compiled)).type
    data = (load().cache / "interpreters" / f"{interpreter}.wasm").read_bytes()
    surface = read_surface(data)
    assert surface.notes == []
    for items, theirs in ((surface.imports, seen.imports(engine)), (surface.exports, seen.exports(engine))):
        assert list(items) == [name for name in theirs if name != binary.PROBE]
        for name, item in items.items():
            kind = theirs[name].ty
            assert isinstance(item.shape, Instance) and isinstance(kind, ComponentInstanceType)
            members = kind.exports(engine)
            assert set(item.shape.exports) == set(members)
            for member, found in item.shape.exports.items():
                if isinstance(found.shape, Signature):
                    assert _mine(found.shape) == _theirs(members[member].ty), (name, member)


def _mine(shape: Any) -> str:
    match shape:
        case Plain(name):
            return name
        case Named(_, target):
            return _mine(target)
        case Reference(owned):
            return "own" if owned else "borrow"
        case Compound(form, members):
            return f"{form}({', '.join(name + (':' + _mine(kind) if kind else '') for name, kind in members)})"
        case Generic(form, arguments):
            return f"{form}({', '.join(_mine(argument) if argument else '_' for argument in arguments)})"
        case Signature(params, result):
            return f"{[(name, _mine(kind)) for name, kind in params]} {_mine(result) if result else '_'}"
    raise TypeError(shape)


def _theirs(kind: Any) -> str:
    if isinstance(kind, FuncType):
        result = _theirs(kind.result) if kind.result else "_"
        return f"{[(name, _theirs(part)) for name, part in kind.params]} {result}"
    match form := type(kind).__name__.removesuffix("Type").lower():
        case "record":
            return f"record({', '.join(f'{name}:{_theirs(part)}' for name, part in kind.fields)})"
        case "variant":
            parts = (name + (f":{_theirs(part)}" if part else "") for name, part in kind.cases)
            return f"variant({', '.join(parts)})"
        case "enum" | "flags":
            return f"{form}({', '.join(kind.names)})"
        case "list":
            return f"list({_theirs(kind.element)})"
        case "option":
            return f"option({_theirs(kind.payload)})"
        case "tuple":
            return f"tuple({', '.join(map(_theirs, kind.elements))})"
        case "result":
            return f"result({_theirs(kind.ok) if kind.ok else '_'}, {_theirs(kind.err) if kind.err else '_'})"
    return form


@pytest.mark.parametrize("read", [lambda data, _: binary.read(data), read_contents], ids=["outline", "all"])
def test_the_interpreters_megabytes_are_read_in_50_ms(interpreter_binary: bytes, read: Any) -> None:
    taken, outline = [], binary.read(interpreter_binary)
    for _ in range(5):
        started = time.process_time()
        read(interpreter_binary, outline)
        taken.append(time.process_time() - started)
    assert len(interpreter_binary) > 18e6
    assert min(taken) <= READ_SECONDS, taken


@pytest.mark.parametrize("name", ["core", "large", "interpreter"])
def test_the_sections_cover_the_whole_file(name: str, interpreter_binary: bytes) -> None:
    data = {"core": core(), "large": large(), "interpreter": interpreter_binary}[name]
    sections, notes = read_sections(data)
    assert notes == () and _covered(sections, 8) == len(data)


def _covered(sections: tuple[Section, ...], start: int) -> int:
    """Where the sections end; each begins where the one before it ended."""
    at = start
    for section in sections:
        assert section.offset == at
        at += section.size_bytes
        if section.parts:
            assert _covered(section.parts, section.parts[0].offset) == at
    return at


def test_sections_say_what_they_are_and_how_much_they_declare() -> None:
    kinds = {section.kind: section.items for section in read_sections(core())[0]}
    assert kinds["export"] == 5 and kinds["code"] == kinds["function"] and kinds["data"] == 5
    outer = {section.kind: section for section in read_sections(large())[0]}
    assert outer["core module"].parts and outer["component"].parts
    named = bytes(wat2wasm('(component (core module $app (func)) (core module (@custom "mine" "abc")))'))
    first, second = [section for section in read_sections(named)[0] if section.kind == "core module"]
    assert first.name == "app" and [part.name for part in second.parts] == ["mine"]


def _section(number: int, body: bytes) -> bytes:
    return bytes((number,)) + _leb(len(body)) + body


def _leb(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _nested_components(depth: int) -> bytes:
    data = HEAD
    for _ in range(depth):
        data = HEAD + _section(4, data)
    return data


def _nested_types(depth: int) -> bytes:
    body = b"\x42\x00"
    for _ in range(depth):
        body = b"\x42\x01\x01" + body
    return HEAD + _section(7, b"\x01" + body)


def _doubling(depth: int) -> bytes:
    """Types of which each is a pair of the one before: spelled out, 2^depth characters."""
    types = b"\x7d" + b"".join(b"\x6f\x02" + _leb(number) * 2 for number in range(depth))
    function = b"\x40\x01\x01x" + _leb(depth) + b"\x01\x00"
    return HEAD + _section(7, _leb(depth + 2) + types + function) + _section(10, b"\x01\x00\x01f\x01" + _leb(depth + 1))


def _instances(levels: int, width: int) -> bytes:
    """Components of which each makes `width` instances of the one inside it: width^levels in all."""
    data = HEAD
    for _ in range(levels):
        data = HEAD + _section(4, data) + _section(5, _leb(width) + b"\x00\x00\x00" * width)
    return data


HOSTILE = {
    "components in each other": _nested_components(2_000),
    "types in each other": _nested_types(10_000),
    "types that double": _doubling(60),
    "instances that multiply": _instances(20, 50),
    "a million empty sections": HEAD + b"\x07\x01\x00" * 400_000,
    "empty modules without end": HEAD + (b"\x01\x08\0asm\1\0\0\0" * 200_000),
    "a count of four billion": HEAD + _section(7, b"\xff\xff\xff\xff\x0f"),
    "a million entries": HEAD + _section(7, _leb(1_500_000) + b"\x7f" * 1_500_000),
    "a name that is too long": HEAD + _section(10, b"\x01\x00" + _leb(NAME_BYTES + 1) + b"a" * (NAME_BYTES + 1)),
    "a core module of a million types": b"\0asm\1\0\0\0" + _section(1, _leb(1_000_000) + b"\x60\0\0" * 1_000_000),
    "a function of a million parameters": b"\0asm\1\0\0\0"
    + _section(1, b"\x01\x60" + _leb(900_000) + b"\x7f" * 900_000),
    "exports of long types": b"\0asm\1\0\0\0"
    + _section(1, b"\x01\x60" + _leb(1_000) + b"\x7f" * 1_000 + b"\0")
    + _section(3, b"\x01\x00")
    + _section(7, _leb(300_000) + b"\x01a\x00\x00" * 300_000),
    "a number without end": HEAD + b"\x07" + b"\xff" * 100,
    "an alias out of every scope": HEAD + _section(6, b"\x01\x03\x02\xff\xff\xff\xff\x0f\x00"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_binary_is_refused_or_read_in_part_and_soon(name: str) -> None:
    data = HOSTILE[name]
    started = time.process_time()
    try:
        found = binary.read(data)
    except Invalid:
        return
    told = read_contents(data, found)
    assert time.process_time() - started < 5.0
    assert len(told.wit) <= WIT_CHARACTERS + 1_000
    assert sum(len(member.name + member.type) for member in told.imports + told.exports) <= 2 * CHARACTERS


def test_nesting_and_numbers_beyond_the_bounds_are_told() -> None:
    deep = _nested_components(DEPTH + 5)
    assert any("nested deeper than 50" in note for note in read_contents(deep, binary.read(deep)).notes)
    many = HEAD + b"\x07\x01\x00" * (SECTIONS + 1)
    assert any("more than 10,000" in note for note in read_contents(many, binary.read(many)).notes)


def test_what_is_newer_is_noted_and_the_rest_is_told() -> None:
    newer = HEAD + _section(7, b"\x01\x20") + _section(10, b"\x01\x00\x05a:b/c\x05\x00")
    found = binary.read(newer)
    assert (found.counts, found.memory, found.imports) == (None, -1, ["a:b/c"]) or found.imports == ["a:b/c"]
    told = read_contents(newer, found)
    assert [(member.name, member.kind) for member in told.imports] == [("a:b/c", "interface")]
    assert any("newer than this reader" in note for note in told.notes)


@pytest.mark.parametrize("data", [core(), large()], ids=["core", "large"])
def test_random_damage_is_refused_or_told_and_never_anything_else(data: bytes) -> None:
    told = 0
    for seed in range(300):
        damaged = mutated(data, seed)
        try:
            found = binary.read(damaged)
        except Invalid:
            continue
        read_contents(damaged, found)
        told += 1
    assert told > 50


def test_bytes_of_chance_are_refused_or_told() -> None:
    chance = random.Random(11)
    for head in (HEAD, b"\0asm\1\0\0\0"):
        for _ in range(500):
            body = b"".join(_section(chance.randrange(15), chance.randbytes(chance.randrange(40))) for _ in range(4))
            try:
                read_contents(head + body, binary.read(head + body))
            except Invalid:
                continue


def test_the_engine_takes_nothing_that_the_reader_refuses() -> None:
    engine = new_engine()
    for seed in range(5_000, 5_200):
        damaged = mutated(large(), seed)
        try:
            binary.read(damaged)
        except Invalid:
            with pytest.raises(WasmtimeError):
                Component(engine, damaged)
