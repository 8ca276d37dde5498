"""A whole workspace as one file, taken while a node works on it, and a workspace made of such a file.

A zip with the database as it was in one moment (SQLite's backup, which a writer does not disturb), the modules and
blobs that it names, and a manifest with the hash of every entry. Files of modules and blobs are never changed, only
added before the database names them and removed after: while nobody can write to it, each gets a second name, which is
there for as long as the backup takes. Compiled code is not in it, for it is made again, nor are the logs.
Source: https://www.sqlite.org/backup.html
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from workbench.api.backups import BackupInfo
from workbench.api.errors import Conflict, Exhausted, Invalid, NotFound, Unavailable
from workbench.api.modules import CancelToken, Progress, ProgressCallback

DATABASE, MANIFEST = "workbench.db", "manifest.json"
KIND, VERSION = "actor-workbench-backup", 1
BUSY_SECONDS = 30.0
CHUNK = 1 << 20
MANIFEST_BYTES = 256 << 20
ENTRY = re.compile(r"workbench\.db|modules/[0-9a-f]{64}|blobs/[0-9a-f]{32}/[0-9a-f]{2}/[0-9a-f]{32}")
"""Every name that an entry may have: none of them leads out of the folder."""


class _Job:
    """How far it is, and whether it goes on."""

    def __init__(self, stage: str, progress: ProgressCallback | None, cancel: CancelToken | None) -> None:
        self._stage, self._progress, self._cancel, self._started = stage, progress, cancel, time.monotonic()

    def go_on(self) -> None:
        """Conflict: it was cancelled. Asked for every piece, for one entry may be most of it."""
        if self._cancel is not None and self._cancel.is_set():
            raise Conflict(f"{self._stage} was cancelled")

    def step(self, done: int, total: int) -> None:
        self.go_on()
        if self._progress is not None:
            self._progress(Progress(self._stage, done / total, time.monotonic() - self._started))


@dataclass(frozen=True, slots=True)
class _Manifest:
    """`entries` are name, size and SHA-256. `problems` are what was wrong with the workspace."""

    program: str
    format: int
    created: float
    elsewhere: tuple[str, ...]
    entries: tuple[tuple[str, int, str], ...]
    problems: tuple[str, ...]

    def text(self) -> str:
        return json.dumps({"kind": KIND, "version": VERSION, **asdict(self)})

    @classmethod
    def of(cls, data: bytes) -> _Manifest:
        """ValueError, KeyError, TypeError: it is none."""
        found = json.loads(data)
        if found.pop("kind") != KIND:
            raise ValueError("it is something else")
        if (version := found.pop("version")) != VERSION:
            raise ValueError(f"it is of version {version}, and this program reads version {VERSION}")
        entries = tuple((str(name), int(size), str(digest)) for name, size, digest in found.pop("entries"))
        for name, _, _ in entries:
            if not ENTRY.fullmatch(name):
                raise ValueError(f"it has the entry {name!r}, which no backup has")
        texts = {key: tuple(map(str, found.pop(key))) for key in ("elsewhere", "problems")}
        return cls(str(found["program"]), int(found["format"]), float(found["created"]), entries=entries, **texts)

    def info(self, path: Path, problems: Sequence[str]) -> BackupInfo:
        kinds = Counter(name.split("/")[0] for name, _, _ in self.entries)
        held = sum(size for _, size, _ in self.entries)
        return BackupInfo(
            str(path), self.program, self.format, self.created, path.stat().st_size, held, kinds["modules"],
            kinds["blobs"], self.elsewhere, tuple(problems),
        )  # fmt: skip


def create(
    folder: Path,
    path: Path,
    program: str,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BackupInfo:
    """Write a backup of the workspace in `folder`; an existing file is replaced when the new one is complete.

    A damaged file of the workspace is a problem of what is returned, and all else is in the backup. NotFound: there is
    no workspace. Conflict: cancelled. Exhausted, Unavailable: the file cannot be written, and nothing was changed.
    """
    if not (folder / DATABASE).is_file():
        raise NotFound(f"there is no workspace in {folder}")
    job = _Job("backing up", progress, cancel)
    scratch = path.with_name(f"{path.name}.part")
    try:
        with _told(path), tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as held:
            manifest = _write(folder, scratch, Path(held), program, job)
            scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return manifest.info(path, manifest.problems)


def _write(folder: Path, scratch: Path, held: Path, program: str, job: _Job) -> _Manifest:
    version, elsewhere, wanted = _hold(folder, held)
    entries, problems = [], []
    with ZipFile(scratch, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for number, (name, known) in enumerate(wanted.items()):
            job.step(number, len(wanted))
            if not (held / name).exists():
                problems.append(f"{name} is missing in the workspace")
                continue
            size, digest = _packed(archive, name, held / name, job)
            entries.append((name, size, digest))
            if known and digest != known:
                problems.append(f"{name} is damaged in the workspace: it does not fit its hash")
        manifest = _Manifest(program, version, time.time(), elsewhere, tuple(entries), tuple(problems))
        archive.writestr(MANIFEST, manifest.text())
    with scratch.open("rb+") as file:
        os.fsync(file.fileno())
    return manifest


def _hold(folder: Path, held: Path) -> tuple[int, tuple[str, ...], dict[str, str]]:
    """Put the workspace of one moment into the folder `held`.

    Gives the format, the stores of blobs that lie elsewhere, and what there is of files, with the hash of each that is
    known. Nobody writes meanwhile but for the database's copy, which is made from what was read under the lock.
    """
    database = folder / DATABASE
    with (
        closing(_opened(database)) as lock,
        closing(_opened(database)) as source,
        closing(sqlite3.connect(held / DATABASE)) as copy,
    ):
        lock.execute("BEGIN IMMEDIATE")
        source.execute("BEGIN")
        version = int(source.execute("PRAGMA user_version").fetchone()[0])  # from here on it reads this moment
        files = {f"modules/{module}": module for (module,) in source.execute("SELECT hash FROM modules")}
        stores = dict(source.execute("SELECT url, id FROM blob_stores"))
        own = stores.get("", "")
        for name, digest in source.execute("SELECT object, hash FROM blobs WHERE store = ?", (own,)):
            files[f"blobs/{own}/{name[:2]}/{name}"] = digest
        for name in files:
            _link(folder / name, held / name)
        lock.execute("ROLLBACK")
        source.backup(copy)
    return version, tuple(url for url in stores if url), {DATABASE: "", **files}


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)


def _link(path: Path, target: Path) -> None:
    """A second name; a copy where a file can have but one. What is missing is missing in `held`, too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(path)
    except FileNotFoundError:
        return
    except OSError:
        with suppress(FileNotFoundError):
            shutil.copyfile(path, target)


def _packed(archive: ZipFile, name: str, path: Path, job: _Job) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file, archive.open(ZipInfo(name, time.localtime()[:6]), "w", force_zip64=True) as entry:
        while part := file.read(CHUNK):
            job.go_on()
            digest.update(part)
            size += len(part)
            entry.write(part)
    return size, digest.hexdigest()


def verify(path: Path, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> BackupInfo:
    """What is in a backup, after every byte was read and every hash compared. NotFound, Invalid: it is none."""
    return _read(path, None, _Job("verifying the backup", progress, cancel))


def restore(
    path: Path, folder: Path, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
) -> BackupInfo:
    """Make a workspace of a backup, whole or not at all.

    Conflict: there is something in `folder` already, or cancelled. Invalid: the backup is damaged, or none.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty; a backup is restored into a folder that is, or is not there yet")
    job = _Job("restoring the backup", progress, cancel)
    with _told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as work:
            made = Path(work) / "workspace"
            made.mkdir(mode=0o700)
            info = _read(path, made, job)
            if info.problems:
                raise Invalid(f"{path.name} is not restored, for it is damaged: {info.problems[0]}")
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    return info


def _read(path: Path, into: Path | None, job: _Job) -> BackupInfo:
    """Compare every entry with the manifest, and put it `into` a folder."""
    try:
        with ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            problems = [*manifest.problems, *_strange(archive, manifest)]
            for number, entry in enumerate(manifest.entries):
                job.step(number, len(manifest.entries))
                problems += _checked(archive, *entry, None if into is None else into / entry[0], job)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except BadZipFile as error:
        raise Invalid(f"{path} is no backup of a workspace: {error}") from None
    return manifest.info(path, problems)


def _manifest(archive: ZipFile, path: Path) -> _Manifest:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > MANIFEST_BYTES:
            raise ValueError("its manifest is too large")
        return _Manifest.of(archive.read(info))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"{path} is no backup of a workspace: {error}") from None


def _strange(archive: ZipFile, manifest: _Manifest) -> Iterator[str]:
    known = {name for name, _, _ in manifest.entries} | {MANIFEST}
    for name, times in Counter(info.filename for info in archive.infolist()).items():
        if name not in known:
            yield f"{name[:200]} is in the file and not in its manifest"
        elif times > 1:
            yield f"{name} is in the file {times} times"


def _checked(archive: ZipFile, name: str, size: int, wanted: str, target: Path | None, job: _Job) -> Iterator[str]:
    """What is wrong with one entry. Never more is read of it than the manifest says that there is."""
    digest, left = hashlib.sha256(), size
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with archive.open(name) as source, target.open("wb") if target is not None else nullcontext() as file:
            while left >= 0 and (part := source.read(min(CHUNK, left + 1))):
                job.go_on()
                digest.update(part)
                left -= len(part)
                if file is not None:
                    file.write(part)
            if file is not None:
                file.flush()
                os.fsync(file.fileno())
    except KeyError:
        yield f"{name} is missing"
        return
    except (BadZipFile, EOFError, ValueError, zlib.error) as error:
        yield f"{name} is damaged: {error}"
        return
    if left or digest.hexdigest() != wanted:
        yield f"{name} is damaged: its hash is another"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the disk in words."""
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(f"the workspace's database cannot be copied: {error}") from None
    except OSError as error:
        kind = Exhausted if error.errno in (ENOSPC, EDQUOT) else Unavailable
        raise kind(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
