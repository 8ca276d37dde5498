"""Denied calls as notices: one for each actor and capability, with a button that leads to where it is granted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from ui import format as show
from ui.desk import Desk
from workbench.api import Event

DENIED = "capabilities.denied"
AT_ONCE = 3
"""More that are denied at the same time are one notice together."""
MANY = "denied:many"


class Denials(QObject):
    """`chosen` is called with actor and capability when a notice was answered; both are empty for many."""

    def __init__(self, desk: Desk, chosen: Callable[[str, str], None]) -> None:
        super().__init__(desk)
        self._desk, self._chosen = desk, chosen
        self._told: dict[str, tuple[str, str]] = {}
        """What was told and not answered yet, by the key of its notice."""
        desk.bridge.happened.connect(self._happened)
        desk.answered.connect(self._answered)

    def _happened(self, events: Sequence[Event]) -> None:
        fresh: dict[str, Event] = {}
        for event in events:
            if event.kind == DENIED:
                key = f"denied:{event.subject}:{event.text.partition(':')[0]}"
                if key not in self._told:
                    fresh[key] = event
        if len(fresh) > AT_ONCE:
            names = show.named(list(dict.fromkeys(event.subject for event in fresh.values())))
            self._desk.notice(f"Calls of {names} were denied.", "warn", buttons=(("Show them", MANY),), key=MANY)
        for key, event in fresh.items():
            capability, _, what = event.text.partition(": ")
            self._told[key] = (event.subject, capability)
            if len(fresh) <= AT_ONCE:
                text = f"{event.subject} was denied {what or capability}: it has no grant for it."
                self._desk.notice(text, "warn", buttons=((f"Show {capability}", key),), key=key)

    def forget(self, actor: str) -> None:
        """Its grants are others now: the next denial is told again."""
        for key, (name, _) in tuple(self._told.items()):
            if name == actor:
                del self._told[key]

    def _answered(self, key: str) -> None:
        if key == MANY:
            self._told.clear()
            self._chosen("", "")
        elif key in self._told:
            self._chosen(*self._told.pop(key))
