"""Every line of the README's tour and of other pages, typed in order in one folder, prints what the page says."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pages
import pytest

TOUR = pages.page("README.md")
TYPED = {
    "README.md": 10,
    "docs/supervision.md": 5,
    "docs/first-actor.md": 15,
    "docs/testing.md": 1,
    "docs/durability.md": 11,
    "docs/rehearsal.md": 6,
    "docs/security.md": 15,
    "docs/remote.md": 14,
    "docs/migration.md": 11,
}
"""Pages whose lines are typed, and how many there are at least."""
READY_SECONDS = 120


@pytest.fixture
def environment(tmp_path: Path, interpreter: str) -> dict[str, str]:
    """A shell in which `workbench` and `pytest` are this project's, with a workspace of its own."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, words in (("workbench", '-c "import workbench.cli; workbench.cli.main()"'), ("pytest", "-m pytest")):
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        script.chmod(0o755)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    folder = str(tmp_path / "workspace")
    config = str(tmp_path / "config")
    ours = {"PYTHONPATH": str(pages.ROOT), "WORKBENCH_WORKSPACE": folder, "WORKBENCH_CONFIG_DIR": config}
    return {**os.environ, "PATH": path, **ours}


@pytest.mark.parametrize("name", TYPED)
def test_every_line_prints_what_its_page_says(tmp_path: Path, environment: dict[str, str], name: str) -> None:
    folder, text = tmp_path / "work", pages.page(name)
    folder.mkdir()
    for file, content in pages.files(text).items():
        (folder / file).write_text(content, encoding="utf-8")
    steps = pages.steps(text)
    assert len(steps) >= TYPED[name]
    with ExitStack() as background:
        for step in steps:
            if step.command.endswith("&"):
                said = background.enter_context(_started(step.command, folder, environment))
            else:
                said = _typed(step.command, folder, environment)
            assert step.matches(said), f"$ {step.command}\n{name} shows\n{step.printed}\nit printed\n{said}"
        for program in pages.programs(text):
            assert f"prints `{_run(program, folder, environment)}`" in text


def test_a_line_that_prints_something_else_is_noticed() -> None:
    step = pages.Step("x", ("a  (fuel …)", "b"))
    assert step.matches("a (fuel 12)\nb\n")
    assert not step.matches("a (fuel 12)\nc\n")
    assert not step.matches("a (fuel 12)\n")


def test_every_command_of_a_shell_block_is_a_job_of_the_makefile() -> None:
    makefile = pages.page("Makefile")
    for line in "".join(pages.blocks(TOUR, "sh")).splitlines():
        command, job, *_ = line.split()
        assert command == "make" and f" {job} " in makefile


def _typed(command: str, folder: Path, environment: dict[str, str]) -> str:
    """What a line prints, errors after results, and the exit code where it is not 0."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_SECONDS,
    )
    return done.stdout + done.stderr + (f"[exit code {done.returncode}]" if done.returncode else "")


@contextmanager
def _started(command: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The first line of a command that goes on in the background; at the end it is stopped in order."""
    given = command.removesuffix("&").split()
    at = given.index("workbench")
    words = [shutil.which("workbench", path=environment["PATH"]) or "", *given[at + 1 :]]
    settings = {**environment, **dict(word.split("=", 1) for word in given[:at])}
    with subprocess.Popen(words, cwd=folder, env=settings, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(READY_SECONDS) == 0


def _run(program: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
