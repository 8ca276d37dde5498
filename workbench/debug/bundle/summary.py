"""What a bundle holds, for whoever is about to send it or has been sent it; and whether all of it is whole."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress

from workbench.api.bundles import BundleActor, BundleEntry, BundleInfo, BundleModule
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.debug.bundle import layout, tables
from workbench.debug.bundle.reader import Bundle


def summary(bundle: Bundle) -> BundleInfo:
    """What is in it, after a look at everything but the bytes of modules."""
    made = bundle.manifest
    rows = sum(sum(1 for _ in bundle.held(table)) for table in tables.TABLES)
    supervisors, log, actors, modules = (
        len(bundle.supervisors), len(bundle.log), _actors(bundle), _modules(bundle),
    )  # fmt: skip
    return BundleInfo(
        path=str(bundle.path),
        size_bytes=bundle.size_bytes,
        format=made.format,
        program=made.program,
        wasmtime=made.wasmtime,
        platform=made.platform,
        node=made.node,
        tenant=made.tenant,
        namespace=made.namespace,
        created=made.created,
        since=made.since,
        chosen=made.actors,
        turns=bundle.turns_total,
        supervisors=supervisors,
        log_lines=log,
        rules=made.redaction.rules,
        secrets=made.redaction.secrets,
        redacted=made.redaction.turns,
        actors=actors,
        modules=modules,
        interpreters=made.interpreters,
        included=tuple(each for each in made.interpreters if bundle.packed_bytes(layout.INTERPRETER + each)),
        entries=_entries(bundle),
        problems=bundle.problems,
        notes=bundle.notes,
        held=made.services is not None,
        changes=len(bundle.history),
        rows=rows,
    )


def verified(bundle: Bundle, look: Callable[[], None] = lambda: None) -> BundleInfo:
    """The same after every entry was read, every turn understood, every hash compared and the head of every entry with
    the directory of the zip; see `problems`. `look` is called before each entry, turn and change, and may raise."""
    bundle.check_headers()
    for entry in bundle.entries():
        look()
        bundle.entry(entry.name)
        _check_hash(bundle, entry.name, entry.sha256)
    seen: dict[ActorId, int] = {}
    named: set[str] = set()
    for turn in bundle.turns():
        look()
        named.add(turn.module)
        before = seen.get(turn.actor)
        if before is not None and turn.seq <= before and turn.birth is None:
            bundle.refuse(f"turn {turn.seq:,} of {turn.actor.name[:100]} comes after turn {before:,}")
        seen[turn.actor] = turn.seq
    _check_changes(bundle, look)
    _check_modules(bundle, named)
    return summary(bundle)


def _check_modules(bundle: Bundle, ran: Collection[str]) -> None:
    """Whether there are the modules that turns name."""
    entries = {entry.name for entry in bundle.entries()}
    for module in sorted(ran):
        if module in bundle.manifest.missing:
            why = "the node did not have it when the bundle was made"
        elif layout.MODULES + module not in entries:
            why = "turns name it, the manifest does not"
        else:
            continue
        bundle.refuse(f"{layout.MODULES}{module[:64]} is missing{bundle.called(module)}: {why}")


def _check_changes(bundle: Bundle, look: Callable[[], None]) -> None:
    history = bundle.history
    for file, line in zip(history.files, history.lines, strict=True):
        look()
        with suppress(Invalid):
            bundle.change_at(file, line)
    if len(history) and history.turns[-1] > bundle.turns_total and not bundle.problems:
        bundle.refuse(f"{layout.CHANGES} name {history.turns[-1]:,} turns, and there are {bundle.turns_total:,}")


def _check_hash(bundle: Bundle, name: str, sha256: str) -> None:
    """What is called by its hash must have it."""
    folder, _, rest = name.partition("/")
    if folder + "/" in (layout.MODULES, layout.INTERPRETER) and layout.is_hash(rest) and rest != sha256:
        bundle.refuse(f"{name} is damaged: its bytes are not those that its name promises")


def _actors(bundle: Bundle) -> tuple[BundleActor, ...]:
    infos = {info.id: info for info in bundle.actors}
    found = []
    for actor in sorted({*infos, *bundle.recorded}):
        info, places = infos.get(actor), bundle.places(actor)
        found.append(
            BundleActor(
                actor,
                len(places),
                places[0].seq if places else 0,
                places[-1].seq if places else 0,
                any(place.born for place in places),
                info.module if info else "",
                info.state.value if info else "",
            )
        )
    return tuple(found)


def _modules(bundle: Bundle) -> tuple[BundleModule, ...]:
    found = []
    for info in bundle.modules:
        try:
            data: bytes | None = bundle.module(info.hash)[1]
        except (Invalid, NotFound) as error:
            if not any(problem.startswith(f"{layout.MODULES}{info.hash} is missing") for problem in bundle.problems):
                bundle.refuse(error.message)
            data = None
        names = tuple(each for each in bundle.manifest.interpreters if bundle.bytecode(info.hash, each) is not None)
        found.append(BundleModule(info.hash, info.file_name, info.size_bytes, data is not None, names))
    files = {info.module: info.module_name[:100] for info in bundle.actors}
    gone = (BundleModule(module, files.get(module, ""), 0, False) for module in bundle.manifest.missing)
    return (*sorted(found, key=lambda module: (module.file_name, module.hash)), *gone)


def _entries(bundle: Bundle) -> tuple[BundleEntry, ...]:
    problems = {problem.partition(" ")[0]: problem for problem in reversed(bundle.problems)}
    named = {entry.name for entry in bundle.entries()}
    listed = [
        BundleEntry(
            entry.name,
            entry.size,
            entry.sha256,
            bundle.packed_bytes(entry.name),
            problems.get(entry.name, ""),
            layout.is_known(entry.name),
        )
        for entry in bundle.entries()
    ]
    others = [
        BundleEntry(name, 0, "", bundle.packed_bytes(name), problems.get(name, ""), False)
        for name in bundle.unknown
        if name not in named
    ]
    return (*listed, *others)
