"""Trees as TOML: what is read, and what is refused, each with its line."""

from __future__ import annotations

import pytest

from workbench.api import Backoff, ChildSpec, Invalid, Restart, Strategy, SupervisorSpec
from workbench.api.supervision import BRUTAL_KILL, INFINITY
from workbench.api.tree_file import parse_tree

SHOP = """
[supervisor.shop]
strategy = "rest_for_one"
intensity = 3
period_ms = 10_000
children = ["stock", "workers"]
backoff = { first_ms = 100 }

[actor.stock]
module = "tally"
state = "7"
shutdown = "brutal_kill"

[supervisor.workers]
strategy = "simple_one_for_one"
restart = "transient"
children = ["worker"]

[actor.worker]
file = "actors/worker.py"
profile = "strict"
grants = ["messaging", "keyvalue:read/config/*"]
restart = "temporary"
shutdown = "infinity"

[actor.worker.limits]
fuel = 1_000
"""


def test_a_tree_is_read_whole() -> None:
    found = parse_tree(SHOP)
    worker = ChildSpec(
        "worker",
        "worker",
        profile="strict",
        grants=("messaging", "keyvalue:read/config/*"),
        limits={"fuel": 1_000},
        restart=Restart.TEMPORARY,
        shutdown_ms=INFINITY,
    )
    workers = SupervisorSpec("workers", Strategy.SIMPLE_ONE_FOR_ONE, children=(worker,))
    assert found.tree == SupervisorSpec(
        "shop",
        Strategy.REST_FOR_ONE,
        3,
        10_000,
        Backoff(100),
        (
            ChildSpec("stock", "tally", "7", shutdown_ms=BRUTAL_KILL),
            ChildSpec("workers", restart=Restart.TRANSIENT, shutdown_ms=INFINITY, supervisor=workers),
        ),
    )
    assert found.files == {"worker": "actors/worker.py"}


S = "[supervisor.s]\n"
A = '[actor.a]\nmodule = "m"\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "there is no .supervisor.NAME."),
        ("[supervisor.s]\nstrategy = \n", 2, "it is no TOML"),
        ("x = 1", 1, "'x' is not known here"),
        (S + "children = ['a']", 2, "the child 'a' of 's' is neither an .actor. nor a .supervisor. here"),
        (S + "children = ['a', 'a']\n" + A, 2, "'a' is a child of 's' and again of 's'"),
        (S + "children = ['t']\n[supervisor.t]\nchildren = ['s']", 2, "stand in a circle: s -> t -> s"),
        (S + "children = ['s']", 2, "stand in a circle: s -> s"),
        (S + A, 2, "the actor 'a' is nobody's child"),
        (S + "[supervisor.t]", 2, "a tree has one root, there are 's', 't'"),
        (S + "stratgy = 'x'", 2, "supervisor.s has the unknown key 'stratgy'"),
        (S + "strategy = 'one_for_two'", 2, "strategy is one of one_for_one, one_for_all"),
        (S + "intensity = 'much'", 2, "intensity of supervisor.s is a whole number, not 'much'"),
        (S + "intensity = true", 2, "is a whole number, not True"),
        (S + "children = ['a']\n" + A + "durable = 1", 5, "durable of actor.a is true or false, not 1"),
        (S + "children = ['a']\n" + A + "state = true", 5, "state of actor.a is a text, not True"),
        (S + "durable = true", 2, "supervisor.s has the unknown key 'durable'"),
        (S + "intensity = -1", 2, "intensity of 's' must be between 0 and 1,000,000, not -1"),
        (S + "children = [1]", 2, "children of supervisor.s is a list of texts"),
        (S + "backoff = {}", 2, "supervisor.s.backoff needs first_ms"),
        (S + "[supervisor.s.backoff]\nfirst_ms = 0", 3, "first_ms of a backoff must be between 1"),
        (S + "children = ['a']\n[actor.a]\n", 3, "actor.a needs either a module or a file"),
        (S + "children = ['a']\n" + A + "file = 'x.py'", 3, "actor.a needs either a module or a file"),
        (S + "children = ['a']\n" + A + "profile = 'lax'", 5, "no profile 'lax'"),
        (S + "children = ['a']\n" + A + "grants = ['fly']", 5, "no capability 'fly'"),
        (S + "children = ['a']\n" + A + "restart = 'never'", 5, "restart is one of permanent, transient, temporary"),
        (
            S + "children = ['a']\n" + A + "shutdown = 'soon'",
            5,
            "shutdown is milliseconds from 0 on, 'brutal_kill' or 'infinity', not 'soon'",
        ),
        (S + "children = ['a']\n" + A + "shutdown = -1", 5, "shutdown is milliseconds from 0 on, .* not -1"),
        (S + "children = ['a']\n" + A + "shutdown = 999999999", 5, "shutdown_ms of 'a' must be between -1"),
        (S + "restart = 'temporary'", 2, "'s' is the root, which nobody starts again when it ends"),
        (S + "restart = 'never'", 2, "restart is one of permanent, transient, temporary"),
        (S + "children = ['a']\n" + A + "[actor.a.limits]\nfuel = 'all'", 6, "the limit fuel is a whole number"),
        (S + "children = ['a']\n" + A + "[actor.a.limits]\nfule = 1", 6, "no limit 'fule'; there are memory_bytes"),
        (
            S + "children = ['a', 'b']\n[actor.a]\nfile = 'x/w.py'\n[actor.b]\nfile = 'w.wat'",
            6,
            "both be the module 'w'",
        ),
        (S + "children = ['a']\n" + A + "limits = { fuel = -1 }", 5, "the limit fuel must be between 1 and"),
        (S + "children = ['a']\n" + A + "limits = { time_ms = 99999999999999999999 }", 5, "the limit time_ms must be"),
        (S + "backoff = { first_ms = -1 }", 2, "first_ms of a backoff must be between 1"),
        ("[actor]\na = 1\n" + S, 2, "actor.a is a table"),
        (A + "[supervisor.a]", 1, "'a' is both an actor and a supervisor"),
        (S + "strategy = 'simple_one_for_one'", 1, "it has one child, an actor, as the template of all"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        parse_tree(text, "t.toml")
    assert [(place.file, place.line) for place in refused.value.locations] == [("t.toml", line)]
