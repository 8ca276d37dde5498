"""The tree editor: the tree at the left, a form for what is chosen, and below what would happen, before it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.dialogs.confirm import confirm, confirmed
from ui.filter import Filter
from ui.icons import icon
from ui.models import RowModel
from ui.outline import Outline
from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.form import ActorForm, SupervisorForm
from ui.panels.supervision.editor.history import History
from ui.panels.supervision.editor.outcome import Outcome
from ui.panels.supervision.editor.reading import Reading, read
from ui.panels.supervision.editor.rows import CHANGES, OUTLINE, Row, marks_for, rows
from ui.theme import sheet
from ui.widgets.build import box, button, label, row, set_tone, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from ui.widgets.tree import Tree
from workbench.api import TreeChange

TOOLS = ("add_child", "add_supervisor", "", "duplicate", "up", "down", "move", "remove", "", "undo", "redo", "",
         "open", "save")  # fmt: skip
ROW_ACTIONS = ("tree.add_child", "tree.add_supervisor", "", "tree.duplicate", "tree.up", "tree.down", "tree.move", "",
               "tree.remove")  # fmt: skip
WITH_TEXT = frozenset({"add_child", "add_supervisor"})
NAME_CHARACTERS = 40
UNTOLD = "What applying would do is listed here as soon as nothing in the tree is marked."
NEW = Draft(1, "tree", True, children=())


class TreeEditor(QDialog):
    """Shows a `history` of drafts. `edited` tells that the draft is another one, `gone` that the window was closed."""

    edited = Signal()
    gone = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName("Tree editor")
        self.history = History(NEW, NEW.id)
        self.clean = NEW
        """The draft that was applied or saved last."""
        self.reading = Reading(None, {})
        self.runs: bool | None = None
        """Whether a tree of this name runs; None while that is not known."""
        self.fixed = ""
        self._showing = False
        self.model: Outline[Row] = Outline(OUTLINE, lambda found: found.path, self)
        self.tree = Tree(self.model, "The tree")
        self.tree.horizontalHeader().setSectionsClickable(False)
        self.tree.menu_for = lambda: desk.actions.menu(self, *ROW_ACTIONS)
        self.supervisor, self.actor = SupervisorForm(), ActorForm()
        self.forms = QStackedWidget()
        self.outcome = Outcome()
        self.changes: RowModel[TreeChange] = RowModel(CHANGES, lambda change: (change.name, change.deed), self)
        self.changes_table = Table(self.changes, "What applying would do")
        self.applying = FilteredTable(
            desk, self.changes_table, "is:replaced why~state", EmptyState("tree", UNTOLD)
        )  # fmt: skip
        self.what, self.state = label(role="title"), label(tone="muted")
        self.said = label(tone="muted")
        self.notice = label(wrap=True)
        self.theirs = button("Show theirs", lambda: None, name="Show the tree that runs now")
        told = row(self.notice, self.theirs, margins=(12, 4, 12, 4))
        told.setStretch(0, 1)
        self.changed = box("stale", told)
        self.reason = label(tone="muted", wrap=True)
        self.close_button = button("Close", self.reject)
        self.apply_button = button("Apply", lambda: desk.actions.run("tree.apply"), style="primary")
        self._lay_out()
        self._connect()
        self.setParent(parent, Qt.WindowType.Window)  # only now: what is added to a styled window is styled each time
        self.setStyleSheet(sheet())

    def _lay_out(self) -> None:
        actions = self.desk.actions
        tools = [tool_for(actions[f"tree.{verb}"], text=verb in WITH_TEXT) if verb else 8 for verb in TOOLS]
        shrinks(self.state)
        band = row(self.what, self.state, *tools, margins=(12, 5, 8, 5), spacing=3)
        band.setStretch(1, 1)
        self.forms.addWidget(self.supervisor)
        self.forms.addWidget(self.actor)
        above = QSplitter()
        above.addWidget(self.tree)
        above.addWidget(self.forms)
        above.setSizes([430, 550])
        above.setChildrenCollapsible(False)
        shrinks(self.said)
        head = row(label("Applying", role="caption"), self.said, margins=(10, 4, 10, 0), spacing=8)
        head.setStretch(1, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.applying, 1)
        below = QSplitter()
        below.addWidget(self.outcome)
        below.addWidget(right)
        below.setSizes([430, 550])
        below.setChildrenCollapsible(False)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(above)
        self.split.addWidget(below)
        self.split.setSizes([380, 240])
        self.split.setChildrenCollapsible(False)
        foot = row(self.reason, self.close_button, self.apply_button, margins=(12, 6, 12, 8), spacing=8)
        foot.setStretch(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", band))
        whole.addWidget(self.changed)
        whole.addWidget(self.split, 1)
        whole.addWidget(box("foot", foot))
        self.changed.hide()
        self.resize(1000, 680)

    def _connect(self) -> None:
        for verb in (*TOOLS, "apply"):
            if verb:
                self.addAction(self.desk.actions[f"tree.{verb}"])
        self.tree.selectionModel().currentRowChanged.connect(lambda: self._row_changed())
        self.tree.opened.disconnect()
        self.tree.opened.connect(lambda: self.form.focus_name())
        for form in (self.supervisor, self.actor):
            form.edited.connect(self.type_into)
        self.outcome.ending_changed.connect(self.show_draft)
        self.desk.theme_changed.connect(self._repaint)

    # what is there

    @property
    def draft(self) -> Draft:
        return self.history.current.draft

    @property
    def chosen(self) -> Draft:
        return drafts.find(self.draft, self.history.current.chosen) or self.draft

    @property
    def form(self) -> SupervisorForm | ActorForm:
        return self.supervisor if self.chosen.supervisor else self.actor

    @property
    def dirty(self) -> bool:
        """Whether there is something that was neither applied nor saved."""
        return self.draft is not self.clean and self.draft != self.clean

    def begin(self, draft: Draft, chosen: int, fixed: str, reading: Reading) -> None:
        """Show another tree; `fixed` is why the name of its root cannot be changed, `reading` the draft's."""
        self.history, self.clean, self.fixed, self.reading = History(draft, chosen), draft, fixed, reading
        self.changes.patch([])
        self.show_draft()
        self.edited.emit()

    def put(self, draft: Draft, chosen: int, field: str = "") -> None:
        """One more step; the same draft is none."""
        if draft is not self.draft:
            self.history.push(draft, chosen, field)
            self.show_draft()
            self.edited.emit()

    def step(self, *, back: bool) -> None:
        (self.history.undo if back else self.history.redo)()
        self.show_draft()
        self.edited.emit()

    def type_into(self, name: str, value: object) -> None:
        """Another value for one field of the chosen one."""
        number = self.chosen.id
        change: Mapping[str, object] = {name: value}
        after = drafts.changed(self.draft, number, lambda found: replace(found, **change))  # type: ignore[arg-type]
        if after != self.draft:
            self.put(after, number, name)

    def choose(self, found: Draft | None) -> None:
        if found is not None:
            self.history.choose(found.id)
            self.show_draft()

    def _row_changed(self) -> None:
        found = self.model.row(self.tree.currentIndex())
        if found is not None and not self._showing and found.draft.id != self.history.current.chosen:
            self.choose(found.draft)

    # what is shown

    def show_draft(self) -> None:
        """All of it, as it is now."""
        self.reading = read(self.draft, self.reading)
        chosen, tree = self.chosen, self.reading.tree
        wrong: dict[int, str] = {}
        for (number, _), problem in self.reading.problems.items():
            wrong.setdefault(number, problem)
        marked = marks_for(tree, chosen.name, self.outcome.ending)
        self._showing = True
        self.model.patch(self.model.arrange(rows(self.draft, wrong, marked), Filter()))
        self.tree.choose(self.model.position(drafts.path(self.draft, chosen.id)))
        self._showing = False
        problems = {name: text for (number, name), text in self.reading.problems.items() if number == chosen.id}
        form = self.form
        self.forms.setCurrentWidget(form)
        if isinstance(form, SupervisorForm):
            form.show_place(root=chosen is self.draft, fixed=self.fixed)
        form.show_draft(chosen, problems)
        self.outcome.show_plan(tree, chosen)
        self.what.setText(show.one_line(self.draft.name, NAME_CHARACTERS) or "(no name)")
        self.show_state()
        self._enable()

    def show_state(self) -> None:
        """Whether it runs, and whether there is something to be applied or saved."""
        states = {True: "runs", False: "does not run yet", None: ""}
        changed = "changes are neither applied nor saved" if self.dirty else ""
        self.state.setText(", ".join(filter(None, (states[self.runs], changed))))
        self.setWindowTitle(f"{self.draft.name}[*]: tree")
        self.setWindowModified(self.dirty)

    def first_problem(self) -> str:
        """Why the draft is no tree yet; empty when it is one."""
        for each in drafts.below(self.draft):
            for (number, _), problem in self.reading.problems.items():
                if number == each.id:
                    return f"{each.name or 'the one without a name'}: {problem}"
        return ""

    def say(self, reason: str, tone: str = "muted") -> None:
        """At the foot: why it cannot be applied, or what was done."""
        set_tone(self.reason, tone)
        self.reason.setText(reason)

    def show_changed(self, text: str, *, there: bool = True) -> None:
        """That something else runs than what was opened; nothing when it is empty. `there`: it can be shown."""
        self.notice.setText(text)
        self.theirs.setVisible(there)
        self.changed.setVisible(bool(text))

    def _enable(self) -> None:
        chosen, draft = self.chosen, self.draft
        above = drafts.parent(draft, chosen.id)
        siblings = [child.id for child in above.children] if above is not None else []
        at = siblings.index(chosen.id) if above is not None else -1
        for verb, on in (
            ("duplicate", above is not None), ("remove", above is not None), ("up", at > 0),
            ("down", 0 <= at < len(siblings) - 1), ("move", bool(drafts.supervisors_for(draft, chosen.id))),
            ("undo", self.history.can_undo), ("redo", self.history.can_redo), ("save", self.reading.tree is not None),
            ("add_child", True), ("add_supervisor", True), ("open", True),
        ):  # fmt: skip
            self.desk.actions.enable(f"tree.{verb}", on=on and self.isVisible())

    def _repaint(self) -> None:
        """The window gives the colours of another theme to its parts; what is drawn as text takes them here."""
        if self.isVisible():
            self.show_draft()

    # where it can be moved

    def places(self) -> QMenu:
        """A menu of the supervisors into which the chosen one can go."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for each in drafts.supervisors_for(self.draft, self.chosen.id):
            menu.addAction(icon("supervisor"), each.name, lambda number=each.id: self.move_into(number))
        return menu

    def offer_places(self) -> None:
        """Beside the row: the keyboard chooses as well as the mouse."""
        row = self.tree.visualRect(self.tree.currentIndex())
        self.places().popup(self.tree.viewport().mapToGlobal(row.bottomLeft()))

    def move_into(self, number: int) -> None:
        self.put(drafts.moved(self.draft, self.chosen.id, number), self.chosen.id)

    # Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # Enter in a line is no wish to close or apply
        elif event.key() == Qt.Key.Key_Delete and self.tree.hasFocus():
            self.desk.actions.run("tree.remove")
        else:
            super().keyPressEvent(event)

    def may_drop(self, what: str) -> bool:
        """Whether the changes that are neither applied nor saved may be lost. For slots."""
        return not self.dirty or confirmed(self, *self._drop(what))

    async def lets_drop(self, what: str) -> bool:
        """The same inside of a task."""
        return not self.dirty or await confirm(self, *self._drop(what))

    def _drop(self, what: str) -> tuple[str, str, str]:
        return (
            f"Drop the changes to {self.draft.name}?", f"They were neither applied nor saved in a file. {what}", "Drop",
        )  # fmt: skip

    def reject(self) -> None:
        """Escape, Close, and the window's own button."""
        if self.may_drop("What runs stays as it is."):
            self.hide()
            self.history = History(self.clean, self.clean.id)
            for verb in (*TOOLS, "apply"):
                if verb:
                    self.desk.actions.enable(f"tree.{verb}", on=False)
            self.gone.emit()
