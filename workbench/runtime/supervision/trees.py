"""All trees of a node: who supervises whom, what they decided, and the facet's operations for one tenant."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import AlreadyExists, Cause, Invalid, NotFound, Timeout, WorkbenchError
from workbench.api.events import Area
from workbench.api.logs import Level
from workbench.api.messages import Payload
from workbench.api.supervision import (
    ChildInfo,
    ChildSpec,
    Deed,
    Ending,
    RestartPlan,
    RestartRecord,
    Strategy,
    SupervisorInfo,
    SupervisorSpec,
    TreeChange,
    check_names,
    names_of,
    spoken,
)
from workbench.runtime.supervision import difference, kept
from workbench.runtime.supervision.entry import Entry
from workbench.runtime.supervision.supervisor import Supervisor
from workbench.runtime.supervision.ties import Makes, Scope
from workbench.runtime.surroundings import Surroundings

logger = logging.getLogger(__name__)
KEPT = 10_000
"""Decisions."""


class System(Makes, Protocol):
    """What the trees need of the actor system. `closing`: the node is about to end, and who is durable comes back."""

    closing: bool

    def check(self, child: ChildSpec) -> None:
        """NotFound, Invalid: this child could not be made."""
        ...

    def module_of(self, reference: str) -> str:
        """The hash of the module that is meant; the reference itself when there is none."""
        ...

    def taken(self, scope: Scope, name: str) -> bool: ...
    def keeper_of(self, scope: Scope, name: str) -> Any: ...


class Trees:
    """Thread-safe. Told by its supervisors of what they do."""

    def __init__(self, around: Surroundings, system: System) -> None:
        self._around, self._system = around, system
        self._supervisors: dict[tuple[Scope, str], Supervisor] = {}
        self._records: deque[tuple[Scope, RestartRecord]] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    # What supervisors tell.

    def enter(self, who: Supervisor) -> None:
        with self._lock:
            self._supervisors[who.scope, who.name] = who

    def leave(self, who: Supervisor) -> None:
        with self._lock:
            self._supervisors.pop((who.scope, who.name), None)

    def changed(self, who: Supervisor) -> None:
        self._around.bus.touch(Area.SUPERVISION, who.scope)

    def decided(
        self, who: Supervisor, child: Entry, ending: Ending, plan: RestartPlan, cause: Cause | None, killed_by: str
    ) -> None:
        self._record(who, child.name, ending, plan, cause, killed_by)

    def _record(
        self, who: Supervisor, child: str, ending: Ending, plan: RestartPlan, cause: Cause | None, killed_by: str
    ) -> None:
        now, spec, used = self._around.clock.now(), who.spec, len(plan.restarts)
        record = RestartRecord(
            next(self._numbers), now, who.name, child, ending, plan, used, spec.intensity, cause, killed_by
        )
        with self._lock:
            self._records.append((who.scope, record))
        kind = "supervision.gave_up" if plan.gives_up else "supervision.restarted" if plan.start else "supervision.left"
        self._around.bus.publish(Area.SUPERVISION, kind, who.name, spoken(record), who.scope)
        if plan.gives_up:
            self._around.logbook.note(Level.ERROR, spoken(record), who.scope)

    # The facet.

    def apply(self, scope: Scope, tree: SupervisorSpec, timeout: float) -> SupervisorInfo:
        info = self._apply(scope, tree, timeout)
        kept.keep(self._around.journal, scope, tree, self._system.module_of)
        return info

    def revive(self) -> None:
        """Bring back the trees with durable actors in them that were there when the node ended."""
        for scope, text in self._around.journal.trees():
            kept.bring_back(text, partial(self._apply, scope), self._around, scope)

    def _apply(self, scope: Scope, tree: SupervisorSpec, timeout: float) -> SupervisorInfo:
        running = self._checked(scope, tree)
        if running is not None:
            self._change(scope, running, tree, timeout)
            if running.state is ActorState.STOPPED:  # it gave up, or never came to life
                self._start(running, timeout)
            return running.info()
        made = Supervisor(scope, tree, self._around, self._system, self)
        self.enter(made)
        try:
            self._start(made, timeout)
        except Timeout:
            raise
        except BaseException:
            self._wait(made.remove(), timeout, f"the end of {tree.name}")
            self.leave(made)
            raise
        return made.info()

    def _start(self, root: Supervisor, timeout: float) -> None:
        """A start that fails when nobody waits for it any more is in the history."""
        answer = root.start()
        try:
            self._wait(answer, timeout, f"the start of {root.name}")
        except Timeout:
            unheard = threading.Semaphore()  # `then` may call twice

            def ended() -> None:
                if isinstance(answer.error, WorkbenchError) and unheard.acquire(blocking=False):
                    error, plan = answer.error, RestartPlan(gives_up=True)
                    cause = getattr(error, "cause", None) or Cause("crashed", error.message)
                    self._record(root, error.subject or root.name, Ending.ABNORMAL, plan, cause, "init")

            answer.then(ended)
            raise

    def diff(self, scope: Scope, tree: SupervisorSpec) -> Sequence[TreeChange]:
        running = self._checked(scope, tree)
        if running is None:
            return difference.of_new(tree)
        return difference.of_running(running, tree, self._system.differences, self._system.module_of)

    def _change(self, scope: Scope, running: Supervisor, tree: SupervisorSpec, timeout: float) -> None:
        """Who stands under another supervisor is stopped first. When it then fails, all stand where they stood.

        So it is with who becomes a supervisor, an actor, durable or no more. Nothing else goes before all that is new
        lives.
        """
        found = difference.of_running(running, tree, lambda _actor, _child: (), lambda reference: reference)
        moved = {each.name for each in found if each.deed is Deed.MOVED}
        torn = moved or any(each.deed is Deed.REPLACED for each in found)
        before, what = running.whole(), f"the change of {tree.name}"
        try:
            for supervisor, name in _places(before):
                if name in moved and (above := self._supervisors.get((scope, supervisor))) is not None:
                    self._wait(above.release(name), timeout, what)
            self._wait(running.change(tree), timeout, what)
        except Timeout:
            raise
        except BaseException:
            if torn:
                try:
                    self._wait(running.change(before), timeout, f"bringing {tree.name} back")
                except WorkbenchError as error:
                    logger.warning("the tree %s was not brought back as it was: %s", tree.name, error)
            raise

    def _checked(self, scope: Scope, tree: SupervisorSpec) -> Supervisor | None:
        """The running tree of that name, if there is one; everything is checked that can be known before a change."""
        running = self._supervisors.get((scope, tree.name))
        if running is not None and running.place is not None:
            raise Invalid(f"{tree.name!r} stands under {running.place.supervisor!r}; change the tree from its root")
        self._check(scope, tree, running)
        return running

    def _check(self, scope: Scope, tree: SupervisorSpec, running: Supervisor | None) -> None:
        names = names_of(tree)
        check_names(tree)
        own = set(names_of(running.whole())) if running is not None else set()
        for child in _leaves(tree):
            try:
                self._system.check(child)
            except WorkbenchError as error:
                refused = type(error)(f"the child {child.name!r} cannot be made: {error.message}")
                refused.subject = child.name
                raise refused from error
        if running is not None:
            self._check_kinds(scope, tree)
        for name in names:
            if name not in own and ((scope, name) in self._supervisors or self._system.taken(scope, name)):
                text = f"there is an actor or supervisor {name!r} already, outside of this tree; rename one of them"
                raise AlreadyExists(text, subject=name)

    def _check_kinds(self, scope: Scope, tree: SupervisorSpec) -> None:
        """A pool has copies, the others have children by name: one does not become the other while it runs."""
        found = self._supervisors.get((scope, tree.name))
        if found is not None and found.simple is not (tree.strategy is Strategy.SIMPLE_ONE_FOR_ONE):
            raise Invalid(
                f"{tree.name!r} is {found.spec.strategy}, and cannot become {tree.strategy} while it runs: remove the "
                "tree and apply it anew, or give the other one another name",
                subject=tree.name,
            )
        for child in tree.children:
            if child.supervisor is not None:
                self._check_kinds(scope, child.supervisor)

    def list(self, scope: Scope) -> Sequence[SupervisorInfo]:
        """Each root with what is below it, depth first."""
        with self._lock:
            mine = [found for (where, _), found in self._supervisors.items() if where == scope]
        infos = sorted((found.info() for found in mine), key=lambda info: info.name)
        below: dict[str, list[SupervisorInfo]] = {}
        for info in infos:
            below.setdefault(info.parent, []).append(info)
        ordered: list[SupervisorInfo] = []
        waiting = list(reversed(below.get("", ())))
        while waiting:
            info = waiting.pop()
            ordered.append(info)
            waiting.extend(reversed(below.get(info.name, ())))
        return ordered

    def find(self, scope: Scope, name: str) -> Supervisor:
        found = self._supervisors.get((scope, name))
        if found is None:
            raise NotFound(f"no supervisor {name!r} in {scope[0]}/{scope[1]}")
        return found

    def remove(self, scope: Scope, name: str, timeout: float) -> None:
        found = self._supervisors.get((scope, name))
        if found is None:
            self._around.journal.forget_tree(scope, name)
            return
        if found.place is not None:
            raise Invalid(f"{name!r} stands under {found.place.supervisor!r}; remove the root, or apply a tree without")
        self._around.journal.forget_tree(scope, name)
        self._wait(found.remove(), timeout, f"the end of {name}")
        self.leave(found)
        self._around.bus.publish(Area.SUPERVISION, "supervision.removed", name, scope=scope)

    def start_child(self, scope: Scope, name: str, child: str, state: Payload | None, timeout: float) -> ChildInfo:
        found = self.find(scope, name)
        if not child and not found.simple:
            raise Invalid(f"{name!r} is {found.spec.strategy}: say which child is to be started")
        entry = self._wait(found.start_child(child, state), timeout, f"the start of {child or 'a child of ' + name}")
        return self._child(entry)

    def bring_back(self, scope: Scope, pool: str, name: str, state: Payload) -> None:
        """A copy that ran when the node ended."""
        self._wait(self.find(scope, pool).start_child(name, state, back=True), float("inf"), f"the start of {name}")

    def stop_child(self, scope: Scope, name: str, child: str, timeout: float) -> ChildInfo:
        found = self.find(scope, name)
        return self._child(self._wait(found.stop_child(child), timeout, f"the end of {child}"))

    def restart(self, scope: Scope, name: str, child: str, timeout: float) -> SupervisorInfo:
        found = self.find(scope, name)
        answer: Answer[Any] = found.restart_child(child) if child else found.restart_all()
        self._wait(answer, timeout, f"the restart of {child or name}")
        return found.info()

    def preview(self, scope: Scope, child: str, ending: Ending) -> RestartPlan:
        below = self._supervisors.get((scope, child))
        keeper = below.place if below is not None else self._system.keeper_of(scope, child)
        if keeper is None:
            raise NotFound(f"{child!r} has no supervisor: when it ends, nobody starts it again")
        return self.find(scope, keeper.supervisor).preview(child, ending)

    def history(self, scope: Scope, name: str, after: int, limit: int) -> Sequence[RestartRecord]:
        with self._lock:
            mine = [record for where, record in self._records if where == scope and name in ("", record.supervisor)]
        if name and not mine:
            self.find(scope, name)  # one that is gone is known as long as its decisions are kept
        return [record for record in mine if record.seq > after][-limit:] if limit else []

    def close(self, timeout: float) -> None:
        """Stop every tree, the newest first; those with durable actors come back with the node."""
        self._system.closing = True
        roots = [found for found in self._supervisors.values() if found.place is None]
        for answer in [found.remove() for found in reversed(roots)]:
            self._around.scheduler.wait(answer, timeout)

    def _child(self, entry: Entry) -> ChildInfo:
        return entry.info(self._around.clock.monotonic())

    def _wait(self, answer: Answer[Any], timeout: float, what: str) -> Any:
        if not self._around.scheduler.wait(answer, timeout):
            raise Timeout(f"{what} took longer than {timeout:g} s; it goes on in the background")
        return answer.take()


def _places(tree: SupervisorSpec) -> list[tuple[str, str]]:
    """Supervisor and child, in the reverse order of their start."""
    found: list[tuple[str, str]] = []
    for child in tree.children:
        found.append((tree.name, child.name))
        if child.supervisor is not None:
            found += _places(child.supervisor)[::-1]
    return found[::-1]


def _leaves(tree: SupervisorSpec) -> list[ChildSpec]:
    found: list[ChildSpec] = []
    for child in tree.children:
        found += _leaves(child.supervisor) if child.supervisor is not None else [child]
    return found
