"""TCP to exactly the addresses that were checked: a name is resolved once, and nobody asks again.

A name may lead to public addresses. Loopback, private and all other special ranges are reached only when that very
address was granted, and loopback through the name `localhost` too; an IPv6 address that carries an IPv4 one counts as
both.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from workbench.api import hosts
from workbench.api.errors import Denied, Timeout, Unavailable

logger = logging.getLogger(__name__)
Resolver = Callable[[str, int], Sequence[str]]
Permits = Callable[[str], bool]
"""Whether a grant covers `host:port`."""
NAT64, SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")
COMPATIBLE = IPv6Network("::/96")
MAX_ADDRESSES = 16


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Watch:
    """A deadline that all waits of one call share, and a way to end them from another thread."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._stopped = False
        self._wake: Callable[[], None] = lambda: None

    def left(self, what: str) -> float:
        """Seconds that remain. Timeout: none. Unavailable: the wait was ended."""
        if self._stopped:
            raise Unavailable(f"{what} was ended with its actor")
        left = self._end - time.monotonic()
        if left <= 0:
            raise Timeout(f"{what} took longer than {self.seconds:g} s")
        return left

    def run(self, job: Callable[[], Sequence[str]], what: str) -> Sequence[str]:
        """Do something that has no deadline of its own; when it takes too long, nobody waits for it any more."""
        done = threading.Event()
        found: list[Sequence[str]] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                found.append(job())
            except BaseException as error:
                failed.append(error)
            done.set()

        self._wake = done.set
        threading.Thread(target=work, name="resolve", daemon=True).start()
        done.wait(self.left(what))
        if failed:
            raise failed[0]
        if not found:
            self.left(what)
            raise Timeout(f"{what} took longer than {self.seconds:g} s")
        return found[0]

    def watch(self, connection: socket.socket | None) -> None:
        """The socket that is waited on from now on."""
        self._socket = connection
        if self._stopped:
            self.stop()

    def stop(self) -> None:
        """End what is waited for."""
        self._stopped = True
        self._wake()
        found = self._socket
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)


def connect(host: str, port: int, *, permits: Permits, resolve: Resolver, watch: Watch) -> socket.socket:
    """A connection to a host whose name is granted already. Denied: it leads to an address that is not."""
    what = f"connecting to {hosts.target(host, port)}"
    reason = ""
    for address in checked(host, port, permits=permits, resolve=resolve, watch=watch):
        left = watch.left(what)
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            watch.watch(made)
            made.settimeout(left)
            made.connect((address, port))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except TimeoutError:
            made.close()
            watch.left(what)
            raise Timeout(f"{what} took longer than {watch.seconds:g} s") from None
        except OSError as error:
            made.close()
            watch.left(what)
            reason = (error.strerror or str(error)).lower()
    raise Unavailable(f"{hosts.target(host, port)} cannot be reached: {reason}")


def checked(host: str, port: int, *, permits: Permits, resolve: Resolver, watch: Watch) -> Sequence[str]:
    """The addresses of a host, resolved once. Denied: one of them may not be reached by this name."""
    if hosts.is_literal(host):
        return (host,)  # granted as it is, or the call would not be here
    try:
        answer = watch.run(lambda: resolve(host, port), f"finding {host}")
        found = [str(hosts.literal(address)) for address in answer][:MAX_ADDRESSES]
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"{host} cannot be found: {getattr(error, 'strerror', None) or error}") from None
    if not found:
        raise Unavailable(f"{host} cannot be found: it has no address")
    for address in found:
        if not _may(host, address, port, permits):
            logger.warning("%s leads to %s, which nobody was granted by that name", host, address)
            raise Denied(
                f"{host} leads to an address of this machine or of a private network, which its name does not grant; "
                f"grant the address itself with --grant network/ADDRESS"
            )
    return found


def _may(host: str, address: str, port: int, permits: Permits) -> bool:
    if permits(hosts.target(address, port)):
        return True
    whole = hosts.literal(address)
    inside = tuple(_inside(whole))
    meant = inside if whole in NAT64 else (whole, *inside)
    if host == hosts.LOCALHOST:
        return all(each.is_loopback for each in meant)
    return all(_public(each) for each in meant)


def _public(address: hosts.Address) -> bool:
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    )


def _inside(address: hosts.Address) -> Iterable[hosts.Address]:
    """The IPv4 address that an IPv6 one carries, by the networks that would take it there."""
    if isinstance(address, IPv4Address):
        return ()
    assert isinstance(address, IPv6Address)
    if address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address in SIX_TO_FOUR:
        return (IPv4Address(int(address) >> 80 & 0xFFFFFFFF),)
    return (address.teredo[1],) if address.teredo else ()
