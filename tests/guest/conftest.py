"""The SDK as authors have it, and actors in both forms: as source on the shared interpreter, and as components."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import workbench
from workbench.api import ActorInfo, Node, Payload, SpawnOptions
from workbench.data import directory
from workbench.guest.build import sdk_folder

if find_spec("plexspaces") is None:
    sys.path.append(str(sdk_folder().parent))

ACTORS = Path(__file__).parent / "actors"
SAMPLES = directory("resources") / "actors"
Start = Callable[..., ActorInfo]
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An embedded node whose workspace lives as long as the session."""
    with workbench.connect(f"embedded:{tmp_path_factory.mktemp('workspace')}") as opened:
        yield opened


@pytest.fixture(scope="session")
def deployed(node: Node) -> Callable[[str, str], str]:
    """The hash of an actor's module in one form; a component is built and compiled once per session."""
    known: dict[tuple[str, str], str] = {}

    def deploy(actor: str, form: str) -> str:
        if (actor, form) not in known:
            path = next(
                folder / f"{actor}_actor.py" for folder in (ACTORS, SAMPLES) if (folder / f"{actor}_actor.py").is_file()
            )
            module = node.modules.deploy(path.read_bytes(), file_name=path.name).hash
            if form == "component":
                module = node.modules.deploy(node.modules.build(module), file_name=f"{actor}.wasm").hash
            known[actor, form] = module
        return known[actor, form]

    return deploy


@pytest.fixture(params=["source", "component"])
def form(request: pytest.FixtureRequest) -> str:
    """In which form the actor runs."""
    return str(request.param)


@pytest.fixture
def start(node: Node, deployed: Callable[[str, str], str], form: str) -> Iterator[Start]:
    """Spawn an actor by its file's name; it is gone after the test."""
    started = []

    def spawn(actor: str, state: Payload = "", *, name: str = "", profile: str = "permissive") -> ActorInfo:
        chosen = SpawnOptions(name=name or f"{actor}-{next(NUMBERS)}", profile=profile)
        info = node.actors.spawn(deployed(actor, form), state, options=chosen)
        started.append(info.id)
        return info

    yield spawn
    for actor in started:
        node.actors.stop(actor)
