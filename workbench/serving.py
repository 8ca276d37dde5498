"""Who may call an embedded node from outside, and how it ends in order: a part of the door."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench import api
from workbench.api.events import Area
from workbench.api.words import plural
from workbench.private import write_endpoint

if TYPE_CHECKING:
    from workbench.exposition import Exposition
    from workbench.node import LocalNode
    from workbench.rpc.server import Server
    from workbench.rpc.server.access import Access
    from workbench.rpc.server.listening import ServerTls

logger = logging.getLogger(__name__)
LEAST_SECONDS = 2.0
"""For storing states, also when the work before took all the time there was."""
NAMED = 5
"""So many are named in the log."""


def serve(
    node: api.Node,
    *,
    listen: str = "",
    token_file: str = "",
    tls_cert: str = "",
    tls_key: str = "",
    tls_client_ca: str = "",
    reflect: bool = False,
) -> Server:
    """Let others attach to an embedded node, until `close()` of what is returned.

    Without `listen` this is the private endpoint of its workspace: a free port on this machine, a new token, both
    written to a file that only this user can read, so that commands find it. With `listen` callers show a token of
    `node.tokens` or the one in `token_file`, which is for the role admin in every tenant; or, with `tls_client_ca`, a
    certificate that this authority signed. On this machine none is asked for until one is created or given. `reflect`
    offers reflection beyond this machine too.

    Invalid: no address, one beyond this machine without TLS or without a way to know who calls, files that do not
    belong together. Conflict: the port is taken.
    """
    from workbench.node import LocalNode
    from workbench.rpc.server import serve as serve_at
    from workbench.rpc.server.access import LOCAL, Access
    from workbench.rpc.server.rates import Rates
    from workbench.runtime import threads

    if not isinstance(node, LocalNode):
        raise api.Invalid("only an embedded node can be served; this one is served by somebody else already")
    threads.large_stacks()
    private = not listen
    if private:
        secret = secrets.token_urlsafe(32)
        access, rates, tls = Access(secret, LOCAL, must=True), None, None
    else:
        rates = Rates(node.config.calls_per_second, node.config.calls_at_once)
        access, tls = check_listener(
            node, listen, token_file=token_file, tls_cert=tls_cert, tls_key=tls_key, tls_client_ca=tls_client_ca
        )
    server = serve_at(
        node,
        listen=listen or "127.0.0.1:0",
        access=access,
        tls=tls,
        reflect=reflect,
        rates=rates,
        audit=node.audit.note,
        scope=node.scoped,
        initializer=threads.prepare,
        counted=node.calls.add,
    )
    if private:
        write_endpoint(node.workspace, server.address, secret)
    return server


def expose_metrics(node: api.Node, listen: str) -> Exposition:
    """Offer an embedded node's figures to Prometheus, until `close()`. Invalid: no address. Conflict: it is taken."""
    from workbench.exposition import expose

    return expose(node, listen)


def check_listener(
    node: LocalNode, listen: str, *, token_file: str, tls_cert: str, tls_key: str, tls_client_ca: str
) -> tuple[Access, ServerTls | None]:
    """Whom `serve` would let in there, and by which TLS; Invalid where it would refuse."""
    from workbench.rpc.security import secret_in
    from workbench.rpc.server.access import Access
    from workbench.rpc.server.listening import check, server_tls

    access = Access(secret_in(token_file) if token_file else "", "token file", node.callers)
    tls = server_tls(tls_cert, tls_key, tls_client_ca)
    check(listen, tls=tls, token=access.somebody)
    if tls is not None:
        tls.credentials()
    return access, tls


def show_log() -> None:
    """Write what this process logs to standard error, as the setting `log_format` says."""
    from workbench.config import load
    from workbench.storage.node_log import JsonLines

    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if load().log_format == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def drain(
    node: api.Node,
    servers: Sequence[Server] = (),
    *,
    exposition: Exposition | None = None,
    seconds: float | None = None,
) -> bool:
    """End an embedded node and what serves it in order; whether nothing had to be cut off.

    Health says that it serves no more, new calls are refused, what was accepted is handled for up to `seconds` (the
    setting `drain_seconds`), durable actors are checkpointed, actors stop, recordings are written, watchers are told,
    the workspace is closed. Each step is in the log with its time. Idempotent are the `close()` of all of them.
    """
    from workbench.node import LocalNode

    if not isinstance(node, LocalNode):
        raise api.Invalid("only an embedded node can be ended; this one runs in another process")
    return _Draining(node, servers, exposition, node.config.drain_seconds if seconds is None else seconds).run()


class _Draining:
    """Steps that share one deadline; each has a little time also when it has passed."""

    def __init__(
        self, node: LocalNode, servers: Sequence[Server], exposition: Exposition | None, seconds: float
    ) -> None:
        self._node, self._machine, self._servers, self._exposition = node, node.machine, servers, exposition
        self._ends = time.monotonic() + seconds
        self._seconds = seconds
        self._whole = True

    def run(self) -> bool:
        began, name = time.monotonic(), self._machine.config.node_name
        logger.info("stopping: work in hand has %g s; a second signal ends it at once", self._seconds)
        stops = api.Unavailable(
            f"the node {name} is stopping and takes no more calls, and this one was not begun: try another node, or "
            "this one once it is back"
        )
        with self._step("health says NOT_SERVING, new calls are refused"):
            if self._exposition is not None:
                self._exposition.drain()
            for server in self._servers:
                server.refuse(stops)
            self._machine.bus.publish(Area.NODE, "node.stopping", name, f"the node {name} is stopping")
        self._finish_work(name)
        self._store()
        with self._step("actors stopped"):
            self._machine.end_actors()
        with self._step("recordings written"):
            self._machine.recording.flush()
        with self._step("watchers told, listeners closed"):
            for server in self._servers:
                server.close()
            if self._exposition is not None:
                self._exposition.close()
        logger.info("closing the workspace, after which nothing is written any more")
        with self._step("workspace closed"):
            self._node.close()
        logger.info("stopped in %.0f ms", (time.monotonic() - began) * 1000)
        return self._whole

    def _finish_work(self, name: str) -> None:
        from workbench.runtime import draining

        with self._step("what was accepted is handled"):
            busy = draining.settle(self._machine.system, self._left)
        if busy:
            names = ", ".join(actor.id.name for actor in busy[:NAMED]) + ("…" if len(busy) > NAMED else "")
            self._cut(f"{plural(len(busy), 'actor')} still at work after {self._seconds:g} s: {names}")
        gone = api.Unavailable(
            f"the node {name} stopped while this call waited: ask another node, or this one once it is back"
        )
        self._machine.services.queues.dismiss(gone)
        with self._step("calls in hand answered"):
            cut_off = sum(server.finish(self._left, gone) for server in self._servers)
        draining.settle(self._machine.system, self._left)  # what those calls have left to do
        if cut_off:
            self._cut(f"{plural(cut_off, 'call')} still in hand after {self._seconds:g} s")

    def _store(self) -> None:
        from workbench.runtime import draining

        with self._step("durable actors checkpointed"):
            stored, failed = draining.checkpoint(self._machine.system, max(self._left, LEAST_SECONDS))
        with self._step("states of the others stored"):
            kept, lost = self._machine.store_states(max(self._left, LEAST_SECONDS))
        logger.info("stored: %s, and %s of the others", plural(stored, "checkpoint"), plural(kept, "state"))
        for why in failed[:NAMED]:
            logger.warning("not checkpointed, it comes back by living through its turns: %s", why)
        for why in lost[:NAMED]:
            logger.warning("not stored, it comes back as it was started first: %s", why)

    @property
    def _left(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def _cut(self, what: str) -> None:
        self._whole = False
        logger.warning("cut off: %s", what)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        logger.info("%s: %.0f ms", what, (time.monotonic() - began) * 1000)
