"""A session bundle that is open: read-only, without a node, and nothing in it is believed.

What is damaged is named in `problems` and refused, the rest can be read. Files of turns are inflated when they are
needed, the last few are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from workbench.api.actors import ActorInfo
from workbench.api.bundles import FORMAT
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.api.logs import LogLine
from workbench.api.modules import ModuleInfo
from workbench.api.supervision import SupervisorInfo
from workbench.api.turns import Turn
from workbench.debug.bundle import layout, manifest, records, tables
from workbench.debug.bundle.container import Container
from workbench.debug.bundle.history import Change, History, read_change
from workbench.debug.bundle.index import Bad, Index, Order, Place, TooMuch, lines_of, read_turn
from workbench.debug.bundle.manifest import Entry

T = TypeVar("T")
KEPT_FILES = 8
"""How many files of turns and of changes stay inflated; each has about a mebibyte."""
UNRECORDED = "what services held was not recorded in it"
NAMED = 5
"""So many actors of a module are named."""
PROBLEMS = 100
"""How many problems are named; after so many the rest is not worth a line."""


class Bundle:
    """Thread-safe. NotFound: there is no such file. Invalid: it is no session bundle, and why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._problems: dict[str, None] = {}
        self._bad = Bad(self.refuse)
        self._lock = threading.Lock()
        self._inflated: OrderedDict[str, Sequence[bytes]] = OrderedDict()
        self._container = Container(path)
        try:
            self.manifest = manifest.read(self._container.manifest())
            self._entries = {entry.name: entry for entry in self.manifest.entries}
            self._files = [entry for entry in self.manifest.entries if _is_turns(entry.name)]
            self._check_names()
            self._index = self._indexed()
        except BaseException:
            self._container.close()
            raise

    @property
    def size_bytes(self) -> int:
        return self._container.size_bytes

    @property
    def problems(self) -> tuple[str, ...]:
        """What was found wrong so far: sentences that begin with the name of the entry."""
        return tuple(self._problems)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Entries that this program does not know, of a newer one say."""
        return tuple(name for name in self._container.names if not layout.is_known(name))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know."""
        newer = (
            f"it was written in version {self.manifest.format} of the format by a newer program; "
            f"this one knows version {FORMAT} and shows what it understands"
        )
        notes = [newer] if self.manifest.format > FORMAT else []
        if self.manifest.services is None and not any("what services held" in note for note in self.manifest.notes):
            notes.append(UNRECORDED)
        return (*notes, *self.manifest.notes)

    def refuse(self, problem: str, always: bool = False) -> None:
        """Name what is wrong; `always`, however much else is."""
        if always or len(self._problems) < PROBLEMS:
            self._problems.setdefault(problem)

    def _check_names(self) -> None:
        present = set(self._container.names)
        for name in self._entries.keys() - present:
            self.refuse(f"{name} is missing{self.called(name.removeprefix(layout.MODULES))}")
        for name in sorted(present - self._entries.keys() - {layout.MANIFEST}):
            self.refuse(f"{name} is not named by the manifest")

    def _indexed(self) -> Index:
        index = Index(self._bad)
        for number, entry in enumerate(self._files):
            if (data := self.entry(entry.name)) is not None:
                try:
                    index.add(number, entry.name, data)
                except TooMuch:
                    raise
                except Invalid as error:
                    self.refuse(f"{entry.name} is not read: {error.message}", True)
        return index

    def lines_of(self, name: str) -> Sequence[bytes]:
        """The lines of an entry; none, and a problem, when they are not to be had."""
        data = self.entry(name)
        try:
            return lines_of(data) if data is not None else ()
        except Invalid as error:
            self.refuse(f"{name} is not read: {error.message}", True)
            return ()

    def entry(self, name: str) -> bytes | None:
        """The bytes of an entry as they were written; None, and a problem, when they are not to be had."""
        try:
            return self.read(name)
        except Invalid as error:
            self.refuse(error.message)
            return None

    def read(self, name: str) -> bytes:
        """The same, or Invalid. NotFound: the bundle was made without it."""
        known = self._entries.get(name)
        if known is None:
            raise NotFound(f"there is no {name} in this bundle")
        return self._container.read(name, known.size, known.sha256)

    def entries(self) -> Sequence[Entry]:
        return self.manifest.entries

    def check_headers(self) -> None:
        """Name the entries whose head in the zip says something else than its directory."""
        for problem in self._container.check_headers():
            self.refuse(problem)

    def packed_bytes(self, name: str) -> int:
        return self._container.packed_bytes(name)

    @property
    def turns_total(self) -> int:
        return self._index.total

    @property
    def recorded(self) -> Sequence[ActorId]:
        """The actors that have turns here, by name."""
        return sorted(self._index.actors)

    @property
    def numbered(self) -> Sequence[ActorId]:
        """The same by the numbers that orders give them."""
        return self._index.actors

    def orders(self) -> Iterator[tuple[int, Order]]:
        """The turns that can be read of each file that can be."""
        yield from self._index.orders.items()

    def places(self, actor: ActorId) -> Sequence[Place]:
        """Where the turns of an actor are, in recorded order."""
        return self._index.places.get(actor, ())

    def turns(self, actor: ActorId | None = None) -> Iterator[Turn]:
        """The turns of one actor, or of all, in recorded order. One that cannot be read is a problem, and left out."""
        for place in self.every_place() if actor is None else self.places(actor):
            with suppress(Invalid):
                yield self.turn_at(place)

    def every_place(self) -> Iterator[Place]:
        """Where each turn is, in the order in which they ended; of the place only file and line are known."""
        for file, order in self.orders():
            for line in order.line:
                yield Place(0, False, file, line)

    def turn(self, actor: ActorId, seq: int) -> Turn:
        """One turn; the latest with this number. NotFound: it is not recorded, or cannot be read."""
        for place in reversed(self.places(actor)):
            if place.seq == seq:
                with suppress(Invalid):
                    return self.turn_at(place)
        raise NotFound(f"there is no turn {seq:,} of {actor.name} in this bundle")

    def turn_at(self, place: Place) -> Turn:
        """The turn in a place. Invalid: it cannot be read; that is a problem then, too."""
        lines = self._lines(self._files[place.file].name)
        try:
            return read_turn(lines[place.line] if place.line < len(lines) else b"")
        except Invalid as error:
            problem = f"{self._files[place.file].name} line {place.line + 1}: {error.message}"
            self.refuse(problem)
            raise Invalid(problem) from None

    @cached_property
    def history(self) -> History:
        """Where each change of what services hold is. Invalid: there are too many."""
        found = History(self._bad)
        for file, name in enumerate(self._change_files):
            found.add(file, name, self.lines_of(name))
        return found

    @cached_property
    def _change_files(self) -> Sequence[str]:
        return [entry.name for entry in self.manifest.entries if _is_in(layout.CHANGES, entry.name)]

    @property
    def scope(self) -> tuple[str, str]:
        return self.manifest.tenant, self.manifest.namespace

    def change_at(self, file: int, line: int) -> Change:
        """Invalid: it cannot be read; that is a problem then, too."""
        try:
            return read_change(self.change_line(file, line), self.scope)
        except Invalid as error:
            raise Invalid(self.refuse_change(file, line, error.message)) from None

    def change_line(self, file: int, line: int) -> bytes:
        lines = self._lines(self._change_files[file])
        return lines[line] if line < len(lines) else b""

    def refuse_change(self, file: int, line: int, why: str) -> str:
        """Name what is wrong with it."""
        problem = f"{self._change_files[file]} line {line + 1}: {why}"
        self.refuse(problem)
        return problem

    def held(self, table: str) -> Iterator[tables.Row]:
        """The rows of a table as they were at the end. One that is wrong is a problem, and left out."""
        names = [entry.name for entry in self.manifest.entries if _is_in(layout.SERVICES, entry.name)]
        for name in names:
            if name.removeprefix(layout.SERVICES).removesuffix(".jsonl").partition("-")[0] != table:
                continue
            lines = self.lines_of(name)
            for number, line in enumerate(lines if self._bad.begin(name, len(lines)) else ()):
                try:
                    row = tables.checked(table, records.parsed(line), self.scope)
                except Invalid as error:
                    if not self._bad.refuse(name, number, len(lines), error.message):
                        break
                else:
                    yield row

    def _lines(self, file: str) -> Sequence[bytes]:
        with self._lock:
            if file in self._inflated:
                self._inflated.move_to_end(file)
                return self._inflated[file]
        lines = self.lines_of(file)
        with self._lock:
            self._inflated[file] = lines
            if len(self._inflated) > KEPT_FILES:
                self._inflated.popitem(last=False)
        return lines

    @cached_property
    def actors(self) -> Sequence[ActorInfo]:
        """The actors as they were when the bundle was made."""
        return self._records(layout.ACTORS, ActorInfo)

    @cached_property
    def supervisors(self) -> Sequence[SupervisorInfo]:
        return self._records(layout.SUPERVISION, SupervisorInfo)

    @cached_property
    def log(self) -> Sequence[LogLine]:
        return self._records(layout.LOG, LogLine)

    def called(self, module: str) -> str:
        """` (till.py, which anna and bert ran last)`, where that is known of a module, by its hash."""
        ran = [info for info in self.actors if info.module == module]
        name = next((info.file_name for info in self.modules if info.hash == module), "")
        name = name or next((info.module_name for info in ran), "")
        names = [info.id.name[:100] for info in ran[:NAMED]] + ([f"{len(ran) - NAMED:,} more"] if ran[NAMED:] else [])
        who = f", which {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))} ran last" if names else ""
        return f" ({name[:100]}{who})" if name else ""

    @cached_property
    def modules(self) -> Sequence[ModuleInfo]:
        """What is known about the modules whose bytes are named."""
        names = (name for name in self._entries if name.startswith(layout.MODULES) and name.endswith(".json"))
        found = [info for name in names for info in self._records(name, ModuleInfo)]
        return [info for info in found if layout.is_hash(info.hash)]

    def module(self, module: str) -> tuple[ModuleInfo, bytes]:
        """A module with its bytes. NotFound: the node did not have it any more. Invalid: it is damaged."""
        info = next((info for info in self.modules if info.hash == module), None)
        data = self.read(layout.MODULES + module)
        if self._entries[layout.MODULES + module].sha256 != module:
            raise Invalid(f"{layout.MODULES}{module} is damaged: its bytes are not those that its name promises")
        if info is None:
            raise Invalid(f"{layout.MODULES}{module}.json is missing or damaged")
        return info, data

    def bytecode(self, module: str, interpreter: str) -> str | None:
        """What a module was compiled to on an interpreter; None when it is not here."""
        name = layout.bytecode_name(module, interpreter)
        data = self.entry(name) if name in self._entries else None
        if data is None:
            return None
        try:
            return data.decode("ascii")
        except UnicodeDecodeError:
            self.refuse(f"{name} is damaged: it is no bytecode")
            return None

    def interpreter(self, interpreter: str) -> bytes | None:
        """The bytes of an interpreter; None when the bundle was made without it."""
        name = layout.INTERPRETER + interpreter
        if name not in self._entries:
            return None
        if self._entries[name].sha256 != interpreter:
            self.refuse(f"{name} is damaged: its bytes are not those that its name promises")
            return None
        return self.entry(name)

    def _records(self, name: str, kind: type[T]) -> Sequence[T]:
        """The records of an entry: one on each line, or a list of them on one."""
        lines = self.lines_of(name) if name in self._entries else ()
        found: list[T] = []
        for number, line in enumerate(lines if self._bad.begin(name, len(lines)) else ()):
            try:
                read = records.parsed(line)
                found += [records.record(kind, each) for each in (read if isinstance(read, list) else (read,))]
            except Invalid as error:
                if not self._bad.refuse(name, number, len(lines), error.message):
                    break
        return found

    def close(self) -> None:
        self._container.close()

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _is_turns(name: str) -> bool:
    return _is_in(layout.TURNS, name)


def _is_in(folder: str, name: str) -> bool:
    return name.startswith(folder) and layout.is_known(name)
