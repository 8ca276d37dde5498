"""Asks how much is recorded of an actor or of all, and says what the recording, and all else, takes on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from ui import format as show
from ui.dialogs.storage import StorageGrid
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
    """`levels` are those of the actors that have one of their own.

    After it was accepted `actor` (empty for all), `level` and `keep` hold the answer, and `changes_level` and
    `changes_keep` whether it is another than what was.
    """

    def __init__(
        self, parent: QWidget, found: RecordingStatistics, levels: Mapping[str, RecordingLevel],
        actors: Sequence[str], chosen: str = "", storage: StorageGrid | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("Recording")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(520)
        self._found, self._levels = found, levels
        self._actor, self._level = QComboBox(), QComboBox()
        self._actor.addItem(ALL, "")
        for name in sorted({*actors, *levels, *found.kept}):
            self._actor.addItem(name, name)
        self._actor.setCurrentIndex(max(self._actor.findData(chosen), 0))
        self._keep = QCheckBox("Keep what is recorded of it from now on beyond the bounds")
        self._actor.currentIndexChanged.connect(self._show_actor)
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Of", self._actor), ("Record", self._level)):
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        form.addRow("", self._keep)
        hint = label("It holds until the node ends; workbench node --record and the setting record last.", tone="muted",
                     wrap=True)  # fmt: skip
        form.addRow("", hint)
        self.taken = label("\n".join(taken(found)), tone="muted", wrap=True)
        form.addRow("On disk", self.taken)
        if storage is not None:
            form.addRow("All that is kept", storage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Record so")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(buttons)
        self._show_actor()

    def _show_actor(self) -> None:
        """What is so now."""
        level = f"as all without a level of their own: {self._found.level}" if self.actor else "as the node records"
        self._level.clear()
        self._level.addItem(level, "")
        for each, text in LEVELS.items():
            self._level.addItem(text, each)
        self._level.setCurrentIndex(self._level.findData(self._was))
        self._keep.setEnabled(bool(self.actor))
        self._keep.setChecked(self._is_kept)

    @property
    def _was(self) -> RecordingLevel | str:
        return self._levels.get(self.actor, "") if self.actor else self._found.level

    @property
    def _is_kept(self) -> bool:
        return self.actor in self._found.kept

    @property
    def actor(self) -> str:
        return str(self._actor.currentData())

    @property
    def level(self) -> RecordingLevel | None:
        """None: that of the level above."""
        wanted = self._level.currentData()
        return RecordingLevel(wanted) if wanted else None

    @property
    def changes_level(self) -> bool:
        return (self.level or "") != self._was

    @property
    def keep(self) -> bool:
        return self._keep.isChecked()

    @property
    def changes_keep(self) -> bool:
        return self._keep.isEnabled() and self.keep is not self._is_kept


def taken(found: RecordingStatistics) -> list[str]:
    """What is recorded and what may be, in sentences."""
    days = found.limit_seconds / 86_400
    turns, changes = show.plural(found.turns, "turn"), show.plural(found.changes, "change")
    said = [
        f"{turns} and {changes} of services in {show.size(found.size_bytes)}.",
        f"{show.size(found.ring_bytes)} of it in the ring, of {show.size(found.limit_bytes)} and {days:,.1f} days that "
        "are kept.",
    ]
    if found.pinned_bytes:
        said.append(
            f"{show.size(found.pinned_bytes)} of it of crashes and of what is to be kept, of "
            f"{show.size(found.pinned_limit_bytes)}."
        )
    if found.dropped:
        said.append(f"{show.plural(found.dropped, 'turn')} could not be recorded since the node started.")
    if found.stopped:
        said.append(f"Nothing can be recorded now: {found.stopped}")
    return said
