"""What is wrong with an actor's source, and where: what `loader` answers instead of a report."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from dataclasses import dataclass
from linecache import cache, getline
from types import FrameType, TracebackType

from . import library

_EXPLAINED = (NameError, AttributeError, ImportError, BaseExceptionGroup)
"""Those that a traceback tells more of than they say themselves."""

LINES_KNOWN = 4
"""Items of an entry of `linecache` that has its lines; one that only knows where to find them has fewer."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a source file. Lines and columns count from 1, columns in characters; 0 is unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class SourceFault(Exception):
    """The source cannot become an actor. `kind` is the type of the exception that Python would raise or did raise."""

    def __init__(self, kind: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.place = place


def of_syntax(error: SyntaxError, file: str) -> SourceFault:
    """The fault for what the compiler of Python refused."""
    line, column = error.lineno or 0, max(error.offset or 0, 0)
    end_line, end_column = max(error.end_lineno or 0, 0), max(error.end_offset or 0, 0)
    place = Place(file, line, column, end_line or line, end_column or column)
    return SourceFault(type(error).__name__, error.msg or str(error), place)


def of_exception(error: BaseException, files: Collection[str], own: tuple[str, ...] = ()) -> SourceFault:
    """The fault for what the top level of the actor's files raised; `own` are the names of the actor's modules."""
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in files:
        return of_syntax(error, error.filename)
    said = sentence(error, own) or "raised while the module was loaded"
    return SourceFault(type(error).__name__, said, place_of(error, files))


def sentence(error: BaseException, own: tuple[str, ...] = ()) -> str:
    """What an exception says; for a missing module, what can be imported instead."""
    if isinstance(error, ModuleNotFoundError) and error.name and not library.is_importable(error.name):
        return library.missing(error.name, own)
    if isinstance(error, SyntaxError):
        return error.msg or str(error)
    if not isinstance(error, _EXPLAINED) and not hasattr(error, "__notes__"):
        return str(error)
    described = "".join(traceback.TracebackException.from_exception(error).format_exception_only()).strip()
    _, separator, message = described.partition(": ")
    return message if separator else str(error)


def place_of(error: BaseException, files: Collection[str]) -> Place:
    """The innermost place in the actor's own files that the exception came through."""
    frames = traceback.extract_tb(own_trace(error, files))
    return _place(frames[-1]) if frames else Place()


def own_trace(error: BaseException, files: Collection[str]) -> TracebackType | None:
    """The error's traceback without the frames of other files: describing those costs more than all the rest."""
    places = []
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_code.co_filename in files:
            places.append(place)
            _know_lines(place.tb_frame)
        place = place.tb_next
    made: TracebackType | None = None
    for place in reversed(places):
        made = TracebackType(made, place.tb_frame, place.tb_lasti, place.tb_lineno)
    return made


def _know_lines(frame: FrameType) -> None:
    """Hand its source to `linecache`, which would look for a file first: the host counts that as a denied access."""
    path, source = frame.f_code.co_filename, getattr(frame.f_globals.get("__loader__"), "source", None)
    if source is not None and len(cache.get(path, ())) < LINES_KNOWN:
        cache[path] = (len(source), None, source.splitlines(keepends=True), path)


def _place(frame: traceback.FrameSummary) -> Place:
    line = frame.lineno or 0
    if frame.colno is None:
        return Place(frame.filename, line)
    return Place(
        frame.filename,
        line,
        _column(frame, line, frame.colno),
        frame.end_lineno or line,
        _column(frame, frame.end_lineno or line, frame.end_colno or 0),
    )


def _column(frame: traceback.FrameSummary, line: int, offset: int) -> int:
    """Python counts in bytes of UTF-8 from 0; people count in characters from 1."""
    return len(getline(frame.filename, line).encode()[:offset].decode(errors="ignore")) + 1
