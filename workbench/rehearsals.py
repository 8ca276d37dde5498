"""Rehearsals for the door: the candidate runs in a temporary workspace, whatever node or file the turns come from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from workbench.api.errors import NotFound
from workbench.api.limits import DAY_MS
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.node import Node
from workbench.api.rehearsal import Rehearsal
from workbench.config import load
from workbench.debug.bundle.reader import Bundle
from workbench.debug.rehearsal.recorded import OfBundle, OfNode, Recorded
from workbench.debug.rehearsal.rehearse import rehearse as rehearsing
from workbench.machine import Machine

Candidate = str | tuple[bytes, str]


def rehearse(
    where: Node | Path,
    candidate: Candidate,
    *,
    replaces: str,
    actors: Collection[str] = (),
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Rehearsal:
    if not isinstance(where, Path):
        return _rehearsed(OfNode(where), candidate, replaces, actors, progress, cancel)
    with Bundle(where) as bundle:
        return _rehearsed(OfBundle(bundle), candidate, replaces, actors, progress, cancel)


def _rehearsed(
    recorded: Recorded,
    candidate: Candidate,
    replaces: str,
    actors: Collection[str],
    progress: ProgressCallback | None,
    cancel: CancelToken | None,
) -> Rehearsal:
    """On a node of its own, which reaches no store of the user's."""
    cancel = cancel or CancelToken()
    replaced = recorded.resolve(replaces)
    data, file_name = _source(recorded, candidate)
    machine = Machine(None, replace(load(), keyvalue="", blobs=""))
    try:
        made = machine.library.deploy(data, file_name=file_name, progress=progress, cancel=cancel)
        return rehearsing(
            machine.around,
            machine.library,
            lambda job: machine.scheduler.call(job, DAY_MS / 1000),
            recorded,
            candidate=made.hash,
            replaced=replaced,
            actors=actors,
            progress=progress,
            cancel=cancel,
        )
    finally:
        cancel.set()
        machine.close()


def _source(recorded: Recorded, candidate: Candidate) -> tuple[bytes, str]:
    if isinstance(candidate, tuple):
        return candidate
    module = recorded.resolve(candidate)
    try:
        info, data = recorded.module(module)
    except NotFound:
        raise NotFound(f"the module {candidate!r} is not to be had from {recorded.name}") from None
    return data, info.file_name
