"""Imports and exports as a tree: interfaces with their functions, each with its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QVBoxLayout, QWidget

from ui import format as show
from ui.filter import Filter, Value
from ui.icons import icon
from ui.panels.modules.columns import MEMBERS
from ui.theme import mono
from ui.widgets.build import box, label, row
from ui.widgets.filter_edit import FilterEdit
from workbench.api import Member, ModuleDetail

ICONS = {"interface": "layout", "function": "code", "memory": "memory", "module": "module", "component": "module"}
SIDES = (("Imports", "arrow-down"), ("Exports", "upgrade"))


class Members(QWidget):
    """One tree of both sides, with the filter of every table; a member stays when one inside it matches."""

    def __init__(self) -> None:
        super().__init__()
        self._detail: ModuleDetail | None = None
        self.filter = FilterEdit(MEMBERS, "kind:function type~result")
        self.filter.setAccessibleName("Filter of imports and exports")
        self.counter = label(tone="muted")
        self.model = QStandardItemModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setAccessibleName("Imports and exports")
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setAccessibleName("Columns of imports and exports")
        self.tree.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        line = row(self.filter, self.counter, margins=(8, 6, 8, 6), spacing=8)
        line.setStretch(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", line))
        whole.addWidget(self.tree, 1)
        self.filter.applied.connect(self._fill)

    def show_detail(self, detail: ModuleDetail) -> None:
        self._detail = detail
        self._fill()

    def _fill(self) -> None:
        detail = self._detail
        if detail is None:
            return
        self.model.clear()
        self.model.setHorizontalHeaderLabels([column.title for column in MEMBERS])
        shown = 0
        for (side, picture), members in zip(SIDES, (detail.imports, detail.exports), strict=True):
            kept = matching(members, self.filter.filter)
            shown += _count(kept)
            head = QStandardItem(icon(picture), f"{side} ({len(kept):,})")
            self.model.appendRow([head, QStandardItem(), QStandardItem()])
            for member in kept:
                head.appendRow(_items(member))
        self.counter.setText(show.plural(shown, "member"))
        for at, column in enumerate(MEMBERS):
            self.tree.setColumnWidth(at, column.width)
        self.tree.expandAll() if shown <= 400 else self.tree.expandToDepth(0)

    def repaint_icons(self) -> None:
        self.filter.repaint_icons()
        self._fill()


def matching(members: Iterable[Member], wanted: Filter) -> list[Member]:
    """Those that match, or hold one that does; what matches keeps all that is inside it. Pure."""
    kept = []
    for member in members:
        if wanted.matches(_lookup(member)):
            kept.append(member)
        elif inside := matching(member.members, wanted):
            kept.append(replace(member, members=tuple(inside)))
    return kept


def _lookup(member: Member) -> Callable[[str], Value]:
    fields: dict[str, Value] = {"name": member.name, "kind": member.kind, "type": member.type}
    return lambda name: fields.get(name, member.name)


def _count(members: Sequence[Member]) -> int:
    return sum(1 + _count(member.members) for member in members)


def _items(member: Member) -> list[QStandardItem]:
    first = QStandardItem(icon(ICONS.get(member.kind, "hash"), "muted"), member.name)
    kind, written = QStandardItem(member.kind), QStandardItem(member.type)
    written.setFont(mono())
    written.setToolTip(member.type)
    for inside in member.members:
        first.appendRow(_items(inside))
    return [first, kind, written]
