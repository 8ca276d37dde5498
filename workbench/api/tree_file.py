"""A tree of supervisors as a TOML file: its words checked, every error with its line. Pure.

    [supervisor.NAME]       strategy, intensity, period_ms, restart, children = ["NAME", …] in the order of their start
    [supervisor.NAME.backoff]   first_ms, most_ms, factor
    [actor.NAME]            module = "REF" or file = "PATH", state or state_hex, profile, grants, restart, shutdown,
                            durable = true
    [actor.NAME.limits]     those that differ from the profile's

The root is the one supervisor that is nobody's child. `shutdown` is milliseconds, "brutal_kill" or "infinity".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar

from workbench.api.capabilities import parse_grant
from workbench.api.errors import Invalid, Location, NotFound, WorkbenchError
from workbench.api.limits import DEFAULT_PROFILE, Limits, profile
from workbench.api.messages import Payload
from workbench.api.supervision import (
    BRUTAL_KILL,
    DEPTH,
    INFINITY,
    LIMITS,
    SHUTDOWN_MS,
    Backoff,
    ChildSpec,
    Restart,
    Strategy,
    SupervisorSpec,
)
from workbench.api.toml_lines import line_of, written_at

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
KINDS = ("actor", "supervisor")
SUPERVISOR_KEYS = {
    "strategy": str,
    "intensity": int,
    "period_ms": int,
    "restart": str,
    "children": list,
    "backoff": dict,
}
ACTOR_KEYS = {
    "module": str,
    "file": str,
    "state": str,
    "state_hex": str,
    "profile": str,
    "grants": list,
    "restart": str,
    "shutdown": (int, str),
    "limits": dict,
    "durable": bool,
}
BACKOFF_KEYS = {"first_ms": int, "most_ms": int, "factor": (int, float)}
WRITTEN = {"shutdown_ms": "shutdown"}
"""Fields that have another name in the file."""
SHUTDOWNS = {"brutal_kill": BRUTAL_KILL, "infinity": INFINITY}
WORDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class TreeFile:
    """`files` are the sources that the actors name, by the module reference that they get: deploy them first.

    `names` are the actors that named them first, by the same reference. `text` is the file itself, called `file_name`;
    a tree that was drawn has none.
    """

    tree: SupervisorSpec
    files: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    file_name: str = ""

    def place(self, error: WorkbenchError) -> None:
        """Give an error of applying this tree its place here, when it names a child and has no better one."""
        if error.subject and not error.locations:
            keys = self._keys_of(error)
            heads = [(kind, error.subject) for kind in KINDS]
            paths = [*((*head, key) for head in heads for key in keys), *heads]
            line = next((found for path in paths if (found := written_at(self.text, path))), 0)
            error.locations = (Location(self.file_name, line),) if line else ()

    def _keys_of(self, error: WorkbenchError) -> tuple[str, ...]:
        """The keys of a child that the error may be about."""
        if isinstance(error, NotFound):
            return "module", "file"
        if not isinstance(error, Invalid):
            return ()
        grants = _grants_of(self.tree, error.subject)
        return ("grants",) if any(f"{grant} cannot be granted" in error.message for grant in grants) else ("file",)


def _grants_of(tree: SupervisorSpec, name: str) -> tuple[str, ...]:
    for child in tree.children:
        if child.supervisor is not None and (found := _grants_of(child.supervisor, name)):
            return found
        if child.name == name:
            return child.grants
    return ()


def parse_tree(text: str, file_name: str = "tree.toml") -> TreeFile:
    """Read a tree. Invalid says what is wrong, with its place."""
    return _Reader(text, file_name).read()


def with_modules(tree: SupervisorSpec, modules: Mapping[str, str]) -> SupervisorSpec:
    """The same tree with other references for these modules."""
    return replace(tree, children=tuple(_with_modules(child, modules) for child in tree.children))


def _with_modules(child: ChildSpec, modules: Mapping[str, str]) -> ChildSpec:
    if child.supervisor is not None:
        return replace(child, supervisor=with_modules(child.supervisor, modules))
    return replace(child, module=modules.get(child.module, child.module))


def with_limit(name: str, value: int) -> Limits:
    """Any limits with this one among them; Invalid when it makes no sense."""
    return replace(profile(DEFAULT_PROFILE).limits, **{name: value})


class _Reader:
    def __init__(self, text: str, file_name: str) -> None:
        self._text, self._file = text, file_name
        self._actors: dict[str, Any] = {}
        self._supervisors: dict[str, Any] = {}
        self._files: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def read(self) -> TreeFile:
        try:
            found = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found_at = re.search(r"at line (\d+)", str(error))
            line = int(found_at[1]) if found_at else self._text.count("\n") + 1
            raise self._wrong_at(f"it is no TOML: {error}", line) from None
        for key, value in found.items():
            if key not in KINDS or not isinstance(value, dict):
                raise self._wrong(f"{key!r} is not known here; there are [supervisor.NAME] and [actor.NAME]", key)
        self._actors, self._supervisors = found.get("actor", {}), found.get("supervisor", {})
        if both := self._actors.keys() & self._supervisors.keys():
            name = sorted(both)[0]
            raise self._wrong(f"{name!r} is both an actor and a supervisor", "actor", name)
        self._check_tables("actor", self._actors, ACTOR_KEYS)
        self._check_tables("supervisor", self._supervisors, SUPERVISOR_KEYS)
        root = self._root()
        self._check_root(root)
        tree = self._supervisor(root, ())
        return TreeFile(tree, self._files, self._names, self._text, self._file)

    def _check_tables(self, kind: str, tables: Mapping[str, Any], keys: Mapping[str, Any]) -> None:
        for name, table in tables.items():
            if not isinstance(table, dict):
                raise self._wrong(f"{kind}.{name} is a table: [{kind}.{name}]", kind, name)
            for key, value in table.items():
                self._check_key((kind, name), key, value, keys)

    def _check_key(self, where: tuple[str, ...], key: str, value: Any, keys: Mapping[str, Any]) -> None:
        path = (*where, key)
        if key not in keys:
            raise self._wrong(f"{'.'.join(where)} has the unknown key {key!r}; there are {', '.join(keys)}", *path)
        kinds = keys[key] if isinstance(keys[key], tuple) else (keys[key],)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(dict.fromkeys(WORDS.get(kind, "a number") for kind in kinds))
            raise self._wrong(f"{key} of {'.'.join(where)} is {words}, not {value!r}", *path)
        if key in ("children", "grants") and not all(isinstance(item, str) for item in value):
            raise self._wrong(f"{key} of {'.'.join(where)} is a list of texts", *path)

    def _root(self) -> str:
        """The one that is nobody's child; who has two parents, or stands in a circle, is named."""
        parents: dict[str, str] = {}
        for name, table in self._supervisors.items():
            for child in table.get("children", ()):
                self._check_child(name, child, parents)
                parents[child] = name
        roots = [name for name in self._supervisors if name not in parents]
        for name in self._supervisors:
            self._refuse_circle(name, parents)
        for name in self._actors:
            if name not in parents:
                raise self._wrong(f"the actor {name!r} is nobody's child", "actor", name)
        if len(roots) != 1:
            said = f"there are {', '.join(map(repr, roots))}" if roots else "there is no [supervisor.NAME]"
            raise self._wrong(f"a tree has one root, {said}", "supervisor", roots[1] if roots else "")
        return roots[0]

    def _check_root(self, name: str) -> None:
        where = ("supervisor", name)
        restart = self._word(where, "restart", self._supervisors[name].get("restart"), Restart.PERMANENT)
        if restart is not Restart.PERMANENT:
            text = f"{name!r} is the root, which nobody starts again when it ends: leave out its restart"
            raise self._wrong(text, *where, "restart")

    def _check_child(self, name: str, child: str, parents: Mapping[str, str]) -> None:
        path = ("supervisor", name, "children")
        if child not in self._actors and child not in self._supervisors:
            raise self._wrong(f"the child {child!r} of {name!r} is neither an [actor] nor a [supervisor] here", *path)
        if child in parents:
            raise self._wrong(f"{child!r} is a child of {parents[child]!r} and again of {name!r}", *path)

    def _refuse_circle(self, name: str, parents: Mapping[str, str]) -> None:
        chain = [name]
        while chain[-1] in parents:
            chain.append(parents[chain[-1]])
            if chain[-1] == name:
                circle = " -> ".join(reversed(chain))
                raise self._wrong(f"the supervisors stand in a circle: {circle}", "supervisor", name, "children")
            if len(chain) > len(parents) + 1:
                return  # the circle is not through this one

    def _supervisor(self, name: str, path: tuple[str, ...]) -> SupervisorSpec:
        table, where = self._supervisors[name], ("supervisor", name)
        if len(path) > DEPTH:
            raise self._wrong(f"a tree of supervisors is at most {DEPTH} deep", *where)
        children = tuple(self._child(child, (*path, name)) for child in table.get("children", ()))
        return self._made(
            where,
            SupervisorSpec,
            name=name,
            strategy=self._word(where, "strategy", table.get("strategy"), Strategy.ONE_FOR_ONE),
            intensity=table.get("intensity", 1),
            period_ms=table.get("period_ms", 5_000),
            backoff=self._backoff(where, table["backoff"]) if "backoff" in table else None,
            children=children,
        )

    def _backoff(self, where: tuple[str, ...], table: Mapping[str, Any]) -> Backoff:
        inside = (*where, "backoff")
        for key, value in table.items():
            self._check_key(inside, key, value, BACKOFF_KEYS)
        if "first_ms" not in table:
            raise self._wrong(f"{'.'.join(inside)} needs first_ms", *inside)
        return self._made(inside, Backoff, **{**table, "factor": float(table.get("factor", 2.0))})

    def _child(self, name: str, path: tuple[str, ...]) -> ChildSpec:
        if name in self._supervisors:
            where, table = ("supervisor", name), self._supervisors[name]
            restart = self._word(where, "restart", table.get("restart"), Restart.PERMANENT)
            below = self._supervisor(name, path)
            return self._made(where, ChildSpec, name=name, restart=restart, shutdown_ms=INFINITY, supervisor=below)
        where, table = ("actor", name), self._actors[name]
        return self._made(
            where,
            ChildSpec,
            name=name,
            module=self._module(where, table),
            state=self._state(where, table),
            profile=self._checked(
                where, "profile", table.get("profile", DEFAULT_PROFILE), lambda text: profile(text).name
            ),
            grants=tuple(
                self._checked(where, "grants", text, lambda text: str(parse_grant(text)))
                for text in table.get("grants", ())
            ),
            limits=self._limits(where, table.get("limits", {})),
            restart=self._word(where, "restart", table.get("restart"), Restart.PERMANENT),
            shutdown_ms=self._shutdown(where, table.get("shutdown", SHUTDOWN_MS)),
            durable=table.get("durable", False),
        )

    def _module(self, where: tuple[str, ...], table: Mapping[str, Any]) -> str:
        if ("module" in table) is ("file" in table):
            raise self._wrong(f"{'.'.join(where)} needs either a module or a file", *where)
        if "module" in table:
            return str(table["module"])
        reference = PurePosixPath(table["file"]).stem
        if self._files.setdefault(reference, table["file"]) != table["file"]:
            text = f"{table['file']} and {self._files[reference]} would both be the module {reference!r}; rename one"
            raise self._wrong(text, *where, "file")
        self._names.setdefault(reference, where[1])
        return reference

    def _state(self, where: tuple[str, ...], table: Mapping[str, Any]) -> Payload:
        if "state_hex" not in table:
            return str(table.get("state", ""))
        if "state" in table:
            raise self._wrong(f"{'.'.join(where)} has a state and a state_hex; write one of them", *where, "state_hex")
        try:
            return bytes.fromhex(table["state_hex"])
        except ValueError:
            text = f"state_hex of {'.'.join(where)} is two hexadecimal digits for each byte, for example '00 ff 1a'"
            raise self._wrong(text, *where, "state_hex") from None

    def _limits(self, where: tuple[str, ...], table: Mapping[str, Any]) -> Mapping[str, int]:
        for key, value in table.items():
            if key not in LIMITS:
                raise self._wrong(f"no limit {key!r}; there are {', '.join(LIMITS)}", *where, "limits", key)
            if not isinstance(value, int) or isinstance(value, bool):
                raise self._wrong(f"the limit {key} is a whole number, not {value!r}", *where, "limits", key)
            self._checked((*where, "limits"), key, value, partial(with_limit, key))
        return table

    def _shutdown(self, where: tuple[str, ...], value: int | str) -> int:
        if isinstance(value, int) and value >= 0:
            return value
        if value not in SHUTDOWNS:
            text = f"shutdown is milliseconds from 0 on, {' or '.join(map(repr, SHUTDOWNS))}, not {value!r}"
            raise self._wrong(text, *where, "shutdown")
        return SHUTDOWNS[str(value)]

    def _word(self, where: tuple[str, ...], key: str, value: str | None, default: E) -> E:
        if value is None:
            return default
        kind = type(default)
        if value not in list(kind):
            text = f"{key} is one of {', '.join(kind)}, not {value!r}"
            raise self._wrong(text, *where, key)
        return kind(value)

    def _checked(self, where: tuple[str, ...], key: str, text: Any, check: Any) -> str:
        try:
            return str(check(text))
        except WorkbenchError as error:
            raise self._wrong(error.message, *where, key) from None

    def _made(self, where: tuple[str, ...], kind: type[T], **values: Any) -> T:
        """The value, or why its class refuses it, with the line of the key that it names."""
        try:
            return kind(**values)
        except Invalid as error:
            key = next((WRITTEN.get(key, key) for key in values if error.message.startswith(key)), "")
            raise self._wrong(error.message, *where, *([key] if key else [])) from None

    def _wrong(self, text: str, *path: str) -> Invalid:
        return self._wrong_at(text, line_of(self._text, path))

    def _wrong_at(self, text: str, line: int) -> Invalid:
        return Invalid(text, locations=(Location(self._file, line),))
