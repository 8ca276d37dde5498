"""What is copied as a command can be run as it is."""

from __future__ import annotations

import shlex

import click
import pytest
from fake_node import FakeNode
from pytestqt.qtbot import QtBot

from ui.commands import command, reached
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.widgets.table import Table
from workbench.cli.main import cli


@pytest.mark.parametrize(
    ("address", "workspace", "expected"),
    [("embedded:", "/home/me", ()), ("embedded:/w s", "/w s", ("--workspace", "/w s")),
     ("grpc://host:1", "/far", ("--node", "host:1")), ("bundle:/a.plexbundle", "", ("--node", "bundle:/a.plexbundle"))],
)  # fmt: skip
def test_a_copied_command_reaches_the_node_of_the_window(
    address: str, workspace: str, expected: tuple[str, ...]
) -> None:
    at = reached(address, workspace, "/home/me")
    assert at == expected
    assert shlex.split(command("actor show", "-odd", at=at)) == ["workbench", "actor", "show", *expected, "--", "-odd"]


def test_every_copied_command_is_one_of_the_command_line(window: MainWindow, node: FakeNode, qtbot: QtBot) -> None:
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    qtbot.waitUntil(lambda: len(actors.model.rows) == 3)
    node.actors.ask("counter", "increment")
    actors.select_key(actors._listing.by_name["counter"].id)
    actors.details.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: bool(actors.details.model.rows))
    for table in window.findChildren(Table):
        if table.command_for is None or not table.rows.rows:
            continue
        words = shlex.split(table.command_for(table.rows.rows[0]))
        if words:
            group = cli.get_command(click.Context(cli), words[1])
            assert isinstance(group, click.Group)
            assert words[2] in group.list_commands(click.Context(group))
            assert words[3:5] == ["--workspace", "/workspace"]
