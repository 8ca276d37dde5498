"""`workbench showcase`: the demonstrations, their claims as they are checked; the exit code says whether all held."""

from __future__ import annotations

import click

import workbench
from workbench.api.showcase import DEMONSTRATIONS, Mark, ShowcaseLine
from workbench.cli import options, render
from workbench.cli.progress import ProgressLine

TONES = {Mark.OK: "green", Mark.DONE: "green", Mark.FAILED: "red", Mark.STOPPED: "yellow", Mark.TRACE: "bright_black"}
HELP = f"""Run the demonstrations, for real, and check every claim of theirs.

Each runs on a node and a temporary workspace of its own: {", ".join(each.name for each in DEMONSTRATIONS)}.

A line [ok] is printed after its claim was checked; [failed] says what was found instead, and then the exit code is 1.
"""


@click.command(help=HELP)
@click.option(
    "--demo",
    "names",
    metavar="NAME",
    type=click.Choice([each.name for each in DEMONSTRATIONS]),
    multiple=True,
    help="Only this demonstration; may be repeated.",
)
@click.option("--verbose", is_flag=True, help="Show every message, its host calls, and what they took.")
@options.as_json
@options.debug
def showcase(names: tuple[str, ...], verbose: bool, as_json: bool) -> int:
    with ProgressLine() as progress:

        def tell(line: ShowcaseLine) -> None:
            progress.clear()
            if as_json:
                render.line(render.record(line))
            else:
                click.secho(str(line), fg=TONES.get(line.mark))

        held = workbench.run_showcase(names, tell=tell, verbose=verbose, progress=progress)
    return 0 if held else 1
