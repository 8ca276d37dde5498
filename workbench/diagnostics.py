"""Diagnostics of a node: made and looked at first, and written into a zip just as they were looked at.

What is read of a node is read through its facets, so that it may be anywhere; a part that cannot be read says why.
Every part goes through the rules that take secrets out of recorded sessions, and known ones are taken out of all.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from importlib import metadata
from pathlib import Path
from threading import enumerate as threads
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from workbench import dialling
from workbench.api.bundles import SECRETS
from workbench.api.diagnostics import DiagnosticsPart
from workbench.api.errors import Exhausted, Unavailable, WorkbenchError
from workbench.private import FILE as ENDPOINT
from workbench.private import endpoint

if TYPE_CHECKING:
    from workbench.api.node import Node
    from workbench.debug.bundle.redaction import Redaction

DISTRIBUTION = "actor-workbench"
LOG_LINES = 2_000
TAIL_BYTES = 256 << 10
FILES = 100_000
"""So many files of a workspace are counted."""
SHORT = 6
"""A secret of fewer characters would be found everywhere."""
LOOKS = tuple(map(re.compile, (
    r"\b(?i:bearer|basic)\s+([A-Za-z0-9._~+/=-]{6,})",
    r"(wbt_[A-Za-z0-9_-]{8,})",
    r"(?i:authorization|password|passwd|token|secret|api[-_ ]?key)(?:[\"']?\s*[:=]\s*[\"']?|[\"']\s*,\s*[\"'])"
    r"(?i:bearer\s+|basic\s+)?([^\s\"',;&}\]]{6,})",
)))  # fmt: skip
"""What a secret looks like in a line of a log, besides the rules of session bundles: `token: …`, `Bearer …`, a token of
a node."""
Read = Callable[[], Any]


def collect(
    node: Node | None, *, workspace: str | Path = "", problem: str = "", secrets: Sequence[str] = (),
    beside: Mapping[str, Any] | None = None,
) -> Sequence[DiagnosticsPart]:  # fmt: skip
    """What would be written. `node` is None when there is none, `problem` why; `workspace` is its folder, where that is
    on this machine. `secrets` are taken out wherever they stand; `beside` are parts of the caller's, by name."""
    folder, own = Path(workspace) if workspace else None, beside or {}
    wanted: list[tuple[str, str, Read]] = [
        ("versions.json", "the program, Python and every package that it uses", _versions),
        ("platform.json", "the machine and its system", _platform),
        ("settings.json", "the settings in force, and the names of the variables that set some", _settings),
        ("node.json", "the node, its actors by state, and what is recorded", lambda: _node(node, problem)),
        ("health.json", "what is wrong: crashed actors with their causes, dead letters, what is full",
         lambda: _health(node, problem, folder)),
        ("sizes.json", "how much disk each part of the workspace takes", lambda: _sizes(folder)),
        ("threads.txt", "what each thread of this process does now", _threads),
        ("log.txt", f"the newest {LOG_LINES:,} lines of the node's log", lambda: _log(node, problem)),
        *_logs(folder),
        *((name, "what the window says of itself", lambda values=values: values) for name, values in own.items()),
    ]  # fmt: skip
    found = [(name, what, _read(read)) for name, what, read in wanted]
    redaction = _learned([values for _, _, values in found], folder, secrets)
    parts = [DiagnosticsPart(name, what, _text(_clean(redaction, values))) for name, what, values in found]
    return (DiagnosticsPart("README.txt", "what is in it, and what is not", _readme(parts, redaction.secrets)), *parts)


def write(parts: Sequence[DiagnosticsPart], path: str | Path) -> None:
    """Write them into one zip, whole or not at all. Exhausted, Unavailable: it cannot be written."""
    target = Path(path)
    scratch = target.with_name(f"{target.name}.part")
    try:
        with ZipFile(scratch, "w", ZIP_DEFLATED) as archive:
            for part in parts:
                archive.writestr(part.name, part.text.encode(errors="replace"))
        scratch.replace(target)
    except OSError as error:
        kind = Exhausted if error.errno == 28 else Unavailable
        raise kind(f"{target} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        scratch.unlink(missing_ok=True)


def _read(read: Read) -> Any:
    """A part that cannot be read says why: the others are there all the same."""
    try:
        return read()
    except (WorkbenchError, OSError) as error:
        return {"not read": str(error)}


# Secrets.


def _learned(found: Sequence[Any], folder: Path | None, secrets: Sequence[str]) -> Redaction:
    from workbench.debug.bundle.redaction import Redaction

    redaction = Redaction()
    for secret in (*secrets, *_known(folder), *(seen for values in found for seen in _seen(values))):
        if len(secret) >= SHORT:
            redaction.learn({"secret": secret})
    for values in found:
        for piece in _pieces(values):
            redaction.learn(piece)
    redaction.begin()
    return redaction


def _known(folder: Path | None) -> Iterator[str]:
    """Of this process and this workspace: the private endpoint's token, those with which actors were moved to other
    nodes, variables whose names say what they are."""
    yield from dialling.secrets()
    own = endpoint(folder) if folder is not None else None
    if own is not None:
        yield own.token
    names = tuple(rule.replace("-", "") for rule in SECRETS)
    for name, value in os.environ.items():
        plain = name.lower().replace("_", "")
        if any(word in plain for word in names) and not Path(value).is_file():  # WORKBENCH_TOKEN_FILE names a file
            yield value


def _seen(values: Any) -> Iterator[str]:
    """What looks like a secret."""
    text = _text(values)
    for look in LOOKS:
        yield from (match[1] for match in look.finditer(text))


def _pieces(values: Any) -> Sequence[Any]:
    """Text is looked at line by line: each may be JSON of its own."""
    return values.splitlines() if isinstance(values, str) else [values]


def _clean(redaction: Redaction, values: Any) -> Any:
    if isinstance(values, str):
        return "\n".join(redaction.values(line) for line in values.splitlines()) + "\n"
    return redaction.values(values)


def _text(values: Any) -> str:
    return values if isinstance(values, str) else json.dumps(values, indent=2, ensure_ascii=False, default=str) + "\n"


def _readme(parts: Sequence[DiagnosticsPart], secrets: int) -> str:
    lines = [
        f"Diagnostics of the Actor Workbench, made {time.strftime('%Y-%m-%d %H:%M:%S %z')}.", "",
        *(f"{part.name}: {part.what} ({part.size_bytes:,} bytes)" for part in parts), "",
        "Not in it: payloads, states, keys, tuples, blobs, sources and modules of actors; tokens and certificates;",
        "stored connections; values of environment variables. Logs hold what actors print into them, causes of crashes",
        "what an actor raised.",
        f"Taken out by rule, as [redacted N]: {secrets:,} different texts that are or look like secrets.",
        "Look at it before you send it: what no rule finds stays in.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


# Parts.


def _versions() -> dict[str, Any]:
    wanted = {name for name in map(_named, metadata.requires(DISTRIBUTION) or ()) if name} if _installed() else set()
    known = {each.name.lower().replace("_", "-"): each.version for each in metadata.distributions() if each.name}
    return {
        "workbench": known.get(DISTRIBUTION, "not installed"),
        "python": sys.version,
        "packages": {name: known.get(name, "absent") for name in sorted(wanted)},
        "frozen": bool(getattr(sys, "frozen", False)),
    }


def _installed() -> bool:
    return any(metadata.distributions(name=DISTRIBUTION))


def _named(requirement: str) -> str:
    """`grpcio>=1.85; extra == "x"` is about `grpcio`."""
    name = ""
    for character in requirement:
        if not (character.isalnum() or character in "-_."):
            break
        name += character
    return name.lower().replace("_", "-")


def _platform() -> dict[str, Any]:
    import psutil

    memory = psutil.virtual_memory()
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "processors": os.cpu_count(),
        "memory_bytes": memory.total,
        "memory_available_bytes": memory.available,
        "encoding": sys.getfilesystemencoding(),
        "process_started": psutil.Process().create_time(),
        "process_memory_bytes": psutil.Process().memory_info().rss,
        "process_threads": psutil.Process().num_threads(),
    }


def _settings() -> dict[str, Any]:
    from workbench.config import Config, load

    config = load()
    return {
        "settings": {field.name: _plain(getattr(config, field.name)) for field in fields(Config)},
        "variables that are set": sorted(name for name in os.environ if name.startswith("WORKBENCH_")),
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _node(node: Node | None, problem: str) -> dict[str, Any]:
    if node is None:
        return {"not read": problem or "there is no node"}
    began = time.perf_counter()
    info = node.info()
    answered = (time.perf_counter() - began) * 1_000
    actors = node.actors.list()
    return {
        "info": asdict(info),
        "answered_ms": round(answered, 3),
        "session": node.session.name if node.session is not None else "",
        "actors": dict(Counter(actor.state.value for actor in actors)),
        "durable": sum(actor.durable for actor in actors),
        "waiting_messages": sum(actor.mailbox for actor in actors),
        "supervisors": dict(Counter(str(found.state) for found in node.supervision.list())),
        "modules": dict(Counter(str(module.format) for module in node.modules.list())),
        "recording": asdict(node.debugger.statistics()),
    }


def _health(node: Node | None, problem: str, folder: Path | None) -> dict[str, Any]:
    found: dict[str, Any] = {"problems": [problem] if problem else []}
    if folder is not None and folder.exists():
        import shutil

        usage = shutil.disk_usage(folder)
        found["disk"] = {"free_bytes": usage.free, "total_bytes": usage.total}
    if node is None:
        return found
    recording = node.debugger.statistics()
    if recording.stopped:
        found["problems"].append(f"the recording has stopped: {recording.stopped}")
    if recording.dropped:
        found["problems"].append(f"{recording.dropped:,} turns or changes could not be recorded")
    if node.session is not None:
        found["problems"] += node.session.problems
    found["crashed"] = [
        {"actor": actor.id.name, "module": actor.module_name, "restarts": actor.restarts,
         "cause": str(actor.last_cause),
         "traceback": actor.last_cause.traceback if actor.last_cause is not None else ""}
        for actor in node.actors.list() if actor.state.value == "crashed"
    ]  # fmt: skip
    letters = node.actors.dead_letters(limit=1_000)
    found["dead_letters"] = dict(Counter(letter.reason for letter in letters))
    return found


def _sizes(folder: Path | None) -> dict[str, Any]:
    if folder is None:
        return {"not read": "the workspace is on another machine, or there is none"}
    if not folder.is_dir():
        return {"not read": f"there is no folder {folder}"}
    sizes: dict[str, dict[str, int]] = {}
    for number, path in enumerate(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        if number >= FILES:
            return {"folder": str(folder), "parts": sizes, "counted": f"the first {FILES:,} files"}
        top = path.relative_to(folder).parts[0]
        part = sizes.setdefault(top, {"files": 0, "bytes": 0})
        part["files"] += 1
        part["bytes"] += path.stat().st_size
    sizes.pop(ENDPOINT, None)
    return {"folder": str(folder), "parts": dict(sorted(sizes.items()))}


def _threads() -> str:
    frames = sys._current_frames()
    pieces = []
    for thread in threads():
        frame = frames.get(thread.ident or 0)
        pieces.append(f"{thread.name}{' (daemon)' if thread.daemon else ''}\n")
        pieces += traceback.format_stack(frame)[-30:] if frame is not None else []
    return "".join(pieces)


def _log(node: Node | None, problem: str) -> str:
    if node is None:
        return f"not read: {problem or 'there is no node'}\n"
    lines = node.logs(limit=LOG_LINES)
    return "".join(
        f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(line.time))} {line.level} {line.actor or '-'} "
        f"{line.message}{''.join(f' {name}={value}' for name, value in line.fields)}\n"
        for line in lines
    )


def _logs(folder: Path | None) -> Iterator[tuple[str, str, Read]]:
    """The ends of the files in the folder of logs, the audit log among them."""
    logs = folder / "logs" if folder is not None else None
    if logs is None or not logs.is_dir():
        return
    for path in sorted(path for path in logs.iterdir() if path.is_file() and not path.is_symlink()):
        yield f"logs/{path.name}", f"the end of {path.name}", lambda path=path: _tail(path)  # type: ignore[misc]


def _tail(path: Path) -> str:
    """From a line's beginning on: half of one could hide half of a secret."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        data = file.read(TAIL_BYTES)
    if size > TAIL_BYTES:
        data = data.partition(b"\n")[2]
    return data.decode(errors="replace")
