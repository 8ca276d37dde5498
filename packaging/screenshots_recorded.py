"""Pictures of what was recorded: journals, sequence diagrams, a session, its replay, a rehearsal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

import workbench
from ui.demo import until
from ui.dialogs.export_session import ExportSessionDialog
from ui.main_window import MainWindow
from ui.panels.editor.panel import EditorPanel
from ui.panels.journal.panel import JournalPanel
from ui.panels.sequence.panel import SequencePanel
from ui.panels.session.details import DIFFERENCE, MAIL, STATE, TURN
from ui.panels.session.panel import SessionPanel
from workbench.api.session import Direction

Alone = Callable[[MainWindow, str, str], Awaitable[None]]
Save = Callable[[QWidget, str], None]
Settle = Callable[[], Awaitable[None]]
SESSION_SECONDS = 120.0


class Recorded:
    """The helpers of the other pictures are handed in; `folder` holds the session that is made."""

    def __init__(self, window: MainWindow, folder: Path, alone: Alone, save: Save, settle: Settle) -> None:
        self._window, self._file, self._till = window, folder / "workshop.plexbundle", folder / "till.py"
        self._alone, self._save, self._settle = alone, save, settle

    async def take(self, look: str) -> None:
        await self._journal(look)
        await self._sequence(look)
        await self._session(look)

    async def _journal(self, look: str) -> None:
        """`ledger` of the sample is durable."""
        window, panel = self._window, self._window.panels["journal"]
        assert isinstance(panel, JournalPanel)
        assert window.desk.node is not None
        window.raise_panel("journal")
        await until(lambda: panel.model.position("ledger") >= 0, "the journal of the ledger")
        panel.select_key("ledger")
        await until(
            lambda: (
                bool(panel.paged.rows)
                and (turn := panel.paged.rows[0].turn) is not None
                and turn.operation == "message"
            ),
            "a sale in the ledger",
        )
        panel.entry_table.choose(0)
        for tab, name in enumerate(("entry", "state", "difference")):
            panel.details.setCurrentIndex(tab)
            await self._alone(window, "journal", f"journal-{name}-{look}")
            window.raise_panel("journal")
        panel.details.setCurrentIndex(0)

    async def _sequence(self, look: str) -> None:
        panel = self._window.panels["sequence"]
        assert isinstance(panel, SequencePanel)
        self._window.desk.show_sequence.emit("foreman, worker, inspector")
        await until(lambda: bool(panel.canvas.diagram.arrows), "a sequence diagram")
        panel.canvas.choose(len(panel.canvas.diagram.arrows) - 1)
        await self._alone(self._window, "sequence", f"sequence-{look}")

    async def _session(self, look: str) -> None:
        window, panel = self._window, self._window.panels["session"]
        assert isinstance(panel, SessionPanel)
        node = window.desk.node
        assert node is not None
        if not self._file.exists():
            await window.bridge.call(lambda: workbench.export_bundle(node, self._file))
        window.desk.nodes.open(self._file)
        await until(lambda: panel._session is not None and panel._map.known > 0, "an opened session")
        await until(lambda: panel._map.known == panel._total(), "the whole timeline")
        crashes = panel._map.crashed.nonzero()[0]
        window.desk.nodes.go(int(crashes[0]) if len(crashes) else panel._total() // 2)
        window.set_perspective("debug")
        window.raise_panel("session")
        await self._settle()
        self._save(window, f"session-window-{look}")
        for tab, name in ((TURN, "turn"), (STATE, "state"), (DIFFERENCE, "difference"), (MAIL, "mailbox")):
            panel.details.setCurrentIndex(tab)
            if tab == DIFFERENCE:  # a turn that changes something
                window.desk.nodes.go(await self._addition())
            await self._settle()
            await self._alone(window, "session", f"session-{name}-{look}")
            window.raise_panel("session")
        window.desk.actions.run("session.replay")
        replay = panel.details.replaying
        await until(lambda: bool(replay.model.rows), "a replay", SESSION_SECONDS)
        await self._alone(window, "session", f"session-replay-{look}")
        await self._alone(window, "nodes", f"nodes-{look}")
        window.resize(1024, 700)
        window.raise_panel("session")
        await self._settle()
        self._save(window, f"small-session-{look}")
        window.resize(1440, 900)
        await self._rehearsal(look)
        dialog = ExportSessionDialog(window)
        dialog.show()
        await self._settle()
        self._save(dialog, f"session-export-{look}")
        dialog.close()
        held = window.desk.nodes.current
        assert held is not None
        window.desk.nodes.close_session(held)
        await until(lambda: window.desk.nodes.session is None, "the running node")

    async def _addition(self) -> int:
        node = self._window.desk.node
        session = None if node is None else node.session
        assert session is not None
        found: int | None = await self._window.bridge.call(
            lambda: session.find(0, actor="counter", where="type:add", direction=Direction.FORWARD)
        )
        assert found is not None
        return found

    async def _rehearsal(self, look: str) -> None:
        """The document in front of the editor, in place of the first module of the session."""
        window = self._window
        editor = window.panels["editor"]
        assert isinstance(editor, EditorPanel)
        editor.open(self._till)
        doc = editor.current()
        assert doc is not None
        before = doc.edit.toPlainText()
        doc.edit.setPlainText(before.replace("self.total += int(payload)", "self.total += 2 * int(payload)"))
        window.desk.actions.run("module.rehearse")
        await until(lambda: window.rehearsing.window is not None and window.rehearsing.window.isVisible(), "its window")
        made = window.rehearsing.window
        assert made is not None
        made.start.click()
        await until(lambda: made.start.isEnabled() and bool(made.head.text()), "a rehearsal", SESSION_SECONDS)
        await self._settle()
        self._save(made, f"rehearsal-{look}")
        made.close()
        doc.edit.setPlainText(before)
