"""Finds the actor's class in its module, and checks that it can be called as its behaviors promise."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from types import ModuleType

from ..behaviors import Actor, Behavior, GenEvent, GenFSM, GenServer
from .faults import Place, SourceFault
from .program import Program

HANDLERS: dict[type[Behavior], tuple[str, str]] = {
    GenServer: ("gen-server", "handle_request"),
    GenEvent: ("gen-event", "handle_event"),
    GenFSM: ("gen-fsm", "handle_transition"),
    Actor: ("generic", "handle_message"),
}
"""The WIT interface and the handler of each behavior."""

_BASES = frozenset({Behavior, *HANDLERS})
_OPTIONAL = {"init": 1, "snapshot_state": 0, "shutdown": 0}


def find(module: ModuleType, program: Program) -> type[Behavior]:
    """The one class of the module that is an actor. Raises SourceFault, with the class's line, for none and for two."""
    classes = _actors(module)
    if not classes:
        raise _no_class(program)
    if len(classes) > 1:
        named = " and ".join(f"{each.__name__} ({_place(each, program).line})" for each in classes)
        message = f"one module is one actor, and here are several classes that could be it, with their lines: {named}"
        raise SourceFault("TypeError", message, _place(classes[1], program))
    return classes[0]


def behaviors(kind: type[Behavior]) -> list[str]:
    """The WIT names of the behaviors that a class derives from."""
    return [name for base, (name, _) in HANDLERS.items() if issubclass(kind, base)]


def defines(kind: type[Behavior], method: str) -> bool:
    """Whether the author wrote this method, in the class or in a base of it."""
    return any(method in vars(base) for base in kind.__mro__ if base not in _BASES and base is not object)


def carries_state(kind: type[Behavior]) -> bool:
    """Whether a snapshot of one instance can start another: both methods are written, or neither is."""
    return defines(kind, "init") == defines(kind, "snapshot_state")


def check(kind: type[Behavior], program: Program) -> None:
    """Raises SourceFault for a handler that is missing or cannot be called, and for a class that cannot be made."""
    for base, (_, handler) in HANDLERS.items():
        if issubclass(kind, base):
            if not defines(kind, handler):
                message = f"{kind.__name__} derives from {base.__name__} but has no {handler}"
                raise SourceFault("TypeError", message, _place(kind, program))
            _check_call(kind, handler, 3, program)
    for method, count in _OPTIONAL.items():
        if defines(kind, method):
            _check_call(kind, method, count, program)
    _check_birth(kind, program)


def warnings(kind: type[Behavior]) -> list[str]:
    """What is allowed but will surprise."""
    notes = [
        f"{handler} is never called, because {kind.__name__} does not derive from {base.__name__}"
        for base, (_, handler) in HANDLERS.items()
        if not issubclass(kind, base) and defines(kind, handler)
    ]
    if not carries_state(kind):
        has, lacks = ("init", "snapshot_state") if defines(kind, "init") else ("snapshot_state", "init")
        notes.append(
            f"{kind.__name__} defines {has} but not {lacks}: its state cannot be carried over to a new instance"
            f" (write both or neither)"
        )
    return notes


def documentation(kind: type[Behavior], module: ModuleType) -> str:
    """The docstring of the class, or that of its module."""
    return inspect.cleandoc(vars(kind).get("__doc__") or module.__doc__ or "")


def _actors(module: ModuleType) -> list[type[Behavior]]:
    """The classes that could be the actor: the module's own before imported ones, derived ones before their bases."""
    found = dict.fromkeys(each for each in vars(module).values() if _is_actor(each))
    own = [each for each in found if each.__module__ == module.__name__] or list(found)
    return [each for each in own if not any(other is not each and issubclass(other, each) for other in own)]


def _is_actor(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Behavior) and value not in _BASES


def _no_class(program: Program) -> SourceFault:
    names = "GenServer, GenEvent, GenFSM or Actor"
    for node in _classes(program.main.source):
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
        for base, (_, handler) in HANDLERS.items():
            if handler in methods:
                message = f"class {node.name} has {handler} but does not derive from {base.__name__} of plexspaces"
                return SourceFault("TypeError", message, _node_place(node, program.main.path))
    return SourceFault(
        "TypeError",
        f"there is no actor in it: no class derives from {names} of plexspaces",
        Place(program.main.path, 1),
    )


def _check_call(kind: type[Behavior], method: str, count: int, program: Program) -> None:
    function = getattr(kind, method)
    place = _place(kind, program, method)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise SourceFault("TypeError", f"{method} is async, but an actor handles one message at a time: use def", place)
    if inspect.isgeneratorfunction(function):
        raise SourceFault("TypeError", f"{method} is a generator: return a value instead of yielding it", place)
    arguments = [None] * (
        count + (0 if isinstance(inspect.getattr_static(kind, method), classmethod | staticmethod) else 1)
    )
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        expected = {0: "(self)", 1: "(self, state)"}.get(count, "(self, from_actor, message_type, payload)")
        raise SourceFault("TypeError", f"{method} is called as {method}{expected}: {error}", place) from None


def _check_birth(kind: type[Behavior], program: Program) -> None:
    if inspect.isabstract(kind):
        lacking = ", ".join(sorted(getattr(kind, "__abstractmethods__", ())))
        raise SourceFault("TypeError", f"{kind.__name__} is abstract: {lacking} is not written", _place(kind, program))
    try:
        inspect.signature(kind).bind()
    except TypeError as error:
        message = f"{kind.__name__}() is made without arguments ({error}): take the initial state in init"
        raise SourceFault("TypeError", message, _place(kind, program, "__init__")) from None


def _place(kind: type, program: Program, method: str = "") -> Place:
    """Where a class or one of its methods is written; the class, if the method comes from a base."""
    module = program.modules.get(kind.__module__, program.main)
    for node in _classes(module.source):
        if node.name == kind.__name__:
            inner = [each for each in node.body if getattr(each, "name", None) == method]
            return _node_place(inner[-1] if inner else node, module.path)
    return Place(module.path, 1)


def _classes(source: str) -> Sequence[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(source.removeprefix("\ufeff"))) if isinstance(node, ast.ClassDef)]


def _node_place(node: ast.AST, path: str) -> Place:
    """From a definition's first word to its name."""
    words = {ast.ClassDef: "class ", ast.FunctionDef: "def ", ast.AsyncFunctionDef: "async def "}
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    return Place(path, line, column, line, column + len(words.get(type(node), "") + getattr(node, "name", "")))
