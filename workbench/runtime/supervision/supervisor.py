"""One supervisor: its children, and one thing at a time (see `agenda`). What to do is decided in `decide`."""

from __future__ import annotations

import itertools
import logging
from dataclasses import replace
from functools import partial
from typing import Any

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import Cause, Conflict, Invalid, NotFound, WorkbenchError
from workbench.api.restarts import Child, Rules, decide
from workbench.api.supervision import (
    BRUTAL_KILL,
    ChildSpec,
    Ending,
    Restart,
    RestartPlan,
    Strategy,
    SupervisorInfo,
    SupervisorSpec,
)
from workbench.api.words import plural
from workbench.runtime.actor import Actor
from workbench.runtime.agenda import Agenda, Steps, done
from workbench.runtime.body import Spec
from workbench.runtime.supervision.change import change
from workbench.runtime.supervision.entry import Entry
from workbench.runtime.supervision.prepared import Accord, Prepared
from workbench.runtime.supervision.ties import Makes, Scope, Told
from workbench.runtime.surroundings import Surroundings

logger = logging.getLogger(__name__)


class Supervisor:
    """See the module. What begins with an underscore runs inside the agenda; `info` may be read from any thread."""

    def __init__(
        self,
        scope: Scope,
        spec: SupervisorSpec,
        around: Surroundings,
        system: Makes,
        told: Told,
        place: Entry | None = None,
    ) -> None:
        self.scope, self.spec, self.place = scope, spec, place
        self._around, self._system, self._told = around, system, told
        self.agenda = Agenda(around.scheduler)
        self.state = ActorState.STOPPED
        self.stopped_because = ""
        self.total_restarts = 0
        self._restarts: tuple[float, ...] = ()
        self._numbers = itertools.count(1)
        self.entries: tuple[Entry, ...] = () if self.simple else tuple(Entry(self, child) for child in spec.children)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def simple(self) -> bool:
        return self.spec.strategy is Strategy.SIMPLE_ONE_FOR_ONE

    def info(self) -> SupervisorInfo:
        now = self._around.clock.monotonic()
        return SupervisorInfo(
            name=self.name,
            parent=self.place.supervisor if self.place is not None else "",
            state=self.state,
            spec=self.whole(),
            restarts=sum(time >= now - self.spec.period_ms / 1000 for time in self._restarts),
            total_restarts=self.total_restarts,
            children=tuple(entry.info(now) for entry in self.entries),
            stopped_because=self.stopped_because,
        )

    def whole(self) -> SupervisorSpec:
        """Its spec, with what the supervisors below are made of by now."""
        below = {entry.name: entry.below for entry in self.entries if entry.below is not None}
        if not below:
            return self.spec
        children = (
            replace(child, supervisor=found.whole()) if (found := below.get(child.name)) is not None else child
            for child in self.spec.children
        )
        return replace(self.spec, children=tuple(children))

    # What others ask for: each puts a job on the agenda.

    def start(self) -> Answer[None]:
        """Start all children in order; when one does not start, those before it are stopped again."""
        return self.agenda.submit(self._start_all)

    def stop(self) -> Answer[None]:
        """Stop all children in the reverse order, and be stopped."""
        return self.agenda.submit(self._down)

    def remove(self) -> Answer[None]:
        """The same, and nothing of it is listed any more."""
        return self.agenda.submit(self._stop_for_good)

    def restart_all(self) -> Answer[None]:
        return self.agenda.submit(self._restart_all)

    def start_child(self, name: str, state: Any = None, *, back: bool = False) -> Answer[Entry]:
        """`back`: a copy that ran when the node ended, by its name."""
        return self.agenda.submit(lambda: self._start_child(name, state, back=back))

    def stop_child(self, name: str) -> Answer[Entry]:
        return self.agenda.submit(lambda: self._stop_child(name))

    def restart_child(self, name: str) -> Answer[Entry]:
        return self.agenda.submit(lambda: self._restart_child(name))

    def change(self, spec: SupervisorSpec, accord: Accord | None = None) -> Answer[None]:
        """Become like `spec`, all of it or nothing; as a part of what changes above, when there is an accord."""
        return self.agenda.submit(lambda: self._change(spec, accord))

    def release(self, name: str) -> Answer[None]:
        """Stop a child for good and leave it out of the spec; nothing, when there is none."""
        return self.agenda.submit(lambda: self._release(name))

    def ended(self, entry: Entry, life: int, ending: Ending, cause: Cause | None, killed_by: str) -> None:
        """A child has ended by itself; returns at once."""
        self.agenda.submit(lambda: self._ended(entry, life, ending, cause, killed_by))

    def preview(self, name: str, ending: Ending) -> RestartPlan:
        """What would be decided if it ended now; nothing, when it does not run. From any thread."""
        entry, now = self.find(name), self._around.clock.monotonic()
        if not entry.alive or self.state is not ActorState.IDLE:
            return RestartPlan()
        return self._decide(entry, ending, entry.crashes_after(ending, now, self.spec.period_ms / 1000))

    def abandon(self) -> None:
        """Nothing below is started again."""
        for entry in self.entries:
            entry.abandon()

    def find(self, name: str) -> Entry:
        found = next((entry for entry in self.entries if entry.name == name), None)
        if found is None:
            raise NotFound(f"the supervisor {self.name!r} has no child {name!r}")
        return found

    # A child has ended.

    def _decide(self, entry: Entry, ending: Ending, crashes: int) -> RestartPlan:
        spec = self.spec
        rules = Rules(spec.strategy, spec.intensity, spec.period_ms / 1000, spec.backoff)
        children = [
            Child(other.name, other.spec.restart, other.alive, other.held, crashes if other is entry else 0)
            for other in self.entries
        ]
        return decide(rules, children, entry.name, ending, self._restarts, self._around.clock.monotonic())

    def _ended(self, entry: Entry, life: int, ending: Ending, cause: Cause | None, killed_by: str) -> Steps[None]:
        if entry.life != life or entry not in self.entries:
            return  # it was stopped or started by us meanwhile
        entry.note_end(ending, self._around.clock.monotonic(), self.spec.period_ms / 1000)
        yield from self._react(entry, ending, cause, killed_by)

    def _react(self, entry: Entry, ending: Ending, cause: Cause | None, killed_by: str) -> Steps[None]:
        """Decide and do, until every child that should run does, or the restarts are used up."""
        failed: Entry | None = entry
        while failed is not None:
            plan = self._decide(failed, ending, failed.crashes)
            self._restarts = plan.restarts
            self._told.decided(self, failed, ending, plan, cause, killed_by)
            if not plan.start:
                failed.abandon()
            yield from self._stop_named(plan.stop)
            yield from self._forget_named(plan.forget)
            if plan.gives_up:
                yield from self._give_up(failed, cause)
                return
            if plan.delay_ms and plan.start:
                self._later(plan)
                return
            failed, cause = yield from self._start_named(plan.start)
            ending, killed_by = Ending.ABNORMAL, "init"
        self._told.changed(self)

    def _later(self, plan: RestartPlan) -> None:
        """The backoff: what is to be started is started then, unless something else has started or stopped it."""
        due = self._around.clock.monotonic() + plan.delay_ms / 1000
        lives = []
        for name in plan.start:
            entry = self.find(name)
            entry.due = due
            lives.append((entry, entry.life))
        begin = partial(self.agenda.submit, lambda: self._start_late(lives))
        self._around.timers.after(plan.delay_ms / 1000, begin)
        self._told.changed(self)

    def _start_late(self, lives: list[tuple[Entry, int]]) -> Steps[None]:
        names = tuple(entry.name for entry, life in lives if entry in self.entries and entry.life == life)
        failed, cause = yield from self._start_named(names)
        if failed is not None:
            yield from self._react(failed, Ending.ABNORMAL, cause, "init")
        self._told.changed(self)

    def _start_named(self, names: tuple[str, ...]) -> Steps[tuple[Entry | None, Cause | None]]:
        """Start in order those that do not run; gives the first that failed, and why."""
        for name in names:
            entry = self.find(name)
            if entry.alive or entry.held:
                continue
            self.total_restarts += 1
            try:
                yield from self._start(entry)
            except WorkbenchError as error:
                entry.crashes += 1
                return entry, getattr(error, "cause", None) or Cause("crashed", error.message)
        return None, None

    def _give_up(self, failed: Entry, cause: Cause | None) -> Steps[None]:
        spec = self.spec
        self.stopped_because = (
            f"{plural(spec.intensity, 'restart')} within {spec.period_ms / 1000:g} s "
            f"{'was' if spec.intensity == 1 else 'were'} used up when {failed.name} ended: "
            f"{cause or 'it stopped'}"
        )
        logger.warning("the supervisor %s gave up: %s", self.name, self.stopped_because)
        yield from self._down()
        if self.place is None:
            self.abandon()
        else:
            self.place.ended(Ending.SHUTDOWN, Cause("crashed", self.stopped_because), "")

    # Starting and stopping.

    def _start(self, entry: Entry, state: Any = None) -> Steps[None]:
        """One child; raises what its start ended in."""
        entry.begin(self._around.clock.monotonic())
        try:
            if entry.spec.supervisor is not None:
                yield from self._start_supervisor(entry, entry.spec.supervisor)
            elif entry.actor is not None:
                yield from done(self._system.raise_again(entry.actor))
            else:
                child = entry.spec if state is None else replace(entry.spec, state=state)
                entry.actor = actor = self._system.make(self.scope, child, entry)
                yield from done(self._system.bear(actor))
        except BaseException as error:
            if isinstance(error, WorkbenchError):
                error.subject = error.subject or entry.name
            entry.alive = False
            if entry.actor is not None and entry.actor.state is ActorState.STOPPED:
                entry.actor = None  # it was never born, and is not listed
            raise

    def _start_supervisor(self, entry: Entry, spec: SupervisorSpec) -> Steps[None]:
        if entry.below is None:
            entry.below = Supervisor(self.scope, spec, self._around, self._system, self._told, entry)
            self._told.enter(entry.below)
        yield from done(entry.below.start())

    def _stop(self, entry: Entry, *, for_good: bool = False) -> Steps[None]:
        """One child, within the time that it may take; a second time is nothing."""
        was_alive, entry.alive, entry.due = entry.alive, False, None
        entry.life += 1
        if entry.below is not None:
            if was_alive or for_good:
                yield from done(entry.below.remove() if for_good else entry.below.stop())
            if for_good:
                self._told.leave(entry.below)
                entry.below = None
        elif (actor := entry.actor) is not None:
            if was_alive or for_good:
                yield from self._stop_actor(entry, actor, for_good)
            if for_good:
                entry.actor = None

    def _stop_actor(self, entry: Entry, actor: Actor, for_good: bool) -> Steps[None]:
        shutdown_ms = entry.spec.shutdown_ms
        if shutdown_ms == BRUTAL_KILL:
            actor.kill(f"its supervisor {self.name} ended it (brutal_kill)")
        answer = self._system.retire(actor) if for_good else self._system.halt(actor)
        timer = 0
        if shutdown_ms > 0:
            reason = f"it did not shut down within the {shutdown_ms:,} ms that its supervisor {self.name} gives it"
            timer = self._around.timers.after(shutdown_ms / 1000, lambda: actor.kill(reason))
        try:
            yield from done(answer)
        finally:
            self._around.timers.cancel(timer)

    def _stop_named(self, names: tuple[str, ...]) -> Steps[None]:
        for name in names:
            yield from self._stop(self.find(name))

    def _forget_named(self, names: tuple[str, ...]) -> Steps[None]:
        for name in names:
            yield from self._forget(self.find(name))

    def _forget(self, entry: Entry) -> Steps[None]:
        yield from self._stop(entry, for_good=True)
        self.entries = tuple(other for other in self.entries if other is not entry)

    def _release(self, name: str) -> Steps[None]:
        if any(entry.name == name for entry in self.entries):
            yield from self._forget(self.find(name))
            children = tuple(child for child in self.spec.children if child.name != name)
            self.spec = replace(self.spec, children=children)

    def _down(self) -> Steps[None]:
        """Stop everything; temporary children and those of simple_one_for_one are gone after it."""
        self.state = ActorState.STOPPING
        for entry in reversed(self.entries):
            if self.simple or entry.spec.restart is Restart.TEMPORARY:
                yield from self._forget(entry)
            else:
                yield from self._stop(entry)
        self.state = ActorState.STOPPED
        self._told.changed(self)

    def _start_all(self) -> Steps[None]:
        self.state, self._restarts, self.stopped_because = ActorState.STARTING, (), ""
        self._numbers = itertools.count(1)
        if not self.simple:  # temporary ones that have ended are there again, as after OTP's `init`
            there = {entry.name: entry for entry in self.entries}
            self.entries = tuple(there.get(child.name) or Entry(self, child) for child in self.spec.children)
        for entry in self.entries:
            if entry.held or entry.alive:
                continue
            try:
                yield from self._start(entry)
            except BaseException as error:
                self.stopped_because = f"{entry.name} did not start: {error}"
                yield from self._down()
                if self.place is None:
                    self.abandon()
                raise
        self.state = ActorState.IDLE
        self._told.changed(self)

    def _stop_for_good(self) -> Steps[None]:
        yield from self._down()
        for entry in reversed(self.entries):
            yield from self._forget(entry)

    def _restart_all(self) -> Steps[None]:
        yield from self._down()
        for entry in self.entries:
            entry.held = False
        yield from self._start_all()

    def _start_child(self, name: str, state: Any, *, back: bool) -> Steps[Entry]:
        self._check_running()
        if (not self.simple or name) and not back:
            entry = self.find(name)
            if entry.alive:
                raise Conflict(f"{name!r} runs already")
            entry.held = False
        else:
            template, taken = self.spec.children[0], {entry.name for entry in self.entries}
            names = (f"{template.name}-{number}" for number in self._numbers)
            entry = Entry(self, replace(template, name=name or next(each for each in names if each not in taken)))
            self.entries = (*self.entries, entry)
        try:
            yield from self._start(entry, state)
        except BaseException:
            if self.simple and entry.actor is None:
                self.entries = tuple(other for other in self.entries if other is not entry)
            raise
        self._told.changed(self)
        return entry

    def _check_running(self) -> None:
        if self.state is not ActorState.IDLE:
            raise Invalid(f"the supervisor {self.name!r} is {self.state}; restart it first")

    def _stop_child(self, name: str) -> Steps[Entry]:
        entry = self.find(name)
        entry.held = True
        yield from self._stop(entry)
        entry.abandon()
        self._told.changed(self)
        return entry

    def _restart_child(self, name: str) -> Steps[Entry]:
        self._check_running()
        entry = self.find(name)
        yield from self._stop(entry)
        entry.held, entry.crashes = False, 0
        yield from self._start(entry)
        self._told.changed(self)
        return entry

    # Another spec.

    def _change(self, spec: SupervisorSpec, accord: Accord | None) -> Steps[None]:
        """All that is new comes to life first, here and below, beside what it replaces. Only then the old one goes.

        When one does not start, nothing of it is there and nothing else was changed.
        """
        there = {} if self.simple else {entry.name: entry for entry in self.entries}
        wanted = () if self.simple else spec.children  # the copies of a pool keep what they were started with
        made = Prepared(there, change({name: entry.spec for name, entry in there.items()}, wanted))
        try:
            yield from self._prepare(made)
        except BaseException as error:
            yield from self._call_off(made)
            if accord is not None:
                accord.ready.fail(error)
            raise
        if accord is not None:
            accord.ready.set(None)
            if not (yield from done(accord.goes_on)):
                yield from self._call_off(made)
                return
        yield from self._carry_out(spec, made)

    def _prepare(self, made: Prepared) -> Steps[None]:
        fresh = [Entry(self, child) for child in made.plan.fresh]
        if self.state is ActorState.IDLE:
            yield from self._start_fresh(fresh)
        made.fresh = fresh
        for child in made.plan.same:
            entry = made.there[child.name]
            if entry.below is not None and child.supervisor is not None:
                accord = Accord()
                made.below.append((accord, entry.below.change(child.supervisor, accord)))
                yield from done(accord.ready)
            elif entry.actor is not None:
                found = yield from self._raise_successor(entry.actor, child)
                if found is not None:
                    made.successors.append((entry.actor, found))

    def _raise_successor(self, actor: Actor, child: ChildSpec) -> Steps[Spec | None]:
        """None: it is so already, and is not kept from what it does."""
        try:
            if not self._system.differences(actor, child):
                return None
            found: Spec = yield from done(self._system.raise_successor(actor, child))
        except WorkbenchError as error:
            error.subject = error.subject or child.name
            raise
        return found

    def _call_off(self, made: Prepared) -> Steps[None]:
        for accord, answer in reversed(made.below):
            accord.goes_on.set(False)
            if not answer.done:
                yield answer
        for actor, _ in made.successors:
            yield from done(self._system.dismiss(actor))
        for entry in reversed(made.fresh):
            yield from self._forget(entry)

    def _carry_out(self, spec: SupervisorSpec, made: Prepared) -> Steps[None]:
        """Exchange what is other, stop what is gone, in the reverse order, and be like `spec`."""
        for accord, _ in made.below:
            accord.goes_on.set(True)
        for actor, found in made.successors:
            yield from done(self._system.succeed(actor, found))
        for _, answer in made.below:
            yield from done(answer)
        for name in made.plan.gone:
            yield from self._stop(made.there[name], for_good=True)
        self.spec = spec
        if not self.simple:
            kept = {child.name: made.there[child.name] for child in made.plan.same}
            kept |= {entry.name: entry for entry in made.fresh}
            self.entries = tuple(self._take(child, kept.get(child.name)) for child in spec.children)
        if self.state is ActorState.IDLE and not self.simple:
            for entry in self.entries:
                if entry.life == 0:  # of another kind than before: see change.Change.reborn
                    yield from self._start(entry)
        self._told.changed(self)

    def _start_fresh(self, fresh: list[Entry]) -> Steps[None]:
        self.entries = (*self.entries, *fresh)
        try:
            for entry in fresh:
                yield from self._start(entry)
        except BaseException:
            for entry in reversed(fresh):
                yield from self._forget(entry)
            raise

    def _take(self, child: ChildSpec, entry: Entry | None) -> Entry:
        if entry is None:
            return Entry(self, child)
        entry.spec = child
        return entry
