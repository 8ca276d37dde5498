"""The tokens of a node: hashes in its database, and the same in memory, for every call is checked against them.

A token is `wbt_ID_SECRET`. The id is no secret: it finds the row, so that one comparison is made, in constant time,
however many there are. The secret has 256 random bits, so one round of SHA-256 is right: a slow hash makes guessing
dear where people choose passwords out of a few million, and nobody guesses one of 2**256; it would only slow every
call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workbench.api.errors import AlreadyExists, Exhausted, NotFound, Unauthenticated, WorkbenchError
from workbench.api.names import SHOWN
from workbench.api.tokens import MOST_TOKENS, NewToken, Role, TokenInfo
from workbench.clock import Clock
from workbench.storage.database import Database, Row

PREFIX = "wbt_"
ID_CHARACTERS = 12
SECRET_BYTES = 32
USED_SECONDS = 60.0
"""The use of a token is written down no more often."""
MOST_REVOKED = 1_000
"""So many are kept, so that whoever shows one is told; beyond that the oldest are forgotten, and are wrong tokens."""
_SELECT = "SELECT * FROM tokens"
_PUT = "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REVOKE = "UPDATE tokens SET revoked = ? WHERE id = ?"
_USED = "UPDATE tokens SET last_used = ? WHERE id = ?"
_DELETE = "DELETE FROM tokens WHERE id = ?"
NOBODY = bytes(32)


@dataclass(frozen=True, slots=True)
class Kept:
    """One row."""

    id: str
    digest: bytes
    info: TokenInfo

    @property
    def key(self) -> tuple[str, str, str]:
        return self.info.tenant, self.info.namespace, self.info.name


class TokenStore:
    """All tokens of a node. Thread-safe. The workspace has one process at a time, so what is in memory is true."""

    def __init__(
        self, database: Database, clock: Clock, *, most: int = MOST_TOKENS, most_revoked: int = MOST_REVOKED
    ) -> None:
        self._database, self._clock = database, clock
        self._most, self._most_revoked = most, most_revoked
        self._lock = threading.Lock()
        kept = map(_kept, database.query(_SELECT))
        self._by_id = {each.id: each for each in kept}
        self._revoked: list[Callable[[str], None]] = []

    @property
    def any(self) -> bool:
        """Whether one was ever created: from then on a caller must show one, also when all of them are revoked."""
        return bool(self._by_id)

    @property
    def usable(self) -> bool:
        """Whether there is one that a caller could show now."""
        now = self._clock.now()
        return any(each.info.revoked is None and (each.info.expires or now) >= now for each in self._all())

    def watch(self, revoked: Callable[[str], None]) -> Callable[[], None]:
        """Call `revoked` with the id of each token that is revoked, until what is returned is called."""
        self._revoked.append(revoked)
        return lambda: self._revoked.remove(revoked)

    def of(self, scope: tuple[str, str]) -> list[TokenInfo]:
        mine = [each.info for each in self._all() if (each.info.tenant, each.info.namespace) == scope]
        return sorted(mine, key=lambda info: info.name)

    def create(self, scope: tuple[str, str], name: str, role: Role, expires_seconds: float | None) -> NewToken:
        identity = secrets.token_hex(ID_CHARACTERS // 2)
        secret = f"{PREFIX}{identity}_{secrets.token_urlsafe(SECRET_BYTES)}"
        now = self._clock.now()
        expires = None if expires_seconds is None else now + expires_seconds
        info = TokenInfo(name or f"{role}-{identity[:6]}", role, *scope, created=now, expires=expires)
        made = Kept(identity, _digest(secret), info)
        with self._lock:
            before = self._named(made.key)
            if before is not None and before.info.revoked is None:
                raise AlreadyExists(
                    f"there is a token {name[:SHOWN]!r} already; revoke it first, or choose another name"
                )
            if sum(each.info.revoked is None for each in self._by_id.values()) >= self._most:
                said = f"this node has {self._most:,} tokens, which is the most; revoke one that is not needed"
                raise Exhausted(said, limit="tokens", value=self._most, used=self._most + 1)
            gone = {before.id, *self._forgotten()} if before is not None else {*self._forgotten()}
            with self._database.transaction(durable=True, noted=False) as tx:
                for each in gone:
                    tx.execute(_DELETE, (each,))
                tx.execute(_PUT, _row(made))
            for each in gone:
                del self._by_id[each]
            self._by_id[identity] = made
        return NewToken(info, secret)

    def revoke(self, scope: tuple[str, str], name: str) -> TokenInfo:
        with self._lock:
            found = self._named((*scope, name))
            if found is None or found.info.revoked is not None:
                raise NotFound(f"there is no token {name[:SHOWN]!r} here that is not revoked already")
            info = replace(found.info, revoked=self._clock.now())
            with self._database.transaction(durable=True, noted=False) as tx:
                tx.execute(_REVOKE, (info.revoked, found.id))
            self._by_id[found.id] = replace(found, info=info)
        for tell in tuple(self._revoked):
            tell(found.id)
        return info

    def check(self, secret: str) -> tuple[str, TokenInfo]:
        """The id and the token of which this is the secret; Unauthenticated says why it is of no use."""
        found = self._by_id.get(secret.removeprefix(PREFIX)[:ID_CHARACTERS])
        right = hmac.compare_digest(_digest(secret), NOBODY if found is None else found.digest)
        if found is None or not right:
            raise Unauthenticated("wrong token: this node has none like it; workbench node token create makes one")
        now, info = self._clock.now(), found.info
        if info.revoked is not None:
            raise _useless(info, "was revoked", info.revoked)
        if info.expires is not None and info.expires <= now:
            raise _useless(info, "expired", info.expires)
        if info.last_used is None or now - info.last_used >= USED_SECONDS:
            self._use(found.id, now)
        return found.id, info

    def _use(self, identity: str, now: float) -> None:
        with self._lock:
            found = self._by_id.get(identity)
            if found is None:
                return
            self._by_id[identity] = replace(found, info=replace(found.info, last_used=now))
            with (
                suppress(WorkbenchError),
                self._database.transaction(noted=False) as tx,
            ):  # a full disk locks nobody out
                tx.execute(_USED, (now, identity))

    def _all(self) -> list[Kept]:
        with self._lock:
            return list(self._by_id.values())

    def _named(self, key: tuple[str, str, str]) -> Kept | None:
        return next((each for each in self._by_id.values() if each.key == key), None)

    def _forgotten(self) -> list[str]:
        """The ids of those that were revoked longest ago and are too many."""
        revoked = [(each.info.revoked, each.id) for each in self._by_id.values() if each.info.revoked is not None]
        return [identity for _, identity in sorted(revoked)[: max(0, len(revoked) - self._most_revoked)]]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _useless(info: TokenInfo, how: str, time: float) -> Unauthenticated:
    when = f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Unauthenticated(f"the token {info.name[:SHOWN]!r} {how} at {when}; ask for another")


def _kept(row: Row) -> Kept:
    info = TokenInfo(
        row["name"], Role(row["role"]), row["tenant"], row["namespace"], row["created"], row["expires"],
        row["last_used"], row["revoked"],
    )  # fmt: skip
    return Kept(row["id"], row["hash"], info)


def _row(kept: Kept) -> tuple[object, ...]:
    info = kept.info
    return (
        info.tenant, info.namespace, info.name, kept.id, kept.digest, info.role.value, info.created, info.expires,
        info.last_used, info.revoked,
    )  # fmt: skip
