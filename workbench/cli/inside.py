"""What is inside a module and how two differ, for the eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from workbench.api import Change, Member, ModuleDetail, ModuleDiff, Section
from workbench.api.words import plural
from workbench.cli import render

SHOWN_CHARACTERS = 60


def facts(detail: ModuleDetail) -> tuple[tuple[str, str], ...]:
    """What is known beyond the module's own record; empty ones are left out where they are shown."""
    size = "" if detail.compiled_bytes is None else render.size(detail.compiled_bytes)
    return ("compiled size", size), ("used by", ", ".join(detail.users)), ("notes", "; ".join(detail.notes))


def members(verb: str, found: Sequence[Member]) -> None:
    """One line for each import or export: its type, or how many functions an interface has."""
    for member in found:
        functions = sum(inner.kind == "function" for inner in member.members)
        told = member.type or (plural(functions, "function") if member.members else member.kind)
        click.echo(f"{verb}  {member.name}: {_short(told)}")


def sections(found: Sequence[Section]) -> None:
    render.table(("SECTION", "ITEMS", "SIZE", "OFFSET"), _rows(found, ""))


def _rows(found: Sequence[Section], indent: str) -> Iterator[tuple[str, ...]]:
    for section in found:
        items = "" if section.items is None else f"{section.items:,}"
        name = f"{indent}{section.kind} {section.name}".rstrip()
        yield name, items, render.size(section.size_bytes), f"{section.offset:,}"
        yield from _rows(section.parts, indent + "  ")


def diff(found: ModuleDiff) -> None:
    if not found.changes and not found.text:
        click.echo(f"{found.before.name} and {found.after.name} do not differ")
        return
    render.table(("PART", "NAME", "BEFORE", "AFTER"), map(_row, found.changes))
    if found.text:
        click.echo(f"\n{found.text}", nl=False)


def _row(change: Change) -> tuple[str, ...]:
    return change.part, change.name, _short(change.before) or "-", _short(change.after) or "-"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
