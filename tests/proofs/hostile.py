"""Every hostile guest, many times: the node lives, says what stopped it, and the neighbours hardly notice."""

from __future__ import annotations

import threading
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import workbench
from tests.benchmarks.lives import highest
from tests.hostile.attack import Outcome, attack, held
from tests.hostile.guests import GUESTS, HONEST, Guest
from tests.proofs.missed import Missed
from workbench.api import Node, SpawnOptions
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.runtime.dead_letters import KEPT as KEPT_LETTERS

ATTACK_SECONDS = 2.0
"""Each guest attacks for so long, again and again."""
WARM_SECONDS = 1.0
"""Before it is measured: what is kept on purpose, and what the allocator keeps, is full after that."""
QUIET_SECONDS = 3.0
SLOWER = 2.0
"""The neighbours' p99 beside a hostile guest, in those beside an honest one that comes and goes as the hostile ones do.
Alone they are faster: whoever runs beside them shares the interpreter's lock, honest or not."""
HONEST_EVERY = 4
"""So many guests later the honest one has its turn again, so that both meet the machine in the same moods."""
GROWN = {"private_bytes": 16 << 20, "mappings": 60, "threads": 3, "files": 0}
"""Of some 4,000 guests: 10 KB that each left behind would be 40 MiB. It was so once, and this caught it."""
KEPT = 200
"""So few turns and log lines are kept that these are full before it begins."""
BUCKET_US = 10
WAIT_MS, RUNNING_MS = 10_000, 5_000


def hostile() -> dict[str, object]:
    """33 hostile guests, for 2 s each: named, nothing left, neighbours' p99 within 2x; and a 10 s wait lives."""
    found: list[dict[str, object]] = []
    with LocalNode(Machine(None, replace(load(), actors=120, kept_turns=KEPT, kept_log_lines=KEPT))) as node:
        node.prepare()
        for guest in (HONEST, *GUESTS):
            _attacks(node, guest, WARM_SECONDS)
        before = _held(node)
        alone = _alone(node)
        usual = array("d")
        for number, guest in enumerate(GUESTS):
            if number % HONEST_EVERY == 0:
                usual += _asked(_attacks(node, HONEST))
            outcomes = _attacks(node, guest)
            asked = _asked(outcomes)
            sample = {
                "guest": guest.name,
                "attacks": len(outcomes),
                "asks": len(asked),
                "p99_ms": round(highest(asked, 99) * 1e3, 3),
            }
            found.append(sample | {f"asks_by_{BUCKET_US}_us": _buckets(asked)})
            print(f"  {sample}", flush=True)
            for outcome in outcomes:
                if not outcome.named:
                    raise SystemExit(f"{guest.name}: what stopped it was not named: {outcome.said}")
        after = _held(node)
        wait = _wait(node)
    if left := {what: after[what] - before[what] for what, most in GROWN.items() if after[what] - before[what] > most}:
        raise SystemExit(f"something was left behind: {left}")
    honest = highest(usual, 99) * 1e3
    samples: dict[str, object] = {
        "alone_p99_ms": highest(list(alone), 99) * 1e3,
        "beside_an_honest_actor_p99_ms": honest,
        f"beside_an_honest_actor_asks_by_{BUCKET_US}_us": _buckets(usual),
        "guests": found,
        "before": before,
        "after": after,
        "wait": wait,
    }
    if slow := [f"{one['guest']}: {one['p99_ms']} ms" for one in found if float(str(one["p99_ms"])) > SLOWER * honest]:
        said = f"neighbours took {honest:.3f} ms beside an honest actor, and beside {'; '.join(slow)}"
        raise Missed(said, samples)
    return samples


def _held(node: LocalNode) -> dict[str, int]:
    """What the process holds without the dead letters, of which it keeps 64 MiB for people to read."""
    for letter in node.actors.dead_letters(limit=KEPT_LETTERS):
        node._machine.around.dead_letters.take((letter.actor.tenant, letter.actor.namespace), letter.seq)
    return held()


def _buckets(seconds: Sequence[float]) -> dict[int, int]:
    """How many took how long: every sample, in steps of BUCKET_US."""
    return dict(sorted(Counter(round(each * 1e6) // BUCKET_US * BUCKET_US for each in seconds).items()))


def _attacks(node: Node, guest: Guest, seconds: float = ATTACK_SECONDS) -> Sequence[Outcome]:
    outcomes, end = [attack(node, guest)], time.monotonic() + seconds
    while time.monotonic() < end:
        outcomes.append(attack(node, guest))
    return outcomes


def _asked(outcomes: Sequence[Outcome]) -> array[float]:
    return array("d", (seconds for outcome in outcomes for seconds in outcome.asked))


def _alone(node: Node) -> Sequence[float]:
    """Asks of the neighbour with nobody beside it, from a thread as in an attack."""
    taken: list[float] = []

    def ask() -> None:
        end = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < end:
            started = time.perf_counter()
            node.actors.ask("neighbour", "increment")
            taken.append(time.perf_counter() - started)

    workbench.start_thread("neighbour", ask).join()
    return taken


WAITING = """
from plexspaces import GenServer, messaging


class Waiting(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return messaging.ask("slow", "get_count", "", timeout_ms=20_000)
"""


def _wait(node: Node) -> dict[str, object]:
    """An actor with 5 s of running time waits 10 s in a host call and goes on."""
    node.modules.deploy(WAITING.encode(), file_name="waiting.py", alias="waiting")
    name = node.actors.spawn("waiting", options=SpawnOptions(name="waiting")).id
    assert node.actors.get(name).limits.time_ms == RUNNING_MS
    node.actors.spawn("tally", options=SpawnOptions(name="slow"))
    node.actors.suspend("slow")
    timer = threading.Timer(WAIT_MS / 1000, node.actors.resume, ["slow"])
    timer.start()
    started = time.monotonic()
    node.actors.ask(name, "wait", timeout=30.0)
    seconds = time.monotonic() - started
    if seconds < WAIT_MS / 1000:
        raise SystemExit(f"the wait took {seconds:.1f} s only")
    return {"running_time_ms": RUNNING_MS, "waited_seconds": round(seconds, 2)}
