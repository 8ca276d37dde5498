"""`workbench blob`: large values of a tenant and namespace."""

from __future__ import annotations

import mimetypes
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from workbench.api import BlobInfo, Invalid, Node, Progress
from workbench.api.blobs import CHUNK_BYTES
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, stored
from workbench.cli.output import Output
from workbench.cli.progress import ProgressLine

address = click.argument("blob", metavar="BUCKET/KEY")
limit = click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
STANDARD = "-"
HEAD = ("KEY", "BYTES", "TYPE", "MODIFIED", "BY", "SHA-256")


@click.group()
def blob() -> None:
    """Large values with metadata, each called BUCKET/KEY. A bucket has no slash in its name, a key may have many."""


@blob.command()
@click.argument("file", metavar="FILE|-")
@address
@click.option("--type", "content_type", metavar="TYPE", default="", help="Its MIME type; by default by its ending.")
@click.option("--meta", metavar="NAME=VALUE", multiple=True, help="Something to be known of it; may be repeated.")
@click.option("--text", is_flag=True, help="It is UTF-8 text, and actors get it as text.")
@options.where
@options.as_json
@options.debug
def upload(
    file: str, blob: str, content_type: str, meta: tuple[str, ...], text: bool, target: Target, as_json: bool
) -> None:  # fmt: skip
    """Store FILE, or what comes on stdin, as BUCKET/KEY, in place of the one that is there."""
    bucket, key = _split(blob)
    kind = content_type or ("" if file == STANDARD else mimetypes.guess_type(file)[0] or "")
    with _source(file) as (content, size), stored(target) as node, ProgressLine() as progress:
        told = counted(_read(file, content), f"uploading {blob}", size, progress)
        found = node.blobs.upload(bucket, key, told, content_type=kind, metadata=_metadata(meta), text=text)
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"{blob} holds {plural(found.size, 'byte')}, {found.content_type}, SHA-256 {found.hash}")


@blob.command()
@address
@click.argument("file", metavar="[FILE|-]", default="")
@click.option("--offset", type=click.IntRange(0), default=0, help="From this byte on.")
@click.option("--length", type=click.IntRange(0), default=None, help="At most so many bytes.")
@options.where
@options.as_json
@options.debug
def download(
    blob: str, file: str, offset: int, length: int | None, target: Target, as_json: bool
) -> None:  # fmt: skip
    """Write BUCKET/KEY into FILE, whole or not at all; by default one of its own name here, with - to stdout."""
    bucket, key = _split(blob)
    if file == STANDARD:
        if as_json:
            raise Invalid("the bytes go to stdout, where JSON would be too; name a file")
        with stored(target) as node:
            for part in node.blobs.stream(bucket, key, offset=offset, length=length):
                sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
        return
    path = Path(file) if file else Path(_file_name(key))
    path = path / _file_name(key) if path.is_dir() else path
    with stored(target) as node, Output(path) as output, ProgressLine() as progress:
        found = node.blobs.stream(bucket, key, offset=offset, length=length)
        wanted = found.info.size - offset if length is None else min(length, found.info.size - offset)
        output.write_parts(counted(found, f"downloading {blob}", wanted, progress))
    if as_json:
        render.line({"file": str(path), "bytes": wanted, **render.record(found.info)})
    else:
        click.echo(f"{path} holds {plural(wanted, 'byte')} of {blob}")


@blob.command("list")
@click.argument("bucket", metavar="[BUCKET[/PREFIX]]", default="")
@limit
@click.option("--after", metavar="KEY", help="Only those behind KEY: the last one of the page before.")
@click.option("--tree", is_flag=True, help="One level: keys with a further slash are one row.")
@options.where
@options.as_json
@options.debug
def list_(bucket: str, limit: int, after: str | None, tree: bool, target: Target, as_json: bool) -> None:
    """The buckets, or the blobs of BUCKET whose keys begin with PREFIX, in the order of their bytes."""
    name, _, prefix = bucket.partition("/")
    with stored(target) as node:
        if not name:
            _list_buckets(node, as_json=as_json)
            return
        steps = node.blobs.level(name, prefix, limit=limit, after=after) if tree else ()
        found = () if tree else node.blobs.list(name, prefix, limit=limit, after=after)
    if as_json:
        for each in steps or found:
            render.line(render.record(each))
        return
    rows = [(step.prefix, *(_row(step.entry)[1:] if step.entry else ("-",) * 5)) for step in steps]
    render.table(HEAD, rows or map(_row, found))
    if len(steps) + len(found) == limit:
        click.echo(f"There may be more: --after {(steps[-1].prefix if tree else found[-1].key)!r}", err=True)


def _list_buckets(node: Node, *, as_json: bool) -> None:
    found = node.blobs.buckets()
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    render.table(("BUCKET", "BLOBS", "BYTES"), ((each.name, f"{each.blobs:,}", f"{each.size:,}") for each in found))


@blob.command()
@address
@options.where
@options.as_json
@options.debug
def show(blob: str, target: Target, as_json: bool) -> None:
    """What is known about BUCKET/KEY."""
    with stored(target) as node:
        found = node.blobs.metadata(*_split(blob))
    if as_json:
        render.line(render.record(found))
        return
    render.facts((
        ("bucket", found.bucket), ("key", found.key), ("size", plural(found.size, "byte")), ("SHA-256", found.hash),
        ("type", found.content_type), ("kept as", "text" if found.text else "bytes"),
        ("modified", render.when(found.modified)), ("by", found.author or "somebody outside of the actors"),
        *sorted(found.metadata.items()),
    ))  # fmt: skip


@blob.command()
@click.argument("source", metavar="BUCKET/KEY")
@click.argument("copy", metavar="BUCKET/KEY")
@options.where
@options.as_json
@options.debug
def copy(source: str, copy: str, target: Target, as_json: bool) -> None:
    """Copy the first blob to the second one, inside the store, with its metadata."""
    with stored(target) as node:
        found = node.blobs.copy(*_split(source), *_split(copy))
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"{copy} holds the {plural(found.size, 'byte')} of {source}")


@blob.command()
@address
@options.where
@options.as_json
@options.debug
def delete(blob: str, target: Target, as_json: bool) -> None:
    """Remove BUCKET/KEY; that it was not there is no error."""
    with stored(target) as node:
        found = node.blobs.delete(*_split(blob))
    if as_json:
        render.line({"blob": blob, "found": found})
    else:
        click.echo(f"{blob} is removed" if found else f"there is no blob {blob}; nothing was removed")


@blob.command()
@address
@options.where
@options.as_json
@options.debug
def exists(blob: str, target: Target, as_json: bool) -> None:
    """Whether there is BUCKET/KEY; exit code 1 if there is not."""
    with stored(target) as node:
        found = node.blobs.exists(*_split(blob))
    if as_json:
        render.line({"blob": blob, "found": found})
    else:
        click.echo(f"{blob} is there" if found else f"there is no blob {blob}")
    if not found:
        raise SystemExit(1)


@contextmanager
def _source(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """A file, or stdin, and how many bytes there are to come (None: unknown)."""
    if file == STANDARD:
        yield sys.stdin.buffer, None
        return
    with _opened(file) as content:
        yield content, Path(file).stat().st_size


def _opened(file: str) -> BinaryIO:
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise Invalid(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from None


def _read(file: str, content: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            part = content.read(CHUNK_BYTES)
        except OSError as error:
            raise Invalid(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from None
        if not part:
            return
        yield part


def counted(
    parts: Iterable[bytes], stage: str, size: int | None, progress: Callable[[Progress], None]
) -> Iterator[bytes]:
    """The parts, with progress as they pass."""
    begun, done = time.monotonic(), 0
    said = stage if size is None else f"{stage}, {render.size(size)}"
    for part in parts:
        yield part
        done += len(part)
        progress(Progress(said, done / size if size else None, time.monotonic() - begun))


def _split(blob: str) -> tuple[str, str]:
    bucket, slash, key = blob.partition("/")
    if not slash:
        raise Invalid(f"{blob!r} is no blob: write BUCKET/KEY")
    return bucket, key


def _metadata(written: Iterable[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in found:
            raise Invalid(f"{pair!r} is no metadata: write NAME=VALUE, each name once")
        found[name] = value
    return found


def _file_name(key: str) -> str:
    """A name for a file here: the key's last part, if that can be one."""
    name = key.rstrip("/").rpartition("/")[2].replace("\\", "_").replace("\0", "_")
    return name if name not in ("", ".", "..") else "blob"


def _row(info: BlobInfo) -> tuple[str, ...]:
    figures = f"{info.size:,}", info.content_type, render.when(info.modified)
    return info.key, *figures, info.author or "-", info.hash[:12]
