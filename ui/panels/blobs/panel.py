"""Blobs: buckets and their keys as a tree, what is in a blob, files dragged in and blobs dragged out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSplitter

from ui.desk import Desk
from ui.dialogs.blob import BlobDialog
from ui.dialogs.confirm import confirmed
from ui.filter import Filter
from ui.models import Plan
from ui.panels.blobs.columns import STEPS, Step
from ui.panels.blobs.dragging import AT_ONCE_BYTES, DragOut
from ui.panels.blobs.preview import Content, Preview, made_ready, wanted_bytes
from ui.panels.blobs.sending import Transfers
from ui.panels.blobs.transfers import file_name
from ui.settings import Record, text
from ui.table_panel import TablePanel
from ui.widgets.build import box, button, clear, label, row, tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import Area, BlobInfo, Node, NotFound
from workbench.api.words import plural

STEP = 1_000
"""So many rows are read at first, and more with each wish."""
ROW_ACTIONS = (
    "blob.open", "blob.up", "", "blob.upload", "blob.download", "blob.copy", "", "blob.actor", "blob.copy_hash",
    "blob.copy_command", "", "blob.delete",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One reading of a level; `plan` is for the filter `wanted`. `content` is that of the chosen blob."""

    place: tuple[str, str]
    steps: Sequence[Step]
    more: bool
    wanted: Filter
    plan: Plan[Step]
    chosen: str
    content: Content | None


class BlobsPanel(TablePanel[Step]):
    """A level above, the chosen blob below. `place` is (bucket, prefix), the bucket empty where buckets are shown.

    `place`, `limit` and `chosen` (a key) are read off the Qt thread.
    """

    id = "blobs"
    title = "Blobs"
    icon_name = "blob"
    areas = frozenset({Area.BLOBS})
    columns: ClassVar = STEPS
    filter_example = "2026 size>1MiB type~image by:worker"

    def __init__(self, desk: Desk) -> None:
        self.place: tuple[str, str] = ("", "")
        self.limit, self.chosen = STEP, ""
        super().__init__(desk)
        self.way: QHBoxLayout = row(spacing=0)
        self.more = button("Show more", self._more, style="link", name="Show more blobs")
        self.preview = Preview(desk)
        self.transfers = Transfers(desk, self, self.refresh)
        self.dragging = DragOut(self.table, self.blobs, self._fetch)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.view)
        self.split.addWidget(self.preview)
        self.split.setSizes([300, 240])
        self.split.setChildrenCollapsible(False)
        band = row(margins=(8, 5, 8, 5), spacing=4)
        band.addLayout(self.way)
        band.addStretch(1)
        for part in (self.more, tool_for(desk.actions["blob.up"]), tool_for(desk.actions["blob.upload"], text=True)):
            band.addWidget(part)
        self.more.hide()
        self.column.addWidget(box("band", band))
        self.column.addWidget(self.split, 1)
        self._bind()
        self._show_way()

    def _bind(self) -> None:
        for verb, slot in {
            "open": self._open, "up": self._up, "upload": self._upload, "download": self._download,
            "copy": self._copy, "delete": self._delete, "actor": self._go_to_actor, "copy_hash": self._copy_hash,
            "copy_command": self._copy_command,
        }.items():  # fmt: skip
            self.desk.actions.bind(f"blob.{verb}", slot)
        self.table.selectionModel().selectionChanged.connect(lambda: self._choose())
        self.table.opened.connect(self._open)
        QShortcut(QKeySequence(Qt.Key.Key_Backspace), self.table, self._up, context=Qt.ShortcutContext.WidgetShortcut)
        self.desk.node_changed.connect(lambda: self.go_to("", ""))
        self._enable()

    def empty(self) -> EmptyState:
        return EmptyState(
            "blob", "No blobs yet: actors with the capability blob write them, and you do by dropping files here.",
            "Upload files…", lambda: self.desk.actions.run("blob.upload"), changes=True,
            recorded="No blobs at this moment, as far as the session holds their names.",
        )  # fmt: skip

    def row_key(self, found: Step) -> Hashable:
        return found.bucket, found.prefix, found.blob is not None

    def command_for(self, found: Step) -> str:
        if found.blob is not None:
            return self.desk.command("blob show", found.address)
        return self.desk.command("blob list --tree", found.address)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    # reading

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        place, chosen, wanted, known = self.place, self.chosen, self.filter.filter, self.preview.content
        steps = _steps(node, *place, self.limit)
        content = self._content(node, place[0], chosen, known) if chosen else None
        more = bool(place[0]) and len(steps) == self.limit
        return Found(place, steps, more, wanted, self.view.planned(steps, wanted), chosen, content)

    def _content(self, node: Node, bucket: str, key: str, known: Content | None) -> Content | None:
        """The chosen blob, read again when it is another one; a small one becomes a file, ready to be dragged."""
        try:
            info = node.blobs.metadata(bucket, key)
            if known is not None and known.info == info:
                return known
            whole = info.size <= AT_ONCE_BYTES
            stream = node.blobs.stream(bucket, key, length=info.size if whole else wanted_bytes(info))
            data = b"".join(stream)
        except NotFound:  # it was deleted meanwhile
            return None
        if whole:
            self.dragging.path(stream.info).write_bytes(data)
        return made_ready(stream.info, data)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        if found.place != self.place:
            self.refresh()
            return
        if not found.steps and found.place[0]:  # its last blob is gone, and the level with it
            self.go_to(found.place[0] if found.place[1] else "", "")
            return
        self.view.show_planned(found.steps, found.wanted, found.plan)
        self.more.setVisible(found.more)
        if found.chosen == self.chosen:
            if self.chosen and found.content is None:
                self.chosen = ""
            self.preview.show_content(found.content)
        self._enable()

    # where we are

    def go_to(self, bucket: str, prefix: str) -> None:
        """Show the buckets, or a level of one."""
        self.place, self.limit, self.chosen = (bucket, prefix), STEP, ""
        self.preview.show_content(None)
        self._show_way()
        self._enable()
        self.refresh()
        self.desk.remember.emit()

    def _show_way(self) -> None:
        """From the buckets to here, each step a button."""
        clear(self.way)
        bucket, prefix = self.place
        steps = [("All buckets", ("", ""))]
        if bucket:
            steps.append((bucket, (bucket, "")))
        at = ""
        for part in prefix.split("/")[:-1]:
            at += f"{part}/"
            steps.append((part or "/", (bucket, at)))
        for name, place in steps:
            said = "/".join(place) if place[0] else "all buckets"
            made = button(name, lambda place=place: self.go_to(*place), style="link", name=f"Go to {said}")  # type: ignore[misc]
            self.way.addWidget(made)
            if place != self.place:
                self.way.addWidget(label("›", tone="faint"))

    def _open(self) -> None:
        """A bucket or a level is entered; of a blob the content gets the keyboard."""
        step = self.table.chosen()
        if step is not None and step.blob is None:
            self.go_to(step.bucket, step.prefix)
        elif step is not None:
            self.preview.text.setFocus()

    def _up(self) -> None:
        bucket, prefix = self.place
        if prefix:
            head = prefix.removesuffix("/").rpartition("/")
            self.go_to(bucket, f"{head[0]}{head[1]}")
        elif bucket:
            self.go_to("", "")

    def _more(self) -> None:
        self.limit += STEP
        self.refresh()

    def blobs(self) -> list[BlobInfo]:
        """The blobs among the chosen rows."""
        return [step.blob for step in self.table.selected() if step.blob is not None]

    def _choose(self) -> None:
        step = self.table.chosen()
        key = step.blob.key if step is not None and step.blob is not None else ""
        self._enable()
        if key == self.chosen:
            return
        self.chosen = key
        if not key:
            self.preview.show_content(None)
        self.refresh()

    def _enable(self) -> None:
        step, blobs, actions = self.table.chosen(), self.blobs(), self.desk.actions
        for verb, on in {
            "open": step is not None, "up": bool(self.place[0]), "upload": True, "download": bool(blobs),
            "copy": len(blobs) == 1, "delete": bool(blobs), "actor": len(blobs) == 1 and bool(blobs[0].author),
            "copy_hash": bool(blobs), "copy_command": step is not None,
        }.items():  # fmt: skip
            actions.enable(f"blob.{verb}", on=on)

    # what is done

    def offer(self, paths: tuple[Path, ...], /) -> str:
        what = paths[0].name if len(paths) == 1 else plural(len(paths), "file")
        bucket, prefix = self.place
        return f"Drop to upload {what} to {bucket}/{prefix}" if bucket else f"Drop to upload {what} to a bucket"

    def take(self, paths: tuple[Path, ...], /) -> None:
        self.desk.raise_panel.emit(self.id)
        bucket, prefix = self.place
        if bucket:
            self.transfers.upload(paths, bucket, prefix)
        else:
            self._ask_where(paths)

    def _upload(self) -> None:
        self.desk.raise_panel.emit(self.id)
        chosen, _ = QFileDialog.getOpenFileNames(self, "Upload files", "", "All files (*)")
        if chosen:
            self.take(tuple(map(Path, chosen)))

    def _ask_where(self, paths: tuple[Path, ...]) -> None:
        several = len(paths) > 1 or paths[0].is_dir()
        title = f"Upload {paths[0].name}" if len(paths) == 1 else f"Upload {plural(len(paths), 'file')}"
        dialog = BlobDialog(self, title, "Upload", "", "" if several else paths[0].name, several=several)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._upload_to(paths, dialog.bucket, dialog.key, several=several))
        dialog.open()

    def _upload_to(self, paths: tuple[Path, ...], bucket: str, key: str, *, several: bool) -> None:
        head, slash, _ = key.rpartition("/")

        def show() -> None:
            self.go_to(bucket, f"{head}{slash}")

        if several:
            self.transfers.upload(paths, bucket, key, show)
        else:
            self.transfers.upload_as(paths[0], bucket, key, show)

    def _download(self) -> None:
        infos = self.blobs()
        if len(infos) == 1:
            chosen, _ = QFileDialog.getSaveFileName(self, "Download", file_name(infos[0].key))
            if chosen:
                self.transfers.download([(infos[0], Path(chosen))])
        elif infos and (folder := QFileDialog.getExistingDirectory(self, "Download into")):
            self.transfers.download([(info, Path(folder) / file_name(info.key)) for info in infos], ask=True)

    def _fetch(self, infos: Sequence[BlobInfo]) -> None:
        """Large ones that were dragged: they are files first."""
        self.transfers.fetch([(info, self.dragging.path(info)) for info in infos])

    def _copy(self) -> None:
        infos = self.blobs()
        if len(infos) != 1:
            return
        info = infos[0]
        dialog = BlobDialog(self, f"Copy {info.key}", "Copy", info.bucket, info.key)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.transfers.copy(info, dialog.bucket, dialog.key))
        dialog.open()

    def _delete(self) -> None:
        infos = self.blobs()
        what = infos[0].key if len(infos) == 1 else plural(len(infos), "blob")
        said = "Its bytes are gone for good." if len(infos) == 1 else "Their bytes are gone for good."
        if infos and confirmed(self, f"Delete {what}?", said, "Delete"):
            self.transfers.delete(infos)

    def _go_to_actor(self) -> None:
        infos = self.blobs()
        if infos and infos[0].author:
            self.desk.raise_panel.emit("actors")
            self.desk.actor_chosen.emit(infos[0].author)

    def _copy_hash(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(info.hash for info in self.blobs()))

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(self.command_for, self.table.selected())))

    def record(self) -> Record:
        return super().record() | {"bucket": self.place[0], "prefix": self.place[1]}

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.go_to(text(record, "bucket"), text(record, "prefix"))


def _steps(node: Node, bucket: str, prefix: str, limit: int) -> list[Step]:
    if not bucket:
        return [Step(found.name, contents=found) for found in node.blobs.buckets()]
    level = node.blobs.level(bucket, prefix, limit=limit)
    return [Step(bucket, step.prefix, step.entry) for step in level]
