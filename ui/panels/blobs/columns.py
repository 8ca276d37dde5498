"""The columns of the Blobs panel: buckets, or one level of the tree of a bucket's keys."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from workbench.api import BlobInfo, BucketInfo
from workbench.api.words import plural


@dataclass(frozen=True, slots=True)
class Step:
    """One row: a bucket, all keys of one that begin with `prefix`, or a blob."""

    bucket: str
    prefix: str = ""
    blob: BlobInfo | None = None
    contents: BucketInfo | None = None

    @property
    def address(self) -> str:
        """As grants and commands write it."""
        return f"{self.bucket}/{self.prefix}" if self.prefix else self.bucket

    @property
    def name(self) -> str:
        """What it is called where it is shown."""
        return self.prefix or self.bucket


def _size(step: Step) -> int | None:
    if step.blob is not None:
        return step.blob.size
    return step.contents.size if step.contents is not None else None


def _kind(step: Step) -> str:
    if step.blob is not None:
        return step.blob.content_type
    return f"bucket of {plural(step.contents.blobs, 'blob')}" if step.contents is not None else ""


def _tip(step: Step) -> str:
    return step.address if step.blob is not None or step.contents is not None else f"All blobs under {step.address}"


Of = Column[Step]
STEPS: tuple[Of, ...] = (
    Of("key", "Name", lambda s: s.name, lambda s: s.name, 230, bold=True,
       icon=lambda s: ("blob", "icon") if s.blob is not None else ("folder", "accent"), tip=_tip),
    Of("size", "Size", _size, lambda s: show.size(_size(s)) if _size(s) is not None else "", 84, right=True),
    Of("type", "Type", _kind, _kind, 170),
    Of("modified", "Modified", lambda s: s.blob.modified if s.blob else None,
       lambda s: show.moment(s.blob.modified) if s.blob else "", 130, tone=always("muted")),
    Of("by", "By", lambda s: s.blob.author if s.blob else "",
       lambda s: (s.blob.author or "outside") if s.blob else "", 100, tone=always("muted")),
    Of("hash", "SHA-256", lambda s: s.blob.hash if s.blob else "", lambda s: s.blob.hash[:16] if s.blob else "", 140,
       mono=True, tip=lambda s: s.blob.hash if s.blob else ""),
)  # fmt: skip
