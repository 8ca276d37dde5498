"""A node for tests: real engine, real services, a clock that the test moves, and no thread of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import workbench
from workbench.api import Invalid, SpawnOptions
from workbench.api.messages import Payload
from workbench.clock import FakeClock
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.testing.actor import ActorHandle

KEPT_TURNS = 100_000


class VirtualNode(LocalNode):
    """A node in which time passes only when a test says so, or when everybody waits.

    Turns run on the test's thread, in the order in which they became possible: the same test runs the same way every
    time. A wait (a call, a blocking receive, a backoff) runs what else can run and then moves the clock to the next
    timer. Services keep what they hold in a temporary workspace that goes with the node.
    """

    def __init__(self, folder: Path | None = None, **settings: Any) -> None:
        self.folder = folder or Path.cwd()
        """Where `start` looks for files."""
        self._components: dict[str, str] = {}
        self.clock = FakeClock()
        config = replace(load(), **{"kept_turns": KEPT_TURNS, "keyvalue": "", "blobs": "", **settings})
        super().__init__(Machine(None, config, clock=self.clock))

    def start(
        self,
        module: str | Path,
        state: Payload = "",
        *,
        component: bool = False,
        grants: Iterable[str] = (),
        **options: Any,
    ) -> ActorHandle:
        """Deploy a file or folder, or take a module that is deployed, and spawn an actor of it.

        `module` is a path, relative to the test's folder, or a module's name or hash. `component` is that of `deploy`.
        `options` are the others of SpawnOptions (`name`, `profile`, `limits`, `durable`). Invalid: neither such a file
        nor such a module.
        """
        reference = self.deploy(module, component=component) if self._is_file(module) else str(module)
        chosen = SpawnOptions(grants=tuple(grants), **options)
        return self.actor(self.actors.spawn(reference, state, options=chosen).id.name)

    def deploy(self, path: str | Path, alias: str = "", *, component: bool = False) -> str:
        """Deploy a file or folder, under the name of its file unless `alias` says another; gives its hash.

        With `component` Python source is built into a component first: that takes its time, once for each source.
        """
        data, name = workbench.pack(self.folder / path)
        alias = alias or Path(path).stem
        found = self.modules.deploy(data, file_name=name, alias="" if component else alias, force=True).hash
        if not component:
            return found
        if found not in self._components:
            self._components[found] = self.modules.deploy(self.modules.build(found), file_name=f"{alias}.wasm").hash
        self.modules.alias(alias, self._components[found], force=True)
        return self._components[found]

    def _is_file(self, module: str | Path) -> bool:
        if (self.folder / module).exists():
            return True
        if isinstance(module, Path) or "/" in module or module.endswith((".py", ".wasm", ".wat", ".zip")):
            raise Invalid(f"there is no {module} in {self.folder}")
        return False

    def actor(self, name: str) -> ActorHandle:
        """One that is there."""
        return ActorHandle(self, self.actors.get(name).id)

    @property
    def all_actors(self) -> Sequence[ActorHandle]:
        """Everybody, by name."""
        return [ActorHandle(self, info.id) for info in sorted(self.actors.list(), key=lambda info: info.id.name)]

    def __enter__(self) -> VirtualNode:
        return self

    # time

    @property
    def now(self) -> float:
        """Seconds since the epoch, on the node's clock."""
        return self.clock.now()

    def settle(self) -> None:
        """Let everything happen that can happen without time passing."""
        self._machine.scheduler.run_until_idle()

    def advance(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that becomes due meanwhile, in its order."""
        end, settle = self.clock.monotonic() + seconds, self._machine.scheduler.run_until_idle
        settle(end)
        while (following := self._machine.timers.next_in()) is not None:
            if self.clock.monotonic() + following > end:
                break
            self.clock.advance(following)
            settle(end)
        self.clock.advance(max(0.0, end - self.clock.monotonic()))
        settle(end)
