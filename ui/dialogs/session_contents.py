"""What is in the file of a recorded session: where it comes from, whose turns it holds, each entry, what is wrong."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.facts import Facts, caption, grid
from ui.theme import current, sheet
from workbench.api.bundles import BundleEntry, BundleInfo

SHOWN = 500
"""Of actors, modules and entries each."""


class SessionContents(QDialog):
    """Read once; it stays open beside the window."""

    def __init__(self, parent: QWidget, name: str, found: BundleInfo) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"What is in {name}")
        self.setStyleSheet(sheet())
        self.resize(760, 640)
        self.text = QTextBrowser()
        self.text.setAccessibleName(f"What is in {name}")
        self.text.setHtml(contents(found))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.addWidget(self.text, 1)
        whole.addWidget(buttons)


async def show_contents(desk: Desk, parent: QWidget, path: Path) -> None:
    """Read the file, and show what is in it."""
    import workbench

    SessionContents(parent, path.name, await desk.bridge.call(workbench.show_bundle, path)).show()


def contents(found: BundleInfo) -> str:
    tokens = current()
    parts = [_said(found.problems, tokens.error), _said(found.notes, tokens.warn), grid(facts(found))]
    parts.append(caption(f"Actors ({len(found.actors):,})"))
    parts.append(
        _table(
            ("Actor", "Turns", "From", "To", "From its birth", "At the end"),
            ((each.actor.name, f"{each.turns:,}", f"{each.first_seq:,}", f"{each.last_seq:,}",
              "yes" if each.born else "no", each.state) for each in found.actors[:SHOWN]),
            len(found.actors),
        )
    )  # fmt: skip
    parts.append(caption(f"Modules ({len(found.modules):,})"))
    modules = (
        (each.hash[:16], each.file_name, show.size(each.size_bytes), "" if each.included else "not in it")
        for each in found.modules[:SHOWN]
    )
    parts.append(_table(("Hash", "File", "Size", ""), modules, len(found.modules)))
    parts.append(caption(f"Entries ({len(found.entries):,})"))
    entries = ((each.name, show.size(each.size_bytes), show.size(each.packed_bytes), _state(each)) for each in
               found.entries[:SHOWN])  # fmt: skip
    parts.append(_table(("Entry", "Size", "Packed", ""), entries, len(found.entries)))
    return "".join(parts)


def facts(found: BundleInfo) -> Facts:
    services = f"{show.plural(found.rows, 'row')}, {show.plural(found.changes, 'change')}"
    yield "Recorded by", f"node {found.node}, workbench {found.program}, wasmtime {found.wasmtime}, {found.platform}"
    yield "Written", show.moment(found.created)
    yield "Since", show.moment(found.since) if found.since else ""
    yield "Chosen actors", ", ".join(found.chosen)
    yield "Tenant, namespace", f"{found.tenant}, {found.namespace}"
    yield "Format", str(found.format)
    yield "Size", show.size(found.size_bytes)
    yield "Turns", f"{found.turns:,}"
    yield "Services", services if found.held else "not recorded"
    yield "Log lines", f"{found.log_lines:,}"
    for each in found.interpreters:
        yield "Interpreter", f"{each[:16]}, {'in it' if each in found.included else 'by its hash alone'}"
    yield "Secrets", found.redaction
    yield "Rules", ", ".join(found.rules)


def _state(entry: BundleEntry) -> str:
    return entry.problem or ("" if entry.known else "unknown to this program")


def _said(lines: Sequence[str], colour: str) -> str:
    return "".join(f'<div style="color:{colour}">{html.escape(line)}</div>' for line in lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], total: int) -> str:
    tokens = current()
    head = "".join(f'<td style="color:{tokens.muted};padding:1px 14px 1px 0">{each}</td>' for each in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="padding:1px 14px 1px 0">{html.escape(cell)}</td>' for cell in cells) + "</tr>"
        for cells in rows
    )
    more = f'<div style="color:{tokens.faint}">and {total - SHOWN:,} more</div>' if total > SHOWN else ""
    return f"<table><tr>{head}</tr>{body}</table>{more}"
