"""Windows that ask. One is gone once it was answered: its parent would keep it for as long as the app runs.

Inside of a task a question is awaited: a dialog's own event loop would run while that task is in the middle of a step,
and no other task could take one until the answer came, nor ever after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from shiboken6 import isValid

Asked = TypeVar("Asked", bound=QDialog)


@contextmanager
def asking(dialog: Asked) -> Iterator[Asked]:
    """Show it and read the answer inside."""
    try:
        yield dialog
    finally:
        if isValid(dialog):  # the app may have been closed meanwhile
            dialog.deleteLater()


def ask(dialog: QDialog) -> int:
    """Show it and wait for its result here. From slots alone: RuntimeError inside of a task."""
    if _inside_of_a_task():
        raise RuntimeError(f"{type(dialog).__name__} is asked inside of a task: await ask_and_wait instead")
    return dialog.exec()


async def ask_and_wait(dialog: QDialog) -> int:
    """Show it and await its result, with everything else going on."""
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def answer(result: int) -> None:
        if not answered.done():
            answered.set_result(result)

    dialog.finished.connect(answer)
    dialog.open()
    return await answered


async def ask_where(parent: QWidget, title: str, name: str, kinds: str, suffix: str) -> Path | None:
    """Which file to write, with `name` proposed; None: none."""
    with asking(QFileDialog(parent, title, name, kinds)) as files:
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setDefaultSuffix(suffix)
        return await chosen(files)


async def chosen(files: QFileDialog) -> Path | None:
    """What is chosen there; None: nothing."""
    accepted = await ask_and_wait(files)
    return Path(files.selectedFiles()[0]) if accepted and files.selectedFiles() else None


def _inside_of_a_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:  # no loop runs at all
        return False
