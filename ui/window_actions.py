"""The actions of one window, made of the table in `actions`: what is bound, what is held back, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.actions import BY_ID, CHANGES, NEED_NODE, SPECS, Spec
from ui.icons import icon
from ui.offered import METHODS
from ui.watchdog import watched

DRAWN_AT_ONCE = 8


class Actions(QObject):
    """The QActions of one window. A panel binds the slot; an action that nobody bound is disabled."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions = {spec.id: self._make(spec) for spec in SPECS}
        self._slots: dict[str, Callable[[], None]] = {}
        self._off: set[str] = set()
        self._held = self._sealed = ""
        self._refused: dict[str, str] = {}
        self._lacks: dict[str, str] = {}
        """Actions that the node does not offer, with the reason."""

    def _make(self, spec: Spec) -> QAction:
        action = QAction(icon(spec.icon, spec.tone), spec.text, self)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setEnabled(False)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        action.setToolTip(_tip(spec))
        action.triggered.connect(lambda: self.run(spec.id))
        if spec.wide:
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(action)
        else:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[tuple[Spec, QAction]]:
        return ((spec, self._actions[spec.id]) for spec in SPECS)

    def bind(self, action_id: str, slot: Callable[[], None], *, owner: QWidget | None = None) -> QAction:
        """Let `slot` do it; `owner` is the panel inside which a narrow shortcut works."""
        self._slots[action_id] = slot
        action = self._actions[action_id]
        self._show_enabled(action_id)
        if owner is not None and not BY_ID[action_id].wide:
            owner.addAction(action)
        return action

    @watched
    def run(self, action_id: str) -> None:
        """Do it, as if it had been clicked."""
        if action_id in self._slots:
            self._slots[action_id]()

    def enable(self, *action_ids: str, on: bool) -> None:
        for action_id in action_ids:
            (self._off.discard if on else self._off.add)(action_id)
            self._show_enabled(action_id)

    def hold(self, reason: str, sealed: str = "") -> None:
        """Disable what needs a node and say why in its tooltip, or with `sealed` what changes one; empty lets it go."""
        self._held, self._sealed = reason, sealed
        for action_id in NEED_NODE:
            self._show_enabled(action_id)

    def refuse(self, reason: str, *action_ids: str) -> None:
        """Disable these and say why in their tooltips; empty lets them go."""
        for action_id in action_ids:
            self._refused[action_id] = reason
            self._show_enabled(action_id)

    def lack(self, missing: Collection[str]) -> None:
        """Hide what a node without these services and methods does not offer; where it is seen it says why."""
        before = self._lacks
        self._lacks = {
            action_id: f"This node is of an older version and does not offer {wanted}."
            for action_id, wanted in METHODS.items()
            if wanted in missing or wanted.partition(".")[0] in missing
        }
        for action_id in before.keys() | self._lacks.keys():
            self._actions[action_id].setVisible(action_id not in self._lacks)
            self._show_enabled(action_id)

    def why_hidden(self, action_id: str) -> str:
        """Why the node that is shown has no such action, as a sentence; empty when it has."""
        return self._lacks.get(action_id, "")

    def _show_enabled(self, action_id: str) -> None:
        action, held = self._actions[action_id], self._held if action_id in NEED_NODE else ""
        held = held or (self._sealed if action_id in CHANGES else "") or self._lacks.get(action_id, "")
        held = held or self._refused.get(action_id, "")
        action.setEnabled(action_id in self._slots and action_id not in self._off and not held)
        if action_id in NEED_NODE or action_id in METHODS or action_id in self._refused:
            tip = _tip(BY_ID[action_id])
            action.setToolTip(f"{tip}\n{held}" if held else tip)

    def menu(self, parent: QWidget, *action_ids: str) -> QMenu:
        """A menu of these actions; an empty id is a line."""
        made = QMenu(parent)
        for action_id in action_ids:
            if action_id:
                made.addAction(self._actions[action_id])
            else:
                made.addSeparator()
        return made

    def repaints(self) -> Iterator[Callable[[], None]]:
        """Steps that take the icons again, in the theme's new colours; each is short, though it draws."""
        pieces = (SPECS[at : at + DRAWN_AT_ONCE] for at in range(0, len(SPECS), DRAWN_AT_ONCE))
        return (partial(self._repaint, specs) for specs in pieces)

    def _repaint(self, specs: Sequence[Spec]) -> None:
        for spec in specs:
            self._actions[spec.id].setIcon(icon(spec.icon, spec.tone))


def _tip(spec: Spec) -> str:
    return (spec.tip or spec.text.rstrip("…")) + (f" ({spec.shortcut})" if spec.shortcut else "")
