"""A session bundle of a node, made through its API: what was recorded, and what is needed to live through it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from workbench.api.actors import ActorInfo
from workbench.api.bundles import FORMAT, SECRETS
from workbench.api.errors import Conflict, NotFound
from workbench.api.logs import LogLine
from workbench.api.modules import CancelToken, ModuleInfo, Progress, ProgressCallback
from workbench.api.node import Node
from workbench.api.supervision import Strategy, SupervisorInfo
from workbench.api.words import plural
from workbench.debug.bundle import layout, records
from workbench.debug.bundle.manifest import Manifest, Services
from workbench.debug.bundle.manifest import Redaction as Told
from workbench.debug.bundle.recorded import TURN_ON, Gathered, gather
from workbench.debug.bundle.redaction import Redaction
from workbench.debug.bundle.writer import Writer

LOG_LINES = 1_000_000
NAMED = 5
"""So many actors are named in a note."""
STEP = 1_000
"""How many turns are written between two looks at whether the job was cancelled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a session goes into a bundle: actors by name (none: all), turns that began from a time on and up to one
    (0: no bound), and by which rules of secrets.

    `with_interpreter` puts the 25 MB of the interpreter in, for a machine that has another build of it.
    """

    actors: Collection[str] = ()
    since: float = 0.0
    with_interpreter: bool = False
    rules: Sequence[str] = SECRETS
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """What of a node goes into a bundle beside what is recorded, before secrets are taken out."""

    actors: Sequence[ActorInfo]
    supervisors: Sequence[SupervisorInfo]
    log: Sequence[LogLine]
    notes: Sequence[str]


def export(
    node: Node,
    target: Path,
    wanted: Wanted,
    *,
    created: float | None = None,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """Write a bundle. NotFound: nothing is recorded, or an actor that is neither there nor recorded. Conflict:
    cancelled; nothing is left."""
    job = _Job(progress, cancel)
    redaction = Redaction(wanted.rules)
    with Writer(target) as writer:
        job.at("reading the session", None)
        found = gather(node, target.parent, wanted.actors, since=wanted.since, until=wanted.until)
        try:
            _write(node, writer, wanted, found, redaction, job, created)
        finally:
            found.close()


def _write(
    node: Node, writer: Writer, wanted: Wanted, found: Gathered, redaction: Redaction, job: _Job, created: float | None
) -> None:
    session = _read(node, wanted, found)
    if not found.turns and (wanted.since or wanted.until):
        raise NotFound(f"{_nothing(wanted)}; workbench debug history lists what is recorded")
    job.at("looking for secrets", None)
    rest = [records.plain(each) for each in (session.actors, session.supervisors, session.log)]
    _learn(found, rest, redaction, job)
    redaction.begin()
    for name, data in _packed(found, redaction, job):
        writer.add(name, data)
    missing, notes = _write_modules(node, writer, sorted(found.modules), redaction, job)
    interpreters = sorted({interpreter for _, interpreter in found.modules if interpreter})
    if wanted.with_interpreter:
        notes += _write_interpreters(node, writer, interpreters, job)
    actors, supervisors, log = map(redaction.values, rest)
    writer.add(layout.ACTORS, _lines((actors,)))
    writer.add(layout.SUPERVISION, _lines((supervisors,)))
    writer.add(layout.LOG, _lines(log))
    info = node.info()
    services = Services(found.number, tuple(sorted(found.held)), found.early) if found.held else None
    tenant, namespace = _scope(node)
    writer.finish(
        Manifest(
            format=FORMAT,
            entries=(),
            program=info.version,
            wasmtime=info.wasmtime,
            platform=info.platform,
            node=info.name,
            tenant=tenant,
            namespace=namespace,
            created=time.time() if created is None else created,
            since=wanted.since,
            actors=tuple(sorted(set(wanted.actors))),
            interpreters=tuple(interpreters),
            missing=tuple(missing),
            redaction=Told(redaction.rules, redaction.secrets, redaction.changed),
            notes=(*session.notes, *notes),
            services=services,
        )
    )


def _learn(found: Gathered, rest: Sequence[object], redaction: Redaction, job: _Job) -> None:
    for number, (is_turn, _, line) in enumerate(found.wanted()):
        job.step(number)
        if is_turn:
            redaction.learn_turn(line)
        else:
            redaction.learn_change(line)
    for table, rows in found.held.items():
        for row in rows:
            redaction.learn_row(table, row)
    for each in rest:
        redaction.learn(each)


class _Job:
    """Tells where it is, and ends when it is cancelled."""

    def __init__(self, progress: ProgressCallback | None, cancel: CancelToken | None) -> None:
        self._progress, self._cancel = progress, cancel
        self._started = time.monotonic()

    def at(self, stage: str, fraction: float | None) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Conflict("the export was cancelled; nothing was written")
        if self._progress is not None:
            self._progress(Progress(stage, fraction, time.monotonic() - self._started))

    def step(self, number: int, of: int = 0) -> None:
        if number % STEP == 0:
            self.at("writing turns" if of else "looking for secrets", (number + 1) / of if of else None)


def _read(node: Node, wanted: Wanted, found: Gathered) -> Session:
    names = set(wanted.actors)
    actors = [info for info in node.actors.list() if not names or info.id.name in names]
    if unknown := sorted(names - {info.id.name for info in actors} - found.names):
        raise NotFound(f"no actor {unknown[0]!r}, and no recorded turn of one; list them with: workbench actor list")
    silent = sorted(info.id.name for info in actors if info.turns and info.id.name not in found.names)
    actors = [info for info in actors if info.id.name not in set(silent)]
    if names and not found.names:
        raise NotFound(f"no turn of {silent[0] if silent else sorted(names)[0]!r} is recorded; {TURN_ON}")
    notes = []
    if silent:
        named = ", ".join(silent[:NAMED]) + (", …" if len(silent) > NAMED else "")
        notes.append(f"{plural(len(silent), 'actor')} not in it, because no turn of them is recorded: {named}")
    if found.completed:
        notes.append(_completed(found))
    if not found.held:
        notes.append("what services held is not in it: it is recorded on the level full alone")
    lines = (line for line in node.logs(limit=LOG_LINES) if _is_between(line.time, wanted))
    log = [line for line in lines if not names or line.actor in names]
    supervisors = [_above(info, names) if names else info for info in node.supervision.list()]
    return Session(actors, [info for info in supervisors if info is not None], log, notes)


def _is_between(time: float, wanted: Wanted) -> bool:
    return wanted.since <= time and (not wanted.until or time <= wanted.until)


def _nothing(wanted: Wanted) -> str:
    """Why there is no turn to be written."""
    if wanted.until and wanted.until < wanted.since:
        return f"no turn is from {_when(wanted.since)} on and up to {_when(wanted.until)}, which is before"
    whose = f" of {', '.join(sorted(set(wanted.actors))[:NAMED])}" if wanted.actors else ""
    bounds = f" from {_when(wanted.since)} on" if wanted.since else ""
    bounds += f" up to {_when(wanted.until)}" if wanted.until else ""
    return f"no turn{whose}{bounds} is recorded"


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _completed(found: Gathered) -> str:
    names = sorted(found.completed)
    named = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    turns, whose = plural(sum(found.completed.values()), "turn"), plural(len(names), "durable actor")
    return f"{turns} of {whose} are from their journals, because the recording does not have them: {named}"


def _above(info: SupervisorInfo, names: Collection[str]) -> SupervisorInfo | None:
    """A supervisor with the children that were asked for alone; None when it has none of them."""
    children = tuple(child for child in info.children if child.name in names)
    if not children:
        return None
    spec = info.spec
    if spec.strategy is not Strategy.SIMPLE_ONE_FOR_ONE:
        spec = replace(spec, children=tuple(child for child in spec.children if child.name in names))
    return replace(info, spec=spec, children=children)


def _packed(found: Gathered, redaction: Redaction, job: _Job) -> Iterator[tuple[str, bytes]]:
    """The files of turns, of changes, and of what services held at the end."""
    turns = _Pieces(lambda number: layout.turns_name(number))
    changes = _Pieces(lambda number: layout.changes_name(number))
    for number, (is_turn, over, line) in enumerate(found.wanted()):
        job.step(number, found.turns + found.changes)
        if is_turn:
            yield from turns.add(redaction.turn(line))
        else:
            yield from changes.add(f'{{"turns":{over},{redaction.change(line)[1:]}')
    yield from turns.end()
    yield from changes.end()
    for table, rows in found.held.items():
        job.at("writing what services hold", None)
        pieces = _Pieces(partial(layout.services_name, table))
        for row in rows:
            yield from pieces.add(redaction.row(table, row))
        yield from pieces.end(always=True)


class _Pieces:
    """Lines, as many in one piece as a file of a bundle holds."""

    def __init__(self, name: Callable[[int], str]) -> None:
        self._name, self._number = name, 0
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, line: str) -> Iterator[tuple[str, bytes]]:
        data = line.encode() + b"\n"
        if self._lines and (self._size + len(data) > layout.TURNS_BYTES or len(self._lines) >= layout.TURNS_LINES):
            yield from self.end()
        self._lines.append(data)
        self._size += len(data)

    def end(self, *, always: bool = False) -> Iterator[tuple[str, bytes]]:
        if self._lines or (always and not self._number):
            self._number += 1
            data = b"".join(self._lines)
            self._lines, self._size = [], 0
            yield self._name(self._number), data


def _scope(node: Node) -> tuple[str, str]:
    """Every recorded thing is of the node's tenant and namespace; a turn of it names them."""
    newest = node.debugger.turns(limit=1, newest=True)
    found = newest[0].turn.actor if newest else next((info.id for info in node.actors.list()), None)
    return (found.tenant, found.namespace) if found is not None else ("default", "default")


def _lines(found: Sequence[object]) -> bytes:
    return "".join(records.text(each) + "\n" for each in found).encode()


def _write_modules(
    node: Node, writer: Writer, ran: Sequence[tuple[str, str]], redaction: Redaction, job: _Job
) -> tuple[list[str], list[str]]:
    """The modules that the turns name, as they were deployed; those that are gone, and what should be known besides."""
    missing, notes = [], []
    for module in sorted({module for module, _ in ran}):
        job.at("writing modules", None)
        try:
            info, data = node.modules.get(module), node.modules.data(module)
        except NotFound:
            missing.append(module)
            continue
        writer.add(layout.MODULES + module, data)
        writer.add(f"{layout.MODULES}{module}.json", _lines((records.plain(info),)))
        if redaction.holds(data):
            notes.append(
                f"{info.file_name} ({module[:12]}) holds in its code what was redacted elsewhere: "
                "modules are never changed"
            )
        _write_bytecode(
            node, writer, info, [interpreter for name, interpreter in ran if name == module and interpreter]
        )
    return missing, notes


def _write_bytecode(node: Node, writer: Writer, info: ModuleInfo, interpreters: Sequence[str]) -> None:
    """What the interpreter made of a source, with the name of its file in it: other names take other fuel."""
    for interpreter in interpreters:
        try:
            bytecode = node.modules.bytecode(info.hash, interpreter)
        except NotFound:
            continue
        writer.add(layout.bytecode_name(info.hash, interpreter), bytecode.encode())


def _write_interpreters(node: Node, writer: Writer, interpreters: Sequence[str], job: _Job) -> list[str]:
    notes = []
    for interpreter in interpreters:
        job.at("writing the interpreter", None)
        try:
            writer.add(layout.INTERPRETER + interpreter, node.modules.data(interpreter))
        except NotFound:
            notes.append(f"the node did not have the interpreter {interpreter[:12]} any more")
    return notes
