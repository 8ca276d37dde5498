"""Modules: what is deployed, who runs it, what is inside, and how two versions differ."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QSplitter

from ui import format as show
from ui.commands import in_the_window
from ui.desk import Desk
from ui.dialogs.alias import AliasDialog
from ui.dialogs.asking import ask, asking
from ui.dialogs.confirm import confirmed
from ui.filter import Filter, quote
from ui.models import Plan
from ui.panels.modules.columns import MODULES, Deployed
from ui.panels.modules.details import ModuleDetails
from ui.settings import Record, child, number, text
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import (
    AlreadyExists,
    Area,
    Format,
    ModuleDetail,
    ModuleDiff,
    ModuleInfo,
    NotFound,
    WorkbenchError,
)

ROW_ACTIONS = (
    "module.spawn", "module.source", "module.show", "", "module.users", "module.log", "", "module.alias", "module.diff",
    "module.build", "", "module.copy_hash", "module.copy_command", "", "module.remove",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What one reading gives: the list, who runs the chosen one, and its detail when it was not known yet."""

    rows: list[Deployed]
    wanted: Filter
    plan: Plan[Deployed]
    chosen: str
    users: tuple[str, ...]
    detail: ModuleDetail | None


class ModulesPanel(TablePanel[Deployed]):
    """The table above, details below. `chosen` is a hash; it is read off the Qt thread, so it is a plain attribute."""

    id = "modules"
    title = "Modules"
    icon_name = "module"
    areas = frozenset({Area.MODULES, Area.ACTORS})
    columns: ClassVar = MODULES
    filter_example = "format:python size>10KiB needs~keyvalue"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chosen = ""
        self._awaited = ""
        self._before = ""
        """What was chosen before the restart, until the list has been read."""
        self._height = 0
        """Of the details, once somebody has moved their edge."""
        self._rows: list[Deployed] = []
        self.details = ModuleDetails(desk)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.view)
        self.split.addWidget(self.details)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        self.column.addWidget(self.split, 1)
        self.details.hide()
        self.add_tool(tool_for(desk.actions["module.deploy"], text=True))
        self._bind()

    def _bind(self) -> None:
        for action_id, slot in {
            "module.show": self._show, "module.spawn": self._spawn, "module.source": self._source,
            "module.alias": self._alias, "module.diff": self._diff, "module.build": self._build,
            "module.users": self._show_users, "module.log": self._log, "module.copy_hash": self._copy_hash,
            "module.copy_command": self._copy_command, "module.remove": self._remove,
        }.items():  # fmt: skip
            self.desk.actions.bind(action_id, slot)
        self.split.splitterMoved.connect(lambda: self._edge_moved())
        self.details.tabs.currentChanged.connect(lambda: self.desk.remember.emit())
        self.details.comparison.wanted.connect(self._compare_chosen_with)
        self.table.selectionModel().selectionChanged.connect(lambda: self._choose())
        self.table.opened.connect(self._show)
        self.desk.show_module.connect(self._show_from_elsewhere)
        self.desk.answered.connect(self._answer)
        self._enable()

    def empty(self) -> EmptyState:
        return EmptyState(
            "module", "No module is deployed yet: drop a .py or .wasm file anywhere in the window, or choose one.",
            "Deploy a file…", lambda: self.desk.actions.run("module.deploy"), changes=True,
            recorded="There is no module in this session.",
        )  # fmt: skip

    def row_key(self, found: Deployed) -> Hashable:
        return found.info.hash

    def command_for(self, found: Deployed) -> str:
        return self.desk.command("module show", reference(found.info))

    # reading

    def load(self) -> Found:
        node, chosen, known, wanted = self.desk.node, self.chosen, self.details.detail, self.filter.filter
        assert node is not None
        listing = self.desk.roster.read(node)
        rows = [Deployed(info, listing.users.get(info.hash, 0)) for info in node.modules.list()]
        info = next((row.info for row in rows if row.info.hash == chosen), None)
        users = tuple(found.id.name for found in listing.actors if found.module == chosen) if chosen else ()
        detail = known if known is not None and known.info == info else None
        if info is not None and detail is None:
            try:
                detail = node.modules.describe(chosen)
            except NotFound:  # removed between the two readings
                detail = None
        return Found(rows, wanted, self.view.planned(rows, wanted), chosen, users, detail)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self._rows = found.rows
        self.view.show_planned(found.rows, found.wanted, found.plan)
        self._choose_again()
        info = self.info()
        if info is not None and found.chosen == self.chosen:
            self.details.show_module(info, found.users)
            self.details.comparison.offer(info, self._rows)
            if found.detail is not None:
                self.details.show_detail(found.detail)

    def arranged(self) -> None:
        if self.chosen and self.info() is None:
            self.chosen = ""
            self.details.hide()
        self._enable()
        if self._awaited and any(row.info.hash == self._awaited for row in self._rows):
            awaited, self._awaited = self._awaited, ""
            self.select_key(awaited)

    def info(self) -> ModuleInfo | None:
        """The chosen module as last read."""
        return next((row.info for row in self._rows if row.info.hash == self.chosen), None)

    def acted(self) -> list[Deployed]:
        """What an action is about: the selected rows, or the module in the details when the filter hides its row."""
        picked = self.table.selected()
        if any(row.info.hash == self.chosen for row in picked):
            return picked
        return [row for row in self._rows if row.info.hash == self.chosen]

    def _choose(self) -> None:
        """Two chosen rows are compared, the older one first."""
        picked = self.table.selected()
        self._enable()
        row = self.table.chosen()
        if row is None:
            return
        if row.info.hash != self.chosen:
            self.chosen = row.info.hash
            self.details.comparison.show_diff(None)
            self._open(row.info)
            self.table.keep_in_sight()
            self.desk.remember.emit()
        if len(picked) == 2:
            before, after = sorted((one.info for one in picked), key=lambda info: info.deployed)
            self._compare(before.hash, after.hash)

    def _open(self, info: ModuleInfo) -> None:
        self.details.show_module(info, ())
        if self.details.isHidden():
            self.details.show()
            below = self._height or self.split.height() // 2
            self.split.setSizes([max(self.split.height() - below, 1), below])
        self.refresh()

    def _edge_moved(self) -> None:
        self._height = self.split.sizes()[1]
        self.desk.remember.emit()

    def _choose_again(self) -> None:
        """What was chosen before the restart; its details alone when the filter hides its row."""
        before, self._before = self._before, ""
        info = next((row.info for row in self._rows if row.info.hash == before), None)
        if info is None or self.chosen:
            return
        if (position := self.model.position(before)) >= 0:
            self.table.choose(position)
        else:
            self.chosen = before
            self._open(info)

    def _show_from_elsewhere(self, digest: str) -> None:
        self.desk.raise_panel.emit(self.id)
        if any(row.info.hash == digest for row in self._rows):
            self.select_key(digest)
        else:
            self._awaited = digest
            self.refresh()

    def _enable(self) -> None:
        info, actions = self.info(), self.desk.actions
        actions.enable(*(name for name in ROW_ACTIONS if name), on=info is not None)
        users = next((row.users for row in self._rows if row.info.hash == self.chosen), 0)
        actions.enable("module.users", "module.log", on=users > 0)
        python = info is not None and info.format is Format.PYTHON
        actions.enable("module.source", "module.build", on=python)
        actions.enable("module.diff", on=info is not None and len(self._rows) > 1)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS, "", "module.rehearse")

    # what the user asks for

    def _show(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.details.tabs.setFocus()

    def _spawn(self) -> None:
        self.desk.spawn_wanted.emit(self.chosen)

    def _source(self) -> None:
        if (info := self.info()) is not None:
            self.desk.show_code.emit(info)

    def _show_users(self) -> None:
        if (info := self.info()) is not None:
            self.desk.list_actors.emit(f"hash:{info.hash}")

    def _log(self) -> None:
        self.run(self._do_log(self.chosen))

    async def _do_log(self, digest: str) -> None:
        users = await self.call(self._users, digest)
        if users:
            self.desk.show_log.emit(f"actor:/{'|'.join(map(_literal, users))}/" if len(users) > 1
                                    else f"actor:{quote(users[0])}")  # fmt: skip

    def _users(self, digest: str) -> list[str]:
        """Off the Qt thread."""
        node = self.desk.node
        return [a.id.name for a in self.desk.roster.read(node).actors if a.module == digest] if node else []

    def _copy_hash(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(row.info.hash for row in self.acted()))

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(self.command_for, self.acted())))

    def _alias(self) -> None:
        info = self.info()
        if info is not None:
            with asking(AliasDialog(self, info)) as dialog:
                if ask(dialog):
                    self.run(self._do_alias(dialog.name, info.hash, force=False))

    async def _do_alias(self, name: str, digest: str, *, force: bool) -> None:
        node = self.desk.node
        if node is None:
            return
        try:
            info = await self.call(lambda: node.modules.alias(name, digest, force=force))
        except AlreadyExists as error:
            self.desk.notice(f"{digest[:12]} did not get the alias: {in_the_window(error)}", "warn",
                             buttons=(("Let it name this module", f"alias:{digest}:{name}"),), key="alias")  # fmt: skip
        else:
            self.desk.notice(f"{name} names {info.hash[:12]} now.", "ok", key="alias")
            self.refresh()

    def _answer(self, key: str) -> None:
        verb, _, rest = key.partition(":")
        if verb == "alias":
            digest, _, name = rest.partition(":")
            self.run(self._do_alias(name, digest, force=True))

    # two versions

    def _diff(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.details.show_page("compare")
        self.details.comparison.other.setFocus()
        self.details.comparison.other.showPopup()

    def _compare_chosen_with(self, digest: str) -> None:
        if digest:
            self._compare(digest, self.chosen)

    def _compare(self, before: str, after: str) -> None:
        self.details.show_page("compare")
        self.run(self._do_compare(before, after))

    async def _do_compare(self, before: str, after: str) -> None:
        if self.desk.node is not None:
            found = await self.call(self.desk.node.modules.diff, before, after)
            self._show_diff(found)

    def _show_diff(self, found: ModuleDiff) -> None:
        if self.chosen in (found.before.hash, found.after.hash):
            self.details.comparison.show_diff(found)

    # building and removing

    def _build(self) -> None:
        info = self.info()
        if info is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Build a component", f"{info.name}.wasm", "WebAssembly (*.wasm)")
        if chosen:
            self.desk.bridge.start(self, self._do_build(info, Path(chosen)), self.desk.failed)

    async def _do_build(self, info: ModuleInfo, path: Path) -> None:
        """A job: the status bar says how far it is and can cancel it."""
        node = self.desk.node
        if node is None:
            return
        try:
            with self.desk.jobs.doing(info.name, "building a component") as job:
                data = await self.call(
                    lambda: node.modules.build(info.hash, progress=job.report, cancel=job.cancel)
                )  # fmt: skip
                await self.call(path.write_bytes, data)
                self.desk.notice(f"{info.name} was built into {path} ({show.size(len(data))}).", "ok")
        except OSError as error:
            self.desk.notice(f"{path} was not written: {error.strerror or error}", "error")

    def _remove(self) -> None:
        rows = self.acted()
        used = [row for row in rows if row.users]
        if used:
            self.run(self._say_used(used[0].info))
        elif rows and confirmed(self, _question(rows), _consequence(rows), "Remove"):
            self.run(self._do_remove([row.info for row in rows]))

    async def _say_used(self, info: ModuleInfo) -> None:
        users = await self.call(self._users, info.hash)
        self.desk.notice(f"{info.name} is in use by {show.named(users)}: stop them before it is removed.", "warn",
                         key="remove")  # fmt: skip

    async def _do_remove(self, infos: list[ModuleInfo]) -> None:
        node = self.desk.node
        if node is None:
            return
        for info in infos:
            try:
                await self.call(node.modules.remove, info.hash)
            except WorkbenchError as error:
                self.desk.notice(f"{info.name} was not removed: {error}", "error", key=f"remove:{info.hash}")
        self.refresh()

    def record(self) -> Record:
        details = self.details
        return super().record() | {
            "chosen": self.chosen or self._before,
            "details": {"height": self._height, "page": details.tabs.currentIndex()},
            "sections": details.structure.list.record(), "members": details.members.list.record(),
            "changes": details.comparison.list.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.details.structure.list.restore(child(record, "sections"))
        self.details.members.list.restore(child(record, "members"))
        self.details.comparison.list.restore(child(record, "changes"))
        self.details.tabs.setCurrentIndex(number(child(record, "details"), "page"))
        self._before = text(record, "chosen")
        height = number(child(record, "details"), "height")
        self._height = height if 60 < height < 2000 else 0


def reference(info: ModuleInfo) -> str:
    """How the command line names it: the newest alias where there is one."""
    return info.aliases[0] if info.aliases else info.hash[:12]


def _literal(name: str) -> str:
    """A name inside an expression of the filter."""
    return "".join(letter if letter.isalnum() or letter in "_-" else f"\\{letter}" for letter in name)


def _question(rows: list[Deployed]) -> str:
    return f"Remove {rows[0].info.name}?" if len(rows) == 1 else f"Remove {len(rows):,} modules?"


def _consequence(rows: list[Deployed]) -> str:
    """What will happen."""
    aliases = [alias for row in rows for alias in row.info.aliases]
    names = f" and the {'name' if len(aliases) == 1 else 'names'} {', '.join(aliases)}" if aliases else ""
    size = show.size(sum(row.info.size_bytes for row in rows))
    if len(rows) == 1:
        return (f"Its bytes ({size}), what was compiled of them{names} are forgotten. None of your actors runs it now. "
                "Only deploying the same file again brings it back.")  # fmt: skip
    return (f"Their bytes ({size}), what was compiled of them{names} are forgotten. None of your actors runs them now. "
            "Only deploying the same files again brings them back.")  # fmt: skip
