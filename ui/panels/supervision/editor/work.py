"""What the editor asks of a node, and of files. Off the Qt thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os.path import relpath
from pathlib import Path

import workbench
from ui.tree_files import read_tree
from workbench.api import ModuleInfo, Node, NotFound, SupervisorInfo, SupervisorSpec, TreeChange
from workbench.api.tree_file import TreeFile, with_modules
from workbench.api.tree_text import write_tree


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that stand for modules in a tree that was opened: path below `folder`, by reference."""

    folder: Path = field(default_factory=Path)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What applying would do, and what runs under that name now."""

    changes: Sequence[TreeChange]
    running: SupervisorSpec | None


def running(node: Node, name: str) -> SupervisorSpec | None:
    """The tree that runs under this name; None when there is none."""
    try:
        return node.supervision.get(name).spec
    except NotFound:
        return None


def root_of(node: Node, name: str) -> SupervisorInfo | None:
    """The root of the tree in which a supervisor or an actor stands."""
    found = {info.name: info for info in node.supervision.list()}
    around = {child.name: info.name for info in found.values() for child in info.children}
    around |= {child.name: info.name for info in found.values() for child in info.spec.children}
    here = name if name in found else around.get(name, "")
    while here in found and found[here].parent:
        here = found[here].parent
    return found.get(here)


def modules(node: Node) -> Sequence[ModuleInfo]:
    return node.modules.list()


def compare(node: Node, tree: SupervisorSpec, sources: Sources, deployed: dict[str, str]) -> Comparison:
    """`deployed` are the hashes of the sources; those that it lacks are deployed, without a name."""
    used = _used(tree, sources)
    missing = {reference: name for reference, name in used.items() if reference not in deployed}
    deployed |= workbench.deploy_sources(node, missing, sources.folder, named=False)
    changes = node.supervision.diff(with_modules(tree, {reference: deployed[reference] for reference in used}))
    return Comparison(changes, running(node, tree.name))


def apply(node: Node, tree: SupervisorSpec, sources: Sources) -> SupervisorSpec:
    """Deploy the sources under their names, then apply; what runs then."""
    return workbench.apply_tree(node, TreeFile(tree, _used(tree, sources)), sources.folder).spec


def _used(tree: SupervisorSpec, sources: Sources) -> Mapping[str, str]:
    """The sources that an actor of the tree still names."""
    if not sources.files:
        return {}
    return {reference: name for reference, name in sources.files.items() if reference in set(_references(tree))}


def _references(tree: SupervisorSpec) -> Sequence[str]:
    found: list[str] = []
    for child in tree.children:
        found += _references(child.supervisor) if child.supervisor is not None else [child.module]
    return found


def opened(path: Path) -> tuple[SupervisorSpec, Sources]:
    """A tree file. Invalid says what is wrong, with its line; OSError: it cannot be read."""
    found = read_tree(path)
    return found.tree, Sources(path.parent, found.files)


def save(path: Path, tree: SupervisorSpec, sources: Sources) -> None:
    """Write a tree file; its sources are named from where it lies. OSError: it cannot be written."""
    files = {
        reference: Path(relpath(sources.folder / name, path.parent)).as_posix()
        for reference, name in _used(tree, sources).items()
    }
    path.write_text(write_tree(tree, files), encoding="utf-8")
