"""The sample system: a counter, an event log, a workflow, a ticker, and a tree with a flaky worker and a busy yard."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import ActorState, AlreadyExists, Node, SpawnOptions, SupervisorSpec
from workbench.api.modules import ProgressCallback
from workbench.api.supervision import Deed
from workbench.api.tree_file import parse_tree
from workbench.data import directory

ACTORS = (
    ("counter", "counter_actor.py"),
    ("events", "event_actor.py"),
    ("workflow", "fsm_actor.py"),
    ("ticker", "ticker_actor.py"),
)
"""Name and source of each actor, in the order of their start."""
TREE = "sample.toml"


def fits(node: Node) -> bool:
    """Whether there is nothing on the node but some of it: what was durable of it is back before the rest is."""
    path = directory("resources") / "systems" / TREE
    names = {*(name for name, _ in ACTORS), *_actors(parse_tree(path.read_text(encoding="utf-8"), TREE).tree)}
    return all(info.id.name in names for info in node.actors.list())


def start(node: Node, *, progress: ProgressCallback | None = None) -> tuple[str, ...]:
    """Deploy and spawn them; what runs already stays as it is."""
    for name, source in ACTORS:
        module = _deploy(node, source, progress)
        try:
            node.actors.spawn(module, options=SpawnOptions(name=name))
        except AlreadyExists:
            continue
    path = directory("resources") / "systems" / TREE
    found = parse_tree(path.read_text(encoding="utf-8"), TREE)
    for source in found.files.values():
        _deploy(node, source.rpartition("/")[2], progress)
    if not _runs(node, found.tree):
        node.supervision.apply(found.tree)
    return (*(name for name, _ in ACTORS), *_actors(found.tree))


def _runs(node: Node, tree: SupervisorSpec) -> bool:
    """Whether the tree runs like this. Applying it nevertheless would wait for everybody who is inside of a call."""
    running = any(info.name == tree.name and info.state is not ActorState.STOPPED for info in node.supervision.list())
    return running and all(change.deed is Deed.KEPT for change in node.supervision.diff(tree))


def _deploy(node: Node, source: str, progress: ProgressCallback | None) -> str:
    data = (directory("resources") / "actors" / source).read_bytes()
    alias = source.removesuffix(".py")
    return node.modules.deploy(data, file_name=source, alias=alias, force=True, progress=progress).hash


def _actors(tree: SupervisorSpec) -> Iterator[str]:
    for child in tree.children:
        if child.supervisor is not None:
            yield from _actors(child.supervisor)
        else:
            yield child.name
