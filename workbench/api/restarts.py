"""What a supervisor does when a child has ended. Pure; the rules are those of OTP's `supervisor.erl`.

A child that fails to start again counts as one that ended once more, so the same decision is taken for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.api.supervision import Backoff, Ending, Restart, RestartPlan, Strategy, SupervisorSpec


@dataclass(frozen=True, slots=True)
class Rules:
    """What of a supervisor's spec the decision needs."""

    strategy: Strategy
    intensity: int
    period_seconds: float
    backoff: Backoff | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """One child in the order of start. `alive`: it runs. `held`: it is kept stopped by hand, and nothing starts it.

    `crashes` counts the abnormal ends in a row, this one included.
    """

    name: str
    restart: Restart
    alive: bool = True
    held: bool = False
    crashes: int = 1


def decide(
    rules: Rules, children: Sequence[Child], ended: str, ending: Ending, restarts: Sequence[float], now: float
) -> RestartPlan:
    """The plan for `ended`, a child that just ended. `restarts` are the times of earlier ones; seconds, any clock."""
    child = next(found for found in children if found.name == ended)
    if child.restart is Restart.TEMPORARY:
        return RestartPlan(forget=(ended,), restarts=tuple(restarts))
    if child.restart is Restart.TRANSIENT and ending is not Ending.ABNORMAL:
        # Of many equal children the one that is done is of no more use; of named ones the spec is kept.
        gone = (ended,) if rules.strategy is Strategy.SIMPLE_ONE_FOR_ONE else ()
        return RestartPlan(forget=gone, restarts=tuple(restarts))
    counted = (*(time for time in restarts if time >= now - rules.period_seconds), now)
    if len(counted) > rules.intensity:
        others = tuple(found.name for found in reversed(children) if found.alive and found.name != ended)
        return RestartPlan(stop=others, forget=_temporary(children, others), gives_up=True, restarts=counted)
    delay = rules.backoff.delay_ms(child.crashes) if rules.backoff else 0
    return replace(_restart(rules.strategy, children, ended), restarts=counted, delay_ms=delay)


def foreseen(spec: SupervisorSpec, child: str, ending: Ending) -> RestartPlan:
    """What a supervisor of this spec decides when `child` ends while all children run and no restart is used."""
    rules = Rules(spec.strategy, spec.intensity, spec.period_ms / 1000, spec.backoff)
    return decide(rules, [Child(each.name, each.restart) for each in spec.children], child, ending, (), 0.0)


def _restart(strategy: Strategy, children: Sequence[Child], ended: str) -> RestartPlan:
    names = [child.name for child in children]
    match strategy:
        case Strategy.ONE_FOR_ALL:
            concerned = list(children)
        case Strategy.REST_FOR_ONE:
            concerned = list(children[names.index(ended) :])
        case _:
            concerned = [children[names.index(ended)]]
    stop = tuple(child.name for child in reversed(concerned) if child.alive and child.name != ended)
    start = tuple(child.name for child in concerned if child.restart is not Restart.TEMPORARY and not child.held)
    return RestartPlan(stop=stop, start=start, forget=_temporary(concerned, stop))


def _temporary(children: Sequence[Child], stopped: Sequence[str]) -> tuple[str, ...]:
    """Those that are stopped and will never be started again."""
    return tuple(child.name for child in children if child.restart is Restart.TEMPORARY and child.name in stopped)
