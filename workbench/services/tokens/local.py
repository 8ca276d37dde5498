"""The tokens of a node as one tenant and namespace see them."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.tokens import NewToken, Role, TokenInfo, check_token
from workbench.services.tokens.store import TokenStore


class LocalTokens:
    """See api.Tokens."""

    def __init__(self, store: TokenStore, scope: tuple[str, str]) -> None:
        self._store, self._scope = store, scope

    def create(self, name: str = "", *, role: Role = Role.READ, expires_seconds: float | None = None) -> NewToken:
        check_token(name, expires_seconds)
        return self._store.create(self._scope, name, role, expires_seconds)

    def list(self) -> Sequence[TokenInfo]:
        return self._store.of(self._scope)

    def revoke(self, name: str) -> TokenInfo:
        return self._store.revoke(self._scope, name)
