"""One turn as text: what came in, what went out, and each host call in order."""

from __future__ import annotations

import html

from ui import format as show
from ui.endings import ending
from ui.excerpt import excerpt
from ui.facts import caption
from ui.theme import current, mono
from ui.traceback_text import as_html
from ui.widgets.payload_edit import pretty
from workbench.api import HostCall, Payload, Turn

CALLS_SHOWN = 50


def turn_html(turn: Turn) -> str:
    tokens = current()
    parts = [caption("Message")]
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
    if not turn.host_calls:
        parts.append(_muted("none"))
    return "".join(parts)


def _call(call: HostCall) -> str:
    arguments = ", ".join(show.one_line(repr(part), 60) for part in call.arguments)
    tokens = current()
    if call.error:
        said = html.escape(f"{call.error}: {show.one_line(call.message)}")
        end = f'<span style="color:{tokens.error}"> → {said}</span>'
    else:
        answer = "" if call.result is None else f" → {show.one_line(repr(call.result), 80)}"
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
