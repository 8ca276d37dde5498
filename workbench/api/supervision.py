"""Supervision: trees of actors that are started again when they end, and the facet `node.supervision`.

The rules are Erlang/OTP's (`supervisor`). Where ours differ, `docs/supervision.md` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from workbench.api.actors import ActorState
from workbench.api.errors import Cause, Invalid
from workbench.api.identity import NAME_BYTES
from workbench.api.limits import DAY_MS, DEFAULT_PROFILE, Limits
from workbench.api.messages import Payload
from workbench.api.words import plural

BRUTAL_KILL, INFINITY = 0, -1
"""As `shutdown_ms`: do not ask the child to shut down at all; wait for it as long as it takes."""
SHUTDOWN_MS = 5_000
CHILDREN = 100_000
"""The most children of one supervisor."""
DEPTH = 50
NO_LIMITS: Mapping[str, int] = MappingProxyType({})
LIMITS = tuple(field.name for field in fields(Limits))


class Strategy(StrEnum):
    """Who is started again when one child ends."""

    ONE_FOR_ONE = "one_for_one"
    ONE_FOR_ALL = "one_for_all"
    REST_FOR_ONE = "rest_for_one"
    SIMPLE_ONE_FOR_ONE = "simple_one_for_one"


class Restart(StrEnum):
    """When a child is started again: always, after an abnormal end, never."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    TEMPORARY = "temporary"


class Ending(StrEnum):
    """How a child ended: by itself or told to, because its supervisor gave up, or by a crash or a kill."""

    NORMAL = "normal"
    SHUTDOWN = "shutdown"
    ABNORMAL = "abnormal"


class Deed(StrEnum):
    """What becomes of an actor or supervisor when a tree is applied.

    ADDED is started, REMOVED is stopped for good. REPLACED starts anew and keeps its name and mailbox. MOVED is stopped
    where it was and started where it goes. CHANGED gets other rules and is not stopped. KEPT is left alone.
    """

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    MOVED = "moved"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a restart waits: `first_ms`, then `factor` times as long for each crash in a row, up to `most_ms`.

    A row ends when the child lived for its supervisor's period.
    """

    first_ms: int
    most_ms: int = 30_000
    factor: float = 2.0

    def __post_init__(self) -> None:
        _within("first_ms of a backoff", self.first_ms, 1, DAY_MS)
        _within("most_ms of a backoff", self.most_ms, self.first_ms, DAY_MS)
        if not 1.0 <= self.factor <= 100.0:
            raise Invalid(f"the factor of a backoff must be between 1 and 100, not {self.factor}")

    def delay_ms(self, crashes: int) -> int:
        """Before the restart after so many crashes in a row."""
        return min(self.most_ms, round(self.first_ms * self.factor ** min(crashes - 1, 64)))


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One child: an actor of `module`, or a supervisor. Its name is the actor's, free in the tenant and namespace.

    Under `simple_one_for_one` it is the template of all children, which are called `NAME-1`, `NAME-2`, ….
    `limits` are those that differ from the profile's, by name. `shutdown_ms` is how long it may take to shut down
    before it is killed; of a supervisor it is always INFINITY. A durable one has a journal and comes back as it was.
    """

    name: str
    module: str = ""
    state: Payload = ""
    profile: str = DEFAULT_PROFILE
    grants: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=lambda: NO_LIMITS)
    restart: Restart = Restart.PERMANENT
    shutdown_ms: int = SHUTDOWN_MS
    supervisor: SupervisorSpec | None = None
    durable: bool = False

    def __post_init__(self) -> None:
        if self.supervisor is not None:
            object.__setattr__(self, "shutdown_ms", INFINITY)
            if self.durable:
                raise Invalid(f"{self.name!r} is a supervisor, which has no journal: make its children durable")
        _check_name(self.name)
        if (self.supervisor is None) is (self.module == ""):
            raise Invalid(f"the child {self.name!r} must have either a module or a supervisor")
        _within(f"shutdown_ms of {self.name!r}", self.shutdown_ms, INFINITY, DAY_MS)
        for name in self.limits:
            if name not in LIMITS:
                raise Invalid(f"{self.name!r} has the unknown limit {name!r}; there are {', '.join(LIMITS)}")


@dataclass(frozen=True, slots=True)
class SupervisorSpec:
    """A supervisor with its children, in the order in which they start; they stop in the reverse one.

    When more than `intensity` restarts happen within `period_ms`, it stops its children and itself.
    """

    name: str
    strategy: Strategy = Strategy.ONE_FOR_ONE
    intensity: int = 1
    period_ms: int = 5_000
    backoff: Backoff | None = None
    children: tuple[ChildSpec, ...] = ()

    def __post_init__(self) -> None:
        _check_name(self.name)
        _within(f"intensity of {self.name!r}", self.intensity, 0, 1_000_000)
        _within(f"period_ms of {self.name!r}", self.period_ms, 1, DAY_MS)
        _within(f"the number of children of {self.name!r}", len(self.children), 0, CHILDREN)
        if self.strategy is Strategy.SIMPLE_ONE_FOR_ONE and (len(self.children) != 1 or self.children[0].supervisor):
            raise Invalid(f"{self.name!r} is simple_one_for_one: it has one child, an actor, as the template of all")
        for child in self.children:
            if child.supervisor is not None and child.supervisor.name != child.name:
                raise Invalid(f"the supervisor {child.supervisor.name!r} is listed as {child.name!r}; use one name")


@dataclass(frozen=True, slots=True)
class ChildInfo:
    """One child as it is now. `held` is one that was stopped by hand and stays so until it is started by hand.

    `restarts_in_seconds` is None unless a restart waits for its backoff.
    """

    name: str
    supervisor: bool
    restart: Restart
    shutdown_ms: int
    state: ActorState
    restarts: int = 0
    held: bool = False
    restarts_in_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SupervisorInfo:
    """A supervisor as it is now: `restarts` of `intensity` are used up within the period. `state` is idle when it runs.

    `spec` is what it was made of, children that were added and removed since included; `stopped_because` says why it
    gave up. `parent` is empty for the root of a tree.
    """

    name: str
    parent: str
    state: ActorState
    spec: SupervisorSpec
    restarts: int
    total_restarts: int
    children: tuple[ChildInfo, ...] = ()
    stopped_because: str = ""


@dataclass(frozen=True, slots=True)
class RestartPlan:
    """What happens when a child ends: who is stopped (in that order), who is started, and who is not listed any more.

    `gives_up` is True when the restarts are used up: then all stop, and so does the supervisor. `restarts` are the
    times of those that count now, this one included. `delay_ms` is the backoff before the start.
    """

    stop: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    gives_up: bool = False
    restarts: tuple[float, ...] = ()
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class RestartRecord:
    """One decision of a supervisor: `child` ended with `cause` over a message of the type `killed_by`.

    `used` of `intensity` restarts were used with it.
    """

    seq: int
    time: float
    supervisor: str
    child: str
    ending: Ending
    plan: RestartPlan
    used: int
    intensity: int
    cause: Cause | None = None
    killed_by: str = ""


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What applying a tree does to one actor or supervisor, which stands under `supervisor` then (the root: empty).

    `why` are the keys of a tree file that differ, or a few words: `from shop`, `becomes a supervisor`.
    """

    name: str
    supervisor: str
    deed: Deed
    why: tuple[str, ...] = ()


class Supervision(Protocol):
    """The facet `node.supervision`, for one tenant and namespace. Thread-safe; every wait has a timeout."""

    def apply(self, tree: SupervisorSpec, *, timeout: float = 60.0) -> SupervisorInfo:
        """Start a tree, or change the running one of that name to be like this: what is new is started, what is gone
        stopped, a child whose code, state or grants are others is replaced, one that stands under another supervisor
        is stopped and started there, the rest is left alone.

        Everything is checked before anything is changed. NotFound: no such module. AlreadyExists: a name is taken.
        Crashed, Rejected: a child did not start; then none of the new ones runs, and no other one was changed.
        """
        ...

    def diff(self, tree: SupervisorSpec) -> Sequence[TreeChange]:
        """What `apply` would do now: the tree in its order, then what is removed. Nothing is changed.

        It asks what `apply` asks, and raises what it raises before anything is changed.
        """
        ...

    def list(self) -> Sequence[SupervisorInfo]:
        """All supervisors, parents before their children, by name."""
        ...

    def get(self, supervisor: str) -> SupervisorInfo:
        """One supervisor; NotFound when there is none."""
        ...

    def remove(self, supervisor: str, *, timeout: float = 60.0) -> None:
        """Stop the root of a tree with everything below it, and forget it. Idempotent. Invalid: it has a parent."""
        ...

    def start_child(
        self, supervisor: str, child: str = "", *, state: Payload | None = None, timeout: float = 30.0
    ) -> ChildInfo:
        """Start a child that was stopped by hand or has ended. Under simple_one_for_one without a name: one more child.

        `state` is its initial state instead of that in the tree, for one more child alone.
        """
        ...

    def stop_child(self, supervisor: str, child: str, *, timeout: float = 30.0) -> ChildInfo:
        """Stop a child and keep it stopped, until it is started by hand."""
        ...

    def restart(self, supervisor: str, child: str = "", *, timeout: float = 60.0) -> SupervisorInfo:
        """Stop and start one child, or all of them with the supervisor's count of restarts at zero.

        It does not count as a restart. A supervisor that gave up runs again after it.
        """
        ...

    def preview(self, child: str, *, ending: Ending = Ending.ABNORMAL) -> RestartPlan:
        """What its supervisor would do if this child ended now. NotFound when it has none."""
        ...

    def history(self, supervisor: str = "", *, after: int = 0, limit: int = 200) -> Sequence[RestartRecord]:
        """The newest decisions still kept, oldest first: of one supervisor, or of all. NotFound: it was never there."""
        ...


def _within(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(f"{what} must be between {least:,} and {most:,}, not {value:,}")


def _check_name(name: str) -> None:
    if not name or len(name.encode(errors="replace")) > NAME_BYTES:
        raise Invalid(f"a child or supervisor has a name of 1 to {NAME_BYTES} bytes, not {name[:40]!r}")


def names_of(tree: SupervisorSpec, depth: int = 0) -> list[str]:
    """Every name in a tree, the supervisor's own first. Invalid: it is deeper than DEPTH."""
    if depth > DEPTH:
        raise Invalid(f"a tree of supervisors is at most {DEPTH} deep")
    found = [tree.name]
    for child in tree.children:
        found += names_of(child.supervisor, depth + 1) if child.supervisor is not None else [child.name]
    return found


def check_names(tree: SupervisorSpec) -> None:
    """Invalid: a name is twice in the tree, or it is too deep."""
    seen: set[str] = set()
    for name in names_of(tree):
        if name in seen:
            raise Invalid(f"{name!r} is twice in the tree {tree.name!r}; a name is one actor or supervisor")
        seen.add(name)


def spoken(record: RestartRecord) -> str:
    """A decision as a sentence."""
    plan, who = record.plan, record.supervisor
    why = f"{record.child} ended" + (f": {record.cause}" if record.cause else "")
    if plan.gives_up:
        return f"{who} gave up after {plural(record.used, 'restart')} ({record.intensity:,} allowed): {why}"
    if plan.start:
        later = f" in {plan.delay_ms:,} ms" if plan.delay_ms else ""
        return f"{who} starts {', '.join(plan.start)}{later}: {why}"
    return f"{who} leaves {record.child} stopped: {why}"
