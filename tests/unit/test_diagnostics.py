"""Diagnostics hold what a fault is found by, just what was listed, and no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

import workbench
from workbench import dialling
from workbench.api import Crashed, Node, SpawnOptions, Unavailable
from workbench.api.diagnostics import DiagnosticsPart

PRINTER = """
from plexspaces import GenServer

class Printer(GenServer):
    def init(self, state):
        pass
    def handle_request(self, from_actor, message_type, payload):
        print(payload)
        if message_type == "explode":
            raise ValueError(payload)
        return "printed"
"""
PLANTED = {
    "header": "Authorization: Bearer hdr-Zq81kLmPw0",
    "basic": "authorization=Basic YWxhZGRpbjpvcGVuc2VzYW1l",
    "json": '{"user": "anna", "password": "json-T7bWq2xyz"}',
    "nested": '{"request": {"headers": [["X-Api-Key", "nest-55aaGh31"]]}}',
    "form": "GET /v1?user=anna&access_token=form-9xKKpq33",
    "address": "redis://worker:addr-Vn4Rt6@store:6379/0",
    "said": 'the token: "said-Mq20ppLx" was refused',
    "node token": "called with wbt_0a1b2c3d4e5f_Kx9-QpLmNoPq",
}
SECRETS = (
    "hdr-Zq81kLmPw0", "YWxhZGRpbjpvcGVuc2VzYW1l", "json-T7bWq2xyz", "nest-55aaGh31", "form-9xKKpq33", "addr-Vn4Rt6",
    "said-Mq20ppLx", "wbt_0a1b2c3d4e5f_Kx9-QpLmNoPq",
)  # fmt: skip
CONNECTION = "connection-token-77123"
VARIABLE = "variable-secret-4711"


@pytest.fixture
def folder(tmp_path: Path, interpreter: str) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def node(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    monkeypatch.setenv("SHOP_API_KEY", VARIABLE)
    monkeypatch.setenv("WORKBENCH_KEYVALUE", f"sqlite:{folder}/keys.db?password=url-secret-0815")
    monkeypatch.setenv("WORKBENCH_BLOBS", "memory:")
    with workbench.connect(f"embedded:{folder}", keyvalue="memory:") as opened:
        opened.modules.deploy(PRINTER.encode(), file_name="printer.py", alias="printer")
        opened.actors.spawn("printer", options=SpawnOptions(name="printer"))
        yield opened


def whole(parts: Sequence[DiagnosticsPart]) -> str:
    return "\n".join(f"{part.name}\n{part.text}" for part in parts)


def part(parts: Sequence[DiagnosticsPart], name: str) -> str:
    return next(found.text for found in parts if found.name == name)


def test_no_planted_secret_is_in_any_part(node: Node, folder: Path) -> None:
    """In the log, in files of the log, in the cause of a crash, in settings and in what the window says."""
    (folder / "logs").mkdir(exist_ok=True)
    with workbench.serve(node):
        own = workbench.endpoint(folder)
        assert own is not None
        every = (*PLANTED.values(), f"attached with {CONNECTION}", f"called {own.token}", f"key is {VARIABLE}")
        (folder / "logs" / "node.log").write_text("x" * 300_000 + "\n" + "\n".join(every) + "\nharmless end\n")
        for line in every:
            assert node.actors.ask("printer", "say", line).payload == "printed"
        with pytest.raises(Crashed):
            node.actors.ask("printer", "explode", f"{PLANTED['said']} {CONNECTION}")
        parts = workbench.diagnose(
            node, workspace=folder, secrets=[CONNECTION], beside={"window.json": {"settings": PLANTED["said"]}}
        )
        text = whole(parts)
        for secret in (*SECRETS, CONNECTION, VARIABLE, own.token, "url-secret-0815"):
            assert secret not in text, secret
        raw = "".join(line.message for line in node.logs(limit=1_000))
        assert all(secret in raw for secret in SECRETS), "the check sees what is there when nobody takes it out"
    assert "[redacted 1]" in text and "anna" in text and "harmless end" in part(parts, "logs/node.log")
    assert "ValueError" in part(parts, "health.json")


def test_no_token_with_which_actors_were_moved_is_in_any_part(node: Node, folder: Path) -> None:
    for number, scope in enumerate((("default", "default"), ("shop", "till"))):
        dialling.keep("node.example:1", scope, f"token-of-a-move-{number}")
        assert node.actors.ask("printer", "say", f"shown: token-of-a-move-{number}").payload == "printed"
    text = whole(workbench.diagnose(node, workspace=folder))
    assert "shown: " in text and "token-of-a-move" not in text


def test_what_is_listed_is_what_is_written(node: Node, folder: Path, tmp_path: Path) -> None:
    node.actors.ask("printer", "say", "hello")
    parts = workbench.diagnose(node, workspace=folder)
    path = tmp_path / "found.zip"
    workbench.save_diagnostics(parts, path)
    with ZipFile(path) as archive:
        assert archive.namelist() == [found.name for found in parts]
        for found in parts:
            data = archive.read(found.name)
            assert (data.decode(), len(data)) == (found.text, found.size_bytes)
    assert [child.name for child in tmp_path.iterdir() if child.name.endswith(".part")] == []
    assert "hello" in part(parts, "log.txt")
    found = json.loads(part(parts, "node.json"))
    assert found["actors"] == {"idle": 1} and found["info"]["workspace"] == str(folder)
    sizes = json.loads(part(parts, "sizes.json"))["parts"]
    assert sizes["workbench.db"]["bytes"] == (folder / "workbench.db").stat().st_size and "endpoint.json" not in sizes
    versions = json.loads(part(parts, "versions.json"))
    assert (
        versions["packages"]["wasmtime"].startswith("50.") and json.loads(part(parts, "platform.json"))["memory_bytes"]
    )
    assert "MainThread" in part(parts, "threads.txt")
    readme = part(parts, "README.txt")
    assert all(found.name in readme and found.what in readme for found in parts[1:])


def test_of_a_node_elsewhere_the_files_are_left_out_and_that_is_said(node: Node, folder: Path) -> None:
    with workbench.serve(node):
        own = workbench.endpoint(folder)
        assert own is not None
        with workbench.connect(f"grpc://{own.address}", token=own.token) as remote:
            parts = workbench.diagnose(remote)
    assert json.loads(part(parts, "node.json"))["actors"] == {"idle": 1}
    assert "another machine" in part(parts, "sizes.json")


def test_without_a_node_the_rest_is_there_and_says_why(tmp_path: Path) -> None:
    parts = workbench.diagnose(None, workspace=tmp_path, problem="the workspace is in use by process 7")
    assert "process 7" in part(parts, "log.txt")
    assert json.loads(part(parts, "node.json")) == {"not read": "the workspace is in use by process 7"}
    assert json.loads(part(parts, "health.json"))["problems"] == ["the workspace is in use by process 7"]
    assert json.loads(part(parts, "versions.json"))["python"]


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "found.zip"
    with pytest.raises(Unavailable, match="cannot be written: no such file or directory"):
        workbench.save_diagnostics([DiagnosticsPart("a.txt", "a", "text")], target)
    assert not target.parent.exists()
