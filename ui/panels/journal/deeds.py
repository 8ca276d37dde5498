"""What the Journal panel does to a journal."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from ui import format as show
from ui.dialogs.confirm import confirm
from ui.jobs import Job
from workbench.api import Conflict, Damage, JournalInfo, Node, Progress, Turn
from workbench.api.turn_text import to_line

if TYPE_CHECKING:
    from ui.panels.journal.panel import JournalPanel

READ = 1_000
ROW_ACTIONS = (
    "journal.verify", "journal.replay", "journal.export", "", "journal.checkpoint", "journal.compact",
    "journal.remove", "", "journal.actor", "journal.copy_command",
)  # fmt: skip


class Deeds:
    """For the journal that is chosen in `panel`."""

    def __init__(self, panel: JournalPanel) -> None:
        self._panel, self._desk = panel, panel.desk

    def bind(self) -> None:
        for verb, slot in {
            "verify": self._verify, "replay": self._replay, "export": self._export, "checkpoint": self._checkpoint,
            "compact": self._compact, "remove": self._remove, "actor": self._go_to_actor,
            "copy_command": self._panel.copy_command,
        }.items():  # fmt: skip
            self._desk.actions.bind(f"journal.{verb}", slot)

    def enable(self, info: JournalInfo | None) -> None:
        for verb, on in {
            "verify": bool(self._panel.view.all), "replay": info is not None and bool(info.entries),
            "export": info is not None and bool(info.entries),
            "checkpoint": info is not None and info.runs, "compact": info is not None and bool(info.checkpoint),
            "remove": info is not None, "actor": info is not None, "copy_command": info is not None,
        }.items():  # fmt: skip
            self._desk.actions.enable(f"journal.{verb}", on=on)

    def _with_chosen(self, work: Callable[[Node, JournalInfo], Coroutine[object, None, None]]) -> None:
        node, info = self._desk.node, self._panel.table.chosen()
        if node is not None and info is not None:
            self._panel.run(work(node, info))

    def _done(self, text: str) -> None:
        self._desk.notice(text, "ok", key="journal")
        self._panel.details.forget()
        self._panel.refresh()

    def _go_to_actor(self) -> None:
        if (info := self._panel.table.chosen()) is not None:
            self._panel.go_to_actor(info.actor.name)

    # verify

    def _verify(self) -> None:
        """The chosen one, else all."""
        node, info = self._desk.node, self._panel.table.chosen()
        if node is not None:
            self._panel.run(self._do_verify(node, info))

    async def _do_verify(self, node: Node, info: JournalInfo | None) -> None:
        infos: Sequence[JournalInfo] = [info] if info is not None else await self._panel.call(node.journal.list)
        who = info.actor if info is not None else None
        whose = f"of {who.name}" if who is not None else f"of {show.plural(len(infos), 'actor')}"
        found: Sequence[Damage] | None = None
        with self._desk.jobs.doing(f"Journal {whose}", "verifying") as job:
            found = await self._panel.call(partial(node.journal.verify, who, cancel=job.cancel))
        if found is None or job.cancel.is_set():
            return
        if harmful := [damage for damage in found if not damage.harmless]:
            self._tell_damage(harmful, whose)
            return
        counted = show.plural(sum(each.entries for each in infos), "entry")
        told = "\n".join(map(str, found))
        self._desk.notice(f"{counted} {whose}: all as written.", "ok", details=told, key="journal")

    def _tell_damage(self, found: Sequence[Damage], whose: str) -> None:
        first = found[0]
        count, be = show.plural(len(found), "entry"), "is" if len(found) == 1 else "are"
        self._desk.notice(
            f"{count} {be} not as written {whose}; the first: {first}.", "error",
            details="\n".join(map(str, found)), key="journal",
        )  # fmt: skip

    # replay

    def _replay(self) -> None:
        self._with_chosen(self._do_replay)

    async def _do_replay(self, node: Node, info: JournalInfo) -> None:
        import workbench

        with self._desk.jobs.doing(f"Replay of {info.actor.name}") as job:
            found = await self._panel.call(
                lambda: workbench.replay_journal(node, info.actor.name, progress=job.report, cancel=job.cancel)
            )
            if self._panel.chosen == info.actor.name:
                self._panel.details.show_replay(found)

    # export

    def _export(self) -> None:
        info = self._panel.table.chosen()
        if info is None:
            return
        name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in info.actor.name)
        chosen, _ = QFileDialog.getSaveFileName(
            self._panel, f"Export the journal of {info.actor.name}", f"{name}.jsonl", "JSON lines (*.jsonl)"
        )
        if chosen:
            self.export(Path(chosen))

    def export(self, path: Path) -> None:
        """All entries of the chosen journal, with progress and cancel."""
        self._with_chosen(lambda node, info: self._do_export(node, info, path))

    async def _do_export(self, node: Node, info: JournalInfo, path: Path) -> None:
        with self._desk.jobs.doing(path.name, "exporting") as job:
            try:
                written = await self._panel.call(_write, node, info, path, job)
            except OSError as error:
                self._desk.notice(f"{path} was not written: {error.strerror or error}", "error", key="journal")
                return
            self._desk.notice(f"{show.plural(written, 'turn')} of {info.actor.name} in {path}.", "ok", key="journal")

    # what changes it

    def _checkpoint(self) -> None:
        self._with_chosen(self._do_checkpoint)

    async def _do_checkpoint(self, node: Node, info: JournalInfo) -> None:
        seq = await self._panel.call(node.journal.checkpoint, info.actor)
        self._done(f"The state of {info.actor.name} after turn {seq:,} is stored.")

    def _compact(self) -> None:
        self._with_chosen(self._do_compact)

    async def _do_compact(self, node: Node, info: JournalInfo) -> None:
        name = info.actor.name
        text = (f"The entries up to its checkpoint, turn {info.checkpoint:,}, are removed. {name} is brought back as "
                "before; what is removed can be neither shown nor replayed any more.")  # fmt: skip
        if await confirm(self._panel, f"Compact the journal of {name}?", text, "Compact"):
            removed = await self._panel.call(node.journal.compact, info.actor)
            self._done(f"{show.plural(removed, 'entry')} {'is' if removed == 1 else 'are'} removed.")

    def _remove(self) -> None:
        self._with_chosen(self._do_remove)

    async def _do_remove(self, node: Node, info: JournalInfo) -> None:
        name = info.actor.name
        entries = "its only entry" if info.entries == 1 else f"all {info.entries:,} entries"
        back = " It would have come back when the node starts; it will not." if info.runs else ""
        text = f"Its state, {entries} and what it persisted are gone for good.{back}"
        if await confirm(self._panel, f"Remove the journal of {name}?", text, "Remove"):
            await self._panel.call(node.journal.remove, info.actor)
            self._done(f"The journal of {name} is removed.")


def turns_of(node: Node, info: JournalInfo) -> Iterator[Turn]:
    """Every turn up to the last one of `info`, also beyond a page of damaged ones."""
    after = max(info.first - 1, 0)
    while after < info.last:
        found = node.journal.entries(info.actor, after=after, limit=READ)
        yield from (turn for turn in found if turn.seq <= info.last)
        after = found[-1].seq if found else after + READ


def _write(node: Node, info: JournalInfo, path: Path, job: Job) -> int:
    """Whole or not at all. OSError: it cannot be written. Conflict: it was cancelled."""
    scratch = path.with_name(f"{path.name}.part")
    info = node.journal.get(info.actor)  # the row that was chosen may be of some moments ago
    written = 0
    try:
        with scratch.open("w", encoding="utf-8") as file:
            for turn in turns_of(node, info):
                _check(job, path, written)
                file.write(f"{to_line(turn)}\n")
                written += 1
                if written % READ == 0:
                    job.report(Progress("exporting", written / max(info.entries, 1), 0.0))
        _check(job, path, written)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return written


def _check(job: Job, path: Path, written: int) -> None:
    if job.cancel.is_set():
        raise Conflict(f"the export to {path.name} was cancelled after {show.plural(written, 'turn')}")
