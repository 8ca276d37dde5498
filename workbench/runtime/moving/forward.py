"""What takes letters in the place of an actor that is on another node, or on its way back."""

from __future__ import annotations

import threading

from workbench.api.errors import Unavailable
from workbench.api.identity import ActorId
from workbench.api.journal import JournalLog
from workbench.api.migration import Frame, FrameKind
from workbench.runtime.mailbox import Letter
from workbench.runtime.moving.link import Link


class Rejoining:
    """What is sent here to an actor that comes back waits until what was sent after it has come back too."""

    away = False

    def __init__(self, token: str) -> None:
        self.token = token
        self.letters: list[Letter] = []

    def deliver(self, letter: Letter, _of_system: bool = False) -> None:
        self.pass_on(letter)

    def pass_on(self, letter: Letter) -> None:
        self.letters.append(letter)


class Forward:
    """Where an actor of this node is now: takes letters as the actor did."""

    away = True

    def __init__(self, actor: ActorId, link: Link, journal: JournalLog, *, durable: bool) -> None:
        self.id, self.link, self.durable = actor, link, durable
        self.nodes: set[str] = set()
        """Names of nodes at which it was heard of."""
        self.open = True
        """Whether it is settled that it is there."""
        self._journal = journal
        self._held: list[Letter] = []
        self._lock = threading.Lock()

    @property
    def where(self) -> str:
        return f"{self.link.name or self.link.peer} ({self.link.key})"

    @property
    def state(self) -> str:
        return f"at {self.where}"

    def elsewhere(self) -> Unavailable:
        """What is said to who wants to do something to it here."""
        name, link = self.id.name, self.link
        return Unavailable(
            f"{name} was moved to the node {self.where}: go there (--node {link.key}); messages reach it from here. "
            f"To give up its forward address: workbench actor stop {name}"
        )

    def deliver(self, letter: Letter, _of_system: bool = False) -> None:
        if not self.open and letter.answer is not None:
            raise Unavailable(f"whether {self.id.name} arrived at {self.where} is not settled yet; it is asked again")
        if self.durable and letter.answer is None and not letter.number:
            letter.number = self._journal.post(self.id, letter.envelope)
        self._pass_on(letter, anyway=False)

    def pass_on(self, letter: Letter) -> None:
        """The same of one that was accepted before."""
        self._pass_on(letter, anyway=True)

    def _pass_on(self, letter: Letter, *, anyway: bool) -> None:
        with self._lock:
            if not self.open:
                self._held.append(letter)
                return
        self.link.forward(letter, self.id.name, anyway=anyway)

    def settled(self) -> None:
        """It is there: what was held back goes."""
        with self._lock:
            self.open, held, self._held = True, self._held, []
            for letter in held:
                self.link.forward(letter, self.id.name, anyway=True)

    def give_back(self) -> list[Letter]:
        """It is not there: what was held back."""
        with self._lock:
            held, self._held = self._held, []
        return held


class Way:
    """What the moved actor `near` means by `address`, at a node that it came through."""

    def __init__(self, link: Link, address: str, near: ActorId) -> None:
        self.id = ActorId(address, near.namespace, near.tenant)
        self.link, self._near = link, near.name

    @property
    def state(self) -> str:
        return f"at or behind the node {self.link.name or self.link.peer}"

    def deliver(self, letter: Letter, _of_system: bool = False) -> None:
        self.link.forward(Letter(letter.envelope, letter.answer), self.id.name, self._near)

    def bind(self, deed: str) -> None:
        """monitor, demonitor, link, unlink."""
        self.link.say(Frame(FrameKind.BIND, to=self.id.name, near=self._near, text=deed))
