"""Session bundles for the door: written from a node, and looked at without one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from workbench.api.bundles import SECRETS, ActorReplay, BundleInfo, BundleReplay
from workbench.api.limits import DAY_MS
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.node import Node
from workbench.config import load
from workbench.debug.bundle import export as exporting
from workbench.debug.bundle import of_journal
from workbench.debug.bundle.index import Place
from workbench.debug.bundle.opened import Opened
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.replay import Looks
from workbench.debug.bundle.replay import replay as replaying
from workbench.debug.bundle.summary import summary, verified
from workbench.debug.timeline import before
from workbench.debug.timeline.timeline import Timeline
from workbench.machine import Machine
from workbench.runtime.surroundings import Surroundings


def export(
    node: Node,
    path: Path,
    *,
    actors: Collection[str] = (),
    since: float = 0.0,
    until: float = 0.0,
    with_interpreter: bool = False,
    secrets: Sequence[str] = SECRETS,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BundleInfo:
    wanted = exporting.Wanted(actors, since, with_interpreter, secrets, until)
    exporting.export(node, path, wanted, progress=progress, cancel=cancel)
    return show(path)


def show(path: Path) -> BundleInfo:
    with Bundle(path) as bundle:
        return summary(bundle)


def verify(path: Path, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> BundleInfo:
    with Bundle(path) as bundle:
        total = len(bundle.entries()) + bundle.turns_total
        return verified(bundle, Looks(total, progress, cancel, "verifying").step)


class _Before:
    """Completes the first differences by the state before each, of so many actors."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self._left = bundle, before.MOST
        self._timeline: Timeline | None = None

    def __call__(self, around: Surroundings, opened: Opened, found: ActorReplay, place: Place) -> ActorReplay:
        divergence = found.divergence
        if divergence is None or before.is_known(divergence) or not self._left:
            return found
        self._left -= 1
        self._timeline = timeline = self._timeline or Timeline(self._bundle)
        view = before.in_bundle(around, opened, timeline, found.actor, place)
        completed, note = before.completed(divergence, view)
        return replace(found, divergence=completed, notes=(*found.notes, note) if note else found.notes)


def replay(
    path: Path,
    *,
    actors: Collection[str] = (),
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BundleReplay:
    """In a temporary workspace, whose node reaches no store of the user's."""
    cancel = cancel or CancelToken()
    with Bundle(path) as bundle:
        machine = Machine(None, replace(load(), keyvalue="", blobs=""))
        try:
            found: BundleReplay = machine.scheduler.call(
                lambda: replaying(
                    machine.around,
                    machine.library,
                    machine.interpreter,
                    bundle,
                    actors,
                    before=_Before(bundle),
                    progress=progress,
                    cancel=cancel,
                ),
                DAY_MS / 1000,
            )
            return found
        finally:
            cancel.set()
            machine.close()


def replay_journal(
    node: Node, actor: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
) -> ActorReplay:
    """In a temporary workspace, too."""
    cancel = cancel or CancelToken()
    info = node.journal.get(actor)
    machine = Machine(None, replace(load(), keyvalue="", blobs=""))
    try:
        found: ActorReplay = machine.scheduler.call(
            lambda: of_journal.replay(
                machine.around, machine.library, machine.interpreter, node, info, progress=progress, cancel=cancel
            ),
            DAY_MS / 1000,
        )
        return found
    finally:
        cancel.set()
        machine.close()
