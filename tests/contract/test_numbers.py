"""Numbers that no call can take: refused in a sentence at either end, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.api import Invalid, Node

HUGE = 99_999_999_999_999_999_999
CALLS: dict[str, Callable[[Node, int], object]] = {
    "increment": lambda node, number: node.keyvalue.increment("debt", number),
    "put": lambda node, number: node.keyvalue.put("t", "x", ttl_ms=number),
    "keys": lambda node, number: node.keyvalue.keys(limit=number),
    "list": lambda node, number: node.keyvalue.list(limit=number),
    "write": lambda node, number: node.tuplespace.write(("t",), ttl_ms=number),
    "remove": lambda node, number: node.tuplespace.remove(number),
    "why_not": lambda node, number: node.tuplespace.why_not(number),
    "near_misses": lambda node, number: node.tuplespace.near_misses(waiter=number),
    "tuples after": lambda node, number: node.tuplespace.list(after=number),
    "register": lambda node, number: node.registry.register("r", object_type="t", address="a", ttl_ms=number),
    "create_queue": lambda node, number: node.channels.create_queue("q", max_attempts=number),
    "send": lambda node, number: node.channels.send("q", "t", delay_ms=number),
    "try_acquire": lambda node, number: node.locks.try_acquire("free", lease_ms=number, holder="me"),
    "renew": lambda node, number: node.locks.renew("held", number, holder="me"),
    "release": lambda node, number: node.locks.release("held", number, holder="me"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("number", [HUGE, -HUGE])
def test_a_number_beyond_64_bits_is_refused_and_nothing_is_changed(
    node: Node, call: Callable[[Node, int], object], number: int
) -> None:
    node.keyvalue.put("debt", str(-(number // 11)))  # the sum would fit
    held = node.locks.acquire("held", holder="me")
    with pytest.raises(Invalid) as refused:
        call(node, number)
    said = str(refused.value)
    assert str(HUGE) in said.replace(",", "") and "\n" not in said
    assert [entry.key for entry in node.keyvalue.list()] == ["debt"] and node.keyvalue.get("debt") != str(number)
    assert not node.channels.queues() and not node.registry.discover() and not node.tuplespace.list()
    assert node.locks.list() == [held]


@pytest.mark.parametrize("seconds", [1e30, float("inf"), float("nan"), -1.0])
def test_a_wait_that_never_ends_is_refused(node: Node, seconds: float) -> None:
    for wait in (
        lambda: node.tuplespace.take(("t",), timeout=seconds),
        lambda: node.tuplespace.read(("t",), timeout=seconds),
        lambda: node.channels.receive("q", timeout=seconds),
        lambda: node.locks.acquire("held", timeout=seconds, holder="me"),
    ):
        with pytest.raises(Invalid, match=r"a timeout is 0 to .* seconds, not"):
            wait()
    assert not node.locks.list()
