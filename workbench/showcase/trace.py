"""What `--verbose` adds: every message that was handled, what it took, and the host calls of its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.api import HostCall, Node, Payload, Turn

NEWEST = 5_000
SHOWN_CHARACTERS = 100


class Trace:
    """Shows each turn of a node once, oldest first."""

    def __init__(self, node: Node, say: Callable[[str], None]) -> None:
        self._node, self._say = node, say
        self._seen: set[tuple[str, int, float]] = set()

    def show(self) -> None:
        """All since the last time."""
        for turn in self._node.actors.turns(limit=NEWEST):
            key = (turn.actor.name, turn.seq, turn.started)
            if key not in self._seen:
                self._seen.add(key)
                for line in spoken(turn):
                    self._say(line)


def spoken(turn: Turn) -> Iterator[str]:
    """A turn, and below it its host calls."""
    fuel = "unknown" if turn.figures.fuel is None else f"{turn.figures.fuel:,}"
    took = f"({turn.figures.wall_ns / 1e6:,.2f} ms, fuel {fuel})"
    yield f"> {turn.actor.name} {_what(turn)} {_end(turn)} {took}"
    for call in turn.host_calls:
        yield f">     {_call(call)}"
    if turn.host_calls_total > len(turn.host_calls):
        yield f">     and {turn.host_calls_total - len(turn.host_calls):,} more host calls"


def _what(turn: Turn) -> str:
    if turn.envelope is None:
        return turn.operation
    return f"{turn.envelope.kind} {turn.envelope.type} {_shown(turn.envelope.payload)}".rstrip()


def _end(turn: Turn) -> str:
    if turn.cause is not None:
        return f"crashed: {turn.cause}"
    return f"rejected: {turn.text}" if turn.text else f"-> {_shown(turn.reply)}".rstrip()


def _call(call: HostCall) -> str:
    result = f"{call.error}: {call.message}" if call.error else _cut(repr(call.result))
    return f"{call.interface}.{call.function}({_cut(', '.join(map(repr, call.arguments)))}) -> {result}"


def _shown(payload: Payload) -> str:
    return _cut(repr(payload)) if payload else ""


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
