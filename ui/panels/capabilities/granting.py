"""The foot of the panel: which grant, for how long, revoke it, trim to what was used."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.dialogs.confirm import confirm
from ui.grant_words import EXAMPLES, NAMED
from ui.panels.capabilities.columns import denial_text
from ui.widgets.build import box, label, row, shrinks, tool_for
from workbench.api import DURATIONS, Duration, Evidence, Invalid, parse_grant


class Granting(QWidget):
    """For the row that is chosen. `run` and `changed` are the panel's."""

    def __init__(
        self, desk: Desk, run: Callable[[Coroutine[object, None, None]], object], changed: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._desk, self._run, self._changed = desk, run, changed
        self.row: Evidence | None = None
        self.title = label("", role="figure")
        self.said = label("", tone="muted")
        self.problem = label("", tone="error", wrap=True)
        self.problem.hide()
        self.grant = QComboBox()
        self.grant.setEditable(True)
        self.grant.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.grant.setMinimumWidth(120)
        self.grant.setAccessibleName("Grant")
        line = self.grant.lineEdit()
        assert line is not None
        line.setAccessibleName("Grant")
        line.setPlaceholderText("capability[:mode][/scope]")
        self.grant.currentTextChanged.connect(lambda: self._check())
        self.buttons = {name: tool_for(desk.actions[f"capability.{name}"], text=name not in ("revoke", "trim"))
                        for name in ("grant_once", "grant_session", "grant_always", "revoke", "trim")}  # fmt: skip
        shrinks(self.said)
        top = row(self.title, self.said, margins=(10, 5, 10, 0), spacing=8)
        top.setStretch(1, 1)
        *giving, revoke, trim = self.buttons.values()
        written = row(self.grant, revoke, trim, margins=(10, 2, 8, 0), spacing=2)
        written.setStretch(0, 1)
        deeds = row(label("Grant it", tone="muted"), *giving, None, margins=(10, 0, 8, 4), spacing=2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        inner = QVBoxLayout()
        inner.setSpacing(2)
        for part in (top, written, deeds):
            inner.addLayout(part)
        inner.addWidget(self.problem)
        whole.addWidget(box("foot", inner))
        for duration in DURATIONS:
            desk.actions.bind(f"capability.grant_{duration}", lambda duration=duration: self._grant(duration))  # type: ignore[misc]
        desk.actions.bind("capability.revoke", self._revoke)
        desk.actions.bind("capability.trim", self._trim)
        desk.actions.bind("capability.copy_command", self._copy)
        self.show_row(None)

    # what is shown

    def show_row(self, found: Evidence | None) -> None:
        """Offer what would allow it; what was typed for the same actor and capability stays."""
        same = found is not None and self.row is not None and (found.actor, found.capability) == (
            self.row.actor, self.row.capability
        )  # fmt: skip
        changed = found != self.row
        self.row = found
        if found is not None and changed:
            self.title.setText(f"{found.actor.name}  ·  {found.capability}")
            self.said.setText(f"denied: {denial_text(found.last_denial)}" if found.last_denial else "")
            typed = self.grant.currentText() if same else ""
            self.grant.blockSignals(True)
            self.grant.clear()
            self.grant.addItems(offers(found))
            self.grant.setCurrentText(typed or offers(found)[0])
            self.grant.blockSignals(False)
        self.setVisible(found is not None)
        self._check()

    def focus(self) -> None:
        """To the button that is most likely wanted."""
        self.buttons["grant_session"].setFocus()

    def _check(self) -> None:
        problem, text = "", self.grant.currentText().strip()
        try:
            if self.row is not None:
                text = str(parse_grant(text))
        except Invalid as error:
            problem = str(error)
        held = self.row is not None and text in self.row.granted
        typed = self.grant.currentText().strip() not in ("", *EXAMPLES.values())
        self.problem.setText(problem if typed else "")
        self.problem.setVisible(bool(problem) and typed)
        can = self.row is not None and not problem
        self._desk.actions.enable(*(f"capability.grant_{each}" for each in DURATIONS), on=can and not held)
        self._desk.actions.enable("capability.revoke", on=can and held)
        self._desk.actions.enable("capability.trim", "capability.actor", "capability.copy_command",
                                  on=self.row is not None)  # fmt: skip

    # what is done

    def _grant(self, duration: Duration) -> None:
        if self.row is not None:
            self._run(self._do_grant(self.row.actor.name, self.grant.currentText().strip(), duration))

    async def _do_grant(self, actor: str, grant: str, duration: Duration) -> None:
        node = self._desk.node
        if node is not None:
            said = await self._desk.bridge.call(lambda: node.capabilities.grant(actor, grant, duration=duration))
            self._desk.notice(f"{said}, {_how_long(duration)}.", "ok")
            self._changed(actor)

    def _revoke(self) -> None:
        if self.row is not None:
            self._run(self._do_revoke(self.row.actor.name, str(parse_grant(self.grant.currentText().strip()))))

    async def _do_revoke(self, actor: str, grant: str) -> None:
        node = self._desk.node
        if node is not None:
            said = await self._desk.bridge.call(node.capabilities.revoke, actor, grant)
            self._desk.notice(f"Taken from {actor}: {said}.", "ok")
            self._changed(actor)

    def _trim(self) -> None:
        if self.row is not None:
            self._run(self._ask_and_trim(self.row.actor.name))

    async def _ask_and_trim(self, actor: str) -> None:
        node = self._desk.node
        if node is None:
            return
        unused = await self._desk.bridge.call(lambda: node.capabilities.trim(actor, dry=True))
        if not unused:
            self._desk.notice(f"{actor} has used every grant that it holds.", "info")
        elif await confirm(
            self, f"Trim {actor} to what it has used?",
            f"These grants were never used and are taken away: {', '.join(unused)}.", "Trim",
        ):  # fmt: skip
            gone = await self._desk.bridge.call(lambda: node.capabilities.trim(actor))
            self._desk.notice(f"{actor} no longer holds {', '.join(gone)}.", "ok")
            self._changed(actor)

    def _copy(self) -> None:
        if self.row is not None:
            actor, grant = self.row.actor.name, self.grant.currentText().strip()
            verb = "capability revoke" if grant in self.row.granted else "capability grant"
            QGuiApplication.clipboard().setText(self._desk.command(verb, actor, grant))


def offers(row: Evidence) -> list[str]:
    """Grants that may be meant, the likeliest first: what would allow the denied call, then what is held."""
    narrow = row.last_denial.grant if row.last_denial is not None else ""
    whole = EXAMPLES[row.capability] if row.capability in NAMED else row.capability
    likely = [narrow] if narrow and row.capability in NAMED else dict.fromkeys((narrow or whole, whole))
    wanted = [each for each in likely if each not in row.granted]
    return [*wanted, *row.granted] if row.denied and not row.granted else [*row.granted, *wanted]


def _how_long(duration: Duration) -> str:
    return {"once": "for one use", "session": "until the actor stops", "always": "whenever it is started"}[duration]
