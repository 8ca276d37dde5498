"""Python's `random` in an actor: numbers of the host, with no memory that a state would have to hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from workbench.api import SpawnOptions
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

SOURCE = b'''
import json
import random
import secrets
import uuid

from plexspaces import GenServer

CALLS = {
    "random": lambda: random.random(),
    "uniform": lambda: random.uniform(1, 2),
    "triangular": lambda: random.triangular(0, 1, 0.5),
    "randint": lambda: random.randint(1, 10**30),
    "randrange": lambda: random.randrange(0, 10**9, 7),
    "choice": lambda: random.choice(range(10**9)),
    "choices": lambda: random.choices(range(10**6), k=3),
    "sample": lambda: random.sample(range(10**6), 3),
    "gauss": lambda: random.gauss(0, 1),
    "normalvariate": lambda: random.normalvariate(0, 1),
    "expovariate": lambda: random.expovariate(1.0),
    "betavariate": lambda: random.betavariate(1, 2),
    "gammavariate": lambda: random.gammavariate(1, 2),
    "vonmisesvariate": lambda: random.vonmisesvariate(0, 4),
    "paretovariate": lambda: random.paretovariate(3),
    "weibullvariate": lambda: random.weibullvariate(1, 2),
    "getrandbits": lambda: random.getrandbits(70),
    "randbytes": lambda: random.randbytes(9).hex(),
    "token": lambda: secrets.token_hex(8),
    "uuid4": lambda: str(uuid.uuid4()),
}


class Dice(GenServer):
    """Throws what it is asked to throw."""

    def init(self, state):
        self.thrown = int(state or 0)

    def snapshot_state(self):
        return str(self.thrown)

    def handle_request(self, from_actor, message_type, payload):
        self.thrown += 1
        if message_type == "names":
            return json.dumps(list(CALLS))
        if message_type == "seed":
            random.seed(payload or None)
            return json.dumps([random.random(), random.gauss(0, 1), random.gauss(0, 1), random.getrandbits(40)])
        if message_type == "many":
            return json.dumps([random.random() for _ in range(int(payload))])
        if message_type == "bits":
            return json.dumps([random.getrandbits(int(payload)) for _ in range(200)])
        return json.dumps(CALLS[message_type]())
'''


@pytest.fixture
def workspace(tmp_path: Path, interpreter: str) -> Iterator[Path]:
    yield tmp_path


def dice(node: LocalNode, *, durable: bool = False, name: str = "dice") -> None:
    module = node.modules.deploy(SOURCE, file_name="dice.py")
    grants = ("durability",) if durable else ()
    node.actors.spawn(module.hash, options=SpawnOptions(name, "strict", grants, durable=durable))


def throw(node: LocalNode, what: str, payload: str = "", name: str = "dice") -> object:
    return json.loads(node.actors.ask(name, what, payload).payload)


def test_every_function_draws_and_the_same_actor_draws_the_same_from_its_birth_on(workspace: Path) -> None:
    def lived() -> list[object]:
        node = LocalNode(Machine(None, load()))
        try:
            dice(node)
            names = throw(node, "names")
            assert isinstance(names, list)
            return [throw(node, name) for _ in range(2) for name in names]
        finally:
            node.close()

    one, other = lived(), lived()
    assert one == other
    assert len({json.dumps(each) for each in one}) == len(one)


def test_a_seed_gives_what_it_gives_in_every_python(workspace: Path) -> None:
    node = LocalNode(Machine(workspace, load()))
    try:
        dice(node)
        assert throw(node, "seed", "colour") == throw(node, "seed", "colour")
        import random

        own = random.Random("colour")
        assert throw(node, "seed", "colour") == [own.random(), own.gauss(0, 1), own.gauss(0, 1), own.getrandbits(40)]
        assert throw(node, "seed") != throw(node, "seed")  # the host's again
    finally:
        node.close()


def test_numbers_are_even_and_of_the_whole_range(workspace: Path) -> None:
    node = LocalNode(Machine(workspace, load()))
    try:
        dice(node)
        found = [number for _ in range(10) for number in cast(list[float], throw(node, "many", "2000"))]
        assert all(0 <= number < 1 for number in found) and len(set(found)) == len(found)
        tenths = [sum(index <= number * 10 < index + 1 for number in found) for index in range(10)]
        assert all(1_800 < count < 2_200 for count in tenths), tenths
        for bits in (0, 1, 7, 8, 9, 64):
            thrown = throw(node, "bits", str(bits))
            assert isinstance(thrown, list)
            assert max(thrown) < 2**bits and (bits == 0 or max(thrown) >= 2 ** (bits - 1))
    finally:
        node.close()


def test_a_durable_actor_that_draws_comes_back_from_a_checkpoint_and_draws_on(workspace: Path) -> None:
    node = LocalNode(Machine(workspace, load()))
    dice(node, durable=True)
    thrown = [throw(node, what) for what in ("random", "gauss", "gauss", "choice")]
    node.journal.checkpoint("dice")
    thrown += [throw(node, what) for what in ("gauss", "random", "sample", "uuid4", "gauss")]
    node.close()
    node = LocalNode(Machine(workspace, load()))
    try:
        assert not [line.message for line in node.logs() if line.level == "error"]
        thrown += [throw(node, what) for what in ("random", "gauss", "choice", "uuid4")]
        node.actors.passivate("dice")
        thrown += [throw(node, what) for what in ("random", "gauss", "choice", "uuid4")]
    finally:
        node.close()
    assert len({json.dumps(each) for each in thrown}) == len(thrown)
    straight = LocalNode(Machine(None, load()))
    try:
        dice(straight, durable=True)
        order = ("random", "gauss", "gauss", "choice", "gauss", "random", "sample", "uuid4", "gauss")
        assert [throw(straight, what) for what in order] == thrown[: len(order)]
    finally:
        straight.close()
