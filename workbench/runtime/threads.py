"""Threads that may run guests: their native stack must be larger than the guest's, or an overflow ends the process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from workbench.wasm.gate import current

STACK_BYTES = 16 << 20
GIVES_WAY = 5
"""How much nicer than the rest of the process guests are: a spinning one never keeps a window or a reply waiting."""
_start_lock = threading.Lock()


class _Manners:
    gives_way = False


_manners = _Manners()


class _Here(threading.local):
    prepared = False


here = _Here()
"""What this thread is: `prepared` for guests or not."""


def prepare() -> None:
    """Mark the calling thread as one with a large stack. For pools that were started under `large_stacks`."""
    here.prepared = True


def behind_the_window() -> None:
    """From now on threads that may run guests run behind the others of this process: for programs with a window.

    A node without one does not: its guests would run behind every other program of the machine.
    """
    _manners.gives_way = True


def _give_way() -> None:
    if _manners.gives_way and sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        own = threading.get_native_id()
        with suppress(OSError):  # not allowed here: it runs like the others
            os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + GIVES_WAY)


def large_stacks() -> None:
    """From now on every thread that this process starts gets a stack that can hold a guest (memory only when used)."""
    with _start_lock:  # or a thread that starts at this moment would set it back
        threading.stack_size(STACK_BYTES)


def start(name: str, run: Callable[..., None], *arguments: Any) -> threading.Thread:
    """Start a daemon thread that may run guests."""

    def body() -> None:
        prepare()
        _give_way()
        run(*arguments)

    with _start_lock:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread = threading.Thread(target=body, name=name, daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
    return thread


def may_run_guest() -> bool:
    """Whether a turn may run right here: a prepared thread that is not inside a turn already."""
    return here.prepared and current.instance is None


def inside_turn() -> bool:
    """Whether the calling thread is inside a guest's call to the host."""
    return current.instance is not None
