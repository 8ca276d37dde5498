"""The trees of the fake node: what starts whom again is decided by the runtime's own `decide`."""

# ruff: noqa: ARG002  (the protocol has more arguments than this facet uses)
from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from time import time
from typing import TYPE_CHECKING

from workbench.api import (
    ActorState,
    AlreadyExists,
    Area,
    Cause,
    ChildInfo,
    ChildSpec,
    Conflict,
    Deed,
    Ending,
    Invalid,
    NotFound,
    Payload,
    RestartPlan,
    RestartRecord,
    SpawnOptions,
    Strategy,
    SupervisorInfo,
    SupervisorSpec,
    TreeChange,
)
from workbench.api.restarts import Child, Rules, decide
from workbench.api.supervision import names_of

if TYPE_CHECKING:
    from fake_node import FakeNode


class FakeSupervision:
    """Children are actors of the fake node; each is started, stopped and started again at once."""

    def __init__(self, node: FakeNode) -> None:
        self._node = node
        self.specs: dict[str, SupervisorSpec] = {}
        self.parents: dict[str, str] = {}
        self.children: dict[str, list[ChildInfo]] = {}
        self.times: dict[str, tuple[float, ...]] = {}
        self.why: dict[str, str] = {}
        self.records: list[RestartRecord] = []

    def apply(self, tree: SupervisorSpec, *, timeout: float = 60.0) -> SupervisorInfo:
        self._check(tree)
        if tree.name in self.specs:
            self._forget(tree.name)
        self._enter(tree, "")
        return self.get(tree.name)

    def diff(self, tree: SupervisorSpec) -> Sequence[TreeChange]:
        """Coarser than the real one: who is there stays, who is not is added."""
        self._check(tree)
        known = set(names_of(self.specs[tree.name])) if tree.name in self.specs else set()
        wanted = names_of(tree)
        made = [TreeChange(name, tree.name, Deed.KEPT if name in known else Deed.ADDED) for name in wanted]
        return [*made, *(TreeChange(name, tree.name, Deed.REMOVED) for name in sorted(known - set(wanted)))]

    def _check(self, tree: SupervisorSpec) -> None:
        if self.parents.get(tree.name):
            raise Invalid(f"{tree.name!r} stands under {self.parents[tree.name]!r}; change the tree from its root")
        taken = [name for name in names_of(tree) if name in self._node.actors.rows or name in self.specs]
        if tree.name not in self.specs and taken:
            raise AlreadyExists(f"there is an actor or supervisor {taken[0]!r} already, outside of this tree")
        for child in _leaves(tree):
            self._node.modules.get(child.module)

    def _enter(self, tree: SupervisorSpec, parent: str) -> None:
        self.specs[tree.name], self.parents[tree.name], self.children[tree.name] = tree, parent, []
        self.times[tree.name], self.why[tree.name] = (), ""
        for child in tree.children:
            if child.supervisor is not None:
                self._enter(child.supervisor, tree.name)
            if tree.strategy is not Strategy.SIMPLE_ONE_FOR_ONE:
                self._bear(tree.name, child)
        self._changed(tree.name)

    def _bear(self, supervisor: str, spec: ChildSpec) -> ChildInfo:
        made = ChildInfo(spec.name, spec.supervisor is not None, spec.restart, spec.shutdown_ms, ActorState.IDLE)
        if spec.supervisor is None:
            actors = self._node.actors
            actors.spawn(spec.module, spec.state, options=SpawnOptions(spec.name))
            actors.rows[spec.name] = dataclasses.replace(actors.rows[spec.name], supervisor=supervisor)
        self.children[supervisor].append(made)
        return made

    def list(self) -> Sequence[SupervisorInfo]:
        return [info for name in sorted(self.specs) if not self.parents[name] for info in self._below(name)]

    def _below(self, name: str) -> Iterator[SupervisorInfo]:
        yield self.get(name)
        for child in sorted(other for other, parent in self.parents.items() if parent == name):
            yield from self._below(child)

    def get(self, supervisor: str) -> SupervisorInfo:
        if supervisor not in self.specs:
            raise NotFound(f"no supervisor {supervisor!r}")
        spec, why = self.specs[supervisor], self.why[supervisor]
        counted = sum(at >= time() - spec.period_ms / 1000 for at in self.times[supervisor])
        total = sum(record.supervisor == supervisor and bool(record.plan.start) for record in self.records)
        state = ActorState.STOPPED if why else ActorState.IDLE
        children = tuple(self.children[supervisor])
        return SupervisorInfo(supervisor, self.parents[supervisor], state, spec, counted, total, children, why)

    def remove(self, supervisor: str, *, timeout: float = 60.0) -> None:
        if self.parents.get(supervisor):
            raise Invalid(f"{supervisor!r} stands under {self.parents[supervisor]!r}; remove the root")
        if supervisor in self.specs:
            self._forget(supervisor)
            self._changed(supervisor)

    def _forget(self, supervisor: str) -> None:
        for child in self.children.pop(supervisor):
            if child.supervisor:
                self._forget(child.name)
            else:
                self._node.actors.rows.pop(child.name, None)
        for kept in (self.specs, self.parents, self.times, self.why):
            kept.pop(supervisor)

    def start_child(
        self, supervisor: str, child: str = "", *, state: Payload | None = None, timeout: float = 30.0
    ) -> ChildInfo:
        spec = self.get(supervisor).spec
        if not child and spec.strategy is Strategy.SIMPLE_ONE_FOR_ONE:
            name = f"{spec.children[0].name}-{len(self.children[supervisor]) + 1}"
            made = self._bear(supervisor, dataclasses.replace(spec.children[0], name=name))
            self._changed(supervisor)
            return made
        if self._child(supervisor, child).state is ActorState.IDLE:
            raise Conflict(f"{child!r} runs already")
        return self._set(supervisor, child, ActorState.IDLE, held=False)

    def stop_child(self, supervisor: str, child: str, *, timeout: float = 30.0) -> ChildInfo:
        return self._set(supervisor, child, ActorState.STOPPED, held=True)

    def restart(self, supervisor: str, child: str = "", *, timeout: float = 60.0) -> SupervisorInfo:
        for found in (self._child(supervisor, child),) if child else tuple(self.get(supervisor).children):
            self._set(supervisor, found.name, ActorState.IDLE, held=False)
        if not child:
            self.times[supervisor], self.why[supervisor] = (), ""
        self._changed(supervisor)
        return self.get(supervisor)

    def preview(self, child: str, *, ending: Ending = Ending.ABNORMAL) -> RestartPlan:
        supervisor = next((name for name, below in self.children.items() if any(c.name == child for c in below)), "")
        if not supervisor:
            raise NotFound(f"{child!r} has no supervisor: when it ends, nobody starts it again")
        spec = self.specs[supervisor]
        known = [Child(c.name, c.restart, c.state is ActorState.IDLE, c.held) for c in self.children[supervisor]]
        rules = Rules(spec.strategy, spec.intensity, spec.period_ms / 1000, spec.backoff)
        return decide(rules, known, child, ending, self.times[supervisor], time())

    def history(self, supervisor: str = "", *, after: int = 0, limit: int = 200) -> Sequence[RestartRecord]:
        wanted = [r for r in self.records if supervisor in ("", r.supervisor) and r.seq > after]
        return wanted[-limit:]

    def ended(self, name: str, cause: Cause, killed_by: str) -> None:
        """An actor of the fake node has crashed: do what its supervisor decides."""
        supervisor = self._node.actors.rows[name].supervisor
        if not supervisor:
            return
        plan = self.preview(name)
        self.times[supervisor] = plan.restarts
        record = RestartRecord(len(self.records) + 1, time(), supervisor, name, Ending.ABNORMAL, plan,
                               len(plan.restarts), self.specs[supervisor].intensity, cause, killed_by)  # fmt: skip
        self.records.append(record)
        if plan.gives_up:
            self.why[supervisor] = f"gave up after {len(plan.restarts)} restarts: {name} ended: {cause}"
        self._set(supervisor, name, ActorState.CRASHED)
        for each in plan.stop:
            self._set(supervisor, each, ActorState.STOPPED)
        for each in plan.start:
            self._set(supervisor, each, ActorState.IDLE, again=1)
        self._changed(supervisor)

    def _child(self, supervisor: str, child: str) -> ChildInfo:
        found = next((c for c in self.children.get(supervisor, ()) if c.name == child), None)
        if found is None:
            raise NotFound(f"the supervisor {supervisor!r} has no child {child!r}")
        return found

    def _set(
        self, supervisor: str, child: str, state: ActorState, *, held: bool | None = None, again: int = 0
    ) -> ChildInfo:
        found = self._child(supervisor, child)
        kept = found.held if held is None else held
        made = dataclasses.replace(found, state=state, held=kept, restarts=found.restarts + again)
        self.children[supervisor] = [made if c is found else c for c in self.children[supervisor]]
        rows = self._node.actors.rows
        if child in rows:
            rows[child] = dataclasses.replace(rows[child], state=state, restarts=rows[child].restarts + again)
        self._changed(supervisor)
        self._node.emit(Area.ACTORS, "actors.restarted", child)
        return made

    def _changed(self, supervisor: str) -> None:
        self._node.emit(Area.SUPERVISION, "supervision.changed", supervisor)


def _leaves(tree: SupervisorSpec) -> Iterator[ChildSpec]:
    for child in tree.children:
        if child.supervisor is not None:
            yield from _leaves(child.supervisor)
        else:
            yield child
