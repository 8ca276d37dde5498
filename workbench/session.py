"""A session bundle opened as a node, for the door."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from workbench.api.errors import Invalid
from workbench.api.limits import DAY_MS
from workbench.config import load
from workbench.debug.bundle.reader import Bundle
from workbench.debug.session.node import SessionNode
from workbench.debug.session.services import SessionServices
from workbench.machine import Machine
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library

T = TypeVar("T")


class _Workshop:
    """See debug.session.workshop: a machine in a temporary workspace, which reaches no store of the user's."""

    def __init__(self) -> None:
        self._made: Machine | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def _machine(self) -> Machine:
        with self._lock:
            if self._closed:
                raise Invalid("the session was closed")
            if self._made is None:
                self._made = Machine(None, replace(load(), keyvalue="", blobs="", record="off"))
            return self._made

    @property
    def around(self) -> Surroundings:
        return self._machine.around

    @property
    def library(self) -> Library:
        return self._machine.library

    @property
    def interpreter(self) -> Interpreter:
        return self._machine.interpreter

    def call(self, job: Callable[[], T]) -> T:
        found: T = self._machine.scheduler.call(job, DAY_MS / 1000)
        return found

    def close(self) -> None:
        with self._lock:
            self._closed = True
            made, self._made = self._made, None
        if made is not None:
            made.close()


def open_bundle(where: str) -> SessionNode:
    """The node of `FILE`, at its end, or of `FILE#POSITION`, there. NotFound: no such file. Invalid: no bundle, or no
    such position."""
    name, _, place = where.rpartition("#")
    position = int(place) if name and place.isascii() and place.isdigit() and not Path(where).exists() else None
    bundle = Bundle(Path(where if position is None else name))
    workshop = _Workshop()
    try:
        node = SessionNode(bundle, workshop, SessionServices(bundle))
    except BaseException:
        workshop.close()
        bundle.close()
        raise
    if position is not None:
        try:
            node.session.go(position)
        except BaseException:
            node.close()
            raise
    return node
