"""One attack after the other on a node in a process of its own, and what is left of each."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

import workbench
from tests.wire.attacks import ATTACKS, SECONDS, Attack, Victim, answered, wrong
from tests.wire.processes import NodeProcess
from workbench.rpc.generated.plexspaces.v1 import keyvalue_pb2, tuplespace_pb2
from workbench.rpc.server.slots import LONG_CALLS, STREAMS
from workbench.rpc.tuples import pattern

SETTLING_SECONDS = 20.0
SPARE = {"threads": 8, "files": 8, "resident_bytes": 128 << 20}
"""What may be more after an attack than before it: threads and files of gRPC's own that come and go, and memory that
the allocator keeps for the next time."""
AT_ONCE = 500
"""Calls that make every thread of the pool work; gRPC turns more than 1,000 away."""


@dataclass(frozen=True)
class Siege:
    process: NodeProcess
    victim: Victim
    errors: Path

    def held(self) -> dict[str, int]:
        return self.process.held()

    def warm(self) -> None:
        """Afterwards the node has all the threads that it ever has, each with its own connection to the database, and
        the memory that it needs at its busiest."""
        request = keyvalue_pb2.KeyValueGetRequest(key="any").SerializeToString()
        never = tuplespace_pb2.TupleReadRequest(pattern=pattern(("never",)), timeout_seconds=SECONDS)
        with grpc.insecure_channel(self.victim.address) as channel, ExitStack() as held:
            watch = channel.unary_stream("/plexspaces.v1.Node/Watch")
            read = channel.unary_unary("/plexspaces.v1.TupleSpace/Read")
            for who in map(self.victim.shown, ("read", "operate")):  # a thread that is held does not do another's call
                for _ in range(STREAMS // 2):
                    stream = watch(b"", timeout=SECONDS, metadata=who)
                    held.callback(stream.cancel)
                    next(stream)
                for _ in range(LONG_CALLS // 2):
                    waiting = read.future(never.SerializeToString(), timeout=SECONDS, metadata=who)
                    held.callback(waiting.cancel)
            call = channel.unary_unary("/plexspaces.v1.KeyValue/Get")
            shown = self.victim.shown("read")
            for asked in [call.future(request, timeout=SECONDS, metadata=shown) for _ in range(AT_ONCE)]:
                asked.result()
        for one in ATTACKS:
            list(one.run(self.victim))
        self.said()

    def attacked(self, one: Attack, before: dict[str, int]) -> tuple[Counter[str], list[str]]:
        """How it was answered, and what is wrong with that or with the node afterwards."""
        answers = list(one.run(self.victim))
        faults = [f"answered {answer}" for answer in wrong(one, answers)]
        if self.process.process.poll() is not None:
            return Counter(answers), [*faults, f"the node died with {self.process.process.returncode}"]
        if (said := answered(self.victim)) != "OK":
            faults.append(f"then a caller in good standing heard {said}")
        if "Traceback" in self.said():
            faults.append("it took something for an error of its own: a traceback is in its log")
        return Counter(answers), [*faults, *self.left(before)]

    def said(self) -> str:
        """What it has written since this was asked last: whoever attacks must not fill its log."""
        with self.errors.open("r+") as file:
            found = file.read()
            file.truncate(0)
        return found

    def left(self, before: dict[str, int]) -> list[str]:
        """What it still holds once calls had time to end."""
        end, pause = time.monotonic() + SETTLING_SECONDS, threading.Event()
        while True:
            now = self.held()
            more = {what: now[what] - had for what, had in before.items() if now[what] - had > SPARE[what]}
            if not more or time.monotonic() > end:
                return [f"{count:,} {what} are left behind" for what, count in more.items()]
            pause.wait(0.1)


@contextmanager
def laid(folder: Path, fault: str = "") -> Iterator[Siege]:
    """A node with tokens, certificates and neighbours' folders beside its workspace."""
    certs, foreign = folder / "certs", folder / "foreign"
    for made in (certs, foreign):
        made.mkdir()
        workbench.make_certificates(made, tenant="shop")
    options = ("--certs", str(certs), *(("--fault", fault) if fault else ()))
    errors = folder / "errors"
    with NodeProcess(folder / "workspace", *options, program=("tests.wire.target",), errors=errors) as process:
        assert process.process.stdout is not None
        known = json.loads(process.process.stdout.readline())
        yield Siege(
            process, Victim(process.address, known["tls"], known["tokens"], certs, foreign, process.workspace), errors
        )
