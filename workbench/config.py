"""Every default in one place. A value comes from `WORKBENCH_<NAME>`, else from `workbench.toml`, else from here.

The file is `workbench.toml` in the user's configuration folder (or the one that `WORKBENCH_CONFIG` names).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path

from workbench.api.errors import Invalid
from workbench.api.logs import Level
from workbench.api.recordings import RecordingLevel

APPLICATION = "actor-workbench"
DATA = user_data_path(APPLICATION, appauthor=False)
CACHE = user_cache_path(APPLICATION, appauthor=False)


OFF = "off"
WORDS = {"record": tuple(RecordingLevel), "log_level": (*Level, OFF), "log_format": ("text", "json")}
"""What these settings can be; empty is the default."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a node and its tools.

    workspace: where a node keeps what it must not forget · cache: what can be made again (the interpreter, built
    components, compiled code) · compiled_bytes: the most that a folder of compiled code may take · workers: threads
    that run turns (0 = one per core) · node_name: what comes behind the `@` of an address · kept_turns, kept_log_lines:
    how many of the newest are kept in memory · kept_samples: seconds of graphs · event_buffer: events a slow subscriber
    may be behind · tick_ms: how often a running guest's time is checked · resident: how many actors may hold an
    instance at once, beyond that the longest idle ones become passive (0 = as many as the system's memory mappings
    allow) · actors: how many there may be in all · memory_bytes: private memory of the node beyond which nobody is
    spawned (0 = three quarters of the machine's) · compile_jobs: how many compilations may wait ·
    registry_reap_after: missed heartbeats after which an entry of the registry is removed · keyvalue, blobs: URLs
    of the stores of keys and of blobs, empty for those of the workspace · record: how much of the turns is kept on
    disk (off, messages, full, exact; empty is full for an embedded node and off for `workbench node`) ·
    recording_bytes, recording_seconds: how much of them, and for how long · journal_turns: how many of the newest
    entries of a durable actor are kept besides those that bring it back (0 = all, until they are compacted) ·
    recording_pinned_bytes: how much of what outlives that because an actor crashed in it or because it is to be
    kept · calls_per_second, calls_at_once: how many calls each caller may make at a public listener (0 per second =
    as many as it likes) · drain_seconds: how long `workbench node` lets the work in hand go on when it is told to
    stop · log_bytes, log_files, log_level: the size of a file of the node's log on disk, how many are kept besides
    it, and the least level in it (a `Level`, or off) · log_format: how `workbench node` writes its log to standard
    error (text, json) · audit_bytes, audit_files: the same of the audit log.
    """

    workspace: Path = DATA
    cache: Path = CACHE
    compiled_bytes: int = 2 << 30
    node_name: str = "local"
    workers: int = 0
    kept_turns: int = 20_000
    kept_log_lines: int = 100_000
    kept_samples: int = 3_600
    event_buffer: int = 20_000
    tick_ms: int = 10
    resident: int = 0
    actors: int = 1_000_000
    memory_bytes: int = 0
    compile_jobs: int = 16
    registry_reap_after: int = 6
    keyvalue: str = ""
    blobs: str = ""
    record: str = ""
    journal_turns: int = 0
    recording_bytes: int = 256 << 20
    recording_seconds: int = 7 * 86_400
    recording_pinned_bytes: int = 256 << 20
    calls_per_second: int = 2_000
    calls_at_once: int = 10_000
    drain_seconds: int = 20
    log_bytes: int = 10 << 20
    log_files: int = 5
    log_level: str = "info"
    log_format: str = "text"
    audit_bytes: int = 10 << 20
    audit_files: int = 5


def load(environment: Mapping[str, str] | None = None) -> Config:
    """The settings in force; Invalid names the setting and where it was found."""
    found = os.environ if environment is None else environment
    default = user_config_path(APPLICATION, appauthor=False) / "workbench.toml"
    path = Path(found["WORKBENCH_CONFIG"]) if "WORKBENCH_CONFIG" in found else default
    if path is not default and not path.is_file():
        raise Invalid(f"WORKBENCH_CONFIG names {path}, which is no file; correct it or unset it")
    stored = _read(path)
    values: dict[str, Any] = {}
    for field in fields(Config):
        variable = f"WORKBENCH_{field.name.upper()}"
        if variable in found:
            values[field.name] = _convert(field.name, found[variable], f"the environment variable {variable}")
        elif field.name in stored:
            values[field.name] = _convert(field.name, stored[field.name], str(path))
    return Config(**values)


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}") from error
    known = {field.name for field in fields(Config)}
    for name in stored:
        if name not in known:
            raise Invalid(f"{path} has the unknown setting {name!r}; there are {', '.join(sorted(known))}")
    return stored


def _convert(name: str, value: Any, where: str) -> Any:
    kind = type(getattr(Config(), name))
    if name in WORDS and value not in ("", *WORDS[name]):
        raise Invalid(f"{name} in {where} must be one of {', '.join(WORDS[name])}, not {value!r}")
    if kind is str or issubclass(kind, Path):
        return kind(value)
    if not str(value).isdigit():
        raise Invalid(f"{name} in {where} must be a whole number, not {value!r}")
    return int(value)
