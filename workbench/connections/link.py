"""A connection that is attached: a thread that asks the node every second how it is, marks it stale and tries again.

It only ever looks. Calls of others over the same connection fail as they do; none of them is repeated here.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Lock, Thread

from workbench.api import Denied, Invalid, Unauthenticated, WorkbenchError
from workbench.api.connections import Confirm, Connection, ConnectionState, Phase
from workbench.connections.findings import refused_version, warnings
from workbench.connections.opening import StoredNode
from workbench.connections.tunnel import Tunnel
from workbench.rpc.client.diagnosis import cut, rude
from workbench.rpc.client.pulse import Transport

BEAT_SECONDS = 1.0
ANSWER_SECONDS = 1.5
"""With the beat this is how long a node may have been away before it is stale: below 3 s."""
FIRST_SECONDS = 4.0
"""What is wrong with an address is told by then."""
INFO_EVERY = 10
"""Beats between two looks at what the node says of itself."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
END_SECONDS = 10.0
FINAL = (Unauthenticated, Denied, Invalid)
"""Trying again does not help."""


def backoff(attempt: int, chance: float) -> float:
    """The seconds before attempt `attempt` (from 1): twice as long each time, up to a bound, and with a `chance` from
    0 to 1 between three and five quarters of it, so that many who lost the same node do not come back at once."""
    whole = min(FIRST_PAUSE * 2.0 ** min(attempt - 1, 16), LONGEST_PAUSE)
    return whole * (0.75 + 0.5 * chance)


class Link:
    """`changed` gets each new state, on the thread of the link. `node` is there once it was attached the first time.

    `start()` begins, `retry()` tries at once, `close()` ends it and is idempotent; it may wait for a call in hand.
    """

    def __init__(
        self, connection: Connection, *, token: str = "", changed: Callable[[ConnectionState], None],
        confirm: Confirm | None = None,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.node: StoredNode | None = None
        self._token, self._confirm, self._changed = token, confirm, changed
        self._tunnel = Tunnel(connection) if connection.ssh else None
        self._transport: Transport | None = None
        self._state = ConnectionState(Phase.ATTACHING, time.time())
        self._connected = 0
        self._beats = 0
        self._lock = Lock()
        self._wake, self._wanted, self._ended = Event(), Event(), Event()
        self._thread = Thread(target=self._run, name="link", daemon=True)

    @property
    def state(self) -> ConnectionState:
        with self._lock:
            return self._state

    def start(self) -> None:
        self._thread.start()

    def retry(self) -> None:
        """Now, whatever was said of when."""
        self._wanted.set()
        self._wake.set()

    def close(self) -> None:
        self._ended.set()
        self.retry()
        if self._transport is not None:
            self._transport.close()
        if self._tunnel is not None:
            self._tunnel.close()
        if self.node is not None:
            self.node.close()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)
        if self.node is not None:  # one that was made meanwhile
            self.node.close()

    # the thread

    def _run(self) -> None:
        attempt = 0
        while not self._ended.is_set():
            self._wanted.clear()
            self._wake.clear()
            pause: float | None = BEAT_SECONDS
            try:
                self._look()
                attempt = 0
            except FINAL as error:
                attempt, pause = 0, None
                self._tell(phase=Phase.REFUSED, why=str(error), retry_at=None, attempt=0)
            except WorkbenchError as error:
                attempt += 1
                pause = self._missed(attempt, error)
            if pause is None and not self.connection.reconnect:
                self._wanted.wait()  # others' calls over the same channel find the node again by themselves
            else:
                self._wake.wait(pause)

    def _look(self) -> None:
        """Attach, or ask whether it is there still."""
        node, fresh = self._opened(), self.state.phase is not Phase.ATTACHED
        latency = node.wire.ping(FIRST_SECONDS if fresh else ANSWER_SECONDS)
        self._beats += 1
        if not fresh and self._beats % INFO_EVERY:
            self._tell(latency_ms=latency, warnings=self._warnings(self.state.skew_seconds), lacks=self._lacks(node))
            return
        asked = time.time()
        info = node.info()
        skew = info.time - (asked + time.time()) / 2 if info.time else None
        if said := refused_version(self.connection.address, info):
            raise Invalid(said)
        lacks = node.wire.missing() if fresh else self._lacks(node)
        self._tell(
            phase=Phase.ATTACHED, latency_ms=latency, info=info, skew_seconds=skew, lacks=lacks, why="", attempt=0,
            retry_at=None, warnings=self._warnings(skew),
        )  # fmt: skip

    def _opened(self) -> StoredNode:
        if self._tunnel is not None and not self._tunnel.is_open:
            self._tunnel.open()
        if self.node is None:
            made = StoredNode(self.connection, token=self._token, confirm=self._confirm, tunnel=self._tunnel)
            self.node, self._transport = made, made.wire.follow(self._came_or_went)
        return self.node

    def _came_or_went(self, there: bool) -> None:
        if there:
            self._connected += 1
        self._wake.set()

    def _lacks(self, node: StoredNode) -> frozenset[str]:
        return self.state.lacks | node.wire.lacks

    def _warnings(self, skew: float | None) -> tuple[str, ...]:
        cut = self._transport.cut_every if self._transport is not None else None
        return warnings(self.connection.address, skew=skew, cut_every=cut)

    def _missed(self, attempt: int, error: WorkbenchError) -> float | None:
        """How long to wait; None: until somebody wants it."""
        was = self.state.phase
        lost = was in (Phase.ATTACHED, Phase.STALE)
        tunnel = self._tunnel
        why = tunnel.why if tunnel is not None and not tunnel.is_open and lost else str(error)
        address = self.connection.address
        if lost and why == rude(address):  # it was there: a node that ends takes connections until it is gone
            why = cut(address, None)
        again = self.connection.reconnect or not lost
        pause = backoff(attempt, random.random()) if again else None
        self._tell(
            phase=Phase.STALE if lost else Phase.ATTACHING, why=why, attempt=attempt,
            retry_at=None if pause is None else time.time() + pause,
        )  # fmt: skip
        return pause

    def _tell(self, **parts: object) -> None:
        if self._ended.is_set():
            return
        with self._lock:
            before = self._state
            phase = parts.get("phase", before.phase)
            since = before.since if phase is before.phase else time.time()
            self._state = made = replace(before, **parts, since=since, connected=self._connected)  # type: ignore[arg-type]
        self._changed(made)
