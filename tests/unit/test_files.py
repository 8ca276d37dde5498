"""Granted folders and variables: what a plain Python actor does with them, and what the sandbox refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import workbench
from workbench.api import Crashed, Evidence, Exhausted, Invalid, Node, SpawnOptions
from workbench.wasm import native

FILER = """
import os, random, socket, sys, time
from plexspaces import GenServer, messaging

class Filer(GenServer):
    def init(self, state):
        pass
    def snapshot_state(self):
        return ""
    def handle_request(self, from_actor, message_type, payload):
        try:
            return str(getattr(self, message_type)(payload))
        except OSError as error:
            return type(error).__name__
    def read(self, payload):
        with open(payload) as file:
            return file.read()
    def write(self, payload):
        path, _, text = payload.partition(" ")
        with open(path, "w") as file:
            return file.write(text)
    def entries(self, payload):
        return sorted(os.listdir(payload))
    def remove(self, payload):
        return os.remove(payload)
    def rename(self, payload):
        return os.rename(*payload.split())
    def link(self, payload):
        return os.symlink(*payload.split())
    def make(self, payload):
        return os.mkdir(payload)
    def times(self, payload):
        return f"{time.time():.0f} {messaging.now_ms() // 1000} {time.monotonic() < 1}"
    def chance(self, payload):
        return random.random()
    def variable(self, payload):
        return os.environ.get(payload)
    def printing(self, payload):
        print(payload)
        os.write(1, b"raw line\\nunfinished")
        os.write(2, b"complaint\\n")
    def flood(self, payload):
        while True:
            os.write(1, b"x" * 65536)
    def connect(self, payload):
        made = socket.socket()
        made.connect((payload, 9))
    def look_up(self, payload):
        return socket.getaddrinfo(payload, 9)
    def sleep(self, payload):
        time.sleep(3600)
"""


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(FILER.encode(), file_name="filer.py", alias="filer")
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, a file beside it, and links that lead out of it."""
    found = tmp_path.resolve() / "data"
    found.mkdir()
    (found / "a.txt").write_text("content")
    (found / "sub").mkdir()
    (found.parent / "secret").write_text("secret")
    (found / "out").symlink_to("../secret")
    (found / "absolute").symlink_to(found.parent / "secret")
    (found / "up").symlink_to("..")
    return found


@pytest.fixture
def filer(node: Node) -> Iterator[list[str]]:
    """Call it with grants to start the actor `f`."""
    yield []
    node.actors.stop("f")


def start(node: Node, *grants: str, profile: str = "strict") -> None:
    node.actors.spawn("filer", options=SpawnOptions(name="f", profile=profile, grants=grants))


def asked(node: Node, message_type: str, payload: str = "") -> str:
    return str(node.actors.ask("f", message_type, payload).payload)


def evidence(node: Node, capability: str) -> Evidence:
    return next(row for row in node.capabilities.evidence("f") if row.capability == capability)


def test_a_folder_that_is_read_only_is_read_and_not_written(node: Node, folder: Path, filer: list[str]) -> None:
    start(node, f"filesystem/{folder}=/data:ro")
    assert asked(node, "read", "/data/a.txt") == "content"
    assert asked(node, "entries", "/data") == "['a.txt', 'absolute', 'out', 'sub', 'up']"
    for attempt in (
        ("write", "/data/a.txt changed"), ("write", "/data/new changed"), ("remove", "/data/a.txt"),
        ("rename", "/data/a.txt /data/b.txt"), ("link", "a.txt /data/link"), ("make", "/data/made"),
    ):  # fmt: skip
        assert asked(node, *attempt) == "PermissionError", attempt
    assert (folder / "a.txt").read_text() == "content" and not (folder / "new").exists()


def test_a_folder_that_is_writable_is_written(node: Node, folder: Path, filer: list[str]) -> None:
    start(node, f"filesystem/{folder}=/data:rw")
    assert asked(node, "write", "/data/new hello") == "5"
    assert (folder / "new").read_text() == "hello"
    assert asked(node, "rename", "/data/new /data/sub/old") == "None" and (folder / "sub" / "old").exists()
    assert asked(node, "remove", "/data/sub/old") == "None"


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_no_path_and_no_link_leads_out(node: Node, folder: Path, filer: list[str], mode: str) -> None:
    start(node, f"filesystem/{folder}=/data:{mode}")
    for path in ("/data/../secret", "/data/sub/../../secret", "/data/out", "/data/absolute", "/data/up/secret",
                 str(folder.parent / "secret"), "/etc/passwd", "../secret", "secret"):  # fmt: skip
        assert asked(node, "read", path) in ("PermissionError", "FileNotFoundError"), path
        assert asked(node, "write", f"{path} gone") in ("PermissionError", "FileNotFoundError"), path
    assert asked(node, "entries", "/data/up") == "PermissionError"
    if mode == "rw":  # a link of its own leads nowhere either
        asked(node, "link", "../secret /data/mine")
        assert asked(node, "read", "/data/mine") in ("PermissionError", "FileNotFoundError")
    assert (folder.parent / "secret").read_text() == "secret"


def test_clocks_and_chance_stay_those_of_the_host(node: Node, folder: Path, filer: list[str]) -> None:
    start(node, f"filesystem/{folder}=/data:ro")
    wall, now, early = asked(node, "times").split()
    assert wall.startswith("17000000") and now == wall and early == "True"
    node.actors.stop("f")
    drawn = []
    for _ in range(2):
        start(node, f"filesystem/{folder}=/data:ro")
        drawn.append(asked(node, "chance"))
        node.actors.stop("f")
    assert drawn[0] == drawn[1]
    start(node, f"filesystem/{folder}=/data:ro", "clocks")
    assert int(asked(node, "times").split()[0]) > 1_760_000_000


def test_sockets_are_refused_beside_granted_folders_too(node: Node, folder: Path, filer: list[str]) -> None:
    start(node, f"filesystem/{folder}=/data:ro")
    assert asked(node, "connect", "127.0.0.1") == "PermissionError"
    assert evidence(node, "network").denied == 1
    assert asked(node, "look_up", "localhost") in ("gaierror", "PermissionError", "OSError")


def test_a_wait_inside_the_engine_is_refused_because_nobody_could_end_it(
    node: Node, folder: Path, filer: list[str]
) -> None:
    start(node, f"filesystem/{folder}=/data:ro", "clocks")
    with pytest.raises(Crashed, match="cannot sleep or poll"):
        node.actors.ask("f", "sleep")


def test_output_of_the_engines_streams_is_in_the_log_and_bounded(node: Node, folder: Path, filer: list[str]) -> None:
    before = _open_files()
    start(node, f"filesystem/{folder}=/data:ro", profile="balanced")
    asked(node, "printing", "printed")
    lines = [(line.stream, line.message) for line in node.logs(actor="f")]
    assert {("stdout", "raw line"), ("stdout", "unfinished"), ("stderr", "complaint")} <= set(lines)
    assert "printed" in [message for _, message in lines]
    with pytest.raises((Crashed, Exhausted), match="output: the actor wrote"):
        node.actors.ask("f", "flood")
    node.actors.stop("f")
    assert _open_files() <= before + 1, "no file stays open"


def _open_files() -> int:
    return psutil.Process().num_fds() if hasattr(psutil.Process, "num_fds") else 0


def test_a_change_of_folders_takes_effect_at_the_next_start(node: Node, folder: Path, filer: list[str]) -> None:
    start(node)
    said = node.capabilities.grant("f", f"filesystem/{folder}=/data:ro")
    assert "at the next start of f" in said
    assert asked(node, "read", "/data/a.txt") == "FileNotFoundError"
    assert evidence(node, "filesystem").denied == 1 and evidence(node, "filesystem").used is None
    node.actors.kill("f")
    node.actors.restart("f")
    assert asked(node, "read", "/data/a.txt") == "content"
    assert f"filesystem/{folder}=/data:ro" not in node.capabilities.trim("f"), "its use cannot be counted"
    node.capabilities.revoke("f", f"filesystem/{folder}=/data:ro")
    assert asked(node, "read", "/data/a.txt") == "content"
    node.actors.kill("f")
    node.actors.restart("f")
    assert asked(node, "read", "/data/a.txt") == "FileNotFoundError"


def test_a_folder_that_is_gone_at_the_start_is_named(node: Node, folder: Path, filer: list[str]) -> None:
    start(node, f"filesystem/{folder}=/data:ro")
    node.actors.kill("f")
    folder.rename(folder.parent / "moved")
    with pytest.raises(Invalid, match="there is no folder"):
        node.actors.restart("f")
    (folder.parent / "data").symlink_to("moved")
    with pytest.raises(Invalid, match="leads to"):
        node.actors.restart("f")
    folder.unlink()
    (folder.parent / "moved").rename(folder)
    node.actors.restart("f")
    assert asked(node, "read", "/data/a.txt") == "content"


def test_a_variable_that_was_granted_is_there_and_no_other(
    node: Node, folder: Path, filer: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANTED", "yes")
    monkeypatch.setenv("SECRET", "no")
    for more in ((), (f"filesystem/{folder}=/data:ro",)):
        start(node, "environment/GRANTED", "environment/MISSING", *more)
        assert [asked(node, "variable", name) for name in ("GRANTED", "SECRET", "MISSING", "PATH")] == [
            "yes", "None", "None", "None",
        ]  # fmt: skip
        node.actors.stop("f")


def test_two_actors_see_each_its_own_folder(node: Node, folder: Path, filer: list[str]) -> None:
    (folder / "sub" / "a.txt").write_text("below")
    start(node, f"filesystem/{folder}=/data:ro")
    node.actors.spawn(
        "filer", options=SpawnOptions(name="g", profile="strict", grants=(f"filesystem/{folder / 'sub'}=/data:ro",))
    )
    found: dict[str, set[str]] = {"f": set(), "g": set()}

    def look(name: str) -> None:
        for _ in range(50):
            found[name].add(str(node.actors.ask(name, "read", "/data/a.txt").payload))

    threads = [threading.Thread(target=look, args=(name,)) for name in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    node.actors.stop("g")
    assert found == {"f": {"content"}, "g": {"below"}}


def test_what_is_taken_over_of_wasi_is_complete() -> None:
    from workbench.wasm.linker import wasi_package

    assert set(wasi_package().interfaces) >= native.SHADOWED
