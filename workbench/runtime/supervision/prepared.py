"""A change of a supervisor that is prepared, and can then be carried out or called off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.answer import Answer
from workbench.runtime.actor import Actor
from workbench.runtime.body import Spec
from workbench.runtime.supervision.change import Change
from workbench.runtime.supervision.entry import Entry


class Accord:
    """Between a supervisor that changes and one below: `ready` when all that is new lives, then it `goes_on` or not."""

    __slots__ = ("goes_on", "ready")

    def __init__(self) -> None:
        self.ready, self.goes_on = Answer[None](), Answer[bool]()


@dataclass(slots=True)
class Prepared:
    """What is there of a change before anything of the old is gone: it can be carried out, or called off."""

    there: Mapping[str, Entry]
    plan: Change
    fresh: list[Entry] = field(default_factory=list)
    successors: list[tuple[Actor, Spec]] = field(default_factory=list)
    below: list[tuple[Accord, Answer[None]]] = field(default_factory=list)
