"""Files into blobs and blobs into files, part by part, with progress and cancel. Off the Qt thread."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from ui import format as show
from ui.jobs import Job
from workbench.api import BlobInfo, Conflict, Node, Progress
from workbench.api.blobs import CHUNK_BYTES


@dataclass(frozen=True, slots=True)
class Sent:
    """A file on its way to a key."""

    path: Path
    key: str


def files(paths: Sequence[Path], prefix: str) -> list[Sent]:
    """The files, and those in folders with their way from there, each with its key under `prefix`."""
    found: list[Sent] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file())
            found += [Sent(each, f"{prefix}{each.relative_to(path.parent).as_posix()}") for each in inside]
        else:
            found.append(Sent(path, f"{prefix}{path.name}"))
    return found


def upload(node: Node, bucket: str, sent: Sent, job: Job) -> BlobInfo:
    """OSError: the file cannot be read. Conflict: it was cancelled; nothing is stored then."""
    kind = mimetypes.guess_type(sent.path.name)[0] or ""
    size = sent.path.stat().st_size
    with sent.path.open("rb") as file:
        parts = iter(lambda: file.read(CHUNK_BYTES), b"")
        return node.blobs.upload(bucket, sent.key, _counted(parts, "uploading", size, job), content_type=kind)


def download(node: Node, info: BlobInfo, path: Path, job: Job) -> None:
    """Whole or not at all. OSError: it cannot be written. Conflict: it was cancelled."""
    partial = path.with_name(f"{path.name}.part")
    stream = node.blobs.stream(info.bucket, info.key)
    try:
        with partial.open("wb") as file:
            for part in _counted(stream, "downloading", stream.info.size, job):
                file.write(part)
        partial.replace(path)
    finally:
        stream.close()
        partial.unlink(missing_ok=True)


def _counted(parts: Iterator[bytes], stage: str, size: int, job: Job) -> Iterator[bytes]:
    done, begun = 0, monotonic()
    for part in parts:
        if job.cancel.is_set():
            raise Conflict(f"{job.name} was cancelled")
        yield part
        done += len(part)
        said = f"{stage} {show.size(done)} of {show.size(size)}"
        job.report(Progress(said, min(1.0, done / size) if size else None, monotonic() - begun))


def file_name(key: str) -> str:
    """A name for a file: the key's last part, if that can be one."""
    name = key.rstrip("/").rpartition("/")[2].replace("\\", "_").replace("\0", "_")
    return name if name not in ("", ".", "..") else "blob"
