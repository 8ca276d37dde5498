"""The Modules panel on a fake node: what it shows, what it does, and that a map of sections is drawn right."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fake_modules import IMPORTS, sections
from fake_node import FakeNode
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot
from windows import close

import ui.panel
from ui import theme
from ui.dialogs.palette import best
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.panel import EditorPanel
from ui.panels.log.panel import LogPanel
from ui.panels.modules import panel as panel_file
from ui.panels.modules.panel import ModulesPanel
from ui.panels.modules.tiles import COLORS, LEAST, flat, group, tiles
from ui.panels.modules.treemap import STRENGTH
from ui.squarify import Box, squarify
from ui.table_panel import TablePanel
from workbench.api import ModuleInfo, Section, SpawnOptions

SOURCE = b"class Till(GenServer):\n    total = 0\n"
WIDE = Box(0, 0, 600, 400)


@pytest.fixture
def modules(window: MainWindow, node: FakeNode, qtbot: QtBot) -> ModulesPanel:
    """Visible, with the sample's three modules and a component."""
    found = window.panels["modules"]
    assert isinstance(found, ModulesPanel)
    node.modules.deploy(b"\0asm" + bytes(100_000), file_name="echo.wasm", alias="echo")
    window.raise_panel("modules")
    qtbot.waitUntil(lambda: len(found.model.rows) == 4)
    return found


def choose(modules: ModulesPanel, node: FakeNode, name: str, qtbot: QtBot) -> ModuleInfo:
    info = node.modules.get(name)
    modules.select_key(info.hash)
    qtbot.waitUntil(lambda: modules.details.detail is not None and modules.details.detail.info.hash == info.hash)
    return info


def notices(modules: ModulesPanel) -> list[str]:
    window = modules.window()
    assert isinstance(window, MainWindow)
    return [notice.text for notice in window.notices.notices]


# what it shows


def test_a_module_says_who_runs_it_and_what_it_needs(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    node.actors.spawn("counter_actor", options=SpawnOptions(name="second"))
    info = node.modules.get("counter_actor")
    qtbot.waitUntil(lambda: [row.users for row in modules.model.rows if row.info.hash == info.hash] == [2])
    choose(modules, node, "counter_actor", qtbot)
    qtbot.waitUntil(lambda: "counter, second" in modules.details.overview.toPlainText())
    text = modules.details.overview.toPlainText()
    assert info.hash in text
    assert "messaging" in text


def test_only_the_chosen_module_is_read_and_only_once(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    assert node.modules.described == []
    info = choose(modules, node, "echo", qtbot)
    node.actors.spawn("echo", options=SpawnOptions(name="e"))
    qtbot.waitUntil(lambda: "Run by" in modules.details.overview.toPlainText())
    qtbot.waitUntil(lambda: [row.users for row in modules.model.rows if row.info.hash == info.hash] == [1])
    assert node.modules.described == [info.hash]


def test_structure_members_and_world_follow_the_chosen_row(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    choose(modules, node, "echo", qtbot)
    details = modules.details
    assert len(details.structure.model.rows) == len(list(flat(sections(100_004))))
    assert details.members.model.rows[0].name == f"Imports ({len(IMPORTS)})"
    assert "export gen-server" in details.wit.toPlainText()
    choose(modules, node, "counter_actor", qtbot)
    assert details.wit_pages.currentWidget() is details.no_wit


def test_a_tile_and_its_row_are_chosen_together_by_mouse_and_keyboard(
    modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    choose(modules, node, "echo", qtbot)
    modules.details.show_page("structure")
    structure = modules.details.structure
    qtbot.waitUntil(lambda: len(structure.map.tiles) > 5)
    qtbot.keyClick(structure.map, Qt.Key.Key_Right)
    first = structure.map.path
    qtbot.keyClick(structure.map, Qt.Key.Key_Down)
    row = structure.model.row(structure.table.currentIndex())
    assert row is not None
    assert row.path == structure.map.path
    assert first
    assert row.section.kind in structure.map.accessibleDescription()
    structure.table.choose(0)
    assert structure.map.path == (0,)


def test_two_chosen_rows_are_compared_the_older_one_first(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    one = node.modules.deploy(SOURCE, file_name="till.py", alias="till")
    two = node.modules.deploy(SOURCE + b"    more = 1\n", file_name="till.py", alias="till@2")
    qtbot.waitUntil(lambda: len(modules.model.rows) == 6)
    modules.table.selectAll()
    modules.table.clearSelection()
    modules.select_key(two.hash)
    at = modules.model.position(one.hash)
    mode = modules.table.selectionModel().SelectionFlag
    modules.table.selectionModel().setCurrentIndex(modules.model.index(at, 0), mode.Select | mode.Rows)
    qtbot.waitUntil(lambda: modules.details.comparison.diff is not None)
    diff = modules.details.comparison.diff
    assert diff is not None
    assert (diff.before.hash, diff.after.hash) == (one.hash, two.hash)
    assert "+    more = 1" in modules.details.comparison.text.toPlainText()
    assert (
        modules.details.comparison.command()
        == f"workbench module diff --workspace /workspace {one.hash[:12]} {two.hash[:12]}"
    )
    assert [change.part for change in modules.details.comparison.model.rows] == ["size"]


# what it does


def test_an_alias_that_is_taken_is_moved_only_when_one_says_so(
    modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    info = choose(modules, node, "echo", qtbot)
    modules.run(modules._do_alias("counter_actor", info.hash, force=False))
    qtbot.waitUntil(lambda: any("did not get the alias" in text for text in notices(modules)))
    assert "counter_actor" not in node.modules.get(info.hash).aliases
    press(modules, "Let it name this module")
    qtbot.waitUntil(lambda: node.modules.get("counter_actor").hash == info.hash)


def press(modules: ModulesPanel, text: str) -> None:
    found = modules.window().findChildren(QPushButton)
    next(button for button in found if button.text() == text and button.isVisible()).click()


def test_a_module_in_use_is_not_removed_and_its_users_are_named(
    modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    choose(modules, node, "counter_actor", qtbot)
    modules.desk.actions.run("module.remove")
    qtbot.waitUntil(lambda: any("in use by counter" in text for text in notices(modules)))
    assert node.modules.get("counter_actor")


def test_removing_asks_and_says_what_is_forgotten(
    modules: ModulesPanel, node: FakeNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[object]] = []

    def answer(*said: object) -> bool:
        asked.append(said)
        return len(asked) > 1

    monkeypatch.setattr(panel_file, "confirmed", answer)
    info = choose(modules, node, "echo", qtbot)
    modules.desk.actions.run("module.remove")
    assert info.hash in node.modules.known
    assert "the name echo" in str(asked[0][2])
    modules.desk.actions.run("module.remove")
    qtbot.waitUntil(lambda: info.hash not in node.modules.known)
    qtbot.waitUntil(lambda: modules.details.isHidden())


def test_a_deployment_shows_its_progress_and_a_cancelled_one_is_quiet(
    modules: ModulesPanel, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "slow.wasm"
    file.write_bytes(b"\0asm" + bytes(50))
    window = modules.window()
    assert isinstance(window, MainWindow)
    with node.modules.held:
        window.drops.take((file,))
        progress = window.status.progress
        qtbot.waitUntil(lambda: "slow.wasm: checking" in progress.text.text())
        assert progress.stop.isVisible()
        progress.stop.click()
    qtbot.waitUntil(progress.isHidden)
    assert len(node.modules.known) == 4
    assert not [text for text in notices(modules) if "slow" in text]


def test_a_component_is_built_into_the_file_that_was_chosen(
    modules: ModulesPanel, node: FakeNode, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "counter.wasm"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    choose(modules, node, "counter_actor", qtbot)
    modules.desk.actions.run("module.build")
    qtbot.waitUntil(lambda: any("was built into" in text for text in notices(modules)))
    assert target.read_bytes().startswith(b"\0asm")


def test_building_shows_one_line_of_progress_however_long_it_takes(
    modules: ModulesPanel, node: FakeNode, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui.panel, "SPINNER_MS", 0)
    monkeypatch.setattr(ui.panel, "CANCEL_MS", 0)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "counter.wasm"), ""))
    choose(modules, node, "counter_actor", qtbot)
    window = modules.window()
    assert isinstance(window, MainWindow)
    with node.modules.held:
        modules.desk.actions.run("module.build")
        qtbot.waitUntil(lambda: "building" in window.status.progress.text.text())
        assert [bar for bar in window.findChildren(QProgressBar) if bar.isVisible()] == [window.status.progress.bar]
        window.status.progress.stop.click()
    qtbot.waitUntil(window.status.progress.isHidden)
    assert not (tmp_path / "counter.wasm").exists()


def test_a_module_leads_to_its_actors_their_log_and_its_source(
    window: MainWindow, modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    actors, log, editor = (window.panels[name] for name in ("actors", "log", "editor"))
    assert isinstance(actors, ActorsPanel)
    assert isinstance(log, LogPanel)
    assert isinstance(editor, EditorPanel)
    node.actors.spawn("counter_actor", options=SpawnOptions(name="a|b"))
    choose(modules, node, "counter_actor", qtbot)
    qtbot.waitUntil(lambda: "a|b" in modules.details.overview.toPlainText())
    modules.desk.actions.run("module.log")
    qtbot.waitUntil(lambda: log.filter.text() == r"actor:/a\|b|counter/")
    modules.desk.actions.run("module.users")
    qtbot.waitUntil(lambda: sorted(row.id.name for row in actors.model.rows) == ["a|b", "counter"])
    modules.desk.actions.run("module.source")
    qtbot.waitUntil(lambda: editor.current() is not None)


def test_a_row_is_copied_as_the_command_that_shows_it(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    choose(modules, node, "echo", qtbot)
    modules.desk.actions.run("module.copy_command")
    assert QGuiApplication.clipboard().text() == "workbench module show --workspace /workspace echo"
    modules.desk.actions.run("module.copy_hash")
    assert QGuiApplication.clipboard().text() == node.modules.get("echo").hash


def test_an_empty_panel_has_one_button_that_deploys(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    node = FakeNode()
    window = open_window(node)
    found = window.panels["modules"]
    assert isinstance(found, ModulesPanel)
    window.raise_panel("modules")
    for info in tuple(node.modules.known.values()):
        node.actors.rows.clear()
        node.modules.remove(info.hash)
    qtbot.waitUntil(lambda: found.stack.currentWidget() is found.none)
    assert found.none.button is not None
    assert found.none.button.isVisible()


# the map


@given(st.lists(st.integers(0, 10**8), max_size=60), st.floats(1, 2000), st.floats(1, 2000))
def test_tiles_have_areas_as_their_sizes_and_lie_inside(sizes: list[int], width: float, height: float) -> None:
    box = Box(0, 0, width, height)
    places, total = squarify(sizes, box), sum(sizes)
    assert len(places) == len(sizes)
    for size, place in zip(sizes, places, strict=True):
        wanted = size / total * width * height if total else 0.0
        assert place.width * place.height == pytest.approx(wanted, rel=1e-6, abs=1e-3)
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= width * (1 + 1e-9) + 1e-6
        assert place.y + place.height <= height * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], []), ([0, 0], [Box(0, 0, 0, 0), Box(0, 0, 0, 0)]), ([5], [WIDE]),
     ([1, 1], [Box(0, 0, 300, 400), Box(300, 0, 300, 400)]), ([1, 3], [Box(450, 0, 150, 400), Box(0, 0, 450, 400)])],
)  # fmt: skip
def test_a_map_is_laid_out_as_the_table_says(sizes: list[int], expected: list[Box]) -> None:
    assert squarify(sizes, WIDE) == expected


def test_the_boxes_of_equal_sizes_are_nearly_square() -> None:
    for place in squarify([1] * 24, WIDE):
        assert max(place.width / place.height, place.height / place.width) < 1.6


def test_parts_lie_inside_their_frame_and_never_on_its_head() -> None:
    found = list(tiles(sections(1_000_000), WIDE))
    frame = next(tile for tile in found if tile.frame)
    inside = [tile for tile in found if tile.path[: len(frame.path)] == frame.path and tile is not frame]
    assert inside
    for tile in inside:
        assert tile.box.y >= frame.box.y + 18
        assert tile.box.x >= frame.box.x
        assert tile.box.x + tile.box.width <= frame.box.x + frame.box.width + 1e-6
    assert all(tile.box.width >= LEAST and tile.box.height >= LEAST for tile in found)


def test_every_kind_has_a_group_with_a_colour() -> None:
    assert {group(Section(kind, "", 0, 1)) for kind in ("code", "data", "custom", "zzz")} <= set(COLORS)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_label_of_every_tile_can_be_read(tokens: theme.Tokens) -> None:
    for at in COLORS.values():
        ground = theme.mixed(tokens.series[at], tokens.base, STRENGTH[tokens.name])
        assert theme.contrast(tokens.text, ground) >= theme.MINIMUM_CONTRAST
    assert theme.contrast(tokens.text, tokens.panel) >= theme.MINIMUM_CONTRAST


def test_another_module_clears_the_page_that_compares(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    one = choose(modules, node, "counter_actor", qtbot)
    page = modules.details.comparison
    qtbot.waitUntil(lambda: page.other.count() == 4)
    page.wanted.emit(one.hash)
    qtbot.waitUntil(lambda: page.diff is not None)
    assert "same" in page.none.line.text()
    choose(modules, node, "event_actor", qtbot)
    assert page.diff is None
    assert page.other.currentIndex() == 0
    assert "same" not in page.none.line.text()
    assert "do not differ" not in page.no_text.line.text()
    assert page.text.toPlainText() == ""


def test_actions_are_about_the_module_of_the_details_when_the_filter_hides_its_row(
    modules: ModulesPanel, node: FakeNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = choose(modules, node, "echo", qtbot)
    modules.filter.set_now("counter")
    qtbot.waitUntil(lambda: len(modules.model.rows) == 1)
    modules.desk.actions.run("module.copy_hash")
    assert QGuiApplication.clipboard().text() == info.hash
    modules.desk.actions.run("module.copy_command")
    assert QGuiApplication.clipboard().text().endswith(" echo")
    modules.table.copy_command()
    assert QGuiApplication.clipboard().text().endswith(" echo")
    monkeypatch.setattr(panel_file, "confirmed", lambda *_: True)
    modules.desk.actions.run("module.remove")
    qtbot.waitUntil(lambda: info.hash not in node.modules.known)


def test_a_module_is_found_by_every_alias_and_by_the_beginning_of_its_hash(
    window: MainWindow, modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    info = node.modules.get("echo")
    node.modules.known[info.hash] = dataclasses.replace(info, aliases=("echo", "parrot"))
    modules.refresh()
    qtbot.waitUntil(lambda: any("parrot" in row.info.aliases for row in modules.model.rows))
    for typed in ("parrot", info.hash[:8], info.hash):
        modules.filter.set_now(typed)
        assert [row.info.hash for row in modules.model.rows] == [info.hash]
        found = best(typed, window.jumps._places(node))
        assert [choice.hash for choice in found] == [info.hash]
    modules.filter.set_now(info.hash[8:16])
    assert modules.model.rows == []


def test_the_keyboard_follows_to_what_was_jumped_to(
    window: MainWindow, modules: ModulesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.raise_panel("log")
    for typed, panel in (("echo", modules), ("counter", window.panels["actors"])):
        before = window.jumps.dialog
        window.desk.actions.run("view.jump")
        qtbot.waitUntil(lambda before=before: window.jumps.dialog is not before)  # type: ignore[misc]
        dialog = window.jumps.dialog
        assert dialog is not None
        dialog.line.setText(typed)
        qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
        assert isinstance(panel, TablePanel)
        qtbot.waitUntil(panel.table.hasFocus)
        qtbot.waitUntil(lambda panel=panel: panel.table.chosen() is not None)  # type: ignore[misc]


def test_the_question_before_several_are_removed_is_about_several() -> None:
    row = panel_file.Deployed(FakeNode().modules.deploy(b"\0asm", file_name="a.wasm"))
    assert panel_file._consequence([row]).startswith("Its bytes")
    assert panel_file._consequence([row, row]).startswith("Their bytes")


@pytest.mark.parametrize("line", ["", "counter"])
def test_the_module_that_was_chosen_is_chosen_again_after_a_restart(
    open_window: Callable[..., MainWindow], node: FakeNode, qtbot: QtBot, line: str
) -> None:
    node.modules.deploy(b"\0asm" + bytes(1000), file_name="echo.wasm", alias="echo")
    found = opened(open_window, qtbot)
    info = choose(found, node, "echo", qtbot)
    found.details.show_page("structure")
    found.split.moveSplitter(190, 1)
    height = found.split.sizes()[1]
    found.filter.set_now(line)
    window = found.window()
    assert isinstance(window, MainWindow)
    window.raise_panel("actors")
    close(window)
    close(open_window())  # a start in which nobody looked at the modules forgets nothing
    again = opened(open_window, qtbot)
    qtbot.waitUntil(lambda: again.chosen == info.hash)
    qtbot.waitUntil(lambda: again.details.detail is not None and again.details.detail.info.hash == info.hash)
    assert again.details.isVisible()
    assert again.split.sizes()[1] == pytest.approx(height, abs=5)
    assert again.filter.text() == line
    assert [row.info.name for row in again.table.selected()] == ([] if line else ["echo"])


def test_the_list_has_half_of_the_panel(modules: ModulesPanel, node: FakeNode, qtbot: QtBot) -> None:
    choose(modules, node, "echo", qtbot)
    table = modules.table
    qtbot.waitUntil(lambda: abs(modules.split.sizes()[0] - modules.split.sizes()[1]) <= 2)
    assert table.viewport().height() // table.rowHeight(0) >= 4


def opened(open_window: Callable[..., MainWindow], qtbot: QtBot) -> ModulesPanel:
    """A window with the Modules panel in front."""
    window = open_window()
    window.resize(1440, 900)  # the screen without a display is smaller, and what is restored is fitted into it
    window.raise_panel("modules")
    found = window.panels["modules"]
    assert isinstance(found, ModulesPanel)
    qtbot.waitUntil(lambda: bool(found._rows))
    return found
