"""Write `wit/WIT_INTERFACE.md` from the comments in the WIT files; a test compares the two.

Run it with the project's own Python: `.venv/bin/python packaging/generate_wit.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.wasm.types import Enum, Function, Interface, Record, Type, Variant  # noqa: E402
from workbench.wasm.wit import Package, read_package  # noqa: E402

TARGET = ROOT / "wit" / "WIT_INTERFACE.md"
HEAD = """# The interface between actors and their host

Every actor is a WebAssembly component that exports `lifecycle` and at least one behavior, and imports the services it
uses. This page is generated from the comments in [plexspaces-actor/](plexspaces-actor), which are the interface itself:
components in any language are built against them.

| package | version |
|---|---|
| `{package}` | `{version}` |
"""


def page() -> str:
    """The whole of the page."""
    package = read_package(ROOT / "wit" / "plexspaces-actor")
    parts = [HEAD.format(package=package.name, version=package.version), *_worlds(package)]
    for title, names in _groups(package):
        parts.append(f"## {title}\n")
        for name in names:
            parts += _interface(package.interfaces[name])
    return "\n".join(parts)


def _groups(package: Package) -> Iterator[tuple[str, list[str]]]:
    exported = _unique(name for world in package.worlds.values() for name in world.exports)
    imported = _unique(name for world in package.worlds.values() for name in world.imports)
    yield "Shared types", [name for name in package.interfaces if name not in {*exported, *imported}]
    yield "What actors export", exported
    yield "What the host offers", imported


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _worlds(package: Package) -> Iterator[str]:
    yield "## Worlds\n"
    yield "| world | includes | imports | exports | what it is |\n|---|---|---|---|---|"
    for world in package.worlds.values():
        yield _row(f"`{world.name}`", *map(_names, (world.includes, world.imports, world.exports)), world.documentation)
    yield ""


def _names(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _interface(interface: Interface) -> Iterator[str]:
    yield f"### {interface.name}\n\n{interface.documentation}\n"
    comments = dict(interface.documented)
    for name, kind in interface.types:
        yield from _type(name, kind, comments)
    for function in interface.functions:
        yield from _function(function)


def _type(name: str, kind: Type, comments: dict[str, str]) -> Iterator[str]:
    members: list[tuple[str, str]] = []
    match kind:
        case Record(fields=fields):
            what, members = "record", [(field, str(inner)) for field, inner in fields]
        case Variant(cases=cases):
            what, members = "variant", [(case, str(inner or "")) for case, inner in cases]
        case Enum(cases=names):
            what, members = "enum", [(case, "") for case in names]
        case _:
            what = f"type = {kind}"
    yield f"**`{name}`** ({what}). {comments.get(name, '')}\n"
    if members:
        yield "| name | type | what it is |\n|---|---|---|"
        for member, inner in members:
            shown = f"`{inner}`" if inner else ""
            yield _row(f"`{member}`", shown, comments.get(f"{name}.{member}", ""))
        yield ""


def _function(function: Function) -> Iterator[str]:
    yield f"#### {function.name}\n\n```wit\n{function.name}: {function};\n```\n"
    yield f"{function.documentation}\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace(chr(10), ' ').replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
