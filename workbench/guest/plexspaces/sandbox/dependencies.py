"""What an actor's source needs: the services whose modules it imports, and modules that it will not find."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import library
from .program import Program

PACKAGE = "plexspaces"
SERVICES = {
    "blob": "blob",
    "channels": "channels",
    "durability": "durability",
    "http": "http",
    "keyvalue": "keyvalue",
    "locks": "locks",
    "log": "logging",
    "messaging": "messaging",
    "process_groups": "process-groups",
    "registry": "registry",
    "socket": "socket",
    "tuplespace": "tuplespace",
}
"""The WIT interface behind each module of the package."""

HOST = {
    "spawn_actor": "messaging",
    "send_message": "messaging",
    "tuplespace_write": "tuplespace",
    "tuplespace_read": "tuplespace",
    "tuplespace_take": "tuplespace",
    "tuplespace_count": "tuplespace",
    "send_to_queue": "channels",
    "publish_to_topic": "channels",
    "receive_from_queue": "channels",
}
"""The WIT interface behind each function of `plexspaces.host`."""


def interfaces(program: Program) -> list[str]:
    """The WIT interfaces that the program's source can reach, in order of their names."""
    found: set[str] = set()
    for module in program.modules.values():
        tree = ast.parse(module.source.removeprefix("\ufeff"))
        for name in _uses(tree):
            found.update(_behind(name))
    return sorted(found)


def unreachable(program: Program) -> list[str]:
    """A sentence for each import inside a function that will fail when it runs."""
    notes = []
    for module in program.modules.values():
        tree = ast.parse(module.source.removeprefix("\ufeff"))
        for line, name in _late_imports(tree):
            if not (library.is_importable(name) or name in program.modules):
                notes.append(f"{module.path}:{line}: {library.missing(name, tuple(program.modules))}")
    return notes


def _uses(tree: ast.AST) -> Iterator[str]:
    """Every dotted name of the package that the source mentions, such as `plexspaces.host.send_message`."""
    local: dict[str, str] = {}
    for node in ast.walk(tree):
        for name, meaning in _imported(node):
            local[name] = meaning
            yield meaning
    covered: set[ast.AST] = set()
    for node in ast.walk(tree):  # outer expressions come first, so the longest name of a chain is seen first
        if isinstance(node, ast.Attribute | ast.Name) and node not in covered:
            dotted = _dotted(node, covered)
            if dotted and dotted[0] in local:
                yield ".".join((local[dotted[0]], *dotted[1:])) + "."


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] == PACKAGE:
                yield alias.asname or PACKAGE, alias.name if alias.asname else PACKAGE
                yield "", alias.name
    elif isinstance(node, ast.ImportFrom) and not node.level and str(node.module).partition(".")[0] == PACKAGE:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.AST, covered: set[ast.AST]) -> list[str]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        covered.add(node)
        names.insert(0, node.attr)
        node = node.value
    covered.add(node)
    return [node.id, *names] if isinstance(node, ast.Name) else []


def _behind(name: str) -> set[str]:
    """The interfaces behind one mention. A name that ends in a dot is a use of it, any other is its import."""
    parts = name.rstrip(".").split(".")
    if parts[1:2] == ["*"]:
        return set(SERVICES.values())
    if parts[1:2] != ["host"]:
        return {SERVICES[parts[1]]} if len(parts) > 1 and parts[1] in SERVICES else set()
    if len(parts) > 2 and parts[2] in HOST:
        return {HOST[parts[2]]}
    whole = name.endswith(".") or parts[2:3] == ["*"]
    return set(HOST.values()) if whole else set()


def _late_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports inside functions; those inside a `try` are left alone, for it may catch their failure."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, late = pending.pop()
        if late and isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif late and isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
        if not isinstance(node, ast.Try):
            inner = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            pending.extend((child, inner) for child in ast.iter_child_nodes(node))
