"""The actors as a tree: the node, its supervisors, and under each actor those that it spawned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.filter import Filter, Value
from ui.icons import icon
from ui.models import Column, Plan
from ui.outline import Outline, Path
from ui.panels.actors.columns import ACTORS
from ui.states import STATES
from ui.supervised import allowance
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.tree import Tree
from workbench.api import ActorInfo, SupervisorInfo

T = TypeVar("T")
NODE = "node"


@dataclass(frozen=True, slots=True)
class Branch:
    """One row: an actor, a supervisor, or the node itself. `path` are the names of those around it, and its own."""

    path: Path
    actor: ActorInfo | None = None
    supervisor: SupervisorInfo | None = None

    @property
    def name(self) -> str:
        return str(self.path[-1])


def branches(actors: Sequence[ActorInfo], supervisors: Sequence[SupervisorInfo]) -> list[Branch]:
    """Every supervisor and actor where it stands, children in the order of their start. Pure."""
    above = {info.name: info.parent for info in supervisors}
    known = {info.id.name for info in actors} | above.keys()
    above |= {info.id.name: info.supervisor or (info.parent if info.parent in known else "") for info in actors}
    below: dict[str, list[Branch]] = {}
    for supervisor in supervisors:
        below.setdefault(supervisor.parent, []).append(Branch((supervisor.name,), None, supervisor))
    for actor in actors:
        below.setdefault(above[actor.id.name], []).append(Branch((actor.id.name,), actor))
    places = {child.name: at for info in supervisors for at, child in enumerate(info.children)}
    for name, found in below.items():
        if name:
            found.sort(key=lambda branch: _born(branch, places))
    return [Branch((NODE,)), *_under("", (NODE,), below)] if actors or supervisors else []


def _born(branch: Branch, places: Mapping[str, int]) -> tuple[int, float, str]:
    """Before whom it stands: a supervisor lists its children in the order of their start; actors know their birth."""
    return places.get(branch.name, len(places)), branch.actor.spawned if branch.actor else 0.0, branch.name


def _under(name: str, path: Path, below: dict[str, list[Branch]]) -> Iterator[Branch]:
    for found in below.pop(name, ()):
        here = (*path, found.name)
        yield Branch(here, found.actor, found.supervisor)
        yield from _under(found.name, here, below)


def _of(function: Callable[[ActorInfo], T], otherwise: T) -> Callable[[Branch], T]:
    return lambda branch: function(branch.actor) if branch.actor is not None else otherwise


def _maybe(function: Callable[[ActorInfo], T] | None, otherwise: T) -> Callable[[Branch], T] | None:
    return None if function is None else _of(function, otherwise)


def _column(column: Column[ActorInfo]) -> Column[Branch]:
    """The same column; rows that are no actors leave it empty."""
    value: Callable[[Branch], Value] = _of(column.value, None)
    return Column[Branch](
        column.key, column.title, value, _of(column.text, ""), column.width, column.right, None,
        _maybe(column.tone, ""), _maybe(column.tip, ""), hidden=column.hidden, mono=column.mono,
    )  # fmt: skip


def _state_look(branch: Branch) -> tuple[str, str]:
    if branch.actor is not None:
        return STATES[branch.actor.state]
    if branch.supervisor is not None:
        return ("crashed", "error") if branch.supervisor.stopped_because else ("supervisor", "icon")
    return "node", "icon"


def _state(branch: Branch) -> str:
    if branch.actor is not None:
        return next(column for column in ACTORS if column.key == "state").text(branch.actor)
    if branch.supervisor is not None:
        found = branch.supervisor
        return "gave up" if found.stopped_because else f"{found.spec.strategy}, {allowance(found)}"
    return ""


COLUMNS: tuple[Column[Branch], ...] = (
    Column[Branch]("id", "Actor", lambda b: b.name, lambda b: b.name, 220, icon=_state_look, bold=True),
    Column[Branch]("state", "State", lambda b: str(b.actor.state) if b.actor else _state(b), _state, 190,
                   tone=lambda b: _state_look(b)[1] if b.actor else "muted"),
    *(_column(column) for column in ACTORS if column.key not in ("id", "state", "action")),
)  # fmt: skip


class ActorTree(QWidget):
    """`chosen` carries the name of an actor; `opened` is Enter or a double click on one."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, desk: Desk, example: str, none: EmptyState, menu: Callable[[], QMenu]) -> None:
        super().__init__()
        self.model: Outline[Branch] = Outline(COLUMNS, lambda row: row.path, self, heading=lambda row: not row.actor)
        self.table = Tree(self.model, "Actors as a tree")
        self._menu = menu
        self.table.menu_for = self._with_folding
        self.table.command_for = lambda row: desk.command("actor show", row.name) if row.actor else ""
        self.view = FilteredTable(desk, self.table, example, none)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.view)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._choose())
        self.table.opened.connect(self._open)

    def _with_folding(self) -> QMenu:
        made = self._menu()
        made.addSeparator()
        made.addAction(icon("unfold"), "Open all", self.table.open_all)
        made.addAction(icon("fold"), "Close all", self.table.close_all)
        return made

    def planned(self, rows: Sequence[Branch], wanted: Filter) -> Plan[Branch]:
        return self.view.planned(rows, wanted)

    def select(self, name: str) -> None:
        """Choose the actor of this name, wherever it stands."""
        here = self.model.row(self.table.currentIndex())
        if not name or (here is not None and here.actor is not None and here.name == name):
            return
        row = next((row for row in self.view.all if row.name == name and row.actor is not None), None)
        if row is not None:
            self.view.select_key(row.path)

    def _choose(self) -> None:
        row = self.model.row(self.table.currentIndex())
        if row is not None and row.actor is not None:
            self.chosen.emit(row.name)

    def _open(self) -> None:
        """An actor without others in it is opened; the tree itself turns those that have some."""
        at = self.table.currentIndex().row()
        row = self.model.row(self.table.currentIndex())
        if row is not None and row.actor is not None and not self.model.has_inside(at):
            self.opened.emit()
