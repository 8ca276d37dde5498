"""Trees written as TOML: whatever can be said is read back to the same tree, and the rest is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import Backoff, ChildSpec, Invalid, Restart, Strategy, SupervisorSpec
from workbench.api.limits import BOUNDS, DAY_MS, PROFILES
from workbench.api.supervision import LIMITS
from workbench.api.tree_file import parse_tree
from workbench.api.tree_text import write_tree

UNICODE = st.characters(exclude_categories=("Cs",))
words = st.text(UNICODE, min_size=1, max_size=12)
grants = st.sampled_from(["spawn", "keyvalue:read/config/*", "network/example.org:443", "filesystem//srv=/data:ro"])
actors = st.builds(
    ChildSpec,
    name=words,
    module=words,
    state=st.text(UNICODE) | st.binary(),
    profile=st.sampled_from(list(PROFILES)),
    grants=st.lists(grants, unique=True, max_size=4).map(tuple),
    limits=st.sets(st.sampled_from([name for name in LIMITS if name != "stack_bytes"]), max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: st.integers(*BOUNDS[name]) for name in sorted(names)})),
    restart=st.sampled_from(Restart),
    shutdown_ms=st.integers(-1, DAY_MS),
    durable=st.booleans(),
    supervisor=st.none(),
)  # fmt: skip
backoffs = st.builds(Backoff, st.integers(1, 1_000), st.integers(1_000, 86_400_000), st.floats(1, 100))


def supervisors(children: st.SearchStrategy[ChildSpec]) -> st.SearchStrategy[SupervisorSpec]:
    return st.builds(
        SupervisorSpec,
        name=words,
        strategy=st.sampled_from([found for found in Strategy if found is not Strategy.SIMPLE_ONE_FOR_ONE]),
        intensity=st.integers(0, 1_000_000),
        period_ms=st.integers(1, 86_400_000),
        backoff=st.none() | backoffs,
        children=st.lists(children, max_size=4).map(tuple),
    )


def above(tree: SupervisorSpec, restart: Restart) -> ChildSpec:
    return ChildSpec(tree.name, restart=restart, supervisor=tree)


def named_apart(tree: SupervisorSpec, taken: set[str]) -> SupervisorSpec:
    """The same with a name for everybody."""
    name = tree.name
    while name in taken:
        name += "'"
    taken.add(name)
    children = []
    for child in tree.children:
        if child.supervisor is not None:
            inner = named_apart(child.supervisor, taken)
            children.append(replace(child, name=inner.name, supervisor=inner))
            continue
        own = child.name
        while own in taken:
            own += "'"
        taken.add(own)
        children.append(replace(child, name=own))
    return replace(tree, name=name, children=tuple(children))


whole = supervisors(
    st.recursive(actors, lambda below: st.builds(above, supervisors(below), st.sampled_from(Restart)), max_leaves=6)
).map(lambda tree: named_apart(tree, set()))


@given(whole)
def test_what_is_written_is_read_back_as_the_same_tree(tree: SupervisorSpec) -> None:
    assert parse_tree(write_tree(tree)).tree == tree


SHOP = """\
[supervisor.shop]
strategy = "rest_for_one"
intensity = 3
period_ms = 5_000
backoff = { first_ms = 100, factor = 2.0, most_ms = 30_000 }
children = ["till", "pool"]

[actor.till]
file = "actors/till.py"
state_hex = "00ff"
profile = "strict"
grants = ["spawn"]
shutdown = "brutal_kill"
limits = { fuel = 1_000_000 }

[supervisor.pool]
strategy = "simple_one_for_one"
intensity = 1
period_ms = 5_000
restart = "transient"
children = ["a job"]

[actor."a job"]
module = "tally"
restart = "temporary"
shutdown = "infinity"
"""


def test_a_file_is_written_as_one_would_write_it() -> None:
    found = parse_tree(SHOP)
    assert write_tree(found.tree, found.files) == SHOP


def test_a_long_list_of_children_stands_on_several_lines() -> None:
    tree = SupervisorSpec("s", children=tuple(ChildSpec(f"worker-{at}", "m") for at in range(20)))
    assert "children = [\n    \"worker-0\",\n" in write_tree(tree)  # fmt: skip
    assert parse_tree(write_tree(tree)).tree == tree


@pytest.mark.parametrize(
    ("child", "says"),
    [
        (ChildSpec("a", "m", grants=("fly",)), "no capability 'fly'"),
        (ChildSpec("s", "m"), "'s' is twice in the tree"),
        (ChildSpec("a", "m", state="\ud800"), "cannot be written as a file"),
        (ChildSpec("a", "m", profile="lax"), "no profile 'lax'"),
        (ChildSpec("a", "m", grants=("network/EXAMPLE.org",)), "cannot be written as a file"),
    ],
)
def test_what_a_file_cannot_say_is_refused(child: ChildSpec, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        write_tree(SupervisorSpec("s", children=(child,)))


@pytest.mark.parametrize(
    ("more", "says"),
    [("state_hex = '0'", "two hexadecimal digits"), ("state = ''\nstate_hex = ''", "a state and a state_hex")],
)
def test_bytes_that_are_none_are_refused_with_their_line(more: str, says: str) -> None:
    text = f"[supervisor.s]\nchildren = ['a']\n[actor.a]\nmodule = 'm'\n{more}"
    with pytest.raises(Invalid, match=says) as refused:
        parse_tree(text, "t.toml")
    assert refused.value.locations[0].line == text.count("\n") + 1
