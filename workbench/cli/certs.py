"""`workbench node certs`: certificates for a node that others reach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import workbench
from workbench.api import Role
from workbench.api.certificates import DAYS_MOST
from workbench.cli import options


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--host", "hosts", metavar="NAME", multiple=True,
    help="A name or an address by which others reach the node; besides localhost, 127.0.0.1 and ::1.",
)  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, DAYS_MOST), default=365, show_default=True, help="How long they are good."
)
@click.option("--client", metavar="NAME", default="client", show_default=True, help="Whose client certificate it is.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.OPERATE.value, show_default=True,
    help="What its holder may do.",
)  # fmt: skip
@click.option("--tenant", metavar="NAME", default="default", show_default=True, help="On whose behalf.")
@options.debug
def certs(folder: Path, hosts: Sequence[str], days: int, client: str, role: str, tenant: str) -> None:
    """Make what DIR lacks of a private authority (ca.pem), the certificate of a server and that of a client.

    Each has its key beside it, readable by you alone. What is there is never written to, so that the command can be
    repeated with another --client. Keep ca-key.pem to yourself: whoever has it can make certificates of any role.
    """
    made = workbench.make_certificates(folder, hosts=hosts, days=days, client=client, role=Role(role), tenant=tenant)
    for file in made.files:
        click.echo(file)
