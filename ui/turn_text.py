"""One turn as text: what came in, what went out, and each host call in order."""

from __future__ import annotations

import html

from ui import format as show
from ui.endings import ending
from ui.excerpt import excerpt
from ui.facts import caption
from ui.theme import current, mono
from ui.traceback_text import TRACE, as_html
from ui.widgets.payload_edit import pretty
from workbench.api import HostCall, Payload, Turn
from workbench.api.traces import Trace, of_message, span, without

CALLS_SHOWN = 1_000
ARGUMENT, RESULT = 400, 1_000
"""How many characters of each are shown."""


def turn_html(turn: Turn) -> str:
    tokens = current()
    parts = [_facts(turn)]
    if turn.unrepeatable:
        parts.append(
            caption("Cannot be replayed exactly")
            + f'<div style="color:{tokens.warn}">{html.escape(excerpt(turn.unrepeatable))}</div>'
        )
    parts.append(caption("Message"))
    if turn.envelope is not None:
        parts.append(_code(f"{turn.envelope.kind} {turn.envelope.type}"))
        told = ending(turn.envelope)
        parts.append(f"<div>{html.escape(excerpt(told))}</div>" if told else _payload(turn.envelope.payload))
    else:
        parts.append(_code(turn.operation))
    if turn.cause is not None:
        parts.append(
            caption("Crashed") + f'<div style="color:{tokens.error}">{html.escape(excerpt(str(turn.cause)))}</div>'
        )
        if turn.cause.traceback:
            parts.append(_mono(as_html(excerpt(turn.cause.traceback), tokens.accent, tokens.text)))
    elif turn.text:
        parts.append(caption("Rejected") + f'<div style="color:{tokens.warn}">{html.escape(excerpt(turn.text))}</div>')
    else:
        parts.append(caption("Reply") + (_payload(turn.reply) if turn.reply else _muted("empty")))
    if turn.state:
        parts.append(caption("State after it") + _code(turn.state))
    parts.append(caption(f"Host calls ({turn.host_calls_total:,})"))
    parts.extend(_call(call) for call in turn.host_calls[:CALLS_SHOWN])
    shown = min(len(turn.host_calls), CALLS_SHOWN)
    if not turn.host_calls_total:
        parts.append(_muted("none"))
    elif not turn.host_calls:
        parts.append(_muted("They were not recorded."))
    elif shown < turn.host_calls_total:
        parts.append(_muted(f"and {turn.host_calls_total - shown:,} more"))
    return "".join(parts)


def _facts(turn: Turn) -> str:
    """When, of whom, what it took, and what came with the message."""
    figures, envelope = turn.figures, turn.envelope
    fuel = f"{show.count(figures.fuel)} fuel" if figures.fuel is not None else "fuel unknown"
    facts = [show.clock(turn.started), fuel, show.nanoseconds(figures.wall_ns), show.size(figures.memory_bytes)]
    if envelope is not None:
        facts.insert(1, f"from {envelope.sender or 'outside'}")
    if turn.birth is not None:
        facts.insert(1, f"birth: {turn.birth.reason}")
    lines = [_muted(html.escape("  ·  ".join(facts)))]
    if envelope is not None and envelope.headers:
        trace = of_message(envelope)
        left = without(envelope.headers) if trace is not None else envelope.headers
        told = ", ".join(f"{name}: {show.one_line(value, ARGUMENT)}" for name, value in left.items())
        lines += [_muted(html.escape(told))] if told else []
        lines += [_of_trace(trace, span(envelope, turn.actor, turn.seq))] if trace is not None else []
    return "".join(lines)


def _of_trace(trace: Trace, own: str) -> str:
    """The trace, the span that sent the message, the one that this turn is; a link shows all of the trace."""
    link = f'<a href="{TRACE}:{trace.id}" style="color:{current().accent};text-decoration:none">Show this trace</a>'
    return _muted(f"trace {trace.id}  ·  parent span {trace.parent}  ·  this turn is span {own}  ·  {link}")


def _call(call: HostCall) -> str:
    arguments = ", ".join(show.one_line(repr(part), ARGUMENT) for part in call.arguments)
    tokens = current()
    if call.error:
        said = html.escape(f"{call.error}: {show.one_line(call.message)}")
        end = f'<span style="color:{tokens.error}"> → {said}</span>'
    else:
        answer = "" if call.result is None else f" → {show.one_line(repr(call.result), RESULT)}"
        end = f'<span style="color:{tokens.muted}">{html.escape(answer)}</span>'
    return _mono(f"{call.interface}.<b>{html.escape(call.function)}</b>({html.escape(arguments)}){end}")


def _muted(text: str) -> str:
    return f'<div style="color:{current().faint}">{text}</div>'


def _mono(inner: str) -> str:
    return f"<div style=\"font-family:'{mono().family()}'\">{inner}</div>"


def _code(text: str) -> str:
    return _mono(html.escape(excerpt(text)))


def _payload(payload: Payload) -> str:
    if not payload:
        return _muted("empty payload")
    text = html.escape(excerpt(pretty(payload))).replace("\n", "<br>").replace("  ", "&nbsp; ")
    return _mono(text)
