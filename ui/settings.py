"""What the app remembers: small JSON files in the user's configuration folder, replaced atomically.

A file is written beside its target and renamed over it, so that a kill at any moment leaves the old or the new one.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeAlias

from workbench.data import config_directory

__all__ = [
    "Json",
    "Record",
    "RecordFile",
    "Settings",
    "child",
    "children",
    "config_directory",
    "number",
    "text",
    "words",
]
logger = logging.getLogger(__name__)

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Record: TypeAlias = dict[str, Json]


class RecordFile:
    """One JSON object on disk. `broken` says why the last read fell back to an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = ""

    def read(self) -> Record:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            self.broken = f"{self.path.name} cannot be read: {error}"
            return {}
        if isinstance(found, dict):
            return found
        self.broken = f"{self.path.name} cannot be read: it holds no JSON object"
        return {}

    def write(self, record: Record) -> bool:
        """Whether it is on disk now."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(f".{os.getpid()}.new")
            beside.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            logger.warning("%s was not written: %s", self.path, error)
            return False
        return True

    def discard(self) -> None:
        """Put a file that cannot be used aside, so that nothing of it is lost."""
        if self.path.exists():
            self.path.replace(self.path.with_suffix(".broken"))


def _positive(value: Json) -> bool:
    return isinstance(value, int) and 0 < value <= LARGEST


def _font(value: Json) -> bool:
    return isinstance(value, float) and (value == 0.0 or FONT_POINTS[0] <= value <= FONT_POINTS[1])


LARGEST = 1_000_000
FONT_POINTS = (6.0, 40.0)
ALLOWED: dict[str, Callable[[Json], bool]] = {
    "theme": lambda value: value in ("system", "light", "dark"),
    "graph_minutes": _positive, "ask_timeout_seconds": _positive, "font_points": _font,
}  # fmt: skip


@dataclass(slots=True)
class Settings:
    """The user's choices. `theme` is `system`, `light` or `dark`; `sample` starts the sample on an empty node."""

    theme: str = "system"
    sample: bool = True
    log_follow: bool = True
    graph_minutes: int = 1
    ask_timeout_seconds: int = 30
    font_points: float = 0.0

    @classmethod
    def of(cls, record: Record) -> Settings:
        """Known fields of the right type and in their range; everything else keeps its default."""
        found = cls()
        for field in fields(cls):
            value = record.get(field.name)
            kind = type(getattr(found, field.name))
            if kind is float and type(value) is int:
                value = float(value)
            rule = ALLOWED.get(field.name)
            if type(value) is kind and (rule is None or rule(value)):
                setattr(found, field.name, value)
        return found

    def record(self) -> Record:
        return asdict(self)


def text(record: Record, key: str, default: str = "") -> str:
    value = record.get(key)
    return value if isinstance(value, str) else default


def number(record: Record, key: str, default: int = 0) -> int:
    value = record.get(key)
    return value if isinstance(value, int) else default


def child(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def children(record: Record, key: str) -> list[Record]:
    value = record.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(record: Record, key: str) -> list[str]:
    value = record.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
