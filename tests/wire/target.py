"""A node to be attacked: tokens at one listener, client certificates at another, and little patience.

    python -m tests.wire.target --workspace DIR --listen HOST:PORT --certs DIR [--fault open|leak]

Prints its address, then what an attacker may know, as JSON. With a fault it is a node whose makers slept: `open` lets
everybody in, `leak` keeps a file and some memory of every call that it refuses.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import workbench
from workbench.api import Role, Unauthenticated
from workbench.node import LocalNode
from workbench.rpc.server import Server, serve
from workbench.rpc.server.access import Access, Identity
from workbench.rpc.server.gate import Gate
from workbench.rpc.server.listening import ServerTls
from workbench.rpc.server.rates import Rates
from workbench.runtime import threads

PATIENCE_SECONDS = 1.0
LEAKED: list[object] = []


def main(arguments: argparse.Namespace) -> None:
    if arguments.fault:
        FAULTS[arguments.fault]()
    threads.large_stacks()
    certs = Path(arguments.certs)
    node = workbench.connect(f"embedded:{arguments.workspace}", record="off")
    assert isinstance(node, LocalNode)
    with node:
        tokens = _tokens(node)
        tls = ServerTls(str(certs / "server.pem"), str(certs / "server-key.pem"), str(certs / "ca.pem"))
        with _served(node, arguments.listen, None) as plain, _served(node, "127.0.0.1:0", tls) as secure:
            say(plain.address)
            say(json.dumps({"tls": secure.address, "tokens": tokens}))
            sys.stdin.read()


def _served(node: LocalNode, listen: str, tls: ServerTls | None) -> Server:
    return serve(
        node, listen=listen, access=Access(tokens=node.callers, must=True), tls=tls, rates=Rates(),
        audit=node.audit.note, scope=node.scoped, patience=PATIENCE_SECONDS, initializer=threads.prepare,
    )  # fmt: skip


def _tokens(node: LocalNode) -> dict[str, str]:
    shop = node.scoped("shop", "default").tokens
    made = {
        "admin": shop.create("admin", role=Role.ADMIN).secret,
        "operate": shop.create("operate", role=Role.OPERATE).secret,
        "read": shop.create("read", role=Role.READ).secret,
        "revoked": shop.create("revoked", role=Role.ADMIN).secret,
        "expired": shop.create("expired", role=Role.ADMIN, expires_seconds=1.0).secret,
    }
    shop.revoke("revoked")
    return made


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _let_everybody_in() -> None:
    Gate.known = lambda *_: Identity("anybody", "anybody", Role.ADMIN)  # type: ignore[method-assign]


def _leak() -> None:
    usual = Gate.known

    def known(self: Gate, *arguments: Any) -> Identity:
        try:
            return usual(self, *arguments)
        except Unauthenticated:
            LEAKED.extend((tempfile.TemporaryFile(), bytes(64 << 10)))  # noqa: SIM115 -- that is the fault
            raise

    Gate.known = known  # type: ignore[method-assign]


FAULTS = {"open": _let_everybody_in, "leak": _leak}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("--workspace", "--listen", "--certs"):
        parser.add_argument(option, required=True)
    parser.add_argument("--fault", default="")
    main(parser.parse_args())
