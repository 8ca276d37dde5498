"""`workbench node`: a node without a window."""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click

import workbench
from workbench.api import RecordingLevel
from workbench.cli import options
from workbench.cli.connection import Target, embedded
from workbench.cli.output import Output
from workbench.cli.progress import ProgressLine


@click.command()
@click.option(
    "--workspace", metavar="DIR", default="", help="Where it keeps things; by default the user's own workspace."
)
@click.option("--listen", metavar="HOST:PORT", default="", help="Also listen here, on this machine, without a token.")
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
@click.option("--fresh", is_flag=True, help="Do not bring durable actors back; their journals stay.")
@click.option(
    "--record", type=click.Choice([level.value for level in RecordingLevel]),
    help="How much of the turns is kept on disk; by default nothing, or what the settings say.",
)  # fmt: skip
@options.debug
def node(
    workspace: str, listen: str, port_file: Path | None, keyvalue: str, blobs: str, fresh: bool, record: str | None
) -> None:
    """Run a node until Ctrl+C or SIGTERM, which stop it in order.

    Commands on the same workspace find it by themselves. Its address is the first line on stdout.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    level = record or workbench.default_record() or RecordingLevel.OFF
    with embedded(Target(workspace=workspace), revive=not fresh, keyvalue=keyvalue, blobs=blobs, record=level) as own:
        with ProgressLine() as progress:
            own.prepare(progress=progress)
        with _stopped_by_signals() as stop, workbench.serve(own) as private, _public(own, listen) as public:
            address = public or private.address
            if port_file is not None:
                with Output(port_file) as output:
                    output.write(f"{address.rpartition(':')[2]}\n".encode())
            click.echo(address)
            stop.wait()


@contextlib.contextmanager
def _public(own: workbench.api.Node, listen: str) -> Iterator[str]:
    """The address of the second listener, where one was asked for."""
    if not listen:
        yield ""
        return
    with workbench.serve(own, listen=listen) as server:
        yield server.address


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """An event that SIGTERM and Ctrl+C set; before and after they end the command at once, in order too."""
    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
