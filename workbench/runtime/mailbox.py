"""A mailbox: messages in arrival order, bounded, each with whoever waits for its answer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from workbench.api.errors import Exhausted
from workbench.api.messages import Envelope, Reply
from workbench.runtime.answer import Answer


@dataclass(slots=True)
class Letter:
    """An envelope in a mailbox; `answer` is None when nobody waits."""

    envelope: Envelope
    answer: Answer[Reply] | None = None


MAILBOX_BYTES = 64 << 20
"""The payloads in one mailbox together."""


class Mailbox:
    """Guarded by its actor's lock."""

    __slots__ = ("_bytes", "_letters", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._letters: deque[Letter] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: Letter, owner: str, *, of_system: bool = False) -> None:
        """Add one; Exhausted when it is full, unless it is the system's own, of which there are few."""
        if len(self._letters) >= self.limit and not of_system:
            raise Exhausted(
                f"the mailbox of {owner} is full: {len(self._letters):,} of {self.limit:,} messages wait",
                limit="mailbox",
                value=self.limit,
                used=len(self._letters),
            )
        size = len(letter.envelope.payload)
        if self._letters and self._bytes + size > MAILBOX_BYTES:
            raise Exhausted(
                f"the mailbox of {owner} is full: its messages hold {self._bytes:,} of {MAILBOX_BYTES:,} bytes",
                limit="mailbox",
                value=MAILBOX_BYTES,
                used=self._bytes + size,
            )
        self._bytes += size
        self._letters.append(letter)

    def take(self) -> Letter | None:
        if not self._letters:
            return None
        letter = self._letters.popleft()
        self._bytes -= len(letter.envelope.payload)
        return letter

    def take_calls(self) -> list[Letter]:
        """Remove and give those that somebody waits for; the others stay in their order."""
        calls = [letter for letter in self._letters if letter.answer is not None]
        if calls:
            self._letters = deque(letter for letter in self._letters if letter.answer is None)
            self._bytes = sum(len(letter.envelope.payload) for letter in self._letters)
        return calls

    def clear(self) -> list[Letter]:
        letters = list(self._letters)
        self._letters.clear()
        self._bytes = 0
        return letters

    def oldest(self) -> float | None:
        """When the oldest one was sent."""
        return self._letters[0].envelope.time if self._letters else None
