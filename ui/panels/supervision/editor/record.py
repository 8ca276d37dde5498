"""A draft as it is written down, so that what was neither applied nor saved survives a restart of the app. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from ui.panels.supervision.editor.draft import Draft, Numbers
from ui.panels.supervision.editor.work import Sources
from ui.settings import Json, Record, child, text
from workbench.api.supervision import DEPTH

SPECIAL = ("id", "children", "grants", "limits")
SWITCHES = ("supervisor", "backs_off", "state_hex", "durable")
PLAIN = {field.name: field.default for field in fields(Draft) if field.name not in SPECIAL}


def as_record(draft: Draft) -> Record:
    made: Record = {name: getattr(draft, name) for name in PLAIN}
    made["children"] = [as_record(child) for child in draft.children]
    made["grants"] = [*draft.grants]
    made["limits"] = dict(draft.limits)
    return made


def from_record(record: Mapping[str, Json], numbers: Numbers, depth: int = 0) -> Draft | None:
    """None when it is no draft: nothing is taken over then."""
    plain = {name: record.get(name) for name in PLAIN} | {"durable": record.get("durable", False)}
    kinds = {name: bool if name in SWITCHES else str for name in PLAIN}
    if depth > DEPTH or not all(isinstance(value, kinds[name]) for name, value in plain.items()):
        return None
    inside = record.get("children")
    made = [from_record(each, numbers, depth + 1) if isinstance(each, dict) else None
            for each in (inside if isinstance(inside, list) else ())]  # fmt: skip
    if None in made:
        return None
    grants, limits = record.get("grants"), record.get("limits")
    return Draft(
        id=next(numbers), **plain,  # type: ignore[arg-type]
        children=tuple(each for each in made if each is not None),
        grants=tuple(each for each in grants if isinstance(each, str)) if isinstance(grants, list) else (),
        limits=tuple((name, each) for name, each in limits.items() if isinstance(each, str))
        if isinstance(limits, dict) else (),
    )  # fmt: skip


def sources_record(sources: Sources) -> Record:
    return {"folder": str(sources.folder), "files": dict(sources.files)}


def sources_from(record: Record) -> Sources:
    files = {name: each for name, each in child(record, "files").items() if isinstance(each, str)}
    return Sources(Path(text(record, "folder")), files)
