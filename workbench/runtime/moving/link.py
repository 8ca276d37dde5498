"""A link: what two nodes say to each other about moved actors of one tenant and namespace, in order and once.

What must arrive is numbered and kept until the other side says that it is where it belongs; after a cut what was not
heard is said again. One side dials (see `dialled`), the other answers; who dials says so again and again. Nobody who
puts something in waits for the network.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from secrets import token_hex
from typing import Protocol

from workbench.answer import Answer
from workbench.api.errors import Exhausted, Unavailable, WorkbenchError
from workbench.api.journal import JournalLog
from workbench.api.logs import Level
from workbench.api.messages import Envelope, Kind, Reply
from workbench.api.migration import Frame, FrameKind, error_of
from workbench.runtime.mailbox import Letter

logger = logging.getLogger(__name__)
MOST = 20_000
"""Frames that the other side has not heard."""
BEAT_SECONDS = 2.0
PATIENCE_SECONDS = 3.0
"""So long whoever waits for an answer waits for a way that is cut, if this side opens it again."""


NO_ENVELOPE = Envelope("", Kind.INFO, "", "")


@dataclass(slots=True)
class Mark(Letter):
    """Among the letters of an actor that moves: it goes after them, and says that they have passed."""

    token: str = ""


class Hearer(Protocol):
    """Who does what the other side says."""

    def hear(self, link: Link, frame: Frame) -> None: ...
    def joined(self, link: Link) -> None:
        """The other side is there, for the first time or again."""
        ...

    def note(self, link: Link, level: Level, text: str) -> None:
        """For the node's log."""
        ...


def greeting(hello: Frame) -> tuple[str, str, str]:
    """The end of the link that says it, the one that it has heard last, and the run of its node."""
    process, heard, run = (*hello.text.split(" "), "", "")[:3]
    return process, heard, run


class Link:
    """See the module. Thread-safe. `peer` is the id of the other node, `name` its name, once they are known; `run` is
    another each time that node starts, and `process` with each end of a link."""

    def __init__(
        self, key: str, scope: tuple[str, str], own: tuple[str, str, str], hearer: Hearer, journal: JournalLog
    ) -> None:
        self.key, self.scope = key, scope
        self._node, self._name, self._run = own
        self._process = token_hex(16)
        self.peer = self.name = self.process = self.run = ""
        self.dials = False
        self._cut_since = time.monotonic()
        self.why = "it was not reached yet"
        self._told = ""
        self.present, self.closed = threading.Event(), threading.Event()
        self._hearer, self._journal = hearer, journal
        self._unheard: OrderedDict[int, Frame] = OrderedDict()
        self._calls: dict[int, Answer[Reply]] = {}
        self._posts: list[int] = []
        self._next, self._heard = 1, 0
        self._out: SimpleQueue[Frame | None] | None = None
        self._lock = threading.Lock()

    def say(self, frame: Frame, answer: Answer[Reply] | None = None, *, anyway: bool = False) -> None:
        """Let it arrive. Unavailable: somebody waits for its answer, and the way stays cut. Exhausted: too much waits.

        With `anyway` it waits too: it was accepted before.
        """
        with self._lock:
            if answer is not None and not anyway and self._stays_cut():
                raise self.cut()
            if len(self._unheard) >= MOST and not anyway and frame.kind in (FrameKind.TELL, FrameKind.CALL):
                said = f"{len(self._unheard):,} messages wait for the way to the node {self.name or self.peer}"
                raise Exhausted(f"{said}: {self.why}", limit="relay", value=MOST, used=len(self._unheard))
            numbered = replace(frame, number=self._next)
            self._unheard[self._next] = numbered
            if answer is not None:
                self._calls[self._next] = answer
            self._next += 1
            if self._out is not None and self.present.is_set():
                self._out.put(numbered)

    def forward(self, letter: Letter, to: str, near: str = "", *, anyway: bool = False) -> None:
        """A letter for an actor there, or for one that the moved actor `near` means."""
        if isinstance(letter, Mark):
            self.say(Frame(FrameKind.MARK, to=to, text=letter.token))
            return
        kind = FrameKind.TELL if letter.answer is None else FrameKind.CALL
        self.say(
            Frame(kind, to=to, near=near, about=letter.number, envelope=letter.envelope), letter.answer, anyway=anyway
        )

    def _stays_cut(self) -> bool:
        if self.present.is_set():
            return False
        return not self.dials or time.monotonic() - self._cut_since > PATIENCE_SECONDS

    def give_up_calls(self) -> None:
        """Whoever waits for the answer to what was not heard has waited long enough, if the way stays cut."""
        with self._lock:
            if not self._stays_cut():
                return
            calls = {number: self._calls.pop(number) for number in list(self._calls) if number in self._unheard}
            for number in calls:
                del self._unheard[number]
            why = Unavailable(f"{self.cut().message}. Whether the message arrived before is not known")
        for answer in calls.values():
            answer.fail(why)

    def cut(self) -> Unavailable:
        return Unavailable(f"the way to the node {self.name or self.peer} is cut: {self.why}; it is tried again")

    # One connection after the other.

    def attach(self) -> SimpleQueue[Frame | None]:
        """What is said from now on goes there, first who this side is and how far it has heard whom."""
        with self._lock:
            if self._out is not None:
                self._detach("another connection took its place")
            out = self._out = SimpleQueue()
            who = f"{self._process} {self.process} {self._run}"
            out.put(Frame(FrameKind.HELLO, to=self._node, near=self._name, text=who, about=self._heard))
        return out

    def detach(self, out: SimpleQueue[Frame | None], why: str) -> None:
        with self._lock:
            if self._out is out:
                self._detach(why)

    def refused(self, error: WorkbenchError) -> None:
        """The log says it once, until the other side is there again or something else is wrong."""
        if self._told != error.code and not self.closed.is_set():
            self._told = error.code
            said = f"the link to the node {self.key} is cut: {error.message}; it is tried again"
            self._hearer.note(self, Level.WARN, said)

    def _detach(self, why: str) -> None:
        out, self._out, self.why = self._out, None, why
        if self.present.is_set():
            self._cut_since = time.monotonic()
        self.present.clear()
        if out is not None:
            out.put(None)

    def said(self, out: SimpleQueue[Frame | None]) -> Iterator[Frame]:
        """What goes out over one connection, until it is detached."""
        while True:
            try:
                frame = out.get(timeout=BEAT_SECONDS)
            except Empty:
                frame = Frame(FrameKind.BEAT)
            if frame is None:
                return
            yield frame

    def listen(self, frames: Iterable[Frame], out: SimpleQueue[Frame | None]) -> None:
        """Do what the other side says, until it ends. Raises what ends it."""
        for frame in frames:
            if self._out is not out:
                return
            self.take(frame, out)

    def take(self, frame: Frame, out: SimpleQueue[Frame | None]) -> None:
        match frame.kind:
            case FrameKind.HELLO:
                self._greet(frame, out)
            case FrameKind.ACK:
                self._arrived(frame.about)
            case FrameKind.BEAT:
                pass
            case _ if frame.number > self._heard:
                self._do(frame)
                self._heard = frame.number
                out.put(Frame(FrameKind.ACK, about=frame.number))
            case _:
                out.put(Frame(FrameKind.ACK, about=self._heard))

    def _do(self, frame: Frame) -> None:
        if frame.kind is FrameKind.REPLY:
            with self._lock:
                answer = self._calls.pop(frame.about, None)
            if answer is not None and frame.reply is not None:
                answer.set(frame.reply)
            elif answer is not None and frame.failure is not None:
                answer.fail(error_of(frame.failure))
            return
        try:
            self._hearer.hear(self, frame)
        except Exception:
            logger.exception("what the node %s said about %s could not be done", self.name, frame.to)

    def _greet(self, hello: Frame, out: SimpleQueue[Frame | None]) -> None:
        """Say again what it has not heard."""
        process, heard, run = greeting(hello)
        if heard == self._process:
            self._arrived(hello.about)
        with self._lock:
            before, self.process = self.process, process
            self.peer, self.name, self.run = hello.to, hello.near, run
            lost = []
            if before and before != process:  # it ended, and with it the turns in hand
                self._heard = 0
                lost = [self._calls.pop(number) for number in list(self._calls) if number not in self._unheard]
            for frame in self._unheard.values():
                out.put(frame)
            self.why, told, self._told = "", self._told, ""
            self.present.set()
        if told:
            self._hearer.note(self, Level.INFO, f"the link to the node {self.key} is there again")
        for answer in lost:
            answer.fail(Unavailable(f"the node {self.name} ended before it answered; what became of it is not known"))
        self._hearer.joined(self)

    def _arrived(self, upto: int) -> None:
        with self._lock:
            while self._unheard and next(iter(self._unheard)) <= upto:
                _, frame = self._unheard.popitem(last=False)
                if frame.kind is FrameKind.TELL and frame.about:
                    self._posts.append(frame.about)
            posts, self._posts = self._posts, []
        if posts:
            self._journal.unposts(posts)

    def inherit(self, other: Link) -> None:
        """Say what the process before did not hear; who waits there for an answer learns that it has ended."""
        with other._lock:
            calls, other._calls = list(other._calls.values()), {}
            unheard = list(other._unheard.values())
            other._unheard.clear()
            other._detach("its node started anew")
        for frame in unheard:
            if frame.kind is FrameKind.TELL:
                self.say(frame)
        for answer in calls:
            answer.fail(Unavailable(f"the node {other.name} ended before it answered; what became of it is not known"))

    def close(self) -> None:
        """Say nothing any more; idempotent."""
        self.closed.set()
        with self._lock:
            self._detach("this node ends")
            calls, self._calls = list(self._calls.values()), {}
        for answer in calls:
            answer.fail(Unavailable("this node ends"))


def dialled(link: Link, connect: Callable[[Iterator[Frame]], Iterable[Frame]]) -> None:
    """Keep a link up, on a thread of its own, until it is closed. `connect(what goes out)` is what comes in."""
    pause, link.dials = 0.05, True
    while not link.closed.is_set():
        out = link.attach()
        try:
            link.listen(connect(link.said(out)), out)
            link.detach(out, "the other side ended it")
        except WorkbenchError as error:
            link.detach(out, error.message)
            link.refused(error)
        except Exception as error:
            logger.exception("the link to %s met a bug", link.key)
            link.detach(out, str(error))
        link.give_up_calls()
        pause = 0.05 if link.name and not link.why else min(1.0, pause * 2)
        link.closed.wait(pause)
