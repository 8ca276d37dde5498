"""A small sample of the proof `mutants`, and that its harness notices what it is there for."""

from __future__ import annotations

import pytest

from tests.mutants import harness
from tests.mutants.modules import modules

SAMPLE = 100
FIRST = 1_000_000
"""The seeds of the sample are none of the proof's."""


@pytest.mark.parametrize("name", ["core", "component", "large"])
def test_a_mutant_is_refused_or_run(name: str) -> None:
    found = harness.run(name, FIRST, SAMPLE)
    assert not found.faults, "\n".join(found.faults)
    assert sum(found.outcomes.values()) == SAMPLE
    assert found.outcomes["ran"] and found.outcomes["engine"] and found.outcomes["reader"]


def test_every_module_is_one_that_runs_unharmed() -> None:
    import workbench

    with workbench.connect("embedded:") as node:
        for data in modules().values():
            actor = node.actors.spawn(node.modules.deploy(data).hash)
            assert node.actors.ask(actor.id, "increment", "1").payload == "1"


@pytest.mark.parametrize(
    ("planted", "told"), [("crash", "the process ended with"), ("hang", "it said nothing for 2 s")]
)
def test_a_planted_crash_or_hang_is_found_and_the_rest_is_still_done(planted: str, told: str) -> None:
    found = harness.run("core", FIRST, 3, planted, seconds=2.0)
    assert [fault.partition(": ")[2].startswith(told) for fault in found.faults] == [True]
    assert sum(found.outcomes.values()) == 2
