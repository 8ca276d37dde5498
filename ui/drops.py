"""Files that were dropped or chosen: deployed with progress and cancel, then offered to be spawned."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject

from ui.desk import Desk
from ui.progress import Reporter
from ui.status import StatusLine
from ui.text_file import read
from workbench.api import AlreadyExists, Conflict, Invalid, ModuleInfo, SpawnOptions, WorkbenchError


class Drops(QObject):
    """Answers the notices that it shows: `spawn:HASH:NAME`, `reload:HASH:NAME` and `replace:PATH`."""

    def __init__(self, desk: Desk, status: StatusLine) -> None:
        super().__init__(desk)
        self._desk, self._status = desk, status
        self._cancel = threading.Event()
        self._reporter = Reporter(self)
        self._reporter.reported.connect(self._progress)
        status.progress.stop.clicked.connect(lambda: self._cancel.set())
        desk.cancel_deploy.connect(lambda: self._cancel.set())
        desk.answered.connect(self._answer)

    def take(self, paths: tuple[Path, ...]) -> None:
        """Deploy them one after the other."""
        self._cancel = threading.Event()
        self._desk.bridge.start(self, self._deploy_all(paths), self._desk.failed)

    async def _deploy_all(self, paths: tuple[Path, ...]) -> None:
        usable = [path for path in paths if await self._is_usable(path)]
        for path in usable:
            if path.suffix.lower() == ".py":
                self._desk.open_files.emit((path,))
        for path in usable:
            await self._deploy(path, force=False)

    async def _is_usable(self, path: Path) -> bool:
        """Says it in one notice when the file can be neither shown nor deployed."""
        try:
            if path.suffix.lower() == ".py":
                await self._desk.bridge.call(read, path)
        except Invalid as error:
            self._desk.notice(f"{error}.", "error", key=str(path))
            return False
        return True

    async def _deploy(self, path: Path, *, force: bool) -> None:
        node = self._desk.node
        if node is None:
            self._desk.notice(f"{path.name} was not deployed. {self._desk.absence}", "warn")
            return
        try:
            self._progress(f"reading {path.name}", -1.0)
            data, file_name = await self._desk.bridge.call(packed, path)
            info = await self._desk.bridge.call(lambda: node.modules.deploy(
                data, file_name=file_name, alias=path.stem, force=force, progress=self._reporter.report,
                cancel=self._cancel,
            ))  # fmt: skip
        except AlreadyExists as error:
            self._desk.notice(f"{path.name} was not deployed: {error}", "warn",
                              buttons=(("Let it name this file", f"replace:{path}"),), key=str(path))  # fmt: skip
        except (WorkbenchError, OSError) as error:
            if not (isinstance(error, Conflict) and self._cancel.is_set()):
                self._refused(path, error)
        else:
            listing = await self._desk.bridge.call(self._desk.roster.read, node)
            self._offer(path, info, running=path.stem in listing.by_name)
        finally:
            self._status.progress.hide()
            self._desk.deploying.emit("", 1.0)

    def _refused(self, path: Path, error: Exception) -> None:
        details = "\n".join([str(error), *map(str, error.locations if isinstance(error, Invalid) else ())])
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self._desk.notice(f"{path.name} was not deployed: {why}", "error", details=details, key=str(path))

    def _offer(self, path: Path, info: ModuleInfo, *, running: bool) -> None:
        """To reload the actor of this name when there is one, else to spawn it."""
        behaviors = ", ".join(info.behaviors)
        verb = "reload" if running else "spawn"
        button = (f"{verb.capitalize()} {path.stem}", f"{verb}:{info.hash}:{path.stem}")
        text = f"{path.name} is deployed as {info.name} ({behaviors})."
        self._desk.notice(text, "ok", buttons=(button,), key=str(path))

    def _answer(self, key: str) -> None:
        verb, _, rest = key.partition(":")
        if verb == "replace":
            self._desk.bridge.start(self, self._deploy(Path(rest), force=True), self._desk.failed)
        elif verb in ("spawn", "reload"):
            digest, _, name = rest.partition(":")
            work = self._spawn(digest, name) if verb == "spawn" else self._reload(digest, name)
            self._desk.bridge.start(self, work, self._desk.failed)

    async def _spawn(self, digest: str, name: str) -> None:
        node = self._desk.node
        if node is None:
            return
        listing = await self._desk.bridge.call(self._desk.roster.read, node)
        free = "" if name in listing.by_name else name
        info = await self._desk.bridge.call(lambda: node.actors.spawn(digest, options=SpawnOptions(name=free)))
        self._desk.notice(f"{info.id.name} runs.", "ok")
        self._desk.actor_chosen.emit(info.id.name)

    async def _reload(self, digest: str, name: str) -> None:
        node = self._desk.node
        if node is not None:
            info = await self._desk.bridge.call(node.actors.upgrade, name, digest)
            self._desk.notice(f"{info.id.name} was reloaded.", "ok")
            self._desk.actor_chosen.emit(info.id.name)

    def _progress(self, stage: str, fraction: float) -> None:
        text = stage[:1].upper() + stage[1:]
        self._status.progress.show_progress(text, None if fraction < 0 else fraction, cancellable=True)
        self._desk.deploying.emit(text, fraction)


def packed(path: Path) -> tuple[bytes, str]:
    """What is deployed of a file, and its name. The one place where a folder becomes bytes; off the Qt thread."""
    if path.is_dir():
        raise Invalid(f"{path.name} is a folder: deploy the files in it one by one")
    return path.read_bytes(), path.name
