"""A session bundle of a node, made through its API: what was recorded, and what is needed to live through it again."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.api.actors import ActorInfo
from workbench.api.bundles import FORMAT, SECRETS
from workbench.api.errors import Conflict, NotFound
from workbench.api.logs import LogLine
from workbench.api.modules import CancelToken, ModuleInfo, Progress, ProgressCallback
from workbench.api.node import Node
from workbench.api.supervision import Strategy, SupervisorInfo
from workbench.api.turns import Turn
from workbench.debug.bundle import layout, records
from workbench.debug.bundle.manifest import Manifest
from workbench.debug.bundle.manifest import Redaction as Told
from workbench.debug.bundle.recorded import turns_of
from workbench.debug.bundle.redaction import Redaction
from workbench.debug.bundle.writer import Writer

LOG_LINES = 1_000_000
STEP = 1_000
"""How many turns are written between two looks at whether the job was cancelled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a session goes into a bundle: actors by name (none: all), from a time on, and by which rules of secrets.

    `with_interpreter` puts the 20 MB of the interpreter in, for a machine that has another build of it.
    """

    actors: Collection[str] = ()
    since: float = 0.0
    with_interpreter: bool = False
    rules: Sequence[str] = SECRETS


@dataclass(frozen=True, slots=True)
class Session:
    """Everything of a node that goes into a bundle, before secrets are taken out."""

    turns: Sequence[Turn]
    actors: Sequence[ActorInfo]
    supervisors: Sequence[SupervisorInfo]
    log: Sequence[LogLine]


def export(
    node: Node,
    target: Path,
    wanted: Wanted,
    *,
    created: float | None = None,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """Write a bundle. NotFound: an actor that is neither there nor recorded. Conflict: cancelled; nothing is left."""
    job = _Job(progress, cancel)
    redaction = Redaction(wanted.rules)
    job.at("reading the session", None)
    session = _read(node, wanted)
    job.at("looking for secrets", None)
    for number, turn in enumerate(session.turns):
        redaction.learn(turn)
        job.step(number)
    rest = [records.plain(each) for each in (session.actors, session.supervisors, session.log)]
    for each in rest:
        redaction.learn(each)
    redaction.begin()
    with Writer(target) as writer:
        for number, data in enumerate(_packed(session.turns, redaction, job), 1):
            writer.add(layout.turns_name(number), data)
        missing, notes = _write_modules(node, writer, session.turns, redaction, job)
        interpreters = sorted({turn.interpreter for turn in session.turns if turn.interpreter})
        if wanted.with_interpreter:
            notes += _write_interpreters(node, writer, interpreters, job)
        actors, supervisors, log = map(redaction.values, rest)
        writer.add(layout.ACTORS, _lines((actors,)))
        writer.add(layout.SUPERVISION, _lines((supervisors,)))
        writer.add(layout.LOG, _lines(log))
        info = node.info()
        scope = _scope(session)
        writer.finish(
            Manifest(
                format=FORMAT,
                entries=(),
                program=info.version,
                wasmtime=info.wasmtime,
                platform=info.platform,
                node=info.name,
                tenant=scope[0],
                namespace=scope[1],
                created=time.time() if created is None else created,
                since=wanted.since,
                actors=tuple(sorted(set(wanted.actors))),
                interpreters=tuple(interpreters),
                missing=tuple(missing),
                redaction=Told(redaction.rules, redaction.secrets, redaction.changed),
                notes=tuple(notes),
            )
        )


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


def _read(node: Node, wanted: Wanted) -> Session:
    names = set(wanted.actors)
    turns = turns_of(node, names, since=wanted.since)
    actors = [info for info in node.actors.list() if not names or info.id.name in names]
    known = {info.id.name for info in actors} | {turn.actor.name for turn in turns}
    if unknown := sorted(names - known):
        raise NotFound(f"no actor {unknown[0]!r}, and no recorded turn of one; list them with: workbench actor list")
    log = [
        line for line in node.logs(limit=LOG_LINES) if line.time >= wanted.since and (not names or line.actor in names)
    ]
    supervisors = [_above(info, names) if names else info for info in node.supervision.list()]
    return Session(turns, actors, [info for info in supervisors if info is not None], log)


def _above(info: SupervisorInfo, names: Collection[str]) -> SupervisorInfo | None:
    """A supervisor with the children that were asked for alone; None when it has none of them."""
    children = tuple(child for child in info.children if child.name in names)
    if not children:
        return None
    spec = info.spec
    if spec.strategy is not Strategy.SIMPLE_ONE_FOR_ONE:
        spec = replace(spec, children=tuple(child for child in spec.children if child.name in names))
    return replace(info, spec=spec, children=children)


def _scope(session: Session) -> tuple[str, str]:
    ids = [*(turn.actor for turn in session.turns[:1]), *(info.id for info in session.actors[:1])]
    return (ids[0].tenant, ids[0].namespace) if ids else ("default", "default")


def _packed(turns: Sequence[Turn], redaction: Redaction, job: _Job) -> Iterator[bytes]:
    """The lines of turns, as many in one piece as a file of a bundle holds."""
    piece: list[bytes] = []
    size = 0
    for number, turn in enumerate(turns):
        job.step(number, len(turns))
        line = redaction.line(turn).encode() + b"\n"
        if piece and (size + len(line) > layout.TURNS_BYTES or len(piece) >= layout.TURNS_LINES):
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield b"".join(piece)


def _lines(found: Sequence[object]) -> bytes:
    return "".join(records.text(each) + "\n" for each in found).encode()


def _write_modules(
    node: Node, writer: Writer, turns: Sequence[Turn], redaction: Redaction, job: _Job
) -> tuple[list[str], list[str]]:
    """The modules that the turns name, as they were deployed; those that are gone, and what should be known besides."""
    missing, notes = [], []
    ran = sorted({(turn.module, turn.interpreter) for turn in turns})
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
