"""The interface `logging`: records, printed lines, and the report of the exception that ends an instance."""

from __future__ import annotations

from workbench.wasm.gate import Context, host_call

REPORT = "exception.type"
"""A critical record with this field is the report of an exception; it is kept even when logging was not granted."""


@host_call("logging", "log")
def log(context: Context, level: str, message: str, fields: list[tuple[str, str]]) -> None:
    named = dict(fields)
    if level == "critical" and REPORT in named:
        context.exception = named
    elif not context.holdings.use("logging"):
        context.holdings.deny("logging", "logging.log", "", "logging")
        return
    if context.muted:
        return
    stream = named.pop("stream", "log")
    context.host.logging.log(context.actor, level, message, tuple(named.items()), stream)
