"""The last words of an instance: an exception that left a handler, told to the host before the instance is gone."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Collection, Sequence
from typing import NoReturn

from . import faults, printing


def end(error: BaseException, files: Collection[str], own: tuple[str, ...]) -> NoReturn:
    """Report the exception, then end the instance with a trap."""
    report(error, files, own)
    os.abort()  # an exception that left the component would end it as well, but not without a panic in the log


def report(error: BaseException, files: Collection[str], own: tuple[str, ...]) -> None:
    """Tell the host about an exception that ends the instance; `files` are the actor's, `own` its modules' names.

    Nothing that goes wrong here may hide the exception itself, not even a lack of memory.
    """
    with contextlib.suppress(Exception):
        printing.flush()
        told = fields(error, files, own)
        printing.write("CRITICAL", headline(told), told)


def fields(error: BaseException, files: Collection[str], own: tuple[str, ...]) -> list[tuple[str, str]]:
    """The exception in OpenTelemetry's names. A crash is a turn like any other: half of its time is spent here."""
    place = faults.place_of(error, files)
    return [
        ("exception.type", name(error)),
        ("exception.message", faults.sentence(error, own)),
        ("exception.stacktrace", stacktrace(error, files)),
        ("code.file.path", place.file),
        ("code.line.number", str(place.line)),
    ]


def headline(told: Sequence[tuple[str, str]]) -> str:
    """The last line of a traceback, in the words of this runtime; `told` is what `fields` gave."""
    (_, kind), (_, said) = told[:2]
    return f"{kind}: {said}" if said else kind


def name(error: BaseException) -> str:
    """The type of an exception as tracebacks write it."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def stacktrace(error: BaseException, files: Collection[str]) -> str:
    """The traceback, reduced to the actor's own files."""
    trace = faults.own_trace(error, files)
    whole = traceback.TracebackException(type(error), error, trace, lookup_lines=False)
    _reduce(whole, files, set())
    return "".join(whole.format()).rstrip("\n")


def _reduce(part: traceback.TracebackException, files: Collection[str], seen: set[int]) -> None:
    seen.add(id(part))
    part.stack[:] = [frame for frame in part.stack if frame.filename in files]
    for linked in (part.__cause__, part.__context__, *(part.exceptions or ())):
        if linked is not None and id(linked) not in seen:
            _reduce(linked, files, seen)
