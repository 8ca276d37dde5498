"""The recorded host calls of a turn, as other code is held to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.api.turns import HostCall
from workbench.wasm.imports.logging import REPORT
from workbench.wasm.script import Script


class OtherCode(Script):
    """As Script, but for the report of the exception that ends a guest: that is no call of the code's, and the lines
    that it names are those of its source. What the guest died of is compared as the turn's outcome."""

    def __init__(self, calls: Sequence[HostCall]) -> None:
        super().__init__([call for call in calls if not _is_report(call)])

    def confirm(self, interface: str, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if not _is_report(HostCall(interface, function, arguments)):
            super().confirm(interface, function, arguments, result)


def _is_report(call: HostCall) -> bool:
    """Nothing is believed of the call: it may come from a file of somebody else's."""
    if (call.interface, call.function) != ("logging", "log") or len(call.arguments) != 3:
        return False
    level, _, fields = call.arguments
    if level != "critical" or not isinstance(fields, list | tuple):
        return False
    return any(isinstance(pair, list | tuple) and list(pair[:1]) == [REPORT] for pair in fields)
