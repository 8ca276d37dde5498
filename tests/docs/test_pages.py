"""What the pages say is what the program does."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pages
import pytest

from workbench.api import WorkbenchError
from workbench.api.limits import BOUNDS
from workbench.cli.main import cli
from workbench.config import CACHE, DATA, Config
from workbench.rpc.faults import STATUS


def _commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += _commands(below, f"{path} {name}")
    return found


COMMANDS = dict(_commands(cli, "workbench"))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_is_documented_with_its_options(path: str) -> None:
    section = _section(path)
    assert _flat(COMMANDS[path].help or "") in _flat(section)
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert all(name in section for name in parameter.opts), parameter.name
            assert parameter.help and _flat(parameter.help) in _flat(section), parameter.name


def test_every_documented_command_exists() -> None:
    assert set(re.findall(r"^## (workbench.*)$", pages.page("docs/cli.md"), re.MULTILINE)) == set(COMMANDS)


def _section(path: str) -> str:
    found = re.search(rf"^## {path}$(.*?)(?=^## |\Z)", pages.page("docs/cli.md"), re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/cli.md has no section {path}; run packaging/generate_cli.py"
    return found.group(1)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_every_error_is_documented_with_its_exit_code_and_status() -> None:
    documented = {(row[0], row[1], int(row[2]), row[3]) for row in pages.rows(pages.page("docs/errors.md"))}
    kinds = WorkbenchError.__subclasses__()
    assert documented == {(kind.code, kind.__name__, kind.exit_code, STATUS[kind.code].name) for kind in kinds}


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    words = {DATA: "the user's data folder", CACHE: "the user's cache folder"}
    documented = {tuple(row[:3]) for row in pages.rows(pages.page("docs/settings.md"))}
    defaults = {field.name: getattr(Config(), field.name) for field in fields(Config)}
    actual = {(name, f"WORKBENCH_{name.upper()}", words.get(value, str(value))) for name, value in defaults.items()}
    assert documented == actual


def test_the_bounds_of_every_limit_are_documented() -> None:
    table = [row for row in pages.rows(pages.page("docs/semantics.md")) if row[0] in BOUNDS]
    assert table == [[name, f"{least:,}", f"{most:,}"] for name, (least, most) in BOUNDS.items()]


def test_every_dependency_is_documented_and_every_documented_one_is_declared() -> None:
    project = tomllib.loads(pages.page("pyproject.toml"))["project"]
    declared = {re.split(r"[<>=!~ ]", line)[0] for line in project["dependencies"]}
    assert {row[0] for row in pages.rows(pages.page("docs/dependencies.md"))} == declared
    for line in (line for group in project["optional-dependencies"].values() for line in group):
        assert f"`{re.split('[<>=!~ ]', line)[0]}`" in pages.page("docs/dependencies.md"), line


HOMES = {
    row[1]: tuple(home.strip("` ") for home in row[2].split(","))
    for row in pages.rows(pages.page("docs/dependencies.md"))
}


def test_every_dependency_is_imported_at_its_home_and_nowhere_else() -> None:
    strangers, used = [], set()
    for folder in ("workbench", "ui"):
        for path in sorted((pages.ROOT / folder).rglob("*.py")):
            name = path.relative_to(pages.ROOT).as_posix()
            for package in _imported(path) & set(HOMES):
                used.add(package)
                if not name.startswith(HOMES[package]):
                    strangers.append(f"{name} imports {package}, whose home is {', '.join(HOMES[package])}")
    assert not strangers, "\n".join(strangers)
    assert used == set(HOMES)


def test_the_floor_needs_the_standard_library_alone() -> None:
    for path in (pages.ROOT / "workbench" / "api").rglob("*.py"):
        assert _imported(path) <= set(sys.stdlib_module_names) | {"workbench"}, path


def _imported(path: Path) -> set[str]:
    """The packages that a file imports or finds by name."""
    text = path.read_text(encoding="utf-8")
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and _called(node) in ("find_spec", "import_module"):
            names |= {str(part.value) for part in node.args if isinstance(part, ast.Constant)}
    return {name.partition(".")[0] for name in names}


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{path.name}" for path in (pages.ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(name: str) -> None:
    folder = (pages.ROOT / name).parent
    assert [link for link in pages.links(pages.page(name)) if not (folder / link).exists()] == []
