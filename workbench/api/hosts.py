"""Names of hosts as grants and URLs write them, brought into one form: what is checked is what is connected to.

A host is a DNS name in ASCII, an IPv4 address of four decimal numbers, or an IPv6 address. Resolvers also read `127.1`,
`0x7f000001` and `017700000001` as addresses; here they are refused, for whoever writes them hides what he means. An
IPv6 address that stands for an IPv4 one (`::ffff:127.0.0.1`) is that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

from workbench.api.errors import Invalid

Address = IPv4Address | IPv6Address
LOCALHOST = "localhost"
NAME_CHARACTERS = 253
PORTS = 65_535
SCHEMES = {"http": 80, "https": 443}
URL_CHARACTERS = 8_192
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0[xX][0-9a-fA-F]*")


def target(host: str, port: int) -> str:
    """Host and port as the scope of a network grant covers them. The host is in its one form already."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(4096)
def canonical(host: str) -> str:
    """The one form of a host, without brackets. Invalid says what is wrong with it."""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if ":" not in host:
            raise Invalid(f"[{_shown(host)}] is no IPv6 address")
    if ":" in host:
        return str(literal(host))
    name = host.lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return str(literal(name))
    if not name or len(name) > NAME_CHARACTERS or not all(map(_LABEL.fullmatch, name.split("."))):
        raise Invalid(f"{_shown(host)} is no host: a name has ASCII letters, digits, - and dots, or it is an address")
    return name


def literal(host: str) -> Address:
    """The address that `host` writes out. Invalid: it is none, or one in a form that hides it."""
    try:
        if ":" not in host:
            return IPv4Address(host)
        found = IPv6Address(host)
    except AddressValueError as error:
        raise Invalid(
            f"{_shown(host)} is no address: write an IPv4 one as four decimal numbers, an IPv6 one in full ({error})"
        ) from None
    if found.scope_id:
        raise Invalid(f"{_shown(host)} names a network interface; a host is reached by its address alone")
    return found.ipv4_mapped or found


def is_literal(host: str) -> bool:
    """Whether a host in its one form is an address and not a name."""
    return ":" in host or bool(_NUMBER.fullmatch(host.rpartition(".")[2]))


def split(text: str) -> tuple[str, str]:
    """`host[:port]` as its two parts, each in its one form; the port is empty when there is none. Invalid says why."""
    host, port = text, ""
    if text.startswith("["):
        inside, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise Invalid(f"{_shown(text)} is no host: an IPv6 address stands in brackets before its port")
        host, port = f"[{inside}]", rest[1:]
        if rest and not port:
            raise Invalid(f"the port of {_shown(text)} is empty")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
        if not port:
            raise Invalid(f"the port of {_shown(text)} is empty")
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= PORTS):
        raise Invalid(f"{_shown(port)} is no port: it is a number from 1 to {PORTS:,}")
    return canonical(host), str(int(port)) if port else ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 100 else f"{text[:100]}…")


@dataclass(frozen=True, slots=True)
class Url:
    """A URL taken apart: `host` in its one form, `path` with the query, as it goes to the server."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def target(self) -> str:
        return target(self.host, self.port)

    @property
    def authority(self) -> str:
        """What the header Host says: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEMES[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Url:
    """Take a URL apart. Invalid: it is none of http or https, or has what no request of ours carries."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid(f"{_shown(url)} is no URL: other characters than plain ASCII ones are written as %XX")
    if len(url) > URL_CHARACTERS:
        raise Invalid(f"the URL has {len(url):,} characters; up to {URL_CHARACTERS:,} are taken")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Invalid(f"{_shown(url)} is no URL: {error}") from None
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise Invalid(f"{_shown(url)} is no URL of the web; it starts with http:// or https:// and names a host")
    if "@" in parts.netloc:
        raise Invalid("the URL carries a user name; send it in the header Authorization")
    host, port = split(parts.netloc)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, int(port) if port else SCHEMES[parts.scheme], path)
