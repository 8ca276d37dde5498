"""A window that asks is gone once it was answered: its parent would keep it for as long as the app runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtWidgets import QDialog
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
