"""Locks: taken and released from outside and by an actor, beside what SQLite alone takes for the same rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle, per_second
from workbench.api import Node, SpawnOptions
from workbench.storage.database import Database
from workbench.storage.schema import migrate

PAIRS, ROUNDS = 100, 60
OF_BARE, OF_OUTSIDE = 0.4, 0.2
LOOP = """
from plexspaces import GenServer, locks


class Loop(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        for number in range(int(payload)):
            locks.release(locks.acquire("lock"))
        return ""
"""
_PUT = "INSERT OR REPLACE INTO locks VALUES ('t', 'n', 'lock', 'me', 1, ?, 1.0, 2.0)"
_TOKEN = "INSERT OR REPLACE INTO lock_versions VALUES ('t', 'n', ?)"


@on_guest_thread
def locks_taken(node: Node) -> Figure:
    """Acquire and release of a lock, each kept on disk, from outside and from inside a Python actor."""
    locks = node.locks

    def pair() -> None:
        locks.release("lock", locks.acquire("lock", holder="me").version, holder="me")

    pair()
    bare, service = [], []
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "bare.db")
        migrate(database)
        for _ in range(ROUNDS):  # in turns, since the machine is not the same from one moment to the next
            bare += per_second(lambda: _bare(database), times=PAIRS, rounds=1)
            service += per_second(pair, times=PAIRS, rounds=1)
        database.close()
    module = node.modules.deploy(LOOP.encode(), file_name="loop.py")
    actor = node.actors.spawn(module.hash, options=SpawnOptions(name="loop", grants=("locks",))).id
    node.actors.ask(actor, "loop", str(PAIRS))
    asks = per_second(lambda: node.actors.ask(actor, "loop", str(PAIRS)), times=1, rounds=ROUNDS)
    inside = [PAIRS * rate for rate in asks]
    ratio = middle([one / other for one, other in zip(service, bare, strict=True)])
    return Figure(
        "locks acquired and released",
        middle(service),
        "/s",
        f">= {OF_BARE}x of bare rows; an actor {OF_OUTSIDE}x of that",
        ratio >= OF_BARE and middle(inside) >= OF_OUTSIDE * middle(service),
        f"{ratio:.2f}x of SQLite's {middle(bare):,.0f}/s; a Python actor {middle(inside):,.0f}/s",
        {"service_per_second": service, "bare_per_second": bare, "actor_per_second": inside},
    )


def _bare(database: Database) -> None:
    """The same rows in two transactions."""
    with database.transaction() as tx:
        tx.execute(_PUT, (1,))
        tx.execute(_TOKEN, (1,))
    with database.transaction() as tx:
        tx.execute("DELETE FROM locks WHERE tenant = 't' AND namespace = 'n' AND name = 'lock'")


FIGURES = (locks_taken,)
