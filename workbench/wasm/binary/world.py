"""The world of a component as WIT: its imports and exports, and every interface that they name, package by package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbench.wasm.binary.component import Surface
from workbench.wasm.binary.shapes import Compound, Instance, Item, Named, Resource, Shape, Signature
from workbench.wasm.binary.spelling import LABEL, UNREADABLE, Spelling, chain, label

WIT_CHARACTERS = 2 << 20
INDENT = "  "
_INTERFACE = re.compile(r"([a-z][a-z0-9:-]*)/([a-zA-Z][a-zA-Z0-9-]*)(@[0-9A-Za-z.+-]+)?")
_MEMBER = re.compile(r"\[(?:async )?(constructor|method|static)\]([^.]+)(?:\.(.+))?")


@dataclass(frozen=True, slots=True)
class Wit:
    """The text, and sentences about what is missing in it."""

    text: str
    notes: tuple[str, ...] = ()


def write_world(surface: Surface, name: str = "root") -> Wit:
    """The whole world; empty when the component imports and exports nothing."""
    if not surface.imports and not surface.exports:
        return Wit("")
    writer = _Writer()
    lines = [line for part in (writer.world(surface, name), writer.packages()) for line in writer.bounded(part)]
    text = "\n".join(lines) + "\n"
    if UNREADABLE in text:
        writer.notes.append(f"types that are too deep, too long or newer than this reader are written as {UNREADABLE}")
    return Wit(text, tuple(dict.fromkeys(writer.notes)))


def interface_name(name: str) -> tuple[str, str] | None:
    """`wasi:io/poll@0.2.9` as its package and interface: `wasi:io@0.2.9`, `poll`."""
    found = _INTERFACE.fullmatch(name)
    return (found[1] + (found[3] or ""), found[2]) if found else None


@dataclass(slots=True)
class _Writer:
    notes: list[str] = field(default_factory=list)
    interfaces: dict[str, dict[str, dict[str, Item]]] = field(default_factory=dict)
    left: int = WIT_CHARACTERS

    def bounded(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.left -= len(line) + 1
            if self.left < 0:
                self.notes.append(f"its world is longer than {WIT_CHARACTERS:,} characters, the rest is left out")
                return
            yield line

    def world(self, surface: Surface, name: str) -> Iterator[str]:
        yield "package root:component;"
        yield ""
        yield f"world {name} {{"
        top = {name: item for name, item in surface.imports.items() if item.sort == "type"}
        inside = Spelling(top)
        yield from _types(top, inside, "", INDENT)
        for verb, items in (("import", surface.imports), ("export", surface.exports)):
            for item_name, item in items.items():
                yield from self._world_item(verb, item_name, item, inside)
        yield "}"

    def _world_item(self, verb: str, name: str, item: Item, spelling: Spelling) -> Iterator[str]:
        qualified = interface_name(name)
        shape = item.shape
        if isinstance(shape, Instance) and qualified:
            package, interface = qualified
            known = self.interfaces.setdefault(package, {}).setdefault(interface, {})
            known.update({key: value for key, value in shape.exports.items() if key not in known})
            yield f"{INDENT}{verb} {name};"
        elif isinstance(shape, Instance) and LABEL.fullmatch(name):
            yield f"{INDENT}{verb} {label(name)}: interface {{"
            yield from _body(shape.exports, name, INDENT * 2)
            yield f"{INDENT}}}"
        elif isinstance(shape, Signature) and LABEL.fullmatch(name):
            yield f"{INDENT}{verb} {label(name)}: {spelling.signature(shape)};"
        elif item.sort != "type" or verb == "export":
            yield f"{INDENT}// {verb} {json.dumps(name)}: {item.sort}"
            self.notes.append(f"the {verb} {name!r} is a {item.sort} that WIT has no words for")

    def packages(self) -> Iterator[str]:
        for package, interfaces in self.interfaces.items():
            yield ""
            yield f"package {package} {{"
            for number, (name, items) in enumerate(interfaces.items()):
                if number:
                    yield ""
                yield f"{INDENT}interface {label(name)} {{"
                yield from _body(items, _qualified(package, name), INDENT * 2)
                yield f"{INDENT}}}"
            yield "}"


def _qualified(package: str, interface: str) -> str:
    name, _, version = package.partition("@")
    return f"{name}/{interface}{'@' if version else ''}{version}"


def _body(items: Mapping[str, Item], home: str, indent: str) -> Iterator[str]:
    spelling = Spelling(items)
    yield from _types(items, spelling, home, indent)
    for name, item in items.items():
        if isinstance(item.shape, Signature) and not _MEMBER.fullmatch(name):
            yield f"{indent}{label(name.removeprefix('[async]'))}: {spelling.signature(item.shape)};"


def _types(items: Mapping[str, Item], spelling: Spelling, home: str, indent: str) -> Iterator[str]:
    own, used = {}, dict[str, list[str]]()
    for name, item in items.items():
        if item.sort == "type" and isinstance(item.shape, Named):
            taken = _taken_from(item.shape, home)
            if taken is None:
                own[name] = item.shape.target
            else:
                renamed = "" if taken[1] == name else f" as {label(name)}"
                used.setdefault(taken[0], []).append(label(taken[1]) + renamed)
    for source, names in used.items():
        yield f"{indent}use {_short(source, home)}.{{{', '.join(names)}}};"
    members = _members(items)
    for name, target in own.items():
        if isinstance(target, Resource) and spelling.text(target) == label(name):
            yield from _resource(name, members.get(name, {}), spelling, indent)
        elif isinstance(target, Compound) and spelling.text(target) == label(name):
            yield f"{indent}{target.form} {label(name)} {{"
            yield from (f"{indent}{INDENT}{member}," for member in spelling.members(target))
            yield f"{indent}}}"
        else:
            yield f"{indent}type {label(name)} = {spelling.text(target)};"


def _taken_from(shape: Shape, home: str) -> tuple[str, str] | None:
    """The interface that a type was taken from, and its name there."""
    for step in chain(shape):
        if isinstance(step, Named) and step.source is not None and step.source.home not in ("", home):
            return (step.source.home, step.name) if interface_name(step.source.home) else None
    return None


def _short(source: str, home: str) -> str:
    """An interface as its own package calls it."""
    there, here = interface_name(source), interface_name(home)
    return label(there[1]) if there and here and there[0] == here[0] else source


def _members(items: Mapping[str, Item]) -> dict[str, dict[str, Signature]]:
    """The functions of each resource, by what they are called in the binary."""
    found: dict[str, dict[str, Signature]] = {}
    for name, item in items.items():
        member = _MEMBER.fullmatch(name)
        if member and isinstance(item.shape, Signature):
            found.setdefault(member[2], {})[name] = item.shape
    return found


def _resource(name: str, members: Mapping[str, Signature], spelling: Spelling, indent: str) -> Iterator[str]:
    if not members:
        yield f"{indent}resource {label(name)};"
        return
    yield f"{indent}resource {label(name)} {{"
    for called, shape in members.items():
        member = _MEMBER.fullmatch(called)
        assert member is not None
        yield f"{indent}{INDENT}{_written(member[1], member[3] or '', shape, spelling)};"
    yield f"{indent}}}"


def _written(kind: str, name: str, shape: Signature, spelling: Spelling) -> str:
    if kind == "constructor":
        return "constructor" + spelling.signature(shape).partition(" -> ")[0].removeprefix("func")
    if kind == "static":
        return f"{label(name)}: static {spelling.signature(shape)}"
    return f"{label(name)}: {spelling.signature(shape, skip=1)}"
