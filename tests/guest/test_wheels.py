"""Packages beside an actor: pure wheels, found by pip, here from files, so that no test needs the network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import workbench
from workbench.api import Invalid, Node
from workbench.guest import wheels

ACTOR = """from greetings import greet
from plexspaces import GenServer

class Greeter(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return greet(payload)
"""
GREETINGS = {
    "greetings/__init__.py": "from polite import please\n\ndef greet(name):\n    return please('hi ' + name)\n"
}
POLITE = {"polite.py": "def please(text):\n    return text + ', please'\n", "polite-1.0.data/scripts/x": "#!python"}


def wheel(
    folder: Path, name: str, files: dict[str, str], *, needs: str = "", tag: str = "py3-none-any", pure: str = "true"
) -> str:
    """A wheel written by hand."""
    path = folder / f"{name}-1.0-{tag}.whl"
    about = f"{name}-1.0.dist-info"
    requires = f"Requires-Dist: {needs}\n" if needs else ""
    with zipfile.ZipFile(path, "w") as made:
        for inner, text in files.items():
            made.writestr(inner, text)
        made.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}")
        made.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n")
        made.writestr(f"{about}/RECORD", "")
    return str(path)


def test_an_actor_imports_the_packages_beside_it(node: Node, tmp_path: Path) -> None:
    polite = wheel(tmp_path, "polite", POLITE)
    beside = workbench.vendor([wheel(tmp_path, "greetings", GREETINGS, needs="polite"), polite])
    assert sorted(beside) == ["greetings/__init__.py", "polite.py"]
    (tmp_path / "greeter.py").write_text(ACTOR, encoding="utf-8")
    data, name = workbench.pack(tmp_path / "greeter.py", beside=beside)
    assert (name, sorted(workbench.texts(data, name))) == ("greeter", ["actor.py", *sorted(beside)])
    actor = node.actors.spawn(node.modules.deploy(data, file_name=name).hash)
    assert node.actors.ask(actor.id, "x", "Ada").payload == "hi Ada, please"


def test_a_folder_takes_packages_too(tmp_path: Path) -> None:
    (tmp_path / "greeter").mkdir()
    (tmp_path / "greeter" / "actor.py").write_text(ACTOR, encoding="utf-8")
    beside = {"polite.py": b"x = 1\n"}
    data, name = workbench.pack(tmp_path / "greeter", beside=beside)
    assert sorted(workbench.texts(data, name)) == ["actor.py", "polite.py"]
    (tmp_path / "greeter" / "polite.py").write_text("x = 2\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"a package brings polite\.py, and there is another file of that name"):
        workbench.pack(tmp_path / "greeter", beside=beside)


def test_packages_go_beside_source_alone(tmp_path: Path) -> None:
    for name, data in (("counter.wasm", b"\0asm\x0d\0\1\0"), ("counter.wat", b"(module)")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Invalid, match=f"{name} is WebAssembly: packages .--with. go beside Python source only"):
            workbench.pack(tmp_path / name, beside={"polite.py": b""})


def test_a_wheel_with_native_code_is_refused_by_its_name(tmp_path: Path) -> None:
    native = wheel(tmp_path, "fast", {"fast.py": ""}, tag="cp311-cp311-manylinux_2_17_x86_64", pure="false")
    with pytest.raises(Invalid, match=r"^fast-1\.0-cp311-.*\.whl is no pure wheel: inside the sandbox no native code"):
        wheels.vendor([native])
    with pytest.raises(Invalid, match="is no pure wheel"):
        wheels.modules(Path(native))


def test_a_pure_wheel_that_hides_native_code_is_refused_by_that_file(tmp_path: Path) -> None:
    hiding = wheel(tmp_path, "fast", {"fast/__init__.py": "", "fast/_core.so": "x"})
    with pytest.raises(Invalid, match=r"fast-1\.0-py3-none-any\.whl cannot be taken: fast/_core\.so is a native ext"):
        wheels.vendor([hiding])
    claiming = wheel(tmp_path, "odd", {"odd.py": ""}, pure="false")
    with pytest.raises(Invalid, match=r"odd-1\.0-py3-none-any\.whl does not say that it is pure"):
        wheels.vendor([claiming])


def test_two_packages_with_one_file_are_refused(tmp_path: Path) -> None:
    first = wheel(tmp_path, "first", {"shared.py": "x = 1\n"})
    with pytest.raises(Invalid, match=r"second-1\.0-py3-none-any\.whl brings shared\.py, and there is another"):
        wheels.vendor([first, wheel(tmp_path, "second", {"shared.py": "x = 2\n"})])


def test_what_pip_says_becomes_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(Invalid, match="no wheel of nobody-has-it is found: there is no such package or version"):
        wheels.vendor(["nobody-has-it"])
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    machine = "py3-none-linux_x86_64"
    wheel(tmp_path, "fast", {"fast.py": ""}, tag=machine, pure="false")
    with pytest.raises(Invalid, match=r"fast has no pure wheel for Python 3\.14: inside the sandbox no native code"):
        wheels.vendor(["fast"])
    slow = wheel(tmp_path, "slow", {"slow.py": ""}, needs="fast")
    with pytest.raises(Invalid, match=r"fast has no pure wheel"):
        wheels.vendor([slow])


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken-1.0-py3-none-any.whl").write_text("no zip")
    with pytest.raises(Invalid, match=r"broken-1\.0-py3-none-any\.whl"):
        wheels.vendor([str(tmp_path / "broken-1.0-py3-none-any.whl")])
    with pytest.raises(Invalid, match=r"there is no wheel .*missing\.whl"):
        wheels.vendor([str(tmp_path / "missing.whl")])


def test_an_option_is_no_package() -> None:
    with pytest.raises(Invalid, match="pip refused: "):
        wheels.vendor(["--index-url=nowhere"])
