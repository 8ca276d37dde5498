"""Files and folders that were dropped, chosen or opened: deployed with progress and cancel, then offered to be spawned.

Sources are shown in the editor; what was opened and is no text, in the Modules panel.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from ui import format as show
from ui.commands import in_the_window
from ui.copying.files import remember
from ui.desk import Desk
from ui.text_file import read
from ui.tree_files import ENDING as TREE
from workbench.api import ActorInfo, AlreadyExists, Conflict, Invalid, ModuleInfo, SpawnOptions, WorkbenchError
from workbench.api.bundles import SUFFIX

MODULES = frozenset({".wasm", ".zip"})
TEXTS = frozenset({".py", ".wat"})


class Drops(QObject):
    """Answers the notices that it shows: `spawn:HASH:NAME`, `reload:HASH:NAME` and `replace:PATH`.

    `edit` shows files in the editor. What comes before there is a node waits for it.
    """

    def __init__(self, desk: Desk, edit: Callable[[tuple[Path, ...]], None]) -> None:
        super().__init__(desk)
        self._desk, self._edit = desk, edit
        self._waiting: tuple[Path, ...] = ()
        self._opened: set[Path] = set()
        """What is shown in the Modules panel once it is deployed."""
        desk.node_changed.connect(self._node_changed)
        desk.answered.connect(self._answer)

    def show(self, paths: tuple[Path, ...]) -> None:
        """Open them: what is no text is deployed, and chosen in the Modules panel; a tree is applied."""
        paths = self._without_trees(paths)
        modules = tuple(path for path in paths if _suffix(path) in MODULES or path.is_dir())
        self._edit(tuple(path for path in self._readable(paths) if path not in modules))
        if modules:
            self._opened.update(modules)
            self._deploy_later(modules)

    def drop(self, paths: tuple[Path, ...]) -> None:
        """Take what can be deployed, and say what cannot."""
        if strange := tuple(path for path in paths if not deployable(path)):
            self._desk.notice(refusal(strange), "warn", key="drop")
        self.take(tuple(path for path in paths if path not in strange))

    def take(self, paths: tuple[Path, ...]) -> None:
        """Deploy them one after the other; sources are shown in the editor, trees are applied."""
        self._deploy_later(self._readable(self._without_trees(paths)))

    def _without_trees(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        trees = tuple(path for path in paths if _suffix(path) == TREE)
        for path in trees:
            self._desk.apply_tree.emit(path)
        return tuple(path for path in paths if path not in trees)

    def _readable(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        for path in paths:
            if _suffix(path) == SUFFIX:
                self._desk.open_session.emit(path)
        return tuple(path for path in paths if _suffix(path) != SUFFIX)

    def _deploy_later(self, paths: tuple[Path, ...]) -> None:
        self._desk.bridge.start(self, self._deploy_all(paths), self._desk.failed)

    def _node_changed(self) -> None:
        if self._desk.node is not None and self._waiting:
            waiting, self._waiting = self._waiting, ()
            self._deploy_later(waiting)

    async def _deploy_all(self, paths: tuple[Path, ...]) -> None:
        usable = [path for path in paths if await self._is_usable(path)]
        self._edit(tuple(path for path in usable if _suffix(path) in TEXTS))
        for path in usable:
            if not await self._deploy(path, force=False):
                return

    async def _is_usable(self, path: Path) -> bool:
        """Says it in one notice when the file can be neither shown nor deployed."""
        try:
            if _suffix(path) in TEXTS:
                await self._desk.bridge.call(read, path)
        except Invalid as error:
            self._desk.notice(f"{error}.", "error", key=str(path))
            return False
        return True

    async def _replace(self, path: Path) -> None:
        await self._deploy(path, force=True)

    async def _deploy(self, path: Path, *, force: bool) -> bool:
        """False when it was cancelled: then those after it are not wanted either."""
        node, name = self._desk.node, alias(path)
        if node is None:
            self._wait(path)
            return True
        job = self._desk.jobs.begin(path.name, "reading")
        try:
            data, file_name = await self._desk.bridge.call(packed, path)
            info = await self._desk.bridge.call(lambda: node.modules.deploy(
                data, file_name=file_name, alias=name, force=force, progress=job.report,
                cancel=job.cancel,
            ))  # fmt: skip
        except AlreadyExists as error:
            self._desk.notice(f"{path.name} was not deployed: {in_the_window(error)}", "warn",
                              buttons=(("Let it name this file", f"replace:{path}"),), key=str(path))  # fmt: skip
        except (WorkbenchError, OSError) as error:
            if not (isinstance(error, Conflict) and job.cancel.is_set()):
                self._refused(path, error)
        else:
            listing = await self._desk.bridge.call(self._desk.roster.read, node)
            self._offer(path, info, running=name in listing.by_name)
            if path in self._opened:
                self._opened.discard(path)
                self._desk.show_module.emit(info.hash)
        finally:
            self._desk.jobs.end(job)
        return not job.cancel.is_set()

    def _wait(self, path: Path) -> None:
        """For the node that is still starting; not for one that could not be opened."""
        if self._desk.failure:
            self._desk.notice(f"{path.name} was not deployed. {self._desk.absence}", "warn", key=str(path))
        else:
            self._waiting = (*self._waiting, path)
            self._desk.notice(f"{path.name} is deployed as soon as the node has started.", key=str(path))

    def _refused(self, path: Path, error: Exception) -> None:
        details = "\n".join([str(error), *map(str, error.locations if isinstance(error, Invalid) else ())])
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self._desk.notice(f"{path.name} was not deployed: {why}", "error", details=details, key=str(path))

    def _offer(self, path: Path, info: ModuleInfo, *, running: bool) -> None:
        """To reload the actor of this name when there is one, else to spawn it."""
        behaviors = ", ".join(info.behaviors)
        verb = "reload" if running else "spawn"
        button = (f"{verb.capitalize()} {alias(path)}", f"{verb}:{info.hash}:{alias(path)}")
        text = f"{path.name} is deployed as {info.name} ({behaviors})."
        self._desk.notice(text, "ok", buttons=(button,), key=str(path))

    def _answer(self, key: str) -> None:
        verb, _, rest = key.partition(":")
        if verb == "replace":
            self._desk.bridge.start(self, self._replace(Path(rest)), self._desk.failed)
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
        self._show_actor(info)

    def _show_actor(self, info: ActorInfo) -> None:
        self._desk.raise_panel.emit("actors")
        self._desk.actor_chosen.emit(info.id.name)

    async def _reload(self, digest: str, name: str) -> None:
        node = self._desk.node
        if node is not None:
            info = await self._desk.bridge.call(node.actors.upgrade, name, digest)
            self._desk.notice(f"{info.id.name} was reloaded.", "ok")
            self._show_actor(info)


def alias(path: Path) -> str:
    """What a module is called when nobody says: the file without its ending, or the folder."""
    return path.resolve().name if path.is_dir() else path.stem


def deployable(path: Path) -> bool:
    """Whether its name says that it may be deployed or opened."""
    return path.is_dir() or path.suffix.lower() in {*MODULES, *TEXTS, TREE, SUFFIX}


def refusal(paths: tuple[Path, ...]) -> str:
    """Why these files are not deployed, in one sentence."""
    *kinds, last = sorted(TEXTS | MODULES)
    files = f"{show.named([path.name for path in paths])} {'is' if len(paths) == 1 else 'are'} not deployed"
    return f"{files}: {', '.join(kinds)} and {last} files are, the folder of an actor, and a tree ({TREE})."


def packed(path: Path) -> tuple[bytes, str]:
    """What is deployed of a file or a folder, and its name. Off the Qt thread."""
    import workbench

    data, name = workbench.pack(path)
    remember(data, path)
    return data, name


def _suffix(path: Path) -> str:
    """Of a file; a folder may be called anything."""
    return "" if path.is_dir() else path.suffix.lower()
