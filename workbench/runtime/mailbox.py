"""A mailbox: messages in arrival order, bounded, each with whoever waits for its answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Set
from dataclasses import dataclass

from workbench.answer import Answer
from workbench.api.errors import Exhausted
from workbench.api.limits import MAILBOX_BYTES
from workbench.api.messages import Envelope, Reply
from workbench.api.words import plural


@dataclass(slots=True)
class Letter:
    """An envelope in a mailbox; `answer` is None when nobody waits. `number` is that of a message that is on disk."""

    envelope: Envelope
    answer: Answer[Reply] | None = None
    number: int = 0


class Mailbox:
    """Guarded by its actor's lock, but for `take`, which is the owner's alone and needs none."""

    __slots__ = ("_bytes_in", "_bytes_out", "letters", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.letters: deque[Letter] = deque()
        self._bytes_in = self._bytes_out = 0  # one is written by senders, the other by the owner

    def __len__(self) -> int:
        return len(self.letters)

    def put(self, letter: Letter, owner: str, of_system: bool = False) -> None:
        """Add one; Exhausted when it is full, unless it is the system's own, of which there are few."""
        letters, size = self.letters, len(letter.envelope.payload)
        if len(letters) >= self.limit and not of_system:
            raise Exhausted(
                f"the mailbox of {owner} is full: it has {plural(len(letters), 'message')} and may have {self.limit:,}",
                limit="mailbox",
                value=self.limit,
                used=len(letters),
            )
        held = self._bytes_in - self._bytes_out
        if letters and held + size > MAILBOX_BYTES:
            raise Exhausted(
                f"the mailbox of {owner} is full: its messages hold {held:,} of {MAILBOX_BYTES:,} bytes",
                limit="mailbox",
                value=MAILBOX_BYTES,
                used=held + size,
            )
        self._bytes_in += size
        letters.append(letter)

    def take(self) -> Letter | None:
        try:
            letter = self.letters.popleft()
        except IndexError:
            return None
        self._bytes_out += len(letter.envelope.payload)
        return letter

    def take_calls(self) -> list[Letter]:
        """Remove and give those that somebody waits for; the others stay in their order."""
        calls = [letter for letter in self.letters if letter.answer is not None]
        if calls:
            self.letters = deque(letter for letter in self.letters if letter.answer is None)
            self._bytes_out += sum(len(letter.envelope.payload) for letter in calls)
        return calls

    def clear(self) -> list[Letter]:
        letters = list(self.letters)
        self.letters.clear()
        self._bytes_out = self._bytes_in
        return letters

    def take_up(self, kept: Iterable[Letter]) -> Set[int]:
        """Put those of them in that are not there, and give their numbers; all were accepted before, however many.

        A sender that came back earlier may have sent newer ones already: those on disk stand in the order in which they
        were sent, before the others.
        """
        waiting = self.clear()
        there = {letter.number: letter for letter in waiting if letter.number}
        fresh = {letter.number: letter for letter in kept if letter.number not in there}
        self.letters.extend(letter for _, letter in sorted((there | fresh).items()))
        self.letters.extend(letter for letter in waiting if not letter.number)
        self._bytes_in = self._bytes_out + sum(len(letter.envelope.payload) for letter in self.letters)
        return fresh.keys()

    def oldest(self) -> float | None:
        """When the oldest one was sent."""
        try:
            return self.letters[0].envelope.time
        except IndexError:
            return None
