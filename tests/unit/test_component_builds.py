"""What was built of an actor is found again by everything that went in, and by nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.wasm.builds import MOST_BYTES, Builds, key


def test_what_was_kept_is_found_and_nothing_else(tmp_path: Path) -> None:
    builds = Builds(tmp_path / "components")
    assert builds.find("a") is None
    builds.keep("a", b"component")
    assert builds.find("a") == b"component"
    assert Builds(tmp_path / "components").find("a") == b"component"
    assert builds.find("b") is None
    assert [path.name for path in builds.folder.iterdir()] == ["a.wasm"]


def test_a_key_tells_the_builder_the_sources_and_what_is_known_of_them_apart() -> None:
    whole = key("builder", {"a.py": "x", "b.py": "y"}, ("C", "gen-server"), ("keyvalue",))
    assert whole == key("builder", {"b.py": "y", "a.py": "x"}, ("C", "gen-server"), ("keyvalue",))
    others = {
        key("other", {"a.py": "x", "b.py": "y"}, ("C", "gen-server"), ("keyvalue",)),
        key("builder", {"a.py": "xb.py", "": "y"}, ("C", "gen-server"), ("keyvalue",)),
        key("builder", {"a.py": "y", "b.py": "x"}, ("C", "gen-server"), ("keyvalue",)),
        key("builder", {"a.py": "x", "b.py": "y"}, ("C", "gen-event"), ("keyvalue",)),
        key("builder", {"a.py": "x", "b.py": "y"}, ("C", "gen-server"), ()),
    }
    assert len(others) == 5 and whole not in others


def test_beyond_its_room_what_was_used_longest_ago_is_thrown_away(tmp_path: Path) -> None:
    builds = Builds(tmp_path)
    for number, name in enumerate(("old", "used", "young")):
        path = tmp_path / f"{name}.wasm"
        path.touch()
        os.truncate(path, MOST_BYTES // 3)  # no block of the disk is taken
        os.utime(path, (number, number))
    os.utime(tmp_path / "used.wasm")
    builds.keep("newest", b"component")
    assert {path.stem for path in tmp_path.glob("*.wasm")} == {"used", "young", "newest"}


def test_a_folder_that_cannot_be_written_keeps_nothing_and_hinders_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    builds = Builds(tmp_path / "file")
    builds.keep("a", b"component")
    assert builds.find("a") is None
