"""Where settings come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.api import Invalid
from workbench.config import load


def test_a_configuration_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"WORKBENCH_CONFIG names .*nowhere\.toml, which is no file"):
        load({"WORKBENCH_CONFIG": str(tmp_path / "nowhere.toml")})
