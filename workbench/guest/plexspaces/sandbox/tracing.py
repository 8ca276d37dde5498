"""Tells the host every line of the actor's own files that is about to run, while it is switched on."""

from __future__ import annotations

import json
import reprlib
import sys
from collections.abc import Collection
from types import CodeType
from typing import Any

from .. import bindings
from ..behaviors import Behavior
from ..errors import HostError
from .printing import clean

LONGEST = 1_000
"""Characters of one value; the rest is cut."""


class Tracing:
    """Line events of some files; nothing costs anything while it is off."""

    def __init__(self, files: Collection[str]) -> None:
        self._files = files
        self._values = reprlib.Repr()
        self._values.maxstring = self._values.maxother = self._values.maxlong = LONGEST
        self._values.maxlist = self._values.maxtuple = self._values.maxdict = self._values.maxset = 50

    def switch(self, enabled: bool) -> None:
        """Begin or end to tell."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]  # Python 3.12; the sandbox's is newer
        tool, event = monitoring.DEBUGGER_ID, monitoring.events.LINE
        if monitoring.get_tool(tool) is None:
            monitoring.use_tool_id(tool, "plexspaces")
            monitoring.register_callback(tool, event, self._line)
        monitoring.set_events(tool, event if enabled else monitoring.events.NO_EVENTS)
        if enabled:
            monitoring.restart_events()

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename not in self._files:
            return sys.monitoring.DISABLE  # type: ignore[attr-defined, unused-ignore]
        values = sys._getframe(1).f_locals
        texts = {name: self._shown(value) for name, value in values.items()}
        try:
            bindings.call("debug", "on_line", code.co_filename, line, code.co_qualname, json.dumps(texts))
        except HostError:
            return None
        return None

    def _shown(self, value: object) -> str:
        if isinstance(value, Behavior):
            inside = ", ".join(f"{name}={self._values.repr(each)}" for name, each in vars(value).items())
            return clean(f"{type(value).__name__}({inside})"[:LONGEST])
        return clean(self._values.repr(value)[:LONGEST])
