"""A tree of supervisors as the text of a TOML file, which `tree_file` reads back to the same tree. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from workbench.api.errors import Invalid
from workbench.api.limits import DEFAULT_PROFILE
from workbench.api.supervision import SHUTDOWN_MS, Backoff, ChildSpec, Restart, Strategy, SupervisorSpec, check_names
from workbench.api.tree_file import SHUTDOWNS, parse_tree

NO_FILES: Mapping[str, str] = {}
WIDTH = 110
"""A list that would be longer than this stands on several lines."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_tree(tree: SupervisorSpec, files: Mapping[str, str] = NO_FILES) -> str:
    """The text of a file. `files` are the sources that stand for modules, by their reference.

    Invalid: a file cannot say this, for example because a grant is none.
    """
    check_names(tree)
    text = "\n".join(_supervisor(tree, None, files))
    found = parse_tree(text).tree
    if found != tree or not _encodes(text):
        raise Invalid(f"the tree {tree.name!r} cannot be written as a file: it would not be read back as the same one")
    return text


def _encodes(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _supervisor(tree: SupervisorSpec, restart: Restart | None, files: Mapping[str, str]) -> Iterator[str]:
    yield f"[supervisor.{_key(tree.name)}]"
    if tree.strategy is not Strategy.ONE_FOR_ONE:
        yield f"strategy = {_text(tree.strategy)}"
    yield f"intensity = {tree.intensity:_}"
    yield f"period_ms = {tree.period_ms:_}"
    if restart not in (None, Restart.PERMANENT):
        yield f"restart = {_text(str(restart))}"
    if tree.backoff is not None:
        yield f"backoff = {_backoff(tree.backoff)}"
    if tree.children:
        yield _list("children", [child.name for child in tree.children])
    yield ""
    for child in tree.children:
        if child.supervisor is not None:
            yield from _supervisor(child.supervisor, child.restart, files)
        else:
            yield from _actor(child, files)


def _backoff(backoff: Backoff) -> str:
    return f"{{ first_ms = {backoff.first_ms:_}, factor = {float(backoff.factor)!r}, most_ms = {backoff.most_ms:_} }}"


def _actor(child: ChildSpec, files: Mapping[str, str]) -> Iterator[str]:
    yield f"[actor.{_key(child.name)}]"
    source = files.get(child.module)
    yield f"file = {_text(source)}" if source is not None else f"module = {_text(child.module)}"
    if isinstance(child.state, bytes):
        yield f"state_hex = {_text(child.state.hex())}"
    elif child.state:
        yield f"state = {_text(child.state)}"
    if child.profile != DEFAULT_PROFILE:
        yield f"profile = {_text(child.profile)}"
    if child.grants:
        yield _list("grants", child.grants)
    if child.restart is not Restart.PERMANENT:
        yield f"restart = {_text(child.restart)}"
    if child.shutdown_ms != SHUTDOWN_MS:
        words = {value: _text(word) for word, value in SHUTDOWNS.items()}
        yield f"shutdown = {words.get(child.shutdown_ms, f'{child.shutdown_ms:_}')}"
    if child.durable:
        yield "durable = true"
    if child.limits:
        limits = ", ".join(f"{name} = {value:_}" for name, value in child.limits.items())
        yield f"limits = {{ {limits} }}"
    yield ""


def _list(key: str, items: Sequence[str]) -> str:
    line = f"{key} = [{', '.join(map(_text, items))}]"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{key} = [", *(f"    {_text(item)}," for item in items), "]"])


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
