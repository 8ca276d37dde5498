"""Folders, archives and packages on the command line."""

from __future__ import annotations

import json
import signal
import zipfile
from pathlib import Path

from tests.guest.archives import SHOUTER, WORDS, zipped


def lay(place: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, encoding="utf-8")


def test_a_folder_and_a_zip_run(shell) -> None:
    lay(shell.folder / "shouter", SHOUTER)
    (shell.folder / "packed.zip").write_bytes(zipped(SHOUTER))
    for name in ("shouter", "packed.zip"):
        said = shell("run", name, "--call", "x=quiet", "--json").objects
        assert (said[0]["reply"], said[1]["actor"]) == ("QUIET!", name.partition(".")[0])


def test_deploying_a_folder_and_its_zip_gives_one_hash(shell) -> None:
    lay(shell.folder / "shouter", {**SHOUTER, "README.md": "#"})
    (shell.folder / "packed.zip").write_bytes(zipped(SHOUTER))
    first, again = (shell("module", "deploy", name, "--json").objects[0] for name in ("shouter", "packed.zip"))
    assert first["hash"] == again["hash"]
    assert first["warnings"] == ["left out, because only Python files are loaded: README.md"]


def test_an_error_in_the_second_file_shows_its_line(shell) -> None:
    lay(shell.folder / "shouter", {**SHOUTER, "tools/words.py": WORDS + "1 +\n"})
    for command in (("run", "shouter"), ("module", "deploy", "shouter")):
        done = shell(*command)
        assert done.code == 1
        assert done.err.splitlines()[:3] == [
            "invalid: tools/words.py:5:4: SyntaxError: invalid syntax",
            "  tools/words.py:5:4",
            "    1 +",
        ]


def test_what_cannot_be_packed_is_told_before_anything_else(shell) -> None:
    lay(shell.folder / "native", {**SHOUTER, "fast.so": ""})
    for command in ("run", "module build", "module deploy"):
        done = shell(*command.split(), "native")
        assert done.code == 1
        assert done.err.startswith("invalid: fast.so is a native extension: an actor is pure Python")
    assert "cannot read nowhere: no such file" in shell("module", "build", "nowhere").err
    assert not (shell.folder / "native.wasm").exists()


def test_every_file_of_a_folder_is_watched(shell) -> None:
    lay(shell.folder / "shouter", SHOUTER)
    with shell.started("run", "shouter", "--watch") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "watching shouter; Ctrl+C ends\n"
        lay(shell.folder / "shouter", {"fast.so": ""})
        assert process.stderr.readline().startswith("invalid: fast.so is a native extension")
        (shell.folder / "shouter" / "fast.so").unlink()
        lay(shell.folder / "shouter", {"tools/marks.py": "MARK = '?'\n"})
        assert process.stderr.readline().startswith("shouter runs ")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def test_a_folder_is_built_with_a_package_into_a_component_that_runs(shell) -> None:
    about = "marks-1.0.dist-info"
    with zipfile.ZipFile(shell.folder / "marks-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("marks.py", "MARK = '?!'\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: marks\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    lay(shell.folder / "shouter", {**SHOUTER, "tools/marks.py": "from marks import MARK\n"})
    done = shell("module", "build", "shouter", "--with", "./marks-1.0-py3-none-any.whl", "--json")
    assert (done.code, done.objects[0]["file"]) == (0, "shouter.wasm")
    assert (
        json.loads(shell("run", "shouter.wasm", "--call", "x=quiet", "--json").out.splitlines()[0])["reply"]
        == "QUIET?!"
    )
