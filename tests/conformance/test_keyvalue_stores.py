"""What every store of keys must do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.api.keyvalue import KeyEntry, next_prefix
from workbench.api.messages import Payload
from workbench.services.keyvalue.memory import MemoryStore
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.keyvalue.store import Store
from workbench.services.keyvalue.urls import opened
from workbench.storage.database import Database
from workbench.storage.schema import migrate

SCOPE, OTHER = ("one", "space"), ("other", "space")
NOW = 1_000.0


def sqlite(folder: Path) -> Store:
    database = Database(folder / "keys.db")
    migrate(database)
    return SqliteStore(database, owned=True)


def apart(folder: Path) -> Store:
    """The same in a file of its own, as the URL of a setting names it."""
    database = Database(folder / "workspace.db")
    store = opened(f"sqlite:{folder / 'apart.db'}", database)
    database.close()
    return store


def memory(folder: Path) -> Store:
    return MemoryStore()


STORES: Sequence[Callable[[Path], Store]] = (sqlite, apart, memory)


@pytest.fixture(params=STORES, ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = request.param(tmp_path)
    yield made
    made.close()


def put(
    store: Store, key: str, value: Payload = "v", *, at: float = NOW, expires: float | None = None, scope=SCOPE
) -> None:
    store.put(scope, key, value, at, expires=expires, author="me", committed=lambda: None)


def test_what_is_put_is_there_with_its_kind_version_and_author(store: Store) -> None:
    assert store.get(SCOPE, "k", NOW) is None and store.entry(SCOPE, "k", NOW) is None
    for value in ("", "text", b"", b"\x00\xff", "nul\0ü\U0010ffff", b"x" * 300_000):
        put(store, "k", value)
        assert store.get(SCOPE, "k", NOW) == value and type(store.get(SCOPE, "k", NOW)) is type(value)
        entry = store.entry(SCOPE, "k", NOW)
        size = len(value.encode()) if isinstance(value, str) else len(value)
        assert entry is not None
        assert (entry.value, entry.size_bytes, entry.author, entry.changed, entry.whole) == (
            value, size, "me", NOW, True,
        )  # fmt: skip
    assert entry.version == 6
    assert store.get(OTHER, "k", NOW) is None


def test_names_are_data(store: Store) -> None:
    put(store, "b:c", "1", scope=("a", "x"))
    put(store, "c", "2", scope=("a:b", "x"))
    put(store, "c", "3", scope=("a", "b:x"))
    for key in ("nul\0", "nul\0b", "%", "_", "'", '"', "*", "..", "ü", "\U0010ffff"):
        put(store, key, key)
    for key in ("nul\0", "nul\0b", "%", "_", "'", '"', "*", "..", "ü", "\U0010ffff"):
        assert store.get(SCOPE, key, NOW) == key
        assert next(iter(store.keys(SCOPE, key, NOW, after=None, limit=9))) == key
    assert store.get(("a", "x"), "b:c", NOW) == "1" and store.get(("a", "x"), "c", NOW) is None
    assert list(store.keys(SCOPE, "%", NOW, after=None, limit=9)) == ["%"]


def test_deleting_says_whether_it_was_there(store: Store) -> None:
    put(store, "k")
    told: list[str] = []
    assert store.delete(SCOPE, "k", NOW, committed=lambda: told.append("gone"))
    assert not store.delete(SCOPE, "k", NOW, committed=lambda: told.append("again"))
    assert told == ["gone"] and store.get(SCOPE, "k", NOW) is None


def test_what_has_expired_is_not_there_and_is_told_once(store: Store) -> None:
    for number in range(2_500):
        put(store, f"k{number:04}", expires=NOW + 5)
    put(store, "later", expires=NOW + 50)
    put(store, "stays")
    assert store.next_expiry() == NOW + 5
    for gone in (store.get(SCOPE, "k0000", NOW + 5), store.entry(SCOPE, "k0000", NOW + 5)):
        assert gone is None
    assert list(store.keys(SCOPE, "", NOW + 5, after=None, limit=9)) == ["later", "stays"]
    assert not store.delete(SCOPE, "k0000", NOW + 5, committed=lambda: None)
    told: list[tuple[object, str]] = []
    assert store.expire(NOW + 5, lambda scope, key: told.append((scope, key))) == NOW + 50
    assert sorted(told) == [(SCOPE, f"k{number:04}") for number in range(2_500)]
    assert store.expire(NOW + 60, lambda scope, key: told.append((scope, key))) is None
    assert told[-1] == (SCOPE, "later") and store.next_expiry() is None


def test_a_put_takes_the_time_to_live_away_and_a_change_keeps_it(store: Store) -> None:
    put(store, "k", "1", expires=NOW + 5)
    store.change(SCOPE, "k", lambda _: "2", NOW, author="", committed=lambda: None)
    entry = store.entry(SCOPE, "k", NOW)
    assert entry is not None and (entry.value, entry.expires) == ("2", NOW + 5)
    put(store, "k", "3")
    entry = store.entry(SCOPE, "k", NOW)
    assert entry is not None and entry.expires is None
    put(store, "k", "4", expires=NOW + 5)
    put(store, "k", "5", at=NOW + 6)
    entry = store.entry(SCOPE, "k", NOW + 6)
    assert entry is not None and (entry.version, entry.expires) == (1, None), "the one before was gone"


def test_a_change_that_raises_changes_nothing(store: Store) -> None:
    put(store, "k", "1")

    def refuse(entry: KeyEntry | None) -> Payload:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change(SCOPE, "k", refuse, NOW, author="", committed=lambda: None)
    entry = store.entry(SCOPE, "k", NOW)
    assert entry is not None and (entry.value, entry.version) == ("1", 1)


def test_changes_from_many_threads_lose_nothing_and_are_told_in_their_order(store: Store) -> None:
    told: list[str] = []

    def add(_: int) -> None:
        value: list[Payload] = []

        def one_more(entry: KeyEntry | None) -> Payload:
            value.append(str(int(entry.value) + 1 if entry else 1))
            return value[0]

        store.change(SCOPE, "k", one_more, NOW, author="", committed=lambda: told.append(str(value[0])))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(400)))
    assert store.get(SCOPE, "k", NOW) == "400"
    assert told == [str(number) for number in range(1, 401)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    keys=st.sets(st.text("ab:\0\U0010ffff", min_size=1, max_size=5), max_size=20),
    prefix=st.text("ab:\U0010ffff", max_size=2),
    limit=st.integers(1, 5),
)
def test_lists_and_levels_are_those_of_a_sorted_list(store: Store, keys: set[str], prefix: str, limit: int) -> None:
    for key in store.keys(SCOPE, "", NOW, after=None, limit=100):
        store.delete(SCOPE, key, NOW, committed=lambda: None)
    for key in keys:
        put(store, key)
    wanted = sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
    found: list[str] = []
    while page := store.keys(SCOPE, prefix, NOW, after=found[-1] if found else None, limit=limit):
        assert list(page) == [entry.key for entry in store.list(
            SCOPE, prefix, NOW, after=found[-1] if found else None, limit=limit)]  # fmt: skip
        found += page
    assert found == wanted
    steps: list[str] = []
    for key in wanted:
        head, delimited, _ = key.removeprefix(prefix).partition(":")
        step = f"{prefix}{head}{delimited}"
        if step not in steps:
            steps.append(step)
    levels: list[str] = []
    while page := store.level(SCOPE, prefix, ":", NOW, after=levels[-1] if levels else None, limit=limit):
        levels += [level.prefix for level in page]
        assert all((level.entry is not None) == (level.prefix in keys and not level.prefix[len(prefix):].count(":"))
                   for level in page)  # fmt: skip
    assert levels == steps


@given(prefix=st.text(max_size=4), text=st.text(max_size=4))
def test_the_next_prefix_is_the_border_of_a_prefix(prefix: str, text: str) -> None:
    border = next_prefix(prefix)
    if border is not None:
        assert (prefix + text).encode() < border.encode()
        assert text.startswith(prefix) or not prefix.encode() <= text.encode() < border.encode()
