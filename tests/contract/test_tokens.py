"""Tokens, from either end: made, listed, revoked; each tenant and namespace has its own."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import pytest

from workbench.api import AlreadyExists, Invalid, Node, NotFound, Role, Unauthenticated, WorkbenchError
from workbench.api.tokens import LONGEST_SECONDS
from workbench.clock import FakeClock
from workbench.services.tokens.store import TokenStore
from workbench.storage.workspace import Workspace

DEFAULT = ("default", "default")


def test_a_token_is_told_once_and_listed_without_its_secret(node: Node) -> None:
    made = node.tokens.create("ci", role=Role.OPERATE, expires_seconds=86_400.0)
    assert made.token.name == "ci" and made.token.role is Role.OPERATE
    assert (made.token.tenant, made.token.namespace) == DEFAULT
    assert made.token.expires == pytest.approx(made.token.created + 86_400)
    assert len(made.secret) > 50 and made.secret.isascii() and made.secret not in repr(made)
    assert node.tokens.list() == [made.token]
    gone = node.tokens.revoke("ci")
    assert gone.revoked is not None and node.tokens.list() == [gone]


def test_a_token_without_a_name_gets_one_and_can_only_read(node: Node) -> None:
    one, two = node.tokens.create(), node.tokens.create()
    assert one.token.role is Role.READ and one.token.expires is None
    assert one.token.name != two.token.name and one.token.name.startswith("read-")


def test_a_name_is_free_again_once_its_token_is_revoked(node: Node) -> None:
    first = node.tokens.create("ci")
    with pytest.raises(AlreadyExists, match="'ci'"):
        node.tokens.create("ci")
    node.tokens.revoke("ci")
    second = node.tokens.create("ci")
    assert node.tokens.list() == [second.token] and first.secret != second.secret


@pytest.mark.parametrize("name", ["absent", "", "revoked"])
def test_what_is_not_there_cannot_be_revoked(node: Node, name: str) -> None:
    node.tokens.create("revoked")
    node.tokens.revoke("revoked")
    with pytest.raises(NotFound):
        node.tokens.revoke(name)


@pytest.mark.parametrize("seconds", [0.0, -1.0, LONGEST_SECONDS * 2, math.inf, math.nan])
def test_a_token_expires_within_ten_years(node: Node, seconds: float) -> None:
    with pytest.raises(Invalid, match="ten years"):
        node.tokens.create("ci", expires_seconds=seconds)
    assert node.tokens.list() == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "*", "a:b@c>d", "'; DROP TABLE tokens; --", "nul\0", "ü\u202e"]
)
def test_a_name_is_data(node: Node, name: str) -> None:
    node.tokens.create(name)
    assert [token.name for token in node.tokens.list()] == [name]
    assert node.tokens.revoke(name).name == name


def test_a_name_that_is_too_long_is_refused(node: Node) -> None:
    with pytest.raises(Invalid, match="1,024"):
        node.tokens.create("x" * 1_025)


def test_each_tenant_and_namespace_has_its_own(embedded: Node) -> None:
    embedded.tokens.create("ci")
    for tenant, namespace in (("other", "default"), ("default", "other")):
        stranger = embedded.scoped(tenant, namespace)  # type: ignore[attr-defined]
        assert stranger.tokens.list() == []
        with pytest.raises(NotFound):
            stranger.tokens.revoke("ci")
        assert stranger.tokens.create("ci").token.tenant == tenant
    assert len(embedded.tokens.list()) == 1


class Kept:
    """The tokens of a workspace, with a clock of their own."""

    def __init__(self, folder: Path, **bounds: int) -> None:
        self.clock = FakeClock()
        self.workspace = Workspace(folder)
        self.tokens = TokenStore(self.workspace.database, self.clock, **bounds)

    def reopened(self) -> Kept:
        self.workspace.close()
        return Kept(self.workspace.folder)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "workspace")


def test_a_token_is_known_by_its_secret_alone(kept: Kept) -> None:
    made = kept.tokens.create(DEFAULT, "ci", Role.READ, None)
    assert kept.tokens.check(made.secret)[1].name == "ci"
    for wrong in (made.secret[:-1], made.secret + "x", made.secret.swapcase(), made.secret[:16], "", "wbt_", "\ud800"):
        with pytest.raises(Unauthenticated, match="wrong token"):
            kept.tokens.check(wrong)


def test_an_expired_token_says_since_when(kept: Kept) -> None:
    made = kept.tokens.create(DEFAULT, "ci", Role.READ, 60.0)
    kept.clock.advance(59.0)
    kept.tokens.check(made.secret)
    kept.clock.advance(2.0)
    with pytest.raises(Unauthenticated, match=r"'ci' expired at \d{4}-\d\d-\d\d .* UTC; ask for another"):
        kept.tokens.check(made.secret)
    assert not kept.tokens.usable and kept.tokens.any


def test_a_revoked_token_is_revoked_after_a_restart_too_and_once_asked_for_one_is_asked_for_ever(kept: Kept) -> None:
    assert not kept.tokens.any
    made = kept.tokens.create(DEFAULT, "ci", Role.ADMIN, None)
    assert kept.tokens.usable
    told: list[str] = []
    stop = kept.tokens.watch(told.append)
    kept.tokens.revoke(DEFAULT, "ci")
    stop()
    assert len(told) == 1
    again = kept.reopened()
    assert again.tokens.any and not again.tokens.usable
    with pytest.raises(Unauthenticated, match="'ci' was revoked at"):
        again.tokens.check(made.secret)


def test_the_last_use_is_written_once_a_minute_and_survives(kept: Kept) -> None:
    made = kept.tokens.create(DEFAULT, "ci", Role.READ, None)
    first = kept.clock.now()
    for _ in range(3):
        kept.tokens.check(made.secret)
        kept.clock.advance(25.0)
    assert kept.tokens.of(DEFAULT)[0].last_used == first
    kept.tokens.check(made.secret)
    (info,) = kept.reopened().tokens.of(DEFAULT)
    assert info.last_used == pytest.approx(first + 75.0)


def test_no_secret_is_in_the_workspace(kept: Kept) -> None:
    made = kept.tokens.create(DEFAULT, "ci", Role.READ, None)
    kept.workspace.close()
    for path in filter(Path.is_file, kept.workspace.folder.rglob("*")):
        assert made.secret.rpartition("_")[2].encode() not in path.read_bytes(), path
    with sqlite3.connect(kept.workspace.folder / "workbench.db") as database:
        ((digest,),) = database.execute("SELECT hash FROM tokens").fetchall()
    assert len(digest) == 32


def test_there_are_so_many_tokens_and_no_more(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "workspace", most=3, most_revoked=2)
    made = [kept.tokens.create(DEFAULT, f"t{number}", Role.READ, None) for number in range(3)]
    with pytest.raises(WorkbenchError, match="has 3 tokens, which is the most"):
        kept.tokens.create(DEFAULT, "more", Role.READ, None)
    for number in range(3):
        kept.tokens.revoke(DEFAULT, f"t{number}")
        kept.clock.advance(1.0)
    kept.tokens.create(DEFAULT, "more", Role.READ, None)
    with pytest.raises(Unauthenticated, match="wrong token"):
        kept.tokens.check(made[0].secret)
    assert [token.name for token in kept.reopened().tokens.of(DEFAULT)] == ["more", "t1", "t2"]
