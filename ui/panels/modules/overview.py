"""A module in words: what it is, what it needs, who runs it, and what there is to know before it is used."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ui import format as show
from ui.excerpt import excerpt
from ui.facts import caption, grid
from ui.panels.modules.columns import behaviors
from ui.theme import current
from workbench.api import Format, ModuleDetail, ModuleInfo

FORMATS = {Format.PYTHON: "Python source", Format.CORE: "core module", Format.COMPONENT: "component"}


def overview(info: ModuleInfo, detail: ModuleDetail | None, users: Sequence[str]) -> str:
    """`detail` is None until it has been read."""
    tokens = current()
    parts = [
        f'<p style="color:{tokens.warn};margin-bottom:8px">Warning: {html.escape(text)}</p>' for text in info.warnings
    ]
    if info.documentation:
        lines = html.escape(excerpt(info.documentation, 2000)).replace("\n", "<br>")
        parts.append(f'<p style="margin-bottom:8px">{lines}</p>')
    parts.append(grid(facts(info, detail, users)))
    if detail is not None and detail.notes:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in detail.notes)
        parts.append(f'{caption("Notes")}<ul style="margin-top:0">{notes}</ul>')
    return "".join(parts)


def facts(info: ModuleInfo, detail: ModuleDetail | None, users: Sequence[str]) -> list[tuple[str, str]]:
    """What there is to know, in words; what is empty is left out."""
    return [
        ("Hash", info.hash),
        ("Aliases", ", ".join(info.aliases) or "none"),
        ("Format", f"{FORMATS[info.format]}, {show.size(info.size_bytes)}"),
        ("Class", info.class_name),
        ("Behavior", behaviors(info)),
        ("Imports", ", ".join(info.imports) or "nothing"),
        ("Capabilities needed", ", ".join(info.requires) or "none"),
        ("Run by", show.named(users) or "nobody"),
        ("Compiled", _compiled(info, detail)),
        ("Memory at start", show.size(info.memory_bytes)),
        ("State on upgrade", "is carried over" if info.carries_state else "cannot be carried over"),
        ("Interpreter", info.interpreter[:16] + "…" if info.interpreter else ""),
        ("Deployed", f"{show.moment(info.deployed)}" + (f" from {info.file_name}" if info.file_name else "")),
    ]  # fmt: skip


def _compiled(info: ModuleInfo, detail: ModuleDetail | None) -> str:
    if not info.compiled:
        return "not yet: the first actor that runs it waits for that"
    size = detail.compiled_bytes if detail is not None else None
    return f"yes, {show.size(size)}" if size is not None else "yes"
