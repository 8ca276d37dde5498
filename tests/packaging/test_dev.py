"""The set-up that `make` runs: it does nothing twice, and says what to type where it may not do it itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
JOBS = ("run", "test", "check", "bench", "prove", "dist", "screenshots")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the set-up reads, in a folder of its own."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / ".venv").mkdir()
    shutil.copy(ROOT / "packaging" / "dev.py", tmp_path / "packaging")
    for name in ("pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _python(checkout: Path, program: str, **options: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'packaging'); import dev; {program}"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, **options)


def test_the_makefile_offers_the_jobs_and_only_delegates() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    jobs = re.search(r"^JOBS := (.*)$", makefile, re.MULTILINE)
    assert jobs is not None and jobs.group(1).split() == list(JOBS)
    assert [line for line in makefile.splitlines() if line.startswith("\t")] == [
        "\t@$(PYTHON) packaging/dev.py $@ $(ARGS)"
    ]


def test_every_job_says_what_it_does() -> None:
    done = subprocess.run(
        [sys.executable, "packaging/dev.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for job in JOBS:
        assert job in done.stdout


def test_what_the_packaged_program_was_made_from_is_told_by_every_file(checkout: Path) -> None:
    before = _python(checkout, "print(dev.digest())").stdout
    assert _python(checkout, "print(dev.digest())").stdout == before != ""
    (checkout / "packaging" / "more.spec").write_text("")
    assert _python(checkout, "print(dev.digest())").stdout != before


def test_an_installation_that_is_current_is_not_touched(checkout: Path) -> None:
    current = "dev.STAMP.write_text(dev._fingerprint() + ' tools'); dev.install(tools=True); dev.install(tools=False)"
    assert _python(checkout, current).returncode == 0
    less = "dev.STAMP.write_text(dev._fingerprint()); dev.install(tools=False)"
    assert _python(checkout, less).returncode == 0


def test_an_installation_is_renewed_when_the_project_changes_or_tools_are_missing(checkout: Path) -> None:
    # There is no Python in this environment, so that a renewal is seen by its failure to start one.
    less = "dev.STAMP.write_text(dev._fingerprint()); dev.install(tools=True)"
    assert "FileNotFoundError" in _python(checkout, less).stderr
    assert _python(checkout, "dev.STAMP.write_text(dev._fingerprint() + ' tools')").returncode == 0
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write("# changed\n")
    assert "FileNotFoundError" in _python(checkout, "dev.install(tools=True)").stderr


@pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("apt-get") is None, reason="apt is Debian's")
def test_who_may_not_install_system_packages_is_told_the_line_to_type(checkout: Path) -> None:
    alone = checkout / "bin"
    alone.mkdir()
    (alone / "apt-get").symlink_to(str(shutil.which("apt-get")))
    # Root becomes nobody, for whom sudo does nothing; anybody else is shown a system without sudo.
    path = "/usr/bin:/bin" if os.geteuid() == 0 else str(alone)
    become = f"import os; os.geteuid() or (os.setgid({NOBODY}), os.setuid({NOBODY})); "
    done = _python(checkout, f"{become} dev.apt(['libegl1', 'libgl1'])", env={"PATH": path})
    assert done.returncode == 1
    assert "\n    sudo apt-get install --yes --no-install-recommends libegl1 libgl1\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_library_that_is_missing_is_found_missing(checkout: Path) -> None:
    said = _python(checkout, "print(dev._loads('libnobody.so.9'), dev._loads('libc.so.6'))").stdout
    assert said.split() == ["False", str(sys.platform.startswith("linux"))]
