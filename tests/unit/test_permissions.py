"""The capability matrix: every host function of the WIT x {not granted, out of scope, hostile name, granted}.

It is made from the WIT: a function without an entry in the table of needs, or without a case here, fails.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from hostile_names import NAMES, value

from workbench.api import CAPABILITIES, ActorId, Denial, profile
from workbench.api.capabilities import NAMELESS, parse_grant
from workbench.wasm import linker
from workbench.wasm.codec import Err, Ok
from workbench.wasm.gate import REGISTRY, Context, through_gate
from workbench.wasm.holdings import NAME_CHARACTERS, Holdings
from workbench.wasm.permissions import NEEDS, Extent
from workbench.wasm.wit import actor_package

WIT = actor_package()
FUNCTIONS = {
    (interface, function.name): function
    for interface in linker.service_interfaces()
    for function in WIT.interfaces[interface].functions
}
FREE = {
    ("logging", "log"),
    ("debug", "on-line"),
    ("messaging", "self-id"),
    ("messaging", "parent-id"),
    ("messaging", "now-ms"),
    ("socket", "close"),
}
"""What needs no grant: a record without it is dropped, the rest tells an actor of itself or gives something up."""
CASES = {
    "messaging": "messaging/elsewhere",
    "spawn": "spawn/elsewhere",
    "channels": "channels/elsewhere",
    "keyvalue": "keyvalue/elsewhere",
    "process-groups": "process-groups/elsewhere",
    "locks": "locks/elsewhere",
    "registry": "registry/elsewhere",
    "blob": "blob/elsewhere/*",
    "network": "network/elsewhere.example:1",
}
"""For every capability that has names, a grant that covers none of those below."""
SAID = 1_000
"""More than this no answer repeats of what a guest said."""
guarded = pytest.mark.parametrize("key", sorted(FUNCTIONS.keys() - FREE), ids=".".join)


THROUGH = "internal|unavailable"
"""What the gate lets through meets nothing here: the service is not there, or not built."""


class Silent:
    """A host behind which there is nothing: whoever gets here was not held up by the gate."""

    reached = 0

    @property
    def messaging(self) -> Any:
        self.reached += 1
        raise RuntimeError("the gate let it through")

    network = logging = messaging

    def services(self, _context: Any) -> Any:
        return self.messaging

    def interruptible(self, *_wait: Any) -> Any:
        return nullcontext()

    def blocking(self, *_wait: Any) -> Any:
        return nullcontext()


class Made:
    """An actor with these grants, and what was told of its denials."""

    def __init__(self, *grants: str) -> None:
        self.told: list[tuple[str, Denial]] = []
        self.host = Silent()
        self.holdings = Holdings(
            map(parse_grant, grants),
            message_type=lambda: "asked",
            on_denied=lambda capability, denial: self.told.append((capability, denial)),
        )
        host: Any = self.host
        self.context = Context(ActorId("caller"), host, self.holdings, profile("strict").limits)

    def call(self, key: tuple[str, str], name: str = "name") -> Ok | Err:
        function = FUNCTIONS[key]
        return through_gate(*key, self.context, tuple(value(kind, name) for _, kind in function.params))


def capability_of(key: tuple[str, str]) -> str:
    return NEEDS[key][0].capability


def test_every_function_of_the_wit_has_its_needs_and_nothing_else_has() -> None:
    assert set(NEEDS) == set(FUNCTIONS)
    assert {key for key, needs in NEEDS.items() if not needs} == FREE
    assert set(REGISTRY) <= set(NEEDS)


def test_every_need_is_of_a_capability_that_exists_and_names_what_has_names() -> None:
    for key, needs in NEEDS.items():
        for need in needs:
            assert need.capability in CAPABILITIES
            named = need.name is not None or need.extent is not Extent.NAME
            assert named is (need.capability not in NAMELESS), key
    named = {need.capability for needs in NEEDS.values() for need in needs} - NAMELESS
    assert named == set(CASES), "a capability with names needs a case here"


@guarded
def test_what_was_not_granted_is_denied_counted_told_and_names_the_grant(key: tuple[str, str]) -> None:
    others = [capability for capability in profile("permissive").grants if capability != capability_of(key)]
    made = Made(*others)
    answer = made.call(key)
    assert isinstance(answer, Err) and answer.value[0] == "denied"
    assert f"--grant {capability_of(key)}" in answer.value[1].replace("'", "") and "\n" not in answer.value[1]
    assert made.holdings.denied == {capability_of(key): 1} and not made.holdings.used
    assert [capability for capability, _ in made.told] == [capability_of(key)]
    denial = made.holdings.last_denial[capability_of(key)]
    assert (denial.what, denial.message_type) == (".".join(key), "asked")
    assert made.context.calls[0].error == "denied" and not made.host.reached


@guarded
def test_a_hostile_name_is_denied_when_nothing_was_granted(key: tuple[str, str]) -> None:
    for name, text in NAMES.items():
        made = Made("logging")
        answer = made.call(key, text)
        assert isinstance(answer, Err) and answer.value[0] == "denied", name
        assert len(answer.value[1]) < SAID and "\n" not in answer.value[1] and not made.host.reached, name
        assert len(made.holdings.last_denial[capability_of(key)].name) <= NAME_CHARACTERS + 1, name


@guarded
def test_a_denial_names_the_narrowest_grant_that_allows_the_call(key: tuple[str, str]) -> None:
    for name, text in {"plain": "name", **NAMES}.items():
        grants: list[str] = []
        for _ in NEEDS[key]:
            made = Made(*grants)
            answer = made.call(key, text)
            if answer.value[0] != "denied":
                break
            grants += [denial.grant for denial in made.holdings.last_denial.values() if denial.grant]
        last = Made(*grants).call(key, text)
        assert isinstance(last, Err)
        assert last.value[0] != "denied" or not grants, (name, grants)
        assert grants or key[0] in ("http", "socket"), name


def test_the_grant_of_a_denial_has_the_mode_and_the_name_that_were_missing() -> None:
    made = Made()
    wanted = {
        ("keyvalue", "get"): "keyvalue:read/till",
        ("keyvalue", "put"): "keyvalue:write/till",
        ("keyvalue", "list-keys"): "keyvalue:read/till*",
        ("tuplespace", "take"): "tuplespace:write",
        ("messaging", "tell"): "messaging/till",
        ("messaging", "send-after"): "messaging",
        ("process-groups", "groups"): "process-groups",
        ("socket", "connect"): "network/till:1",
    }
    for key, grant in wanted.items():
        made.call(key, "till")
        assert made.holdings.last_denial[capability_of(key)].grant == grant, key


@pytest.mark.parametrize(
    "key",
    sorted(
        key
        for key, needs in NEEDS.items()
        if needs and needs[0].capability in CASES and any(need.extent is not Extent.ANY for need in needs)
    ),
    ids=".".join,
)
def test_what_is_out_of_scope_is_denied_whatever_it_is_called(key: tuple[str, str]) -> None:
    for name, text in {"plain": "name", **NAMES}.items():
        made = Made(CASES[capability_of(key)])
        answer = made.call(key, text)
        assert isinstance(answer, Err) and answer.value[0] in ("denied", "invalid"), name  # invalid: no name at all
        assert answer.value[0] == "denied" or key[0] in ("http", "socket", "blob"), name
        assert len(answer.value[1]) < SAID and not made.host.reached and not made.holdings.used, name


@pytest.mark.parametrize("key", sorted(FUNCTIONS.keys() - REGISTRY.keys()), ids=".".join)
def test_what_is_granted_but_not_built_answers_unavailable_and_says_so(key: tuple[str, str]) -> None:
    answer = Made(*profile("permissive").grants).call(key)
    assert isinstance(answer, Err)
    code, message = answer.value
    assert code == "unavailable" and key[0] in message and key[1] in message


@pytest.mark.parametrize(
    ("grant", "key", "name", "code"),
    [
        ("keyvalue:read/config/*", ("keyvalue", "get"), "config/a", THROUGH),
        ("keyvalue:read/config/*", ("keyvalue", "put"), "config/a", "denied"),
        ("keyvalue:read/config/*", ("keyvalue", "get"), "config", "denied"),
        ("keyvalue:read/config/*", ("keyvalue", "list-keys"), "config/", THROUGH),
        ("keyvalue:read/config/*", ("keyvalue", "list-keys"), "config", "denied"),
        ("keyvalue:read/config/", ("keyvalue", "list-keys"), "config/", "denied"),
        ("keyvalue:read/config/", ("keyvalue", "get"), "config/", THROUGH),
        ("channels/orders.*", ("channels", "ack"), "anything", THROUGH),
        ("channels/orders.*", ("channels", "queue-depth"), "orders.new", THROUGH),
        ("channels/orders.*", ("channels", "create-queue"), "orders.new", THROUGH),
        ("channels/orders.*", ("channels", "queue-depth"), "order", "denied"),
        ("process-groups/a*", ("process-groups", "groups"), "", "denied"),
        ("process-groups/*", ("process-groups", "groups"), "", THROUGH),
        ("registry/a*", ("registry", "register"), "abc", THROUGH),
        ("registry/a*", ("registry", "discover"), "abc", "denied"),
        ("blob:read/a/*", ("blob", "copy"), "a", "denied"),
        ("blob/a/*", ("blob", "copy"), "a", THROUGH),
        ("blob/a/*", ("blob", "download"), "a/b", "invalid"),
    ],
)
def test_a_scope_covers_the_thing_that_is_named(grant: str, key: tuple[str, str], name: str, code: str) -> None:
    answer = Made(grant).call(key, name)
    assert isinstance(answer, Err) and answer.value[0] in code.split("|"), answer


def test_a_queue_whose_dead_letters_go_elsewhere_needs_both_queues() -> None:
    from types import SimpleNamespace

    key, options = ("channels", "create-queue"), SimpleNamespace(dead_letter_queue="secret")
    answer = through_gate(*key, Made("channels/orders.*").context, ("orders.new", options))
    assert isinstance(answer, Err) and answer.value[0] == "denied" and "'secret'" in answer.value[1]
    options.dead_letter_queue = None
    answer = through_gate(*key, Made("channels/orders.*").context, ("orders.new", options))
    assert isinstance(answer, Err) and answer.value[0] in THROUGH.split("|")


def test_a_log_record_without_the_grant_is_dropped_and_counted() -> None:
    made = Made()
    answer = through_gate("logging", "log", made.context, ("info", "secret", []))
    assert isinstance(answer, Ok) and made.holdings.denied["logging"] == 1 and not made.host.reached


def test_a_denial_of_a_capability_is_told_once_a_second_and_counted_always() -> None:
    made = Made()
    for _ in range(100):
        made.call(("locks", "get"))
        made.call(("keyvalue", "get"))
    assert made.holdings.denied == {"locks": 100, "keyvalue": 100}
    assert [capability for capability, _ in made.told] == ["locks", "keyvalue"]
