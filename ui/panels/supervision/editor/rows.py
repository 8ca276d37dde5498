"""The tree as rows: what each one is, what would happen to it, and whether something in it is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from ui.panels.supervision.editor.draft import Draft
from ui.supervised import marks
from workbench.api import Deed, Ending, RestartPlan, SupervisorSpec, TreeChange
from workbench.api.restarts import foreseen

LOOKS = {
    Deed.ADDED: ("plus", "ok"), Deed.REMOVED: ("trash", "error"), Deed.REPLACED: ("restart", "warn"),
    Deed.MOVED: ("upgrade", "warn"), Deed.CHANGED: ("edit", "info"), Deed.KEPT: ("ok", "muted"),
}  # fmt: skip
SPOKEN = {Deed.KEPT: "left alone", Deed.CHANGED: "changed in place"}
MEANING = {
    Deed.ADDED: "It is started.",
    Deed.REMOVED: "It is stopped for good, with its state and its mailbox.",
    Deed.REPLACED: "It starts anew, and keeps its name and its mailbox; its state is the initial one.",
    Deed.MOVED: "It is stopped where it is, and started where it goes; its state and its mailbox are lost.",
    Deed.CHANGED: "It gets other rules, and goes on as it is.",
    Deed.KEPT: "Nothing happens to it.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`mark` is what happens to it when the chosen one ends."""

    draft: Draft
    path: tuple[int, ...]
    problem: str
    mark: str


def rows(root: Draft, problems: Mapping[int, str], marked: Mapping[str, str]) -> list[Row]:
    """Depth first. Who lies in one that stops and starts does so with it."""
    return _rows(root, (), problems, marked, "")


def _rows(
    draft: Draft, above: tuple[int, ...], problems: Mapping[int, str], marked: Mapping[str, str], around: str
) -> list[Row]:
    path, mark = (*above, draft.id), marked.get(draft.name, around.replace("ends", "stops"))
    found = [Row(draft, path, problems.get(draft.id, ""), mark)]
    for child in draft.children:
        found += _rows(child, path, problems, marked, mark)
    return found


def plan_for(tree: SupervisorSpec, name: str, ending: Ending) -> tuple[SupervisorSpec, RestartPlan] | None:
    """Its supervisor, and what that would do; None of the root."""
    for child in tree.children:
        if child.name == name:
            return tree, foreseen(tree, name, ending)
        if child.supervisor is not None and (found := plan_for(child.supervisor, name, ending)) is not None:
            return found
    return None


def marks_for(tree: SupervisorSpec | None, name: str, ending: Ending) -> Mapping[str, str]:
    found = plan_for(tree, name, ending) if tree is not None else None
    return marks(found[1], name) if found is not None else {}


def kind(draft: Draft) -> str:
    return draft.strategy if draft.supervisor else draft.restart


Outlined = Column[Row]
OUTLINE: tuple[Outlined, ...] = (
    Outlined("name", "Name", lambda r: r.draft.name, lambda r: r.draft.name or "(no name)", 172, bold=True,
             icon=lambda r: ("error", "error") if r.problem else ("supervisor" if r.draft.supervisor else "actor",
                                                                  "icon"),
             tip=lambda r: r.problem or f"{r.draft.name}: {kind(r.draft)}",
             tone=lambda r: "error" if r.problem else ""),
    Outlined("kind", "Rule", lambda r: kind(r.draft), lambda r: kind(r.draft), 142, tone=always("muted")),
    Outlined("mark", "What follows", lambda r: r.mark, lambda r: r.mark, 100,
             tone=lambda r: "error" if r.mark.startswith("ends") else "warn",
             tip=lambda r: f"If the chosen one ends: {r.mark}" if r.mark else ""),
)  # fmt: skip


def deed_text(change: TreeChange) -> str:
    return SPOKEN.get(change.deed, change.deed.value)


def why_text(change: TreeChange) -> str:
    return ", ".join(change.why)


Changed = Column[TreeChange]
CHANGES: tuple[Changed, ...] = (
    Changed("name", "Name", lambda c: c.name, lambda c: c.name, 116, bold=True,
            tone=lambda c: "muted" if c.deed is Deed.KEPT else ""),
    Changed("is", "Is", deed_text, deed_text, 146, icon=lambda c: LOOKS[c.deed], tone=lambda c: LOOKS[c.deed][1],
            tip=lambda c: MEANING[c.deed]),
    Changed("why", "Why", why_text, why_text, 160),
    Changed("under", "Under", lambda c: c.supervisor, lambda c: c.supervisor, 80, tone=always("muted")),
)  # fmt: skip


def summary(changes: Sequence[TreeChange]) -> str:
    """`2 added, 1 replaced, 3 left alone`."""
    counts = {deed: sum(change.deed is deed for change in changes) for deed in Deed}
    words = [f"{count:,} {SPOKEN.get(deed, deed.value)}" for deed, count in counts.items() if count]
    return ", ".join(words)


def nothing_to_do(changes: Sequence[TreeChange]) -> bool:
    return all(change.deed is Deed.KEPT for change in changes)


def foremost(changes: Sequence[TreeChange]) -> list[TreeChange]:
    """Those that are left alone last."""
    return sorted(changes, key=lambda change: change.deed is Deed.KEPT)


def rule_of(spec: SupervisorSpec) -> str:
    """When it gives up."""
    restarts = show.plural(spec.intensity, "restart")
    return f"more than {restarts} within {show.span(spec.period_ms / 1000)}: {spec.name} stops with all its children"
