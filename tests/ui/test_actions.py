"""One registry: every action has its command or says why there is none, and can be reached."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from pathlib import Path

import click
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from ui.actions import BY_ID, MENUS, SPECS, Spec
from ui.dialogs.palette import rank
from ui.dialogs.shortcuts import Shortcuts
from ui.main_window import MainWindow
from ui.settings import Settings


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_an_action_has_a_command_or_a_reason(spec: Spec) -> None:
    assert bool(spec.command) != bool(spec.reason)
    assert spec.menu in ("", *MENUS)


def test_ids_are_unique_and_shortcuts_clash_only_in_different_panels() -> None:
    assert len(BY_ID) == len(SPECS)
    keyed = [spec for spec in SPECS if spec.shortcut]
    for one, other in itertools.combinations(keyed, 2):
        if QKeySequence(one.shortcut) == QKeySequence(other.shortcut):
            assert not one.wide, (one.id, other.id)
            assert not other.wide, (one.id, other.id)


def test_every_action_is_bound(window: MainWindow) -> None:
    assert not [spec.id for spec in SPECS if spec.id not in window.desk.actions._slots]


def test_every_action_is_in_a_menu_or_in_the_palette_and_on_the_sheet(window: MainWindow) -> None:
    in_menus = {a.objectName() for menu in window.menus.actions() for a in menu.menu().actions()}
    assert {spec.id for spec in SPECS if spec.menu} <= in_menus
    assert len(Shortcuts(window).model.rows) == len(SPECS)


def test_the_palette_runs_what_was_typed(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.actions.run("view.palette")
    palette = window.jumps.dialog
    assert palette is not None
    qtbot.keyClicks(palette.line, "theme dark")
    assert palette.list.item(0).text().startswith("Theme: dark")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.settings.theme == "dark"
    window.set_theme("light")


def test_an_actor_is_found_by_part_of_its_name_in_two_steps(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.actions.run("view.jump")
    qtbot.waitUntil(lambda: window.jumps.dialog is not None)
    palette = window.jumps.dialog
    assert palette is not None
    qtbot.keyClicks(palette.line, "orkf")
    assert isinstance(palette.list, QListWidget)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.panels["actors"].chosen == "workflow")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [("save", "Save", "Save as…"), ("ncs", "Notices", "New gen_server"), ("theme", "Theme: dark", "x")],
)
def test_the_closest_match_comes_first(typed: str, better: str, worse: str) -> None:
    first, second = rank(typed, better), rank(typed, worse)
    assert first is not None
    assert second is None or first <= second


COMMANDS = sorted({spec.command for spec in SPECS if spec.command})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_of_an_action_exists(command: str) -> None:
    from workbench.cli.main import cli

    here: click.Command = cli
    for word in command.split():
        if word.startswith("--"):
            assert word in {option for part in here.params for option in (*part.opts, "--help", "--version")}
        elif isinstance(here, click.Group) and not word.isupper():
            found = here.get_command(click.Context(here), word)
            assert found is not None, word
            here = found


def test_the_page_of_the_app_lists_every_setting_and_tells_its_shortcuts_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        assert f"| `{field.name}` | `{json.dumps(field.default).strip(chr(34))}`" in page
    known = {spec.shortcut.replace("Return", "Enter") for spec in SPECS}
    table = page.split("| keys | do |")[1].split("## ")[0]
    named = [key.strip() for row in table.splitlines()[2:] if row for key in row.split("|")[1].split(", ")]
    assert named
    assert set(named) <= known
