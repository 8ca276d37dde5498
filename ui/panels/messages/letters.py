"""Dead letters: messages that nobody handled, with their cause; one is edited in the composer and sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ui import format as show
from ui.commands import written
from ui.desk import Desk
from ui.models import Column, RowModel, always
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import DeadLetter, Payload

Letter = Column[DeadLetter]
VERBS = ("letter_edit", "letter_resend")


def _payload(letter: DeadLetter) -> str:
    found = letter.envelope.payload
    return show.one_line(found) if isinstance(found, str) else show.plural(len(found), "byte")


def _cause(letter: DeadLetter) -> str:
    return show.one_line(str(letter.cause)) if letter.cause is not None else ""


COLUMNS: tuple[Letter, ...] = (
    Letter("number", "No.", lambda d: d.seq, lambda d: f"{d.seq:,}", 52, right=True),
    Letter("time", "Time", lambda d: d.time, lambda d: show.clock(d.time, milliseconds=False), 74,
           tone=always("muted")),
    Letter("actor", "Actor", lambda d: d.actor.name, lambda d: d.actor.name, 100, bold=True),
    Letter("type", "Type", lambda d: d.envelope.type, lambda d: d.envelope.type, 96),
    Letter("payload", "Payload", _payload, _payload, 110),
    Letter("from", "From", lambda d: d.envelope.sender or "outside", lambda d: d.envelope.sender or "outside", 80,
           tone=always("muted"), hidden=True),
    Letter("reason", "Reason", lambda d: d.reason, lambda d: d.reason, 150, icon=always(("letter", "warn"))),
    Letter("cause", "Cause", _cause, _cause, 200, tone=always("error")),
)  # fmt: skip


class Letters(QWidget):
    """The table, newest first. `model.rows` are what the filter leaves.

    The newest one is chosen as they come, until another one is, or this one is taken in hand: by a click, with the
    keyboard in the table, or to be edited.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._followed = 0
        """The number of the one that nobody has chosen by hand."""
        self.model: RowModel[DeadLetter] = RowModel(COLUMNS, lambda letter: letter.seq, self)
        self.table = Table(self.model, "Dead letters")
        self.table.command_for = self.command
        self.table.menu_for = self._menu
        none = EmptyState("letter", "No dead letters: every message was handled.")
        self.view = FilteredTable(desk, self.table, "actor:till cause~fuel /crash/", none)
        for verb in VERBS:
            self.view.tools.addWidget(tool_for(desk.actions[f"message.{verb}"]))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.view)

    def _menu(self) -> QMenu:
        ids = (*(f"message.{verb}" for verb in VERBS), "", "message.letter_actor", "message.letter_copy")
        return self._desk.actions.menu(self, *ids)

    def bind(self, slots: dict[str, Callable[[], None]]) -> None:
        for verb, slot in slots.items():
            self._desk.actions.bind(f"message.{verb}", slot)
        self.table.opened.connect(slots["letter_edit"])
        self.table.pressed.connect(lambda: self.take_in_hand())
        self.table.selectionModel().currentRowChanged.connect(lambda: self.enable())
        self.enable()

    def enable(self) -> None:
        on = self.chosen() is not None
        self._desk.actions.enable(*(f"message.{verb}" for verb in VERBS), "message.letter_actor",
                                  "message.letter_copy", on=on)  # fmt: skip

    def chosen(self) -> DeadLetter | None:
        return self.model.row(self.table.currentIndex())

    def show_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Oldest first, as the node keeps them."""
        chosen = self.chosen()
        follows = chosen is not None and chosen.seq == self._followed and not self.table.hasFocus()
        self.view.show_rows(list(reversed(letters)))
        if self.model.rows and (follows or not self.table.currentIndex().isValid()):
            self.table.choose(0)
            self._followed = self.model.rows[0].seq
        self.enable()

    def take_in_hand(self) -> None:
        """The chosen one stays so, whatever comes."""
        self._followed = 0

    def command(self, letter: DeadLetter) -> str:
        message = written(letter.envelope.type, letter.envelope.payload)
        return self._desk.command("actor resend", str(letter.seq), message)


def edited(letter: DeadLetter, message_type: str, payload: Payload) -> tuple[str | None, Payload | None]:
    """What of it is another now: type and payload, None for what stayed."""
    sent = letter.envelope
    return (
        message_type if message_type != sent.type else None,
        payload if payload != sent.payload else None,
    )
