"""What the Blobs panel does to blobs: each transfer is a job of the status bar, with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ui import format as show
from ui.desk import Desk
from ui.dialogs.confirm import confirm
from ui.panels.blobs.transfers import Sent, download, files, upload
from workbench.api import BlobInfo, Conflict, Node, WorkbenchError
from workbench.api.words import plural

Target = tuple[BlobInfo, Path]
Arrived = Callable[[], None] | None


class Transfers(QObject):
    """`changed` is called when something was done."""

    def __init__(self, desk: Desk, panel: QWidget, changed: Callable[[], None]) -> None:
        super().__init__(panel)
        self._desk, self._panel, self._changed = desk, panel, changed

    def _run(self, work: Callable[[Node], Coroutine[object, None, None]]) -> None:
        if self._desk.node is not None:
            self._desk.bridge.start(self._panel, work(self._desk.node), self._desk.failed)

    def upload(self, paths: Sequence[Path], bucket: str, prefix: str, arrived: Arrived = None) -> None:
        """Files and folders, to keys that begin with `prefix`; `arrived` is called when some are there."""
        self._run(lambda node: self._upload_found(node, tuple(paths), bucket, prefix, arrived))

    def upload_as(self, path: Path, bucket: str, key: str, arrived: Arrived = None) -> None:
        self._run(lambda node: self._upload(node, bucket, [Sent(path, key)], arrived))

    async def _upload_found(
        self, node: Node, paths: Sequence[Path], bucket: str, prefix: str, arrived: Arrived
    ) -> None:
        await self._upload(node, bucket, await self._desk.bridge.call(files, paths, prefix), arrived)

    async def _upload(self, node: Node, bucket: str, sent: Sequence[Sent], arrived: Arrived) -> None:
        call = self._desk.bridge.call
        there = await call(lambda: [each.key for each in sent if node.blobs.exists(bucket, each.key)])
        if there and not await self._may_replace(there, "The blob that is there is gone for good."):
            return
        done: list[BlobInfo] = []
        for each in sent:
            job = self._desk.jobs.begin(each.path.name, "uploading")
            try:
                done.append(await call(upload, node, bucket, each, job))
            except (WorkbenchError, OSError) as error:
                if isinstance(error, Conflict) and job.cancel.is_set():
                    break
                self._refused(each.path.name, "uploaded", error)
            finally:
                self._desk.jobs.end(job)
        if done:
            where = f"as {bucket}/{done[0].key}" if len(done) == 1 else f"to {bucket}"
            what = "" if len(done) == 1 else f"{plural(len(done), 'file')}, "
            total = show.size(sum(info.size for info in done))
            self._desk.notice(f"Uploaded {where} ({what}{total}).", "ok", key="blob.upload")
            if arrived is not None:
                arrived()
        self._changed()

    def download(self, targets: Sequence[Target], *, ask: bool = False) -> None:
        """`ask` before a file is replaced; a dialog that asked for its name did that already."""
        self._run(lambda node: self._download(node, tuple(targets), ask=ask))

    async def _download(self, node: Node, targets: Sequence[Target], *, ask: bool) -> None:
        there = await self._desk.bridge.call(lambda: [path.name for _, path in targets if path.exists()])
        if ask and there and not await self._may_replace(there, "The file that is there is gone for good."):
            return
        done = await self._bring(node, targets)
        if done:
            where = str(done[0]) if len(done) == 1 else f"{plural(len(done), 'file')} in {done[0].parent}"
            self._desk.notice(f"Downloaded {where}.", "ok", key="blob.download")

    def fetch(self, targets: Sequence[Target]) -> None:
        """For a drag, which needs files."""
        self._run(lambda node: self._fetch(node, tuple(targets)))

    async def _fetch(self, node: Node, targets: Sequence[Target]) -> None:
        lacking = [target for target in targets if not target[1].is_file()]
        names = show.named([path.name for _, path in targets])
        size = show.size(sum(info.size for info, _ in lacking))
        self._desk.notice(f"{names} is fetched first ({size}); drag again when it is here.", key="blob.drag")
        if len(await self._bring(node, lacking)) == len(lacking):
            self._desk.notice(f"{names} is here: drag it now.", "ok", key="blob.drag")

    async def _bring(self, node: Node, targets: Sequence[Target]) -> list[Path]:
        done: list[Path] = []
        for info, path in targets:
            job = self._desk.jobs.begin(path.name, "downloading")
            try:
                await self._desk.bridge.call(download, node, info, path, job)
                done.append(path)
            except (WorkbenchError, OSError) as error:
                if isinstance(error, Conflict) and job.cancel.is_set():
                    break
                self._refused(path.name, "downloaded", error)
            finally:
                self._desk.jobs.end(job)
        return done

    def copy(self, info: BlobInfo, bucket: str, key: str) -> None:
        self._run(lambda node: self._copy(node, info, bucket, key))

    async def _copy(self, node: Node, info: BlobInfo, bucket: str, key: str) -> None:
        call = self._desk.bridge.call
        if await call(node.blobs.exists, bucket, key) and not await self._may_replace(
            [key], "The blob that is there is gone for good."
        ):
            return
        await call(node.blobs.copy, info.bucket, info.key, bucket, key)
        self._desk.notice(f"{info.bucket}/{info.key} is copied to {bucket}/{key}.", "ok")
        self._changed()

    def delete(self, infos: Sequence[BlobInfo]) -> None:
        self._run(lambda node: self._delete(node, tuple(infos)))

    async def _delete(self, node: Node, infos: Sequence[BlobInfo]) -> None:
        gone = 0
        for info in infos:
            gone += await self._desk.bridge.call(node.blobs.delete, info.bucket, info.key)
        what = infos[0].key if len(infos) == 1 else plural(len(infos), "blob")
        verb = "is" if len(infos) == 1 else "are"
        self._desk.notice(
            f"{what} {verb} deleted." if gone else f"{what} {verb} gone already.", "ok" if gone else "info"
        )
        self._changed()

    async def _may_replace(self, names: Sequence[str], text: str) -> bool:
        what = names[0] if len(names) == 1 else f"{len(names):,} of them"
        return await confirm(self._panel, f"Replace {what}?", text, "Replace")

    def _refused(self, name: str, done: str, error: Exception) -> None:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self._desk.notice(f"{name} was not {done}: {why}", "error", details=str(error), key=f"blob:{name}")
