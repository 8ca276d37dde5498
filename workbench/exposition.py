"""The figures of an embedded node as Prometheus reads them.

Sums of the whole node; and, on this machine alone, of single actors, at most as many as ACTORS: a figure for each of
ten thousand would cost the reader more than it tells, and a name may be what another tenant must not learn.
Source: https://prometheus.io/docs/instrumenting/exposition_formats and .../practices/naming.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.registry import Collector

from workbench.api.actors import ActorState
from workbench.api.errors import Conflict, Invalid
from workbench.api.node import Node
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.rpc.server.listening import is_loopback, parsed
from workbench.runtime.calls import BOUNDS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from workbench.runtime.actor import Actor

ACTORS = 100
"""So many have figures of their own: those that are there longest."""
OF_ACTOR = ("tenant", "namespace", "actor")


class Exposition:
    """Answers `GET /metrics` until `close`, and `GET /ready` with 200 until `drain`, from then on with 503.

    `address` is HOST:PORT.
    """

    def __init__(self, machine: Machine, listen: str) -> None:
        host, port = parsed(listen)
        registry = CollectorRegistry()
        registry.register(Figures(machine, single=is_loopback(host)))
        ProcessCollector(registry=registry)
        self._figures = make_wsgi_app(registry)
        self._ready = True
        try:
            self._server = make_server(host.strip("[]"), port, self._answer, _kind(host), _Silent)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise Conflict(f"cannot offer metrics at {listen}: {why}; choose another port") from None
        self.address = f"{host}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, name="metrics-page", daemon=True)
        self._thread.start()

    def _answer(self, environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environment.get("PATH_INFO", "")
        if path == "/metrics":
            page: Iterable[bytes] = self._figures(environment, start)
            return page
        status, said = "404 Not Found", "there are /metrics and /ready"
        if path == "/ready":
            status, said = ("200 OK", "ready") if self._ready else ("503 Service Unavailable", "draining")
        start(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{said}\n".encode()]

    def drain(self) -> None:
        """It is not ready any more: whoever sends it work is to look for another one."""
        self._ready = False

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Silent(WSGIRequestHandler):
    """Writes no line for each request. Who connects and says nothing is not waited for for ever."""

    timeout = 10

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is Python's
        pass


def _kind(host: str) -> type[WSGIServer]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return type("_Server", (ThreadingWSGIServer,), {"address_family": family})


def expose(node: Node, listen: str) -> Exposition:
    """Beyond this machine without the figures of single actors. Invalid: no address. Conflict: the port is taken."""
    if not isinstance(node, LocalNode):
        raise Invalid("only an embedded node offers its metrics; ask who runs this one for its own")
    return Exposition(node.machine, listen)


class Figures(Collector):
    """Read anew each time, from any thread. `single`: with figures of single actors."""

    def __init__(self, machine: Machine, *, single: bool) -> None:
        self._machine, self._single = machine, single

    def collect(self) -> Iterator[Metric]:
        actors = self._machine.system.all()
        yield from self._of_node(actors)
        yield from self._of_recording()
        yield from self._of_calls()
        if self._single:
            yield from self._of_actors(actors)

    def _of_node(self, actors: list[Actor]) -> Iterator[Metric]:
        machine = self._machine
        states = dict.fromkeys(ActorState, 0)
        for actor in actors:
            states[actor.state] += 1
        shown = GaugeMetricFamily("workbench_actors", "Actors in each state.", labels=("state",))
        for state, count in states.items():
            shown.add_metric((state.value,), count)
        yield shown
        yield _gauge("workbench_actors_limit", "How many actors the node may have.", machine.config.actors)
        yield _gauge("workbench_start_time_seconds", "When the node started, since 1970.", machine.started)
        taken = machine.metrics.totals()
        yield _counter("workbench_turns", "Turns that ended, of all actors there were.", taken.turns)
        yield _counter("workbench_fuel", "Fuel that they took, as far as it is known.", taken.fuel)
        yield _counter("workbench_turn_seconds", "Time that they took.", taken.wall_ns / 1e9)
        yield _counter("workbench_crashes", "Turns that ended in a crash.", taken.crashes)
        yield _gauge("workbench_mailbox_messages", "Messages that wait in mailboxes.", taken.mailbox)
        yield _gauge("workbench_guest_memory_bytes", "Memory of actors after their last turn.", taken.memory_bytes or 0)
        yield _gauge("workbench_database_bytes", "The workspace's database, with its log.", _bytes(machine))

    def _of_recording(self) -> Iterator[Metric]:
        found = self._machine.recording.totals()
        yield _gauge("workbench_recording_bytes", "Recorded turns on disk.", found.size_bytes)
        yield _gauge("workbench_recording_limit_bytes", "As much of them is kept.", found.limit_bytes)
        yield _gauge("workbench_recording_waiting", "Turns and changes that are not on disk yet.", found.waiting)
        yield _counter("workbench_recording_dropped", "Those that could not be recorded.", found.dropped)

    def _of_calls(self) -> Iterator[Metric]:
        """Of all listeners of the node, the private one too."""
        calls = self._machine.calls
        ended = CounterMetricFamily("workbench_grpc_calls", "Calls that ended.", labels=("method", "code"))
        for method, code, count in calls.ended():
            ended.add_metric((method, code), count)
        yield ended
        taken = HistogramMetricFamily("workbench_grpc_call_seconds", "How long they took.", labels=("method",))
        for each in calls.times():
            bounds = [*zip(map(str, BOUNDS), each.up_to, strict=True), ("+Inf", each.count)]
            taken.add_metric((each.method,), bounds, each.seconds)
        yield taken

    def _of_actors(self, actors: list[Actor]) -> Iterator[Metric]:
        chosen = list(islice(sorted(actors, key=lambda actor: actor.spawned), ACTORS))
        yield _gauge(
            "workbench_actors_left_out", "Actors without figures of their own: there are too many.",
            len(actors) - len(chosen),
        )  # fmt: skip
        counters: tuple[tuple[str, str, Callable[[Actor], float]], ...] = (
            ("workbench_actor_turns", "Turns of the actor.", lambda actor: actor.body.counters.turns),
            ("workbench_actor_fuel", "Fuel that they took.", lambda actor: actor.body.counters.fuel),
            ("workbench_actor_crashes", "Its crashes.", lambda actor: actor.body.counters.crashes),
        )
        for name, text, of in counters:
            yield _labelled(CounterMetricFamily(name, text, labels=OF_ACTOR), chosen, of)
        gauges: tuple[tuple[str, str, Callable[[Actor], float]], ...] = (
            ("workbench_actor_mailbox_messages", "Messages that wait.", lambda actor: len(actor.mailbox)),
            ("workbench_actor_memory_bytes", "Its memory after its last turn.",
             lambda actor: actor.body.counters.memory_bytes or 0),
        )  # fmt: skip
        for name, text, of in gauges:
            yield _labelled(GaugeMetricFamily(name, text, labels=OF_ACTOR), chosen, of)


def _labelled(
    family: CounterMetricFamily | GaugeMetricFamily, actors: Iterable[Actor], of: Callable[[Actor], float]
) -> Metric:
    for actor in actors:
        family.add_metric((actor.id.tenant, actor.id.namespace, actor.id.name), of(actor))
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    """Its name ends in `_total` where it is read."""
    return CounterMetricFamily(name, text, value=value)


def _bytes(machine: Machine) -> int:
    path = machine.workspace.database.path
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
