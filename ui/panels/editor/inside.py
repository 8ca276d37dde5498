"""The sources of a module as the node keeps them: one text, or the files of an actor that has several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePath

from PySide6.QtWidgets import QWidget

from ui.desk import Desk
from ui.dialogs.palette import Choice, Palette
from ui.format import plural
from ui.panels.editor.document import Document
from ui.panels.editor.places import MAIN, tab_of
from workbench.api import ModuleInfo, Node

OFFER = "files"
"""A notice's button asks for the files of `files:HASH:ACTOR`."""


class Inside:
    """`add` takes a new tab, `show` brings one to the front."""

    def __init__(
        self, desk: Desk, parent: QWidget, tabs: Callable[[], list[Document]], add: Callable[[Document], Document],
        show: Callable[[Document], None],
    ) -> None:  # fmt: skip
        self._desk, self._parent, self._tabs, self._add, self._show = desk, parent, tabs, add, show
        self.dialog: Palette | None = None

    async def open(self, module: ModuleInfo, *, actor: str, alias: str, file: str = "") -> Document | None:
        """A tab of one file of the module; without a name that of the actor, and the others are offered."""
        node = self._desk.node
        if node is None:
            return None
        texts = await self._desk.bridge.call(_texts, node, module)
        if not texts:
            self._desk.notice(f"{module.name} holds no source that can be shown.", "warn")
            return None
        if len(texts) == 1:
            name = PurePath(module.file_name).name or f"{module.name}.py"
            return self._add(Document(name, next(iter(texts.values())), actor=actor, alias=alias))
        if file not in texts:
            file = MAIN if MAIN in texts else min(texts)
            self._desk.notice(
                f"{alias} has {len(texts):,} files; this is {file}.", key=OFFER,
                buttons=(("Show another…", f"{OFFER}:{module.hash}:{actor}"),),
            )  # fmt: skip
        return self._open_one(alias, actor, file, texts)

    async def offer(self, digest: str, actor: str) -> None:
        """Let one of the module's files be chosen."""
        node = self._desk.node
        if node is None:
            return
        module = await self._desk.bridge.call(node.modules.get, digest)
        texts = await self._desk.bridge.call(_texts, node, module)
        choices = [
            Choice(path, partial(self._choose, module.name, actor, path, texts), ("code", "icon"),
                   plural(text.count(chr(10)) + 1, "line"))
            for path, text in sorted(texts.items())
        ]  # fmt: skip
        self.dialog = Palette(self._parent, self._desk.bridge, choices, f"Part of the path of a file of {module.name}")
        self.dialog.open()
        self.dialog.line.setFocus()

    def _choose(self, alias: str, actor: str, file: str, texts: Mapping[str, str]) -> None:
        self._open_one(alias, actor, file, texts)

    def _open_one(self, alias: str, actor: str, file: str, texts: Mapping[str, str]) -> Document:
        """It is read here, and changed in the folder that it came from."""
        there = tab_of([doc for doc in self._tabs() if doc.inside], file, alias)
        if there is not None and there.saved == texts[file]:
            self._show(there)
            return there
        return self._add(Document(f"{alias}/{file}", texts[file], actor=actor, alias=alias, inside=file))


def _texts(node: Node, module: ModuleInfo) -> Mapping[str, str]:
    """Off the Qt thread."""
    import workbench

    return workbench.texts(node.modules.data(module.hash), module.file_name)
