"""A node whose process is killed comes back with everything that was acknowledged, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.kills import Model, life, run
from tests.proofs.victim import POINTS


@pytest.mark.usefixtures("interpreter")
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_failpoint_it_comes_back_as_the_model_says(point: str) -> None:
    assert run([point], range(2)) == {point: 2}, "killed there each time"


@pytest.mark.usefixtures("interpreter")
def test_a_turn_that_forgets_what_it_has_done_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="was answered with"):
        life(tmp_path, Model(), "after an increment", 0, faulty=True)
