"""Runs demonstrations one after another, each on a node and a temporary workspace of its own."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from typing import cast

import workbench
from workbench.api import CancelToken, ProgressCallback, WorkbenchError
from workbench.api.showcase import DEMONSTRATIONS, TITLE, Demonstration, Mark, ShowcaseLine, demonstration
from workbench.api.words import plural
from workbench.showcase.stage import Stage, Tell

NAMES = tuple(each.name for each in DEMONSTRATIONS)


def run(
    names: Sequence[str],
    tell: Tell,
    *,
    verbose: bool = False,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> bool:
    """Run these (all, when none is named) in order; whether every claim of theirs held.

    NotFound: there is no such demonstration. `tell` gets each line as it happens. Setting `cancel` ends it in order.
    """
    chosen = [demonstration(name) for name in names] or list(DEMONSTRATIONS)
    cancel = cancel or CancelToken()
    tell(ShowcaseLine(Mark.TITLE, TITLE))
    started, claims, failed, held = time.perf_counter(), 0, 0, 0

    def hear(line: ShowcaseLine) -> None:
        nonlocal held
        held += line.mark is Mark.OK
        tell(line)

    try:
        for each in chosen:
            stage = _one(each, hear, verbose=verbose, progress=progress, cancel=cancel)
            claims, failed = claims + stage.claims, failed + stage.failed
            if cancel.is_set():
                break
    except KeyboardInterrupt:
        _stopped(tell, held)
        raise
    if cancel.is_set():
        _stopped(tell, held)
        return False
    if len(chosen) == len(DEMONSTRATIONS):
        _end(tell, claims, failed, time.perf_counter() - started)
    return not failed


def _one(
    about: Demonstration, tell: Tell, *, verbose: bool, progress: ProgressCallback | None, cancel: CancelToken
) -> Stage:
    """One demonstration: what keeps it from going on is a failure like a claim that does not hold."""
    tell(ShowcaseLine(Mark.HEADING, f"Demo {about.number}: {about.title}", about.name))
    with workbench.connect("embedded:") as node:
        stage = Stage(node, about, tell, verbose=verbose, progress=progress, cancel=cancel)
        try:
            node.prepare(progress=progress, cancel=cancel)
            _play(about)(stage)
            stage.go_on()
        except WorkbenchError as error:
            if cancel.is_set():
                return stage
            stage.failed += 1
            stage.show_trace()
            tell(ShowcaseLine(Mark.FAILED, f"It could not go on: {error.code}: {error}", about.name))
    if stage.failed:
        faults = f"{about.word} demo: {plural(stage.failed, 'failure')} beside {plural(stage.claims, 'claim')} checked"
        tell(ShowcaseLine(Mark.FAILED, faults, about.name))
    else:
        tell(ShowcaseLine(Mark.DONE, f"{about.word} demo complete!", about.name))
    return stage


def _play(about: Demonstration) -> Callable[[Stage], None]:
    """What a demonstration does is loaded when it is run."""
    module = importlib.import_module(f"workbench.showcase.{about.name.replace('-', '_')}")
    return cast(Callable[[Stage], None], module.demonstrate)


def _end(tell: Tell, claims: int, failed: int, seconds: float) -> None:
    tell(ShowcaseLine(Mark.HEADING, "Summary"))
    tell(ShowcaseLine(Mark.FACT, f"{plural(claims, 'claim')} checked in {seconds:.1f} s"))
    if failed:
        tell(ShowcaseLine(Mark.FAILED, f"{plural(failed, 'failure')} in all demonstrations"))
    else:
        tell(ShowcaseLine(Mark.DONE, "All demonstrations completed successfully!"))


def _stopped(tell: Tell, held: int) -> None:
    tell(ShowcaseLine(Mark.STOPPED, f"The showcase was stopped after {plural(held, 'claim')} that held"))
