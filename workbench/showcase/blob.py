"""Large values under bucket and key: whole or not at all, known by their hash, listed, copied, and of one tenant."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator

from workbench.api import Invalid, NotFound, Rejected
from workbench.showcase.stage import Stage, size

ACTOR = "blob_actor.py"
REPORT = "Sold: 7 printers\nLeft: 35\n"
PICTURE = bytes(range(256)) * 16
PART_BYTES, PARTS = 1 << 20, 16


def demonstrate(stage: Stage) -> None:
    stage.start(ACTOR, "writer", grants=("blob",))
    stage.start(ACTOR, "reader", grants=("blob:read/reports/*",))
    _upload(stage)
    _list_and_copy(stage)
    _grants(stage)
    _stream(stage)
    _tenants(stage)
    _delete(stage)


def _upload(stage: Stage) -> None:
    wanted = {"blob": "reports/2024/may.txt", "content": REPORT, "metadata": {"by": "ada"}}
    known = hashlib.sha256(REPORT.encode()).hexdigest()
    stage.equal("An actor uploaded a text; it is known by its SHA-256", stage.ask("writer", "upload", wanted), known)
    stage.fact(f"Hash: {known}")
    stage.equal("Another actor downloads it", stage.ask("reader", "download", "reports/2024/may.txt"), REPORT)
    picture = {"blob": "pictures/a.png", "base64": base64.b64encode(PICTURE).decode(), "content_type": "image/png"}
    stage.ask("writer", "upload", picture)
    stage.equal("Bytes come back as bytes", stage.ask("writer", "download", "pictures/a.png"), PICTURE)
    found = stage.asked("reader", "metadata", "reports/2024/may.txt")
    expected = {"size": len(REPORT), "hash": known, "content_type": "text/plain", "metadata": {"by": "ada"}}
    stage.equal("Size, hash, content type and metadata are kept", found, expected)
    there = stage.asked("reader", "exists", "reports/2024/may.txt"), stage.asked("reader", "exists", "reports/nothing")
    stage.equal("Whether a blob exists can be asked", there, (True, False))
    stage.refused(
        "What is not there cannot be downloaded", Rejected, stage.ask, "reader", "download", "reports/nothing"
    )


def _list_and_copy(stage: Stage) -> None:
    for month in ("april", "june"):
        stage.ask("writer", "upload", {"blob": f"reports/2024/{month}.txt", "content": f"{month}\n"})
    stage.ask("writer", "upload", {"blob": "reports/2023/all.txt", "content": "closed\n"})
    keys = ["2024/april.txt", "2024/june.txt", "2024/may.txt"]
    stage.equal("Blobs are listed by the prefix of their keys", stage.asked("reader", "list", "reports/2024/"), keys)
    before = stage.node.blobs.metadata("reports", "2024/may.txt").hash
    copied = stage.ask("writer", "copy", {"blob": "reports/2024/may.txt", "to": "archive/may.txt"})
    stage.equal("A copy inside the store has the same bytes", copied, before)
    stage.ask("writer", "upload", {"blob": "reports/2024/may.txt", "content": "corrected\n"})
    found = stage.ask("reader", "download", "reports/2024/may.txt"), stage.ask("writer", "download", "archive/may.txt")
    stage.equal("Replaced, the copy stays what it was", found, ("corrected\n", REPORT))


def _grants(stage: Stage) -> None:
    change = {"blob": "reports/2024/may.txt", "content": "forged\n"}
    stage.refused("Who may read may not write", Rejected, stage.ask, "reader", "upload", change)
    stage.refused("nor read another bucket", Rejected, stage.ask, "reader", "download", "archive/may.txt")
    stage.equal("Nothing was changed", stage.node.blobs.download("reports", "2024/may.txt"), "corrected\n")


def _stream(stage: Stage) -> None:
    """In parts, both ways: what is large never stands in memory as a whole."""
    blobs, made = stage.node.blobs, hashlib.sha256()

    def parts() -> Iterator[bytes]:
        for number in range(PARTS):
            part = number.to_bytes(8, "big") * (PART_BYTES // 8)
            made.update(part)
            yield part

    started = time.perf_counter()
    info = blobs.upload("large", "film", parts())
    up = PARTS / (time.perf_counter() - started)
    stage.equal(
        "A large blob is streamed into the store", (info.size, info.hash), (PARTS * PART_BYTES, made.hexdigest())
    )
    got, started = hashlib.sha256(), time.perf_counter()
    for part in blobs.stream("large", "film"):
        got.update(part)
    down = PARTS / (time.perf_counter() - started)
    stage.equal("and out of it, byte for byte", got.hexdigest(), made.hexdigest())
    stage.fact(f"{size(info.size)}: {up:,.0f} MiB/s up, {down:,.0f} MiB/s down, both with the hash")
    part = blobs.download_range("large", "film", offset=3 * PART_BYTES, length=8)
    stage.equal("A range of it is read alone", part, (3).to_bytes(8, "big"))
    stage.refused(
        "A range beyond its end is refused",
        Invalid,
        lambda: blobs.download_range("large", "film", offset=1 << 40, length=1),
    )


def _tenants(stage: Stage) -> None:
    with stage.as_tenant("stranger") as theirs:
        found = list(theirs.blobs.buckets()), theirs.blobs.exists("reports", "2024/may.txt")
        stage.equal("Another tenant sees none of it", found, ([], False))
        stage.refused("nor can it download it", NotFound, theirs.blobs.download, "reports", "2024/may.txt")
        theirs.blobs.upload("reports", "2024/may.txt", "theirs")
    stage.equal("nor overwrite it", stage.node.blobs.download("reports", "2024/may.txt"), "corrected\n")


def _delete(stage: Stage) -> None:
    found = stage.asked("writer", "delete", "archive/may.txt"), stage.asked("writer", "delete", "archive/may.txt")
    stage.equal("Delete says whether it was there", found, (True, False))
    buckets = [(bucket.name, bucket.blobs) for bucket in stage.node.blobs.buckets()]
    stage.equal("A bucket without blobs is none", buckets, [("large", 1), ("pictures", 1), ("reports", 4)])
