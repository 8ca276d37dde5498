"""Imports and exports as a tree: interfaces with their functions, each with its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.outline import Outline, Path
from ui.panels.modules.columns import MEMBERS, Line
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.tree import Tree
from workbench.api import Member, ModuleDetail

ALL_OPEN = 400
"""More lines than this begin closed, up to the interfaces."""


class Members(QWidget):
    """One tree of both sides. What is typed into the filter is seen, however much was closed before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._hash = ""
        self.model: Outline[Line] = Outline(MEMBERS, lambda line: line.path, self, heading=lambda line: not line.kind)
        self.tree = Tree(self.model, "Imports and exports")
        self.tree.horizontalHeader().setAccessibleName("Columns of imports and exports")
        self.tree.command_for = lambda _line: desk.command("module show", self._hash[:12])
        none = EmptyState("module", "There are no imports and exports to show.")
        self.list = FilteredTable(desk, self.tree, "kind:function type~result", none)
        self.list.filter.setAccessibleName("Filter of imports and exports")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.list)
        self.list.filter.applied.connect(self.tree.open_all)

    def show_detail(self, detail: ModuleDetail) -> None:
        lines = both(detail)
        if detail.info.hash != self._hash:
            self._hash = detail.info.hash
            deep = (line.path for line in lines if len(line.path) > 1) if len(lines) > ALL_OPEN else ()
            self.tree.close_paths(deep)
        self.list.show_rows(lines)


def both(detail: ModuleDetail) -> list[Line]:
    """All lines, the two sides as headings. Pure."""
    sides = (("Imports", "import", detail.imports), ("Exports", "export", detail.exports))
    return [line for at, (name, side, members) in enumerate(sides) for line in _side(name, side, members, at)]


def _side(name: str, side: str, members: Sequence[Member], at: int) -> Iterator[Line]:
    yield Line((at,), f"{name} ({len(members):,})", "", "", side)
    yield from _lines(members, side, (at,), "")


def _lines(members: Sequence[Member], side: str, path: Path, around: str) -> Iterator[Line]:
    for at, member in enumerate(members):
        yield Line((*path, at), member.name, member.kind, member.type, side, around)
        yield from _lines(member.members, side, (*path, at), f"{around} {member.name}".strip())
