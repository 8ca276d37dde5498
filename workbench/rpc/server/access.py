"""How a listener tells who calls: by a token, else by a client certificate, else, on this machine alone, by nothing."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol
from urllib.parse import unquote

import grpc

from workbench.api import Denied, Role, TokenInfo, Unauthenticated
from workbench.rpc.security import DEFAULT, Caller, Received, named, shown

NO_TOKEN = (
    "this endpoint asks for a token, and none was shown: give --token-file FILE or WORKBENCH_TOKEN with --node; the "
    "private endpoint of a node is reached by its workspace (--workspace DIR)"
)
LOCAL = "local"


class Tokens(Protocol):
    """What a listener wants of the tokens of its node."""

    @property
    def any(self) -> bool:
        """Whether one was ever created."""
        ...

    @property
    def usable(self) -> bool:
        """Whether somebody could show one now."""
        ...

    def check(self, secret: str) -> tuple[str, TokenInfo]:
        """Its id and what it is, or Unauthenticated."""
        ...

    def watch(self, revoked: Callable[[str], None]) -> Callable[[], None]:
        """Call `revoked` with the id of each that is revoked, until what is returned is called."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls. `key` is what its rate is counted by, `name` what is shown of it.

    `tenant` and `namespace` are None where it is not bound to one; `ends` is when its right to call does, if it does;
    `token` is the id of the token that it showed. `owns` is whether it speaks for the owner of the node's machine.
    """

    name: str
    key: str
    role: Role
    tenant: str | None = None
    namespace: str | None = None
    ends: float | None = None
    token: str = ""
    owns: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a listener lets in.

    `secret` is one token for the role admin in every tenant, whose holder is called `holder`; `tokens` are those of the
    node. With `certificates` a caller without a token is who its certificate says. `must` is whether a caller must be
    known; where it need not be, on this machine, it must be as soon as a token was created. With `trusts` one that is
    not known is the owner of the machine, who may be another user of it.
    """

    secret: str = ""
    holder: str = LOCAL
    tokens: Tokens | None = None
    certificates: bool = False
    must: bool = False
    trusts: bool = False
    _own: bytes = field(init=False, repr=False, compare=False)
    """The digest of `secret`, which each call is compared with."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_own", _digest(self.secret))

    @property
    def somebody(self) -> bool:
        """Whether there is a token that a caller could show."""
        return bool(self.secret) or (self.tokens is not None and self.tokens.usable)

    def identify(self, context: grpc.ServicerContext, received: Received) -> Identity:
        """Who calls, or Unauthenticated."""
        token = shown(received)
        if token is not None and (found := self._by_token(token)) is not None:
            return found
        if self.certificates:
            return _by_certificate(context)
        if self.must or self.secret or (self.tokens is not None and self.tokens.any):
            raise Unauthenticated(NO_TOKEN)
        name = f"address {address(context)}"
        return Identity(name, name, Role.ADMIN, owns=self.trusts)

    def _by_token(self, token: str) -> Identity | None:
        if self.secret and hmac.compare_digest(_digest(token), self._own):
            return Identity(self.holder, self.holder, Role.ADMIN, owns=True)
        if self.tokens is not None:
            number, info = self.tokens.check(token)
            key = f"token {number}"
            name = f"token {info.name}"
            return Identity(name, key, info.role, info.tenant, info.namespace, info.expires, number)
        if self.secret or self.must:
            raise Unauthenticated("wrong token")
        return None


def bound(identity: Identity, received: Received) -> tuple[str, str]:
    """The tenant and namespace of a call; Denied when it names others than those its caller is bound to."""
    asked: Caller = named(received)
    return _one(asked.tenant, identity.tenant), _one(asked.namespace, identity.namespace)


def address(context: grpc.ServicerContext) -> str:
    """The host from which a call comes, without the port, which is another for every connection."""
    peer = unquote(context.peer() or "")
    kind, _, rest = peer.partition(":")
    return rest.rpartition(":")[0] if kind in ("ipv4", "ipv6") else peer


def _one(asked: str | None, own: str | None) -> str:
    if own is None:
        return DEFAULT if asked is None else asked
    if asked is not None and asked != own:
        raise Denied("this caller is bound to a tenant and a namespace, and the call names another: leave it out")
    return own


def _by_certificate(context: grpc.ServicerContext) -> Identity:
    from workbench.rpc.certificates import caller_of  # costs time that only those pay who use it

    shown_pem = context.auth_context().get("x509_pem_cert")
    if not shown_pem:
        raise Unauthenticated("this endpoint asks for a client certificate or a token, and none was shown")
    found = caller_of(bytes(shown_pem[0]))
    key, name = f"certificate {found.fingerprint}", f"certificate {found.name}"
    return Identity(name, key, found.role, found.tenant, None, found.expires)


def _digest(secret: str) -> bytes:
    """Of equal length for secrets of any: what is compared tells nothing of it."""
    return sha256(secret.encode()).digest()
