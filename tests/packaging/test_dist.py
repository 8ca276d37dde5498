"""The packaged program works where there is no Python: the command line, a node, a build, the app and its menu entry.

`make dist` builds it and runs this. `make test` runs it when dist/ was built from the files that are here now.
"""

from __future__ import annotations

import hashlib
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

DEV = runpy.run_path(str(Path(__file__).resolve().parents[2] / "packaging" / "dev.py"))
FOLDER: Path = DEV["DIST"]
WAIT_SECONDS = 300
COUNTER = """from plexspaces import GenServer
from steps import STEP

class Counter(GenServer):
    count = 0

    def handle_request(self, from_actor, message_type, payload):
        self.count += STEP
        return str(self.count)
"""


def _is_current() -> bool:
    stamp: Path = DEV["BUILT_FROM"]
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == DEV["digest"]()


pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the Linux program is built"),
    pytest.mark.skipif(
        os.environ.get("WORKBENCH_DIST") != "required" and not _is_current(),
        reason="dist/ was not built from these files: make dist",
    ),
]


@dataclass(frozen=True, slots=True)
class Machine:
    """A user's home on a machine without a Python."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        programs = self.home / "programs"
        return {"HOME": str(self.home), "PATH": str(programs), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}

    def __call__(self, name: str, *arguments: str, code: int = 0) -> str:
        """What a program prints; it must leave with `code`."""
        done = subprocess.run(
            [str(FOLDER / name), *arguments],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    @contextmanager
    def node(self) -> Iterator[str]:
        """A node on the user's workspace; its address."""
        with subprocess.Popen(
            [str(FOLDER / "workbench"), "node"], cwd=self.home, env=self.environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(WAIT_SECONDS) == 0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    home = tmp_path_factory.mktemp("home")
    (home / "programs").mkdir()
    (home / "counter").mkdir()
    (home / "counter" / "actor.py").write_text(COUNTER)
    (home / "counter" / "steps.py").write_text("STEP = 2\n")
    return Machine(home)


def test_there_is_no_python_on_the_path_and_the_program_knows_its_version(machine: Machine) -> None:
    assert shutil.which("python3", path=machine.environment["PATH"]) is None
    version = machine("workbench", "--version").strip()
    assert f'version = "{version}"' in (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")


def test_an_actor_runs_on_the_interpreter_that_came_along(machine: Machine) -> None:
    assert machine("workbench", "new", "fresh") == "fresh.py\n"
    assert machine("workbench", "run", "fresh.py", "--call", "increment").startswith("increment -> 1  (fuel ")
    came = next(FOLDER.rglob("interpreter/*.wasm"))
    used = list((machine.home / ".cache/actor-workbench/interpreters").glob("*.wasm"))
    assert [path.name for path in used] == [came.name]
    assert hashlib.sha256(used[0].read_bytes()).hexdigest() == came.stem
    compiled = next(FOLDER.rglob("interpreter/*.cwasm"))
    assert (machine.home / ".cache/actor-workbench/compiled" / compiled.name).read_bytes() == compiled.read_bytes()


def test_a_node_is_deployed_to_and_its_actor_is_called(machine: Machine) -> None:
    with machine.node() as address:
        assert address.startswith("127.0.0.1:") or ":" in address
        assert len(machine("workbench", "module", "deploy", "counter", "--alias", "counter").split()[0]) == 64
        machine("workbench", "actor", "spawn", "counter", "--name", "one")
        assert machine("workbench", "actor", "call", "one", "step").startswith("step -> 2")
        machine("workbench", "actor", "stop", "one")  # or it would come back with the app, which has a sample then


def test_a_component_is_built_and_compiled_without_a_python(machine: Machine) -> None:
    built = json.loads(machine("workbench", "module", "build", "counter", "--json"))
    assert built["file"] == "counter.wasm" and built["size_bytes"] > 1_000_000
    assert machine("workbench", "run", "counter.wasm", "--call", "step").startswith("step -> 2")


def test_what_needs_pip_is_refused_in_one_sentence(machine: Machine) -> None:
    said = machine("workbench", "module", "build", "counter", "--with", "attrs", code=5)
    assert said == (
        "unavailable: packages are fetched by pip, which is not here: use a workbench that pip has installed\n"
    )


def test_the_app_opens_with_the_sample_system(machine: Machine) -> None:
    assert "ready" in machine("actor-workbench", "--sample", "--until-ready")
    said = machine("actor-workbench", "--offscreen-demo", "--screenshot", "demo.png")
    assert "gen_fsm" in said and "counter add 5 -> " in said
    assert (machine.home / "demo.png").stat().st_size > 10_000


def test_a_child_of_the_program_is_a_module_of_ours_and_nothing_else(machine: Machine) -> None:
    assert "No such option" in machine("workbench", "--as-module", "http.server", code=2)


def test_the_menu_entry_comes_and_goes(machine: Machine) -> None:
    home = machine.home / "a home"
    home.mkdir()
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(home / "data $x")}

    def install(*arguments: str) -> None:
        subprocess.run([str(FOLDER / "install.sh"), *arguments], env=environment, check=True, capture_output=True)

    install()
    install()
    entry = home / "data $x" / "applications" / "actor-workbench.desktop"
    assert f'Exec="{FOLDER}/actor-workbench" %F\n' in entry.read_text(encoding="utf-8")
    if validator := shutil.which("desktop-file-validate"):
        assert subprocess.run([validator, str(entry)], capture_output=True, text=True).stdout == ""
    types = ElementTree.parse(home / "data $x" / "mime" / "packages" / "actor-workbench.xml").getroot()
    patterns = {each.get("pattern") for each in types.iter() if each.tag.endswith("glob")}
    assert patterns == {"*.wasm", "*.plexbundle"}
    said = subprocess.run(
        [str(home / ".local" / "bin" / "workbench"), "--version"], env=machine.environment, capture_output=True
    )
    assert said.returncode == 0
    install("--uninstall")
    assert not entry.exists() and not list((home / ".local" / "bin").iterdir())
    assert not list((home / "data $x").rglob("actor-workbench.*"))
