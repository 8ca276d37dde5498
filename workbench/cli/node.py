"""`workbench node`: a node without a window, and who may call it from elsewhere."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import workbench
from workbench.api import Invalid, Node, RecordingLevel
from workbench.cli import options
from workbench.cli.connection import Target, embedded
from workbench.cli.lazy import Lazy
from workbench.cli.output import Output
from workbench.cli.progress import ProgressLine
from workbench.cli.stopping import Signals

logger = logging.getLogger(__name__)
CUT_OFF = 1
"""The exit code of a node that could not let all work in hand end."""
COMMANDS = {
    "certs": "workbench.cli.certs:certs",
    "compare": "workbench.cli.nodes:compare",
    "connection": "workbench.cli.stored:connection",
    "endpoint": "workbench.cli.nodes:endpoint",
    "info": "workbench.cli.nodes:info",
    "peers": "workbench.cli.nodes:peers",
    "storage": "workbench.cli.storage:storage",
    "token": "workbench.cli.token:token",
}


@dataclass(frozen=True, slots=True)
class Listener:
    """What the options say of the public listener; no address: there is none."""

    listen: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    tls_client_ca: str = ""
    token_file: str = ""
    reflection: bool = False

    def __post_init__(self) -> None:
        if not self.listen and (self.tls_cert or self.tls_key or self.tls_client_ca or self.token_file):
            raise Invalid("--tls-cert, --tls-key, --tls-client-ca and --token-file are for --listen HOST:PORT")

    @property
    def files(self) -> dict[str, str]:
        return {
            "token_file": self.token_file,
            "tls_cert": self.tls_cert,
            "tls_key": self.tls_key,
            "tls_client_ca": self.tls_client_ca,
        }

    def check(self, own: Any) -> None:
        """Refuse what could not be opened before anything that takes long is begun."""
        if self.listen:
            workbench.check_listener(own, self.listen, **self.files)

    def opened(self, own: Node) -> Any:
        """Its server; None when there is none."""
        return workbench.serve(own, listen=self.listen, reflect=self.reflection, **self.files) if self.listen else None


@click.group(cls=Lazy, invoke_without_command=True, commands_at=COMMANDS)
@click.option(
    "--workspace", metavar="DIR", default="", help="Where it keeps things; by default the user's own workspace."
)
@click.option(
    "--listen", metavar="HOST:PORT", default="",
    help="Also listen here: on this machine without a token until one is created, beyond it with TLS alone.",
)  # fmt: skip
@click.option("--tls-cert", metavar="FILE", default="", help="The certificate that the listener shows.")
@click.option("--tls-key", metavar="FILE", default="", help="Its key.")
@click.option(
    "--tls-client-ca", metavar="FILE", default="", help="Ask for a client certificate that this authority signed."
)
@click.option(
    "--token-file", metavar="FILE", default="",
    help="Ask for a token; the one in this file, which only you can read, is for the role admin in every tenant.",
)  # fmt: skip
@click.option("--reflection", is_flag=True, help="Offer gRPC's reflection beyond this machine too.")
@click.option(
    "--metrics", metavar="HOST:PORT", default="",
    help="Offer figures to Prometheus at http://HOST:PORT/metrics; beyond this machine none of single actors.",
)  # fmt: skip
@click.option(
    "--port-file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the port there."
)
@click.option(
    "--keyvalue", metavar="URL", default="",
    help="Where keys are kept: sqlite:FILE or memory:; by default in the workspace.",
)  # fmt: skip
@click.option(
    "--blobs", metavar="URL", default="",
    help="Where blobs are kept: file:DIR, memory: or s3://BUCKET/PREFIX; by default in the workspace.",
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True, help="Bring back nobody who ran when the node ended; what is kept of them stays."
)
@click.option(
    "--record", type=click.Choice([level.value for level in RecordingLevel]),
    help="How much of the turns is kept on disk; by default nothing, or what the settings say.",
)  # fmt: skip
@click.option(
    "--drain-seconds", metavar="SECONDS", type=click.FloatRange(min=0), default=None,
    help="When it stops, let the work in hand go on for so long; by default what the settings say.",
)  # fmt: skip
@options.debug
@click.pass_context
def node(
    context: click.Context, /, workspace: str, metrics: str, port_file: Path | None, keyvalue: str, blobs: str,
    fresh: bool, record: str | None, drain_seconds: float | None, **listener: Any,
) -> None:  # fmt: skip
    """Run a node until Ctrl+C or SIGTERM (Ctrl+Break on Windows), which stop it in order; a second one ends it at once.

    Commands on the same workspace find it by themselves. Its address is the first line on stdout. Exit code 1 when work
    in hand had to be cut off.
    """
    if context.invoked_subcommand is not None:
        if any(value not in ("", None, False) for value in context.params.values()):
            raise click.UsageError("these options start a node; after a command's name come the command's own")
        return
    public = Listener(**listener)
    workbench.show_log()
    level = record or workbench.default_record() or RecordingLevel.OFF
    with (
        Signals() as signals,
        embedded(Target(workspace=workspace), revive=not fresh, keyvalue=keyvalue, blobs=blobs, record=level) as own,
        contextlib.ExitStack() as opened,
    ):
        public.check(own)
        with ProgressLine() as progress:
            own.prepare(progress=progress)
        signals.arm()
        exposition = None
        if metrics:
            exposition = opened.enter_context(contextlib.closing(workbench.expose_metrics(own, metrics)))
            logger.info("metrics at http://%s/metrics", exposition.address)
        servers = [opened.enter_context(server) for server in (workbench.serve(own), public.opened(own)) if server]
        address = servers[-1].address
        if port_file is not None:
            with Output(port_file) as output:
                output.write(f"{address.rpartition(':')[2]}\n".encode())
        click.echo(address)
        signals.wait()
        whole = workbench.drain(own, servers, exposition=exposition, seconds=drain_seconds)
    context.exit(0 if whole else CUT_OFF)
