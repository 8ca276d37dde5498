"""Which open tab holds a file that the node names. An actor of several files names its files by the path inside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Protocol, TypeVar

MAIN = "actor.py"


class Held(Protocol):
    """A tab, as far as it matters here. `inside` is empty for a file of its own."""

    name: str
    path: Path | None
    inside: str

    @property
    def alias(self) -> str: ...


Tab = TypeVar("Tab", bound=Held)


def tab_of(tabs: Sequence[Tab], file: str, module: str) -> Tab | None:
    """The tab of `file` of the module: what the node gave, or the file on disk that ends in this path.

    A file in a folder, and every `actor.py`, only counts in a folder that is called like the module.
    """
    for tab in tabs:
        if tab.inside and (tab.inside, tab.alias) == (file, module):
            return tab
    wanted = PurePath(file).parts
    found = [tab for tab in tabs if not tab.inside and _parts(tab)[-len(wanted) :] == wanted]
    beside = [tab for tab in found if _parts(tab)[: -len(wanted)][-1:] == (module,)]
    if len(wanted) > 1 or file == MAIN:
        return next(iter(beside), next((tab for tab in found if tab.alias == module), None))
    return next(iter([*beside, *found]), None)


def _parts(tab: Held) -> tuple[str, ...]:
    return PurePath(tab.path or tab.name).parts
