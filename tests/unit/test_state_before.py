"""The state that stands beside a first difference is that before its turn, or it is said of which turn it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import forged
from timelines import TALLY

import workbench
from workbench.api import ActorId, SpawnOptions
from workbench.api.replay import Divergence, Severity
from workbench.cli import rehearsal
from workbench.debug.timeline.before import MOST

ACTORS = MOST + 2


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of many actors, each of which counts to 4, the third reply is another one than it was."""
    folder = tmp_path_factory.mktemp("before")
    with workbench.connect("embedded:") as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        for number in range(ACTORS):
            node.actors.spawn("tally", options=SpawnOptions(f"a{number:02}"))
            for _ in range(4):
                node.actors.ask(f"a{number:02}", "increment")
        workbench.export_bundle(node, folder / "made")

    def change(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        assert data.count(b'"reply":"3"') == ACTORS
        entries["turns/0001.jsonl"] = data.replace(b'"reply":"3"', b'"reply":"7"')

    return forged(folder / "made", folder / "otherwise.plexbundle", change)


def test_a_replay_gives_the_state_before_the_turn_of_the_first_actors(otherwise: Path) -> None:
    found = workbench.replay_bundle(otherwise)
    differing = [each.divergence for each in found.actors if each.divergence is not None]
    assert len(differing) == ACTORS and {each.seq for each in differing} == {4}
    assert {(each.state_before, each.state_seq) for each in differing[:MOST]} == {("2", 3)}
    assert {each.state_seq for each in differing[MOST:]} == {1}  # after its birth, and said to be so


def test_what_is_shown_is_named_by_its_turn(capsys: pytest.CaptureFixture[str]) -> None:
    exact = Divergence(ActorId("a b"), 9, "reply", Severity.BEHAVIOR, "1", "2", "5", 8)
    assert rehearsal.before(exact) == ("  state before", "5")
    rehearsal.hint(exact, "")
    assert capsys.readouterr().out == ""
    older = Divergence(ActorId("a b"), 9, "reply", Severity.BEHAVIOR, "1", "2", "5", 3)
    assert rehearsal.before(older) == ("  state after turn 3", "5")
    rehearsal.hint(older, "bundle:x.plexbundle")
    said = "  the state before turn 9: workbench debug state 'a b' 8 --node bundle:x.plexbundle\n"
    assert capsys.readouterr().out == said
