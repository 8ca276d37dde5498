"""The SDK as an ordinary package: it says what the WIT says, is typed, and answers in words outside of an actor."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import plexspaces
import pytest
from plexspaces import HostError, Unavailable, arguments, host, socket
from plexspaces.sandbox.dependencies import HOST, SERVICES

from workbench.api import channels, keyvalue, locks
from workbench.api.errors import WorkbenchError
from workbench.api.names import check_limit
from workbench.guest.build import sdk_folder
from workbench.wasm.wit import actor_package

ELSEWHERE = {"log.log", "socket.send", "socket.receive", "socket.close"}
"""What is a method or has another name, because Python says it better so."""
ADDED = {
    "http.get",
    "http.post",
    "locks.held",
    "locks.leader",
    "tuplespace.where",
    *(f"log.{level}" for level in ("trace", "debug", "info", "warn", "error", "critical", "write")),
}
"""What the SDK has on top."""


def functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_of_the_wit_is_one_of_the_sdk(service: str) -> None:
    wanted = {each.name.replace("-", "_") for each in actor_package().interfaces[SERVICES[service]].functions}
    there = set(functions(getattr(plexspaces, service)))
    assert {f"{service}.{name}" for name in wanted - there} <= ELSEWHERE
    assert {f"{service}.{name}" for name in there - wanted} <= ADDED


def test_every_service_of_the_host_has_its_module() -> None:
    world = actor_package().worlds["services"]
    assert set(SERVICES.values()) == set(world.imports)
    assert set(SERVICES) | {"host"} <= set(plexspaces.__all__)


def test_the_functions_of_host_are_known_with_their_interfaces() -> None:
    assert set(functions(host)) == set(HOST)


@pytest.mark.parametrize("service", [*SERVICES, "host"])
def test_everything_public_has_a_docstring_and_types(service: str) -> None:
    for name, function in functions(getattr(plexspaces, service)).items():
        assert function.__doc__, name
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, name
        assert all(each.annotation is not inspect.Parameter.empty for each in signature.parameters.values()), name


def test_there_is_an_error_for_every_code() -> None:
    codes = {kind.code for kind in WorkbenchError.__subclasses__()}
    assert {kind.code: kind.__name__ for kind in HostError.__subclasses__()} == {
        kind.code: kind.__name__ for kind in WorkbenchError.__subclasses__()
    }
    assert {kind.__name__ for kind in HostError.__subclasses__()} <= set(plexspaces.__all__)
    for code in codes:
        assert plexspaces.errors.from_host(code, "why").code == code
    assert str(plexspaces.errors.from_host("overheated", "why")) == "overheated: why"


CALLS: list[Callable[[], object]] = [
    lambda: plexspaces.keyvalue.get("a"),
    lambda: plexspaces.messaging.tell("a", "b", "c"),
    lambda: plexspaces.tuplespace.write((1, "a")),
    lambda: plexspaces.locks.acquire("a"),
    lambda: plexspaces.registry.discover(),
    lambda: plexspaces.log.info("a"),
    lambda: plexspaces.http.get("http://example.org"),
    lambda: socket.connect("localhost", 1),
    lambda: host.send_message("a", "b", "c"),
]


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_outside_of_an_actor_a_service_says_that_it_works_only_inside(call: Callable[[], object]) -> None:
    with pytest.raises(Unavailable, match=r"works only inside an actor: run this file with the workbench"):
        call()


def test_a_response_can_be_read_in_every_way() -> None:
    response = plexspaces.http.Response(200, (("Content-Type", "a"), ("X", "b")), b'{"a": "\xc3\xa9"}')
    assert response.ok
    assert response.text == '{"a": "\u00e9"}'
    assert response.json() == {"a": "\u00e9"}
    assert response.content == response.body
    assert (response.header("content-type"), response.header("none")) == ("a", None)


TYPED = """
from plexspaces import Actor, GenEvent, GenFSM, GenServer, NotFound, Payload, Reject, keyvalue, locks, messaging


class Counter(GenServer, GenEvent):
    def init(self, state: Payload) -> None:
        self.count = int(state or 0)

    def handle_request(self, from_actor: str, message_type: str, payload: Payload) -> str:
        value = keyvalue.get("count")
        if value is None:
            raise Reject("no count")
        with locks.held("count") as lock:
            self.count += lock.version
        try:
            messaging.tell(from_actor, message_type, payload)
        except NotFound as error:
            return error.message
        return str(self.count)

    def handle_event(self, from_actor: str, message_type: str, payload: Payload) -> None:
        reveal: int = messaging.send_after(5, "x")

    def snapshot_state(self) -> str:
        return str(self.count)


class Door(GenFSM):
    state = "closed"

    def handle_transition(self, from_actor: str, message_type: str, payload: Payload) -> str | None:
        return None if message_type == self.state else "open"


class Echo(Actor):
    def handle_message(self, from_actor: str, message_type: str, payload: Payload) -> Payload:
        return payload
"""


def checked(tmp_path: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *arguments]
    environment = os.environ | {"MYPYPATH": str(sdk_folder().parent)}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False).stdout


def test_the_types_of_the_sdk_hold_and_help_authors(tmp_path: Path) -> None:
    (tmp_path / "typed_actor.py").write_text(TYPED, encoding="utf-8")
    assert checked(tmp_path, "-p", "plexspaces", "-m", "typed_actor").startswith("Success")
    (tmp_path / "typed_actor.py").write_text(
        TYPED.replace('keyvalue.get("count")', "keyvalue.get(5)"), encoding="utf-8"
    )
    assert 'Argument 1 to "get" has incompatible type "int"; expected "str"' in checked(tmp_path, "-m", "typed_actor")


def test_the_ranges_that_its_errors_name_are_those_of_the_host() -> None:
    assert arguments.TTL_MS == (1, keyvalue.LARGEST_TTL_MS)
    assert arguments.DELAY_MS == (0, channels.MOST_DELAY_MS)
    assert arguments.QUEUED_TTL_MS == (1, channels.MOST_DELAY_MS)
    assert arguments.LEASE_MS == (1, locks.LARGEST_LEASE_MS)
    assert check_limit(arguments.LIMIT[1]) and check_limit(arguments.LIMIT[0])
    for beyond in (arguments.LIMIT[0] - 1, arguments.LIMIT[1] + 1):
        with pytest.raises(WorkbenchError):
            check_limit(beyond)


def test_a_value_that_cannot_be_is_the_hosts_own_error() -> None:
    with pytest.raises(HostError, match="limit must be from 1 to 100,000, not -1") as refused:
        arguments.natural("limit", -1, taken=arguments.LIMIT)
    assert refused.value.code == "invalid"
