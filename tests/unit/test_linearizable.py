"""Locks and compare-and-swap under many callers are linearizable, and the one who checks it finds what is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import workbench
from tests.unit.histories import given, growing, of_keys, of_locks
from tests.unit.linearizable import Operation, check, key_step, lock_step
from workbench.api import Node

Row = tuple[str, tuple[Any, ...], Any, int, int]
SAMPLE = 2_000
"""The proof has 50,000 (tests/proofs/linearizable.py)."""
FREE = (0, 0)


@pytest.fixture
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as made:
        yield made


def made(*rows: Row) -> list[Operation]:
    return [Operation("a", *row) for row in rows]


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ([("swap", (None, "x"), True, 1, 4), ("get", (), None, 2, 3)], True),
        ([("swap", (None, "x"), True, 1, 2), ("get", (), None, 3, 4)], False),
        ([("swap", (None, "x"), True, 1, 4), ("swap", (None, "y"), True, 2, 3)], False),
        ([("swap", (None, "x"), True, 1, 6), ("get", (), "x", 2, 3), ("get", (), None, 4, 5)], False),
        ([("put", ("x",), None, 1, 8), ("put", ("y",), None, 2, 7), ("get", (), "x", 3, 4)], True),
        ([("put", ("x",), None, 1, 2), ("swap", ("x", "y"), False, 3, 4)], False),
    ],
)  # fmt: skip
def test_histories_of_a_key_are_told_apart(rows: list[Row], possible: bool) -> None:
    assert (check(made(*rows), None, key_step) is None) is possible


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ([("acquire", (), 1, 1, 2), ("release", (1,), True, 3, 6), ("acquire", (), 2, 4, 5)], True),
        ([("acquire", (), 1, 1, 2), ("acquire", (), 2, 3, 4)], False),
        ([("acquire", (), 2, 1, 2), ("release", (2,), True, 3, 4), ("acquire", (), 2, 5, 6)], False),
        ([("acquire", (), 2, 1, 2), ("release", (2,), True, 3, 4), ("acquire", (), 1, 5, 6)], False),
        ([("acquire", (), 1, 1, 2), ("release", (1,), True, 3, 4), ("release", (1,), True, 5, 6)], False),
        ([("try_acquire", (), None, 1, 2)], False),
        ([("try_acquire", (), None, 1, 4), ("acquire", (), 1, 2, 3)], True),
        ([("acquire", (), 1, 1, 2), ("get", (), 0, 3, 4)], False),
    ],
)
def test_histories_of_a_lock_are_told_apart(rows: list[Row], possible: bool) -> None:
    assert (check(made(*rows), FREE, lock_step) is None) is possible


def test_locks_are_linearizable_and_their_versions_grow(node: Node) -> None:
    history = of_locks(node.locks, operations=SAMPLE)
    assert len(history) >= SAMPLE and check(history, FREE, lock_step) is None
    versions = given(history)
    assert growing(history) and len(set(versions)) == len(versions) > SAMPLE / 10
    assert not node.locks.list() and not node.locks.waiters()


def test_compare_and_swap_is_linearizable(node: Node) -> None:
    history = of_keys(node.keyvalue, operations=SAMPLE)
    assert len(history) >= SAMPLE and check(history, None, key_step) is None


class Torn:
    """Keys whose compare-and-swap looks first and writes afterwards: the planted fault. Two always meet in between."""

    def __init__(self, node: Node) -> None:
        self._keys = node.keyvalue
        self.get, self.put = self._keys.get, self._keys.put
        self._between = threading.Barrier(2)

    def compare_and_swap(self, key: str, expected: Any, replacement: str) -> bool:
        same = self._keys.get(key) == expected
        try:
            self._between.wait(0.005)
        except threading.BrokenBarrierError:
            self._between.reset()
        if same:
            self._keys.put(key, replacement)
        return same


def test_a_swap_that_is_torn_is_found(node: Node) -> None:
    found = check(of_keys(Torn(node), operations=800, callers=4), None, key_step)
    assert found is not None


class Forgetful:
    """Locks that are given to two holders now and then, as if the look and the taking were two steps."""

    def __init__(self, node: Node) -> None:
        self._locks = node.locks
        self._turn = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._locks, name)

    def try_acquire(self, name: str, *, lease_ms: int, holder: str) -> Any:
        self._turn += 1
        found = self._locks.try_acquire(name, lease_ms=lease_ms, holder=holder)
        return self._locks.get(name) if found is None and self._turn % 50 == 0 else found


def test_a_lock_with_two_holders_is_found(node: Node) -> None:
    locks: Any = Forgetful(node)
    assert check(of_locks(locks, operations=800, callers=4), FREE, lock_step) is not None


def test_versions_that_do_not_grow_are_found() -> None:
    assert growing(made(("acquire", (), 1, 1, 2), ("acquire", (), 2, 3, 4)))
    assert not growing(made(("acquire", (), 2, 1, 2), ("acquire", (), 1, 3, 4)))
    assert growing(made(("acquire", (), 2, 1, 4), ("acquire", (), 1, 2, 3))), "they were asked for at once"
