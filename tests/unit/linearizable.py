"""Whether what many callers saw at once could have happened one after the other.

The algorithm of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory of Lowe: try every
operation that may be the next one, step by step, and never come twice to the same set of done operations in the same
state. Each thing (a key, a lock) is checked by itself, since a history is linearizable when that of each thing is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that somebody made of `thing`; `called` and `returned` are moments of one clock, all different."""

    thing: str
    name: str
    arguments: tuple[Any, ...]
    result: Any
    called: int
    returned: int


Step = Callable[[Any, Operation], tuple[bool, Any]]
"""Whether an operation may have this result in this state, and the state after it."""


def check(history: Iterable[Operation], initial: Hashable, step: Step) -> Sequence[Operation] | None:
    """None when the history is linearizable, else that of a thing that is not."""
    things: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in history:
        things[operation.thing].append(operation)
    for operations in things.values():
        operations.sort(key=lambda each: each.called)
        if not _possible(operations, initial, step):
            return operations
    return None


def _possible(operations: Sequence[Operation], initial: Hashable, step: Step) -> bool:
    """Depth first. `done` is a set of bits: which operations have happened."""
    everything = (1 << len(operations)) - 1
    stack: list[tuple[int, int, Hashable]] = [(0, 0, initial)]
    seen: set[tuple[int, Hashable]] = set()
    while stack:
        done, first, state = stack.pop()
        if done == everything:
            return True
        while done >> first & 1:
            first += 1
        # Whatever was called after one that is not done has returned comes after that one.
        ends = operations[first].returned
        for index in range(first, len(operations)):
            operation = operations[index]
            if operation.called > ends:
                break
            if done >> index & 1:
                continue
            ends = min(ends, operation.returned)
        for index in range(first, len(operations)):
            operation = operations[index]
            if operation.called > ends:
                break
            if done >> index & 1:
                continue
            legal, after = step(state, operation)
            place = done | 1 << index, after
            if legal and place not in seen:
                seen.add(place)
                stack.append((place[0], first, after))
    return False


def lock_step(state: tuple[int, int], operation: Operation) -> tuple[bool, tuple[int, int]]:
    """A lock: (the version in which it is held or 0, the newest version)."""
    held, newest = state
    match operation.name, operation.result:
        case (("acquire" | "try_acquire"), None):  # somebody else had it at that moment
            return held != 0, state
        case (("acquire" | "try_acquire"), version):
            return held == 0 and version > newest, (version, version)
        case "release", True:
            return held == operation.arguments[0], (0, newest)
        case "release", False:
            return held != operation.arguments[0], state
        case "get", version:
            return held == version, state
    raise TypeError(operation)


def key_step(state: str | None, operation: Operation) -> tuple[bool, str | None]:
    """A key: its value."""
    match operation.name:
        case "get":
            return state == operation.result, state
        case "put":
            return True, operation.arguments[0]
        case "swap":
            expected, replacement = operation.arguments
            same = state == expected
            return same is operation.result, replacement if same else state
    raise TypeError(operation)
