"""The sample system: a counter, an event log, a workflow, and a ticker that keeps them busy."""

from __future__ import annotations

from workbench.api import AlreadyExists, Node, SpawnOptions
from workbench.api.modules import ProgressCallback
from workbench.data import directory

ACTORS = (
    ("counter", "counter_actor.py"),
    ("events", "event_actor.py"),
    ("workflow", "fsm_actor.py"),
    ("ticker", "ticker_actor.py"),
)
"""Name and source of each actor, in the order of their start."""


def start(node: Node, *, progress: ProgressCallback | None = None) -> tuple[str, ...]:
    """Deploy and spawn them; one that runs already stays as it is."""
    folder = directory("resources") / "actors"
    for name, source in ACTORS:
        data = (folder / source).read_bytes()
        module = node.modules.deploy(
            data, file_name=source, alias=source.removesuffix(".py"), force=True, progress=progress
        )
        try:
            node.actors.spawn(module.hash, options=SpawnOptions(name=name))
        except AlreadyExists:
            continue
    return tuple(name for name, _ in ACTORS)
