"""Keys and values that actors share: atomic operations, times to live, and none of another tenant's."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from workbench.api import Area, Invalid, Rejected
from workbench.showcase.stage import Stage, milliseconds

ADDED, THREADS = 400, 4
TTL_MS = 400


def demonstrate(stage: Stage) -> None:
    keeper = stage.start("keyvalue_actor.py", "keeper")
    other = stage.start("keyvalue_actor.py", "other")
    _of_actors(stage, keeper, other)
    _atomic(stage)
    _time_to_live(stage, keeper)
    _tenants(stage)
    _figures(stage)


def _of_actors(stage: Stage, keeper: str, other: str) -> None:
    for key, value in (("config:colour", "blue"), ("config:size", "7"), ("user:ada", "\u00e9 \U0001f600")):
        stage.ask(keeper, "store", {"key": key, "value": value})
    stage.equal(
        "An actor stored values, another one retrieves them",
        stage.ask(other, "retrieve", "user:ada"),
        "\u00e9 \U0001f600",
    )
    keys = stage.asked(other, "list", "config:")
    stage.equal("Keys are listed by their prefix, in order", keys, ["config:colour", "config:size"])
    entry = stage.node.keyvalue.entry("config:size")
    stage.equal("Who wrote a key is known", entry and (entry.author, entry.value), (keeper, "7"))
    found = stage.asked(keeper, "delete", "config:size"), stage.asked(keeper, "delete", "config:size")
    stage.equal("Delete says whether it was there", found, (True, False))
    stage.refused("What was deleted cannot be retrieved", Rejected, stage.ask, other, "retrieve", "config:size")


def _atomic(stage: Stage) -> None:
    keys = stage.node.keyvalue
    with ThreadPoolExecutor(THREADS) as threads:
        totals = list(threads.map(lambda _: keys.increment("hits"), range(ADDED)))
    stage.equal(f"{ADDED} increments from {THREADS} threads: none is lost", sorted(totals), list(range(1, ADDED + 1)))
    with ThreadPoolExecutor(THREADS) as threads:
        won = list(threads.map(lambda number: keys.compare_and_swap("leader", None, str(number)), range(20)))
    stage.equal("Compare-and-swap: one of 20 wins", sum(won), 1)
    stage.equal("and its value is the one that is kept", keys.get("leader"), str(won.index(True)))
    swapped = keys.compare_and_swap("leader", "nobody", "x"), keys.get("leader")
    stage.equal("With a wrong expectation nothing changes", swapped, (False, str(won.index(True))))
    stage.refused("What is no number cannot be incremented", Invalid, keys.increment, "config:colour")


def _time_to_live(stage: Stage, keeper: str) -> None:
    keys = stage.node.keyvalue
    stage.ask(keeper, "store", {"key": "session", "value": "open", "ttl_ms": TTL_MS})
    entry = keys.entry("session")
    stage.check("A value with a time to live is there", entry is not None and entry.expires is not None, found=entry)
    started = time.perf_counter()
    gone = stage.until(lambda: keys.get("session") is None, Area.KEYVALUE)
    stage.check("and gone by itself when its time is over", gone, found=keys.entry("session"))
    stage.fact(f"after {milliseconds(started)} of {TTL_MS} ms")
    changes = [change.change for change in keys.history("session")]
    stage.equal("The history of the key tells it", changes, ["put", "expired"])


def _tenants(stage: Stage) -> None:
    with stage.as_tenant("stranger") as theirs:
        found = theirs.keyvalue.get("leader"), list(theirs.keyvalue.keys())
        stage.equal("Another tenant sees none of it", found, (None, []))
        theirs.keyvalue.put("leader", "stranger")
    kept = stage.node.keyvalue.get("leader")
    stage.check("and cannot overwrite it", kept is not None and kept != "stranger", found=kept)


def _figures(stage: Stage) -> None:
    keys, started = stage.node.keyvalue, time.perf_counter()
    for number in range(ADDED):
        keys.put(f"many:{number:03}", str(number))
    put = ADDED / (time.perf_counter() - started)
    started = time.perf_counter()
    found = [keys.get(f"many:{number:03}") for number in range(ADDED)]
    got = ADDED / (time.perf_counter() - started)
    stage.equal("Every value that was put is there", found, [str(number) for number in range(ADDED)])
    stage.fact(f"SQLite in the workspace: {put:,.0f} put/s, {got:,.0f} get/s")
