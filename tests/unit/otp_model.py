"""Erlang's supervisor, told again after `supervisor.erl` and without a look at ours: who starts and stops, in order.

A tree is made of `Sup` and `Work` values; a `World` runs it. `trace` gets `start NAME`, `stop NAME` and `crash NAME` of
workers alone. Time stands still unless it is moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    name: str
    restart: str


@dataclass(frozen=True)
class Sup:
    name: str
    strategy: str
    intensity: int
    period: float
    restart: str
    children: tuple[Work | Sup, ...]


@dataclass
class Running:
    """A supervisor process."""

    spec: Sup
    parent: Running | None
    children: list[Place] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    alive: bool = True
    number: int = 0


@dataclass
class Place:
    """A child of a running supervisor; `process` is None when it does not run (OTP's `undefined`)."""

    spec: Work | Sup
    process: Running | str | None = None


class World:
    def __init__(self, tree: Sup) -> None:
        self.trace: list[str] = []
        self.blocked: set[str] = set()
        self.now = 0.0
        self.root: Running | None = self._start_link(tree, None)

    # supervisor:init and its children

    def _start_link(self, spec: Sup, parent: Running | None) -> Running | None:
        made = Running(spec, parent)
        if spec.strategy != "simple_one_for_one":
            made.children = [Place(child) for child in spec.children]
            if self._start_children(made, made.children) is not None:
                self._terminate_all(made)
                return None
        return made

    def _start_children(self, sup: Running, places: list[Place]) -> Place | None:
        """The first that could not be started, None when all were."""
        for place in places:
            if not self._start(sup, place):
                return place
        return None

    def _start(self, sup: Running, place: Place) -> bool:
        if isinstance(place.spec, Sup):
            place.process = self._start_link(place.spec, sup)
        elif place.spec.name.partition("-")[0] not in self.blocked:  # of a pool all or none are
            place.process = place.spec.name
            self.trace.append(f"start {place.spec.name}")
        return place.process is not None

    def _terminate(self, place: Place) -> None:
        if isinstance(place.process, Running):
            self._terminate_all(place.process)
        elif place.process is not None:
            self.trace.append(f"stop {place.process}")
        place.process = None

    def _terminate_all(self, sup: Running) -> None:
        for place in reversed(list(sup.children)):
            self._terminate(place)
        sup.alive = False

    # what happens from outside

    def workers(self) -> list[str]:
        return sorted(self._workers(self.root)) if self.root is not None and self.root.alive else []

    def _workers(self, sup: Running) -> list[str]:
        found: list[str] = []
        for place in sup.children:
            if isinstance(place.process, Running):
                found += self._workers(place.process)
            elif place.process is not None:
                found.append(place.process)
        return found

    def listed(self) -> list[str]:
        """The workers that a running supervisor knows, whether they run or not (`which_children`)."""
        found, waiting = list[str](), [self.root] if self.root is not None and self.root.alive else []
        while waiting:
            for place in waiting.pop().children:
                if isinstance(place.process, Running):
                    waiting.append(place.process)
                elif isinstance(place.spec, Work):
                    found.append(place.spec.name)
        return sorted(found)

    def end(self, name: str, *, abnormal: bool) -> None:
        """A worker ends by itself."""
        assert self.root is not None
        sup, place = self._find(self.root, name)
        self.trace.append(f"{'crash' if abnormal else 'stop'} {name}")
        place.process = None
        self._do_restart(sup, place, "abnormal" if abnormal else "normal")

    def _find(self, sup: Running, name: str) -> tuple[Running, Place]:
        for place in sup.children:
            if place.process == name:
                return sup, place
            if isinstance(place.process, Running):
                try:
                    return self._find(place.process, name)
                except LookupError:
                    continue
        raise LookupError(name)

    def start_child(self, name: str) -> str | None:
        """One more child of the simple_one_for_one supervisor `name`; its name, None when it did not start."""
        sup = self._supervisor(self.root, name)
        if sup is None:
            return None
        template = sup.spec.children[0]
        sup.number += 1
        place = Place(Work(f"{template.name}-{sup.number}", template.restart))
        if template.name in self.blocked or not self._start(sup, place):
            return None
        sup.children.append(place)
        return place.spec.name

    def _supervisor(self, sup: Running | None, name: str) -> Running | None:
        if sup is None or not sup.alive or sup.spec.name == name:
            return sup if sup is not None and sup.alive else None
        below = (place.process for place in sup.children if isinstance(place.process, Running))
        return next((found for one in below if (found := self._supervisor(one, name)) is not None), None)

    # do_restart, restart, add_restart

    def _do_restart(self, sup: Running, place: Place, reason: str) -> None:
        restart = place.spec.restart
        if restart == "permanent" or (restart == "transient" and reason == "abnormal"):
            self._restart(sup, place)
        elif restart == "temporary" or sup.spec.strategy == "simple_one_for_one":
            sup.children.remove(place)

    def _restart(self, sup: Running, place: Place) -> None:
        while True:
            sup.restarts = [self.now, *(time for time in sup.restarts if time >= self.now - sup.spec.period)]
            if len(sup.restarts) > sup.spec.intensity:
                self._shutdown(sup)
                return
            failed = self._restart_by_strategy(sup, place)
            if failed is None:
                return
            place = failed  # try_again_restart

    def _restart_by_strategy(self, sup: Running, place: Place) -> Place | None:
        match sup.spec.strategy:
            case "one_for_all":
                concerned = list(sup.children)
            case "rest_for_one":
                concerned = sup.children[sup.children.index(place) :]
            case _:
                concerned = [place]
        for other in reversed(concerned):
            self._terminate(other)
            if other.spec.restart == "temporary":
                sup.children.remove(other)
        return self._start_children(sup, [other for other in concerned if other.spec.restart != "temporary"])

    def _shutdown(self, sup: Running) -> None:
        self._terminate_all(sup)
        if sup.parent is not None:
            place = next(found for found in sup.parent.children if found.process is sup)
            place.process = None
            self._do_restart(sup.parent, place, "shutdown")
