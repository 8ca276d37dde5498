"""The page about session bundles names what is in one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pages

from workbench.api import (
    ActorId,
    Birth,
    BirthReason,
    Cause,
    Envelope,
    Figures,
    HostCall,
    Kind,
    Limits,
    Outcome,
    Turn,
    profile,
)
from workbench.api.bundles import FORMAT, SECRETS
from workbench.api.turn_text import to_line
from workbench.debug.bundle import layout
from workbench.debug.bundle.manifest import Manifest
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.writer import Writer

PAGE = pages.page("docs/sessions.md")
ROWS = {row[0]: row[1] for row in pages.rows(PAGE)}
LIMITS: Limits = profile("strict").limits
EVERYTHING = Turn(
    ActorId("a"), 1, "message", Envelope("1", Kind.CALL, "t", "p", "s", 1.0, "2", {"a": "b"}), Outcome.CRASHED,
    Figures(1, 2, 3), 1.0, "m", "i", "r", "t", Cause("crashed", "x"), "s", (HostCall("a", "b", ()),), 2,
    Birth(BirthReason.SPAWN, "", "strict", (), LIMITS), "why", 1, 2,
)  # fmt: skip


def test_every_member_of_a_turn_and_of_a_message_is_documented() -> None:
    line = json.loads(to_line(EVERYTHING))
    members = [name for name in ROWS if re.fullmatch("[a-z_]+", name)]
    assert sorted(members) == sorted(line)
    assert set(re.findall("[a-z]+", ROWS["envelope"].partition(": ")[2])) == set(line["envelope"])


def test_every_entry_is_documented_and_known(tmp_path: Path) -> None:
    digest = "0" * 64
    entries = [
        name.replace("HASH", digest).replace("INTERPRETER", digest).replace("TABLE", "tuples")
        for name in (row.split("`")[0] for row in ROWS)
        if "/" in name or name.endswith((".json", ".jsonl"))
    ]
    assert len(entries) == 11 and all(map(layout.is_known, entries)), entries
    with Writer(tmp_path / "x") as writer:
        for name in entries[1:]:
            writer.add(name, b"")
        writer.finish(Manifest(FORMAT, ()))
    with Bundle(tmp_path / "x") as bundle:
        assert not bundle.unknown


def test_the_names_of_secrets_and_the_bounds_are_those_of_the_program() -> None:
    words = " ".join(PAGE.split())
    assert f"`{'`, `'.join(SECRETS[:-1])}` or `{SECRETS[-1]}`" in words
    assert f"{layout.ENTRIES:,} entries, {layout.ENTRY_BYTES >> 20} MiB in one" in words
    assert f"{layout.TOTAL_BYTES >> 30} GiB in all" in words and f"{layout.RATIO} times the packed size" in words
    assert f"up to {layout.TURNS_LINES:,} or one MiB" in words
