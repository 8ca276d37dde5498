"""Asks how much is recorded of an actor or of all, and says what the recording takes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from ui import format as show
from ui.theme import sheet
from ui.widgets.build import label
from workbench.api.recordings import RecordingLevel, RecordingStatistics

ALL = "all actors without a level of their own"
LEVELS = {
    RecordingLevel.OFF: "off: nothing",
    RecordingLevel.MESSAGES: "messages: what came and how it ended",
    RecordingLevel.FULL: "full: host calls as well, so that turns can be replayed",
    RecordingLevel.EXACT: "exact: in full, and from a snapshot now and then, so that fuel can be compared",
}


class RecordingDialog(QDialog):
    """`actor` (empty for all), `level` and `keep` hold the answer after it was accepted."""

    def __init__(self, parent: QWidget, found: RecordingStatistics, actors: Sequence[str], chosen: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Recording")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(520)
        self._actor, self._level = QComboBox(), QComboBox()
        self._actor.addItem(ALL, "")
        for name in actors:
            self._actor.addItem(name, name)
        self._actor.setCurrentIndex(max(self._actor.findData(chosen), 0))
        for level, text in LEVELS.items():
            self._level.addItem(text, level)
        self._level.setCurrentIndex(self._level.findData(found.level))
        self._keep = QCheckBox("Keep what is recorded of it beyond the bounds")
        self._actor.currentIndexChanged.connect(self._enable)
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Of", self._actor), ("Record", self._level)):
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        form.addRow("", self._keep)
        self.taken = label("\n".join(taken(found)), tone="muted", wrap=True)
        form.addRow("On disk", self.taken)
        hint = label("It holds until the node ends; workbench node --record and the setting record last.", tone="muted",
                     wrap=True)  # fmt: skip
        form.addRow("", hint)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Record so")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(buttons)
        self._enable()

    def _enable(self) -> None:
        self._keep.setEnabled(bool(self.actor))

    @property
    def actor(self) -> str:
        return str(self._actor.currentData())

    @property
    def level(self) -> RecordingLevel:
        return RecordingLevel(self._level.currentData())

    @property
    def keep(self) -> bool:
        return self._keep.isEnabled() and self._keep.isChecked()


def taken(found: RecordingStatistics) -> list[str]:
    """What is recorded and what may be, in sentences."""
    days = found.limit_seconds / 86_400
    said = [
        f"{show.plural(found.turns, 'turn')} and {show.plural(found.changes, 'change')} of services in "
        f"{show.size(found.size_bytes)}, of {show.size(found.limit_bytes)} and {days:,.1f} days that are kept.",
    ]
    if found.pinned_bytes:
        said.append(
            f"Besides {show.size(found.pinned_bytes)} of crashes and of what is to be kept, of "
            f"{show.size(found.pinned_limit_bytes)}."
        )
    if found.dropped:
        said.append(f"{show.plural(found.dropped, 'turn')} could not be recorded since the node started.")
    if found.stopped:
        said.append(f"Nothing can be recorded now: {found.stopped}")
    return said
