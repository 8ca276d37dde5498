"""Two nodes side by side, and the nodes that one knows. Reads alone; both may be remote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.api import ActorInfo, Invalid, ModuleInfo, Node, NodeInfo
from workbench.api.connections import NodeDifference, Peer, check_address

HASH_CHARACTERS = 12
PAGE = 100


@dataclass(frozen=True, slots=True)
class Picture:
    """What is compared of a node."""

    info: NodeInfo
    modules: Sequence[ModuleInfo]
    actors: Sequence[ActorInfo]


def picture(node: Node) -> Picture:
    return Picture(node.info(), node.modules.list(), node.actors.list())


def compare(left: Picture, right: Picture) -> Sequence[NodeDifference]:
    """Versions, then modules by alias (by hash those that have none), then actors by name; what is the same too."""
    return (
        *(NodeDifference("version", name, *values) for name, values in _versions(left.info, right.info)),
        *_paired("module", _modules(left.modules), _modules(right.modules)),
        *_paired("actor", _actors(left.actors), _actors(right.actors)),
    )


def compare_nodes(left: Node, right: Node) -> Sequence[NodeDifference]:
    return compare(picture(left), picture(right))


def peers(node: Node) -> Sequence[Peer]:
    """The nodes in the registry of this one, in the order of their names; addresses that cannot be one are left out."""
    found: list[Peer] = []
    after: str | None = None
    while page := node.registry.discover(object_type="node", after=after, limit=PAGE):
        for entry in page:
            address = entry.address.removeprefix("grpc://")
            try:
                check_address(address)
            except Invalid:
                continue
            found.append(Peer(entry.id, address, entry.health.value))
        after = page[-1].id
    return found


def _versions(left: NodeInfo, right: NodeInfo) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in ("version", "wasmtime", "interpreter", "platform"):
        one, other = str(getattr(left, name)), str(getattr(right, name))
        cut = HASH_CHARACTERS if name == "interpreter" else None
        yield {"version": "workbench"}.get(name, name), (one[:cut], other[:cut])


def _modules(found: Sequence[ModuleInfo]) -> Mapping[str, str]:
    named: dict[str, str] = {}
    for info in found:
        short = info.hash[:HASH_CHARACTERS]
        for alias in info.aliases:
            named[alias] = short
        if not info.aliases:
            named[f"{info.file_name or 'module'} {short}"] = short
    return named


def _actors(found: Sequence[ActorInfo]) -> Mapping[str, str]:
    return {info.id.name: f"{info.module_name} {info.module[:HASH_CHARACTERS]}, {info.state}" for info in found}


def _paired(what: str, left: Mapping[str, str], right: Mapping[str, str]) -> Iterator[NodeDifference]:
    for name in sorted({*left, *right}):
        yield NodeDifference(what, name, left.get(name, ""), right.get(name, ""))
