"""Rules of the source that no linter knows. Each is a function from one file's text to what is wrong with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 500
FUNCTION_LINES = 60
OUTSIDE = ("workbench/rpc/generated", "resources", ".venv", "build")


def sources(*folders: str) -> Iterator[Path]:
    """The project's own Python files below `folders`, or all of them."""
    for folder in folders or (".",):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(OUTSIDE):
                yield path


def too_long(text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{lines} lines, {FILE_LINES} are the most"] if lines > FILE_LINES else []


def long_functions(text: str) -> list[str]:
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f"{node.name} has {size} lines" for node in functions if (size := _length(node)) > FUNCTION_LINES]


def without_docstring(text: str) -> list[str]:
    tree = ast.parse(text)
    return [] if not tree.body or ast.get_docstring(tree) else ["does not begin with what it is"]


def prints(text: str) -> list[str]:
    return [f"line {call.lineno} prints" for call in _calls(text) if _name(call) == "print"]


def sleeps(text: str) -> list[str]:
    return [
        f"line {call.lineno} sleeps" for call in _calls(text) if _name(call) in ("sleep", "qSleep", "qWait", "msleep")
    ]


def unfinished(text: str) -> list[str]:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    return [
        f"line {number} says {mark}"
        for number, line in enumerate(text.splitlines(), 1)
        for mark in marks
        if mark in line
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _calls(text: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
