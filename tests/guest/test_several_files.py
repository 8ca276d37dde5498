"""Actors of several files: a folder or a zip of it, as source and as a component."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import workbench
from workbench.api import Crashed, Format, Invalid, Node
from workbench.guest import archive

from .archives import ACTOR, SHOUTER, zipped


def lay(place: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module", params=["source", "component"])
def shouter(node: Node, request: pytest.FixtureRequest) -> str:
    """The module in one form or the other; a component is built once."""
    module = node.modules.deploy(zipped(SHOUTER), file_name="shouter.zip").hash
    if request.param == "component":
        module = node.modules.deploy(node.modules.build(module), file_name="shouter.wasm").hash
    return module


def test_a_package_beside_the_actor_is_imported(node: Node, shouter: str) -> None:
    assert node.actors.ask(node.actors.spawn(shouter).id, "x", "quiet").payload == "QUIET!"


def test_a_crash_is_told_with_the_path_inside_the_actor(node: Node, shouter: str) -> None:
    with pytest.raises(Crashed, match="can't concat str to bytes") as caught:
        node.actors.ask(node.actors.spawn(shouter).id, "x", b"quiet")
    cause = caught.value.cause
    assert cause is not None and cause.location is not None
    assert (cause.location.file, cause.location.line) == ("tools/words.py", 4)
    assert 'File "actor.py", line 6, in handle_request' in cause.traceback
    assert "return text.upper() + MARK" in cause.traceback


def test_a_folder_and_its_zip_are_one_module(node: Node, tmp_path: Path) -> None:
    files = {**SHOUTER, "tools/marks.py": "MARK = '?'\n"}
    place = lay(tmp_path / "shouter", {**files, "README.md": "# Shouter"})
    data, name = workbench.pack(place)
    module = node.modules.deploy(data, file_name=name)
    assert (module.format, module.file_name, module.name) == (Format.PYTHON, "shouter", "shouter")
    assert module.warnings == ("left out, because only Python files are loaded: README.md",)
    assert node.modules.deploy(zipped(files), file_name="other.zip").hash == module.hash
    assert node.modules.deploy(node.modules.data(module.hash)).hash == module.hash


def test_the_stored_form_is_what_its_hash_says(node: Node) -> None:
    module = node.modules.deploy(zipped(SHOUTER), file_name="shouter.zip")
    data = node.modules.data(module.hash)
    assert hashlib.sha256(data).hexdigest() == module.hash
    assert module.size_bytes == len(data)
    assert archive.read(data).files == {path: text.encode() for path, text in SHOUTER.items()}
    assert workbench.texts(data, "shouter.zip") == SHOUTER


def test_a_single_file_keeps_the_hash_of_its_bytes(node: Node, tmp_path: Path) -> None:
    source = ACTOR.replace("from tools.words import shout\n", "shout = str.upper\n").encode()
    (tmp_path / "shouter.py").write_bytes(source)
    data, name = workbench.pack(tmp_path / "shouter.py")
    assert (data, name) == (source, "shouter.py")
    assert node.modules.deploy(data, file_name=name).hash == hashlib.sha256(source).hexdigest()


def test_what_it_is_is_told_by_content_and_not_by_name(node: Node) -> None:
    source = ACTOR.replace("from tools.words import shout\n", "shout = str.upper\n")
    assert node.modules.deploy(source.encode(), file_name="shouter.zip").class_name == "Shouter"
    assert node.modules.deploy(zipped(SHOUTER), file_name="shouter.py").class_name == "Shouter"
    assert node.modules.deploy(b"PK = 1\n" + source.encode(), file_name="pk.py").class_name == "Shouter"


WRONG = {
    "a syntax error in the second file": (
        {**SHOUTER, "tools/words.py": "def shout(text):\n    return text.upper(\n"},
        "tools/words.py:2:22: SyntaxError: '(' was never closed",
        ("tools/words.py", 2),
    ),
    "a missing module": (
        {**SHOUTER, "tools/marks.py": "import numpy\n"},
        "tools/marks.py:1:1: ModuleNotFoundError: no module 'numpy'",
        ("tools/marks.py", 1),
    ),
    "a relative import of the actor itself": (
        {**SHOUTER, "actor.py": ACTOR.replace("from tools", "from .tools")},
        "attempted relative import with no known parent package",
        ("actor.py", 2),
    ),
    "a class in another file": (
        {**SHOUTER, "actor.py": "x = 1\n", "shouter.py": ACTOR},
        "actor.py:1: TypeError: there is no actor in it",
        ("actor.py", 1),
    ),
    "a name that is taken": ({**SHOUTER, "json/__init__.py": ""}, "json/__init__.py has the name of a module", None),
    "no actor.py": ({"a.py": ACTOR, "b.py": ""}, "an actor of several files needs actor.py", None),
    "no Python": ({"notes.txt": ""}, "there is no Python file in it, only notes.txt", None),
    "another encoding": (
        {**SHOUTER, "tools/marks.py": "# h\udce9\n"},
        "tools/marks.py is not UTF-8 text: invalid continuation byte at byte 3",
        None,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_the_file_it_is_in(node: Node, name: str) -> None:
    files, said, place = WRONG[name]
    raw = {path: text.encode(errors="surrogateescape") for path, text in files.items()}
    before = len(node.modules.list())
    with pytest.raises(Invalid) as caught:
        node.modules.deploy(zipped(raw), file_name="wrong.zip")
    assert said in caught.value.message
    assert len(node.modules.list()) == before
    if place:
        assert [(each.file, each.line) for each in caught.value.locations] == [place]
