"""Options that many commands share, each written once."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from workbench.api import PROFILES
from workbench.api.limits import DEFAULT_PROFILE
from workbench.cli.connection import Reach, Target

F = TypeVar("F", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A wait that ends."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
debug = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show a traceback when the workbench itself fails."
)
state = click.option(
    "--state",
    metavar="TEXT",
    default="",
    help="Initial state: text, or @FILE for the text of a file (@@ for a plain @).",
)
profile = click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default=DEFAULT_PROFILE,
    show_default=True,
    help="Limits and grants.",
)
grants = click.option(
    "--grant",
    "grants",
    metavar="CAP",
    multiple=True,
    help="One more capability, for example spawn or blob:read/reports/*.",
)
durable = click.option(
    "--durable", is_flag=True, help="Keep each turn on disk: it comes back after a crash and after the node's end."
)


trace = click.option(
    "--trace", metavar="ID", default="",
    help="Only turns of messages of this trace: its id, of which the first 8 digits are enough.",
)  # fmt: skip


def headers(command: F) -> F:
    """What a message carries besides its type and payload."""
    command = click.option(
        "--key", metavar="TEXT", default="",
        help="Idempotency key: a durable actor answers the same key with what it answered the first time, for a day.",
    )(command)  # fmt: skip
    return click.option(
        "--header",
        metavar="NAME=VALUE",
        multiple=True,
        help="A header of the message; traceparent=… lets it go on with a trace.",
    )(command)


LIMIT = "LIMIT=VALUE"
limits = click.option(
    "--limit",
    "changes",
    metavar=LIMIT,
    multiple=True,
    help="Another limit than the profile's, for example fuel=1_000_000; `workbench actor limits` lists them.",
)
packages = click.option(
    "--with",
    "packages",
    metavar="PACKAGE",
    multiple=True,
    help="Put a pure Python package and what it needs beside the actor: a name as pip takes it, or a wheel.",
)
timeout = click.option(
    "--timeout", "timeout_seconds", type=Seconds(0), default=30.0, show_default=True, help="Seconds to wait."
)


tenant = click.option(
    "--tenant", metavar="NAME", default=None, help="On whose behalf; by default the token's, or 'default'."
)
namespace = click.option(
    "--namespace", metavar="NAME", default=None, help="Of the actors; by default the token's, or 'default'."
)
tls_key = click.option("--tls-key", metavar="FILE", default="", envvar="WORKBENCH_TLS_KEY", help="Its key.")
tls_cert = click.option(
    "--tls-cert", metavar="FILE", default="", envvar="WORKBENCH_TLS_CERT", help="Show --node this certificate."
)
tls_ca = click.option(
    "--tls-ca", metavar="FILE", default="", envvar="WORKBENCH_TLS_CA",
    help="Speak TLS with --node, and trust the authorities in FILE.",
)  # fmt: skip
token_file = click.option(
    "--token-file", metavar="FILE", default="", help="Holds the token for --node; else WORKBENCH_TOKEN does."
)


def reach(command: F) -> F:
    """How `--node` is reached, handed to the command as one `reach`."""

    @wraps(command)
    def with_reach(*arguments: Any, token_file: str, tls_ca: str, tls_cert: str, tls_key: str, **rest: Any) -> Any:
        return command(*arguments, reach=Reach(token_file, tls_ca, tls_cert, tls_key), **rest)

    for option in (tls_key, tls_cert, tls_ca, token_file):
        option(with_reach)
    return with_reach  # type: ignore[return-value]


workspace = click.option("--workspace", metavar="DIR", default="", help="The node of this workspace.")


def where(command: F) -> F:
    """Which node, in whose name and how it is reached; handed to the command as one `target`."""

    @wraps(command)
    def with_target(
        *arguments: Any, address: str, workspace: str, tenant: str | None, namespace: str | None, reach: Reach,
        **rest: Any,
    ) -> Any:  # fmt: skip
        return command(*arguments, target=Target(address, workspace, tenant, namespace, reach), **rest)

    reached = reach(with_target)
    for option in (
        namespace,
        tenant,
        workspace,
        click.option(
            "--node",
            "address",
            metavar="NODE",
            default="",
            help="HOST:PORT, a stored connection, or a recorded session: bundle:FILE, bundle:FILE#POSITION.",
        ),
    ):
        option(reached)
    return reached  # type: ignore[return-value]
