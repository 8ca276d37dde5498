"""What every store of blobs must do, whatever it is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance.s3_server import Bucket, served
from workbench.api.blobs import CHUNK_BYTES
from workbench.api.errors import NotFound, Unavailable
from workbench.services.blobs.store import PART_BYTES, BlobStore
from workbench.services.blobs.urls import canonical, opener

NAME, OTHER = "aa11", "bb22"
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * PART_BYTES + 17)


def folder(where: Path) -> BlobStore:
    return opener("", where / "blobs")("mine")


def file(where: Path) -> BlobStore:
    return opener(canonical(f"file:{where / 'else' / 'where'}"), where)("mine")


def memory(where: Path) -> BlobStore:
    return opener("memory:", where)("mine")


def s3(where: Path) -> BlobStore:
    """The protocol of S3, spoken with a server of this machine."""
    return opener(canonical("s3://bucket/under/here"), where)("mine")


STORES: Sequence[Callable[[Path], BlobStore]] = (folder, file, memory, s3)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with served() as (address, found):
        for name, value in {
            "ENDPOINT": address, "ALLOW_HTTP": "true", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "s",
            "REGION": "us-east-1",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"AWS_{name}", value)
        yield found


@pytest.fixture(params=STORES, ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param is s3:
        request.getfixturevalue("bucket")
    made: BlobStore = request.param(tmp_path)
    return made


def content(size: int) -> bytes:
    """Bytes of which no part is like another."""
    block = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(size // 32 + 1))
    return block[:size]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def whole(store: BlobStore, name: str, size: int) -> bytes:
    return b"".join(store.read(name, 0, size))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_is_read_back_byte_for_byte_in_parts(store: BlobStore, size: int) -> None:
    data = content(size)
    store.put(NAME, pieces(data, 100_003))
    parts = list(store.read(NAME, 0, size))
    assert b"".join(parts) == data and all(0 < len(part) <= CHUNK_BYTES for part in parts)


def test_parts_may_be_empty_and_of_any_size(store: BlobStore) -> None:
    store.put(NAME, [b"", b"a", b"", content(PART_BYTES + 5), b"z", b""])
    assert whole(store, NAME, PART_BYTES + 7) == b"a" + content(PART_BYTES + 5) + b"z"
    store.put(OTHER, iter(()))
    assert whole(store, OTHER, 0) == b""


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 1), (5, 0), (5, 10), (CHUNK_BYTES - 1, 2), (CHUNK_BYTES, CHUNK_BYTES + 7)]
)
def test_a_range_is_that_part_and_nothing_more(store: BlobStore, offset: int, length: int) -> None:
    data = content(3 * CHUNK_BYTES)
    store.put(NAME, [data])
    assert b"".join(store.read(NAME, offset, length)) == data[offset : offset + length]


def test_reading_beyond_the_end_gives_what_there_is(store: BlobStore) -> None:
    store.put(NAME, [b"abc"])
    assert b"".join(store.read(NAME, 1, 9)) == b"bc" and not list(store.read(NAME, 3, 9))
    assert not list(store.read(NAME, 7, 9))


def test_what_is_not_there_is_not_found(store: BlobStore) -> None:
    store.put(OTHER, [b"x"])
    with pytest.raises(NotFound, match=f"not in the store .* any more .object {NAME}."):
        list(store.read(NAME, 0, 1))
    with pytest.raises(NotFound):
        store.copy(NAME, "cc33")


class Torn(Exception):
    """What the source of an upload raises."""


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, 3 * PART_BYTES])
def test_an_upload_whose_source_fails_raises_that_and_stores_nothing(store: BlobStore, size: int) -> None:
    def torn() -> Iterator[bytes]:
        yield content(size)
        raise Torn("the file is gone")

    with pytest.raises(Torn, match="the file is gone"):
        store.put(NAME, torn())
    with pytest.raises(NotFound):
        list(store.read(NAME, 0, 1))
    store.put(NAME, [b"again"])
    assert whole(store, NAME, 5) == b"again"


def test_a_copy_is_another_object(store: BlobStore) -> None:
    data = content(CHUNK_BYTES + 1)
    store.put(NAME, [data])
    store.copy(NAME, OTHER)
    store.delete(NAME)
    assert whole(store, OTHER, len(data)) == data
    with pytest.raises(NotFound):
        list(store.read(NAME, 0, 1))


def test_deleting_is_idempotent(store: BlobStore) -> None:
    store.put(NAME, [b"x"])
    store.put(OTHER, [b"y"])
    store.delete(NAME)
    store.delete(NAME)
    store.delete("never")
    assert whole(store, OTHER, 1) == b"y"


def test_many_threads_put_read_and_delete(store: BlobStore) -> None:
    def life(number: int) -> bytes:
        name, data = f"{number:04x}", content(200_000 + number)
        store.put(name, pieces(data, 64 << 10))
        found = whole(store, name, len(data))
        store.delete(name)
        return b"" if found == data else found

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(life, range(64)))


def test_two_workspaces_share_a_store_without_seeing_each_other(tmp_path: Path) -> None:
    open_store = opener(canonical(f"file:{tmp_path}"), tmp_path)
    one, other = open_store("one"), open_store("other")
    one.put(NAME, [b"mine"])
    other.put(NAME, [b"yours"])
    one.delete(NAME)
    assert whole(other, NAME, 5) == b"yours"


def test_s3_holds_whole_objects_in_the_folder_of_the_workspace_and_no_debris(bucket: Bucket, tmp_path: Path) -> None:
    store = s3(tmp_path)
    store.put(NAME, [content(2 * PART_BYTES + 17)])
    assert list(bucket.objects) == [f"/bucket/under/here/mine/{NAME[:2]}/{NAME}"] and not bucket.uploads
    bucket.refuses = True
    with pytest.raises(Unavailable, match=r"^the store of blobs s3://bucket/under/here cannot be used: Access Denied$"):
        store.put(OTHER, [content(2 * PART_BYTES)])
    with pytest.raises(Unavailable, match=r"s3://bucket/under/here cannot be used: Access Denied; its credentials"):
        s3(tmp_path)
