"""From source to a living actor: deploy, then give the code to the running actor, restart it, or spawn one.

Code that the node refuses never reaches an actor: the deploy fails first. Runs off the Qt thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from ui.states import begins_from
from workbench.api import (
    ActorInfo,
    ActorState,
    CancelToken,
    ModuleInfo,
    Node,
    NotFound,
    ProgressCallback,
    SpawnOptions,
)

Did = Literal["spawned", "reloaded", "restarted", "unchanged"]


@dataclass(frozen=True, slots=True)
class Ran:
    """What happened, and how long it took in all."""

    module: ModuleInfo
    actor: ActorInfo
    did: Did
    milliseconds: float

    def sentence(self) -> str:
        took = f"{self.milliseconds:,.0f} ms"
        name, code = self.actor.id.name, self.module.hash[:8]
        if self.did == "spawned":
            return f"Deployed {code} and spawned {name} in {took}."
        if self.did == "restarted":
            return f"Deployed {code} and started {name} again {begins_from(self.actor)} in {took}."
        if self.did == "unchanged":
            return f"{name} already runs this code ({code}), {took}."
        return f"Deployed {code} and reloaded {name} with its state carried over in {took}."


def deploy_and_start(
    node: Node,
    *,
    alias: str,
    actor: str,
    file_name: str,
    data: bytes,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Ran:
    """Deploy `data` as `alias`, then let `actor` run it. Raises what deploy, spawn and upgrade raise."""
    started = perf_counter()
    module = node.modules.deploy(
        data, file_name=file_name, alias=alias, force=True, progress=progress, cancel=cancel
    )  # fmt: skip
    info, did = _start(node, module, actor)
    return Ran(module, info, did, (perf_counter() - started) * 1000)


def _start(node: Node, module: ModuleInfo, actor: str) -> tuple[ActorInfo, Did]:
    try:
        before = node.actors.get(actor)
    except NotFound:
        return node.actors.spawn(module.hash, options=SpawnOptions(name=actor)), "spawned"
    if before.state is ActorState.CRASHED:
        return node.actors.upgrade(actor, module.hash), "restarted"
    if before.module == module.hash:
        return before, "unchanged"
    return node.actors.upgrade(actor, module.hash), "reloaded"
