"""The page on capabilities names what there is, and its examples are grants."""

from __future__ import annotations

import pages

from workbench.api import CAPABILITIES, DURATIONS, parse_grant
from workbench.api.capabilities import FOLDER_MODES, MODED, MODES, NAMELESS
from workbench.services import network
from workbench.wasm import native
from workbench.wasm.imports import socket

PAGE = pages.page("docs/capabilities.md")


def test_every_capability_is_documented_with_its_modes_and_names() -> None:
    table = [row for row in pages.rows(PAGE) if row[0] in CAPABILITIES]
    assert [row[0] for row in table] == list(CAPABILITIES)
    for name, modes, scope, _ in table:
        written = tuple(mode.strip("` ") for mode in modes.split("` `"))
        assert written == (MODES if name in MODED else tuple(FOLDER_MODES) if name == "filesystem" else ("–",)), name
        assert (scope == "–") is (name in NAMELESS), name


def test_every_example_of_a_grant_is_one() -> None:
    examples = PAGE.split("grant. Examples:")[1].split("```")[1].split()
    assert len(examples) >= 8
    for example in examples:
        assert str(parse_grant(example)) == example


def test_the_figures_of_the_page_are_those_of_the_program() -> None:
    for figure in (
        f"at most {network.REDIRECTS}, each host",
        f"up to {network.REQUEST_BYTES >> 20} MiB of body",
        f"{network.HEADERS} headers of {network.HEADER_BYTES >> 10} KiB",
        f"up to {socket.CONNECTIONS} for an instance",
        f"up to {native.OUTPUT_BYTES >> 20} MiB in one turn",
        "|".join(DURATIONS).replace("|", "\\|"),
    ):
        assert figure in PAGE, figure
