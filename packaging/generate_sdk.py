"""Write `docs/sdk.md` from the package `plexspaces` itself; a test compares the two.

Run it with the project's own Python: `.venv/bin/python packaging/generate_sdk.py`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "workbench" / "guest" / "plexspaces"
TARGET = ROOT / "docs" / "sdk.md"
HEAD = """# The package `plexspaces`

Everything that a Python actor can import from its host, with types, units and errors (this page is generated from the
package). [Actors in Python](python-actors.md) says how to use it, [what is guaranteed](semantics.md) what each service
promises, [capabilities](capabilities.md) which grant a call needs.

Times are whole milliseconds. A payload is text (`str`) or binary (`bytes`) and stays what it was. A name is any text up
to 1 KiB. What the host answers instead of a result is an exception, see [errors](#errors); `Denied` and `Unavailable`
can come from every call, so they are named nowhere else.
"""
MODULES = (
    ("behaviors", "Behaviors"),
    ("messaging", "messaging"),
    ("tuplespace", "tuplespace"),
    ("keyvalue", "keyvalue"),
    ("channels", "channels"),
    ("process_groups", "process_groups"),
    ("locks", "locks"),
    ("registry", "registry"),
    ("blob", "blob"),
    ("durability", "durability"),
    ("http", "http"),
    ("socket", "socket"),
    ("log", "log"),
    ("host", "host"),
    ("errors", "Errors"),
)
"""The modules that actors use, and their headings; the others are the package's own business."""
Function = ast.FunctionDef


def page() -> str:
    """The whole of the page."""
    lines = [HEAD]
    for name, heading in MODULES:
        lines += module(name, heading)
    return "\n".join(lines)


def module(name: str, heading: str) -> Iterator[str]:
    """One module: what it is for, then its public classes and functions."""
    tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
    yield f"## {heading}\n"
    yield f"{_text(tree)}\n"
    for part in tree.body:
        if isinstance(part, ast.ClassDef) and not part.name.startswith("_"):
            yield from _class(part)
        elif isinstance(part, Function) and not part.name.startswith("_"):
            yield f"**`{_signature(part)}`**  "
            yield f"{_text(part)}\n"


def _class(part: ast.ClassDef) -> Iterator[str]:
    bases = ", ".join(ast.unparse(base) for base in part.bases if ast.unparse(base) != "Protocol")
    yield f"**`class {part.name}{f'({bases})' if bases else ''}`**  "
    yield f"{_text(part)}\n"
    members = [line for inner in part.body for line in _member(inner)]
    if members:
        yield from (*members, "")


def _member(inner: ast.stmt) -> Iterator[str]:
    if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name) and not inner.target.id.startswith("_"):
        yield f"- `{inner.target.id}: {ast.unparse(inner.annotation)}`"
    elif isinstance(inner, Function) and not inner.name.startswith("_"):
        text = " ".join(_text(inner).split())
        yield f"- `{_signature(inner)}`{f': {text}' if text else ''}"


def _text(node: ast.Module | ast.ClassDef | Function) -> str:
    return inspect.cleandoc(ast.get_docstring(node) or "")


def _signature(function: Function) -> str:
    shown = ast.arguments(**{name: getattr(function.args, name) for name in ast.arguments._fields})
    shown.args = [argument for argument in shown.args if argument.arg != "self"]
    returns = f" -> {ast.unparse(function.returns)}" if function.returns is not None else ""
    return f"{function.name}({ast.unparse(shown)}){returns}"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
