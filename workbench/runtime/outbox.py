"""What a durable actor sends: it leaves when the turn is on disk, and with a turn that is not it never was.

Messages to durable actors are on disk with the turn that sent them, and so are its timers; both outlive the process.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from workbench.api.errors import WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import Post, Timer
from workbench.api.messages import Envelope

if TYPE_CHECKING:
    from workbench.clock import Clock
    from workbench.runtime.timers import Timers

logger = logging.getLogger(__name__)
RETRY_SECONDS = 1.0
Deliver = Callable[[Post], None]


class Outbox:
    """Used by the thread that owns the actor; timers fire on theirs. `deliver` hands over what is on disk.

    `fire(number)` makes a timer that is due a message, on disk in its place; None when it was cancelled.
    """

    def __init__(self, clock: Clock, timers: Timers, deliver: Deliver, fire: Callable[[int], Post | None]) -> None:
        self._clock, self._timers, self._deliver, self._fire = clock, timers, deliver, fire
        self._posts: list[Post] = []
        self._set: dict[int, Timer] = {}
        self._cancelled: list[int] = []
        self._armed: dict[int, int] = {}
        """Timers that run: their numbers there, by their own, which outlive the process. They go on another thread."""
        self._lock = Lock()

    @property
    def timers(self) -> int:
        """How many there are."""
        return len(self._armed) + len(self._set)

    def post(self, to: ActorId, envelope: Envelope, *, kept: bool, via: Any = None) -> None:
        """Send it with the turn; `kept`: the receiver is durable, so it is on disk from then on. `via`: see Post."""
        self._posts.append(Post(to, envelope, kept, via=via))

    def send_after(self, seconds: float, envelope: Envelope, number: int = 0) -> int:
        """Set a timer with the turn; its number, which is a new one unless the turn had it before it was cut off."""
        number = number or secrets.randbits(48)
        self._set[number] = Timer(number, self._clock.now() + seconds, envelope)
        return number

    def cancel(self, number: int) -> bool:
        """Whether there is such a timer, which is then gone with the turn."""
        if self._set.pop(number, None) is not None:
            return True
        if number not in self._armed or number in self._cancelled:
            return False
        self._cancelled.append(number)
        return True

    def take(self) -> tuple[Sequence[Post], Sequence[Timer], Sequence[int]]:
        """What is to be written: posts, timers, and those that are cancelled."""
        return tuple(self._posts), tuple(self._set.values()), tuple(self._cancelled)

    def leave(self) -> None:
        """It is written."""
        posts, self._posts = self._posts, []
        timers, self._set = list(self._set.values()), {}
        cancelled, self._cancelled = self._cancelled, []
        for number in cancelled:
            with self._lock:
                runs = self._armed.pop(number, 0)
            self._timers.cancel(runs)
        self.arm(timers)
        for post in posts:
            self._hand_over(post)

    def _hand_over(self, post: Post) -> None:
        try:
            self._deliver(post)
        except WorkbenchError as error:
            logger.info("%r was not delivered to %s: %s", post.envelope.type, post.actor, error)

    def arm(self, timers: Sequence[Timer]) -> None:
        """Let them run, those that are due at once."""
        for timer in timers:
            number, left = timer.number, max(0.0, timer.due - self._clock.now())
            self._set_off(number, left)

    def _set_off(self, number: int, seconds: float) -> None:
        with self._lock:
            self._armed[number] = 0
        runs = self._timers.after(seconds, lambda: self._due(number))
        with self._lock:
            if number in self._armed:  # it is not over already
                self._armed[number] = runs
                return
        self._timers.cancel(runs)

    def _due(self, number: int) -> None:
        try:
            with self._lock:  # whoever disarms it knows then whether it has fired
                post = self._fire(number) if self._armed.pop(number, None) is not None else None
        except WorkbenchError as error:  # the disk is full: it is not lost, only late
            logger.warning("a timer could not be made a message yet: %s", error)
            self._set_off(number, RETRY_SECONDS)
            return
        if post is not None:
            self._hand_over(post)

    def drop(self) -> None:
        """Forget what was not written."""
        self._posts.clear()
        self._set.clear()
        self._cancelled.clear()

    def disarm(self) -> None:
        """No timer runs any more; those that are on disk stay there."""
        with self._lock:
            armed, self._armed = self._armed, {}
        for runs in armed.values():
            self._timers.cancel(runs)
