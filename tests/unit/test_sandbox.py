"""What a guest sees of the world: time, chance, files and sockets as the host gives them."""

from __future__ import annotations

import json
import os

import pytest

from workbench.api import Crashed, Node, SpawnOptions

CURIOUS = b"""
import os, random, socket, time
from plexspaces import GenServer, messaging

class Curious(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return str(getattr(self, message_type)(payload))
    def times(self, payload):
        before = time.monotonic()
        time.sleep(3600)
        return f"{time.time():.0f} {messaging.now_ms() // 1000} {time.monotonic() - before:.0f}"
    def chance(self, payload):
        return f"{random.random()} {os.urandom(4).hex()}"
    def open(self, payload):
        try:
            return open(payload).read()
        except OSError as error:
            return type(error).__name__
    def connect(self, payload):
        try:
            socket.create_connection(("127.0.0.1", 9))
        except OSError as error:
            return type(error).__name__
    def environment(self, payload):
        return sorted(os.environ)
    def leave(self, payload):
        os._exit(3)
    def snapshot_state(self):
        return ""
    def init(self, state):
        pass
"""


@pytest.fixture(scope="module")
def curious(node: Node) -> str:
    return node.modules.deploy(CURIOUS, file_name="curious.py").hash


def alone(node: Node, module: str, name: str, *grants: str) -> str:
    """An actor with these grants and no others."""
    return node.actors.spawn(module, options=SpawnOptions(name=name, profile="strict", grants=grants)).id.name


def test_without_the_grant_time_is_virtual_and_an_hour_of_sleep_is_over_at_once(node: Node, curious: str) -> None:
    alone(node, curious, "virtual")
    wall, now, slept = str(node.actors.ask("virtual", "times").payload).split()
    assert (wall, slept) == ("1700003600", "3600")
    assert now == wall, "the host's now and the guest's clock are one"


def test_with_the_grant_time_is_real(node: Node, curious: str) -> None:
    alone(node, curious, "real", "clocks")
    with pytest.raises(Crashed, match="wanted to sleep for 3,600"):
        node.actors.ask("real", "times")


def test_without_the_grant_chance_is_the_same_for_the_same_name_and_another_for_another(
    node: Node, curious: str
) -> None:
    drawn = []
    for name in ("one", "two", "one"):
        alone(node, curious, name)
        drawn.append(node.actors.ask(name, "chance").payload)
        node.actors.stop(name)
    assert drawn[0] == drawn[2] != drawn[1]


def test_with_the_grant_chance_is_real(node: Node, curious: str) -> None:
    drawn = []
    for _ in range(2):
        alone(node, curious, "lucky", "random")
        drawn.append(node.actors.ask("lucky", "chance").payload)
        node.actors.stop("lucky")
    assert drawn[0] != drawn[1]


def test_two_runs_from_birth_are_equal_to_the_unit_of_fuel(node: Node, curious: str) -> None:
    fuel = []
    for _ in range(2):
        alone(node, curious, "twin")
        fuel.append([node.actors.ask("twin", "chance").figures.fuel for _ in range(20)])
        node.actors.stop("twin")
    assert fuel[0] == fuel[1]


def test_files_and_sockets_are_refused_in_the_guests_own_language(node: Node, curious: str) -> None:
    alone(node, curious, "walled", "clocks", "random")
    assert node.actors.ask("walled", "open", "/etc/passwd").payload == "FileNotFoundError"
    assert node.actors.ask("walled", "connect").payload == "PermissionError"


def test_the_hosts_environment_is_not_there(node: Node, curious: str) -> None:
    alone(node, curious, "bare")
    found = set(json.loads(str(node.actors.ask("bare", "environment").payload).replace("'", '"')))
    assert "PATH" in os.environ, "there is something that could have come in"
    assert not found & set(os.environ) - {"PYTHONHOME", "PYTHONPATH"}, "only what was baked in at the build is there"


def test_an_actor_that_exits_ends_itself_and_nobody_else(node: Node, curious: str) -> None:
    alone(node, curious, "leaver")
    with pytest.raises(Crashed, match="ended itself with exit"):
        node.actors.ask("leaver", "leave")
