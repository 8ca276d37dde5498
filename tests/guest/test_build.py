"""Building components: what is needed goes in, a build can be cancelled, and a failure leaves nothing behind."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.api import Conflict, Invalid, Node, Progress
from workbench.guest import build
from workbench.guest.build import build_component, build_interpreter
from workbench.wasm import binary

SOURCE = """from plexspaces import GenServer, keyvalue
class Counter(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return str(keyvalue.increment("count"))
"""


def test_a_component_imports_what_its_source_uses_and_the_log(tmp_path: Path) -> None:
    output, said = tmp_path / "counter.wasm", []
    build_component(
        {"counter.py": SOURCE},
        output,
        class_name="Counter",
        behaviors=["gen-server"],
        imports=["keyvalue"],
        report=said.append,
    )
    described = binary.read(output.read_bytes())
    ours = {name.split("/")[1].split("@")[0] for name in described.imports if name.startswith("plexspaces:")}
    assert ours == {"types", "keyvalue", "logging"}
    assert {name.split("/")[1].split("@")[0] for name in described.exports if "/" in name} == {
        "lifecycle",
        "gen-server",
    }
    assert said[0] == "Building Counter"
    assert said[-1].startswith("Built counter.wasm: ")


def test_a_cancelled_build_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    output = tmp_path / "interpreter.wasm"
    output.write_bytes(b"the one before")
    started = time.monotonic()
    with pytest.raises(Conflict, match="the build was cancelled"):
        build_interpreter(output, report=lambda _: None, cancelled=lambda: True)
    assert time.monotonic() - started < 3
    assert output.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [output]


def test_a_build_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"(?s)the build failed: .*invalid syntax"):
        build_component(
            {"counter.py": "class (:"},
            tmp_path / "counter.wasm",
            class_name="Counter",
            behaviors=["gen-server"],
            imports=[],
            report=lambda _: None,
        )
    assert list(tmp_path.iterdir()) == []


def test_everything_that_goes_in_is_a_source() -> None:
    names = {path.relative_to(build.sdk_folder()).as_posix() for path in build.sources()[1:]}
    assert {"__init__.py", "keyvalue.py", "sandbox/interpreter.py", "sandbox/component.py"} <= names


def test_a_component_that_was_built_before_is_not_built_again(node: Node, deployed: Callable[[str, str], str]) -> None:
    source, component = deployed("counter", "source"), deployed("counter", "component")
    steps: list[Progress] = []
    again = node.modules.build(source, progress=steps.append)
    assert (hashlib.sha256(again).hexdigest(), steps) == (component, [])
