"""One card of the tree in words: what it is, why it gave up, and what would happen if it ended now."""

from __future__ import annotations

import html
from collections.abc import Iterator

from ui import format as show
from ui.excerpt import excerpt
from ui.facts import caption, grid
from ui.panels.supervision.cards import lines
from ui.panels.supervision.forest import Card
from ui.supervised import allowance, child_state, plan_facts
from ui.theme import current, mono
from ui.traceback_text import as_html
from ui.widgets.payload_edit import pretty
from workbench.api import ChildInfo, Ending, Payload, RestartPlan, RestartRecord, SupervisorInfo
from workbench.api.supervision import BRUTAL_KILL, INFINITY

ENDINGS = {Ending.ABNORMAL: "crashed", Ending.NORMAL: "ended normally"}


def card_html(card: Card, plan: RestartPlan | None, ending: Ending) -> str:
    """Why it gave up first, then the preview, then what it is."""
    parts = []
    if card.info is not None and card.info.stopped_because:
        parts.append(caption("Why it gave up"))
        parts.append(f'<div style="color:{current().error}">{html.escape(excerpt(card.info.stopped_because))}</div>')
    parts.append(caption(f"If it {ENDINGS[ending]} now"))
    if plan is not None:
        parts.append(grid(plan_facts(plan, card.name)))
    elif card.child is None:
        above = "Nobody stands above it: its tree stays stopped until it is restarted by hand."
        parts.append(f'<div style="color:{current().muted}">{above}</div>')
    parts.append(caption("As it is"))
    parts.append(grid([*(_supervisor(card.info) if card.info else ()), *(_child(card.child) if card.child else ())]))
    return "".join(parts)


def _supervisor(info: SupervisorInfo) -> Iterator[tuple[str, str]]:
    spec = info.spec
    yield "Strategy", str(spec.strategy)
    yield "Restarts used", f"{allowance(info)}, {info.total_restarts:,} in all"
    if spec.backoff is not None:
        first, most = (show.span(ms / 1000) for ms in (spec.backoff.first_ms, spec.backoff.most_ms))
        yield "Backoff", f"{first}, then {spec.backoff.factor:g} times as long for each crash in a row, up to {most}"
    counts: dict[str, int] = {}
    for child in info.children:
        counts[str(child.state)] = counts.get(str(child.state), 0) + 1
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
    yield "Children", f"{len(info.children):,}" + (f": {states}" if states else "")
    yield "Under", info.parent or "nobody: it is the root of its tree"


def _child(child: ChildInfo) -> Iterator[tuple[str, str]]:
    yield "State", child_state(child)
    yield "Restart", f"{child.restart}, {show.plural(child.restarts, 'restart')} so far"
    special = {BRUTAL_KILL: "killed at once", INFINITY: "waited for as long as it takes"}
    yield "Shutdown", special.get(child.shutdown_ms, f"within {show.span(child.shutdown_ms / 1000)}, then killed")


def record_html(record: RestartRecord, killer: Payload | None) -> str:
    """One decision: what was decided, over which message, why it ended."""
    tokens = current()
    parts = [caption(f"{show.clock(record.time)}  ·  {record.supervisor} {_decision(record)}")]
    parts.append(grid([
        ("Ended", f"{record.child} ({record.ending})"),
        ("Restarts used", f"{record.used:,} of {record.intensity:,}"),
        *plan_facts(record.plan, record.child),
    ]))  # fmt: skip
    if record.killed_by:
        parts.append(caption("Killed by the message"))
        parts.append(_mono(html.escape(record.killed_by)))
        if killer:
            parts.append(_mono(html.escape(excerpt(pretty(killer))).replace("\n", "<br>")))
    if record.cause is not None:
        parts.append(caption("Cause"))
        parts.append(f'<div style="color:{tokens.error}">{html.escape(excerpt(str(record.cause)))}</div>')
        if record.cause.limit:
            used = "unknown" if record.cause.used is None else f"{record.cause.used:,}"
            parts.append(grid([("Limit", f"{record.cause.limit}: {record.cause.limit_value:,}"), ("Used", used)]))
        if record.cause.traceback:
            parts.append(_mono(as_html(excerpt(record.cause.traceback), tokens.accent, tokens.text)))
    return "".join(parts)


def _decision(record: RestartRecord) -> str:
    if record.plan.gives_up:
        return "gave up"
    return f"started {show.named(record.plan.start)} again" if record.plan.start else f"left {record.child} stopped"


def _mono(inner: str) -> str:
    return f"<div style=\"font-family:'{mono().family()}'\">{inner}</div>"


def state_words(card: Card) -> str:
    return " · ".join(lines(card))
