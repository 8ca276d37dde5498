"""`workbench`: its commands, imported only when one is called, and the border where errors become exit codes."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click
from click.core import ParameterSource

from workbench.api import Unavailable, WorkbenchError
from workbench.cli import failure, options
from workbench.cli.lazy import Lazy

COMMANDS = {
    "actor": "workbench.cli.actor:actor",
    "backup": "workbench.cli.backup:backup",
    "blob": "workbench.cli.blob:blob",
    "bundle": "workbench.cli.bundle:bundle",
    "capability": "workbench.cli.capability:capability",
    "debug": "workbench.cli.debug:debug",
    "diagnostics": "workbench.cli.diagnostics:diagnostics",
    "group": "workbench.cli.group:group",
    "journal": "workbench.cli.journal:journal",
    "kv": "workbench.cli.kv:kv",
    "lock": "workbench.cli.lock:lock",
    "module": "workbench.cli.module:module",
    "new": "workbench.cli.new:new",
    "node": "workbench.cli.node:node",
    "profile": "workbench.cli.profile:profile",
    "registry": "workbench.cli.registry:registry",
    "queue": "workbench.cli.queue:queue",
    "run": "workbench.cli.run:run",
    "showcase": "workbench.cli.showcase:showcase",
    "supervisor": "workbench.cli.supervisor:supervisor",
    "tuple": "workbench.cli.tuple:tuple_",
    "topic": "workbench.cli.topic:topic",
}
INTERRUPTED = 130
TERMINATED = 143


@click.group(
    cls=Lazy,
    commands_at=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="actor-workbench", message="%(version)s")
@click.option("--workspace", metavar="DIR", default="", help="The app's workspace instead of the user's own.")
@click.option("--open", "files", metavar="FILE", multiple=True, help="Open this file in the app.")
@click.option(
    "--sample/--no-sample", default=None, help="Start the sample system on an empty node; by default a setting."
)
@click.option(
    "--node", "node", metavar="NODE", default="", help="Open the app on this node: HOST:PORT or a stored connection."
)
@options.tenant
@options.namespace
@options.tls_key
@options.tls_cert
@options.tls_ca
@options.token_file
@click.pass_context
def cli(context: click.Context, /, files: tuple[str, ...], sample: bool | None, **reach: str | None) -> None:
    """Write, run and debug WebAssembly actors.

    Without a command it opens the app. Every command says more with --help.
    """
    if context.invoked_subcommand is None:
        context.exit(open_app(files, sample=sample, **reach))
    given = (name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    if any(given):
        raise click.UsageError("these options open the app; after a command name come the command's own")


def open_app(files: Sequence[str], *, sample: bool | None, **reach: str | None) -> int:
    """The desktop app, found by name: nothing else of the command line needs Qt. `reach` are its other options."""
    arguments = [f"--open={file}" for file in files]
    arguments += [] if sample is None else ["--sample" if sample else "--no-sample"]
    arguments += [f"--{name.replace('_', '-')}={value}" for name, value in reach.items() if value]
    code: int = importlib.import_module("ui.app").main(arguments)
    return code


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    sys.exit(_ended(arguments, debug=debug))


def _ended(arguments: Sequence[str] | None, *, debug: bool) -> int:
    """The exit code of one command."""
    try:
        result: Any = cli.main(arguments, prog_name="workbench", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; the interpreter's own flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if debug:
            raise
        known = _known(error)
        failure.show(known)
        return known.exit_code if isinstance(known, WorkbenchError) else 1
    return result if isinstance(result, int) else 0


def _known(error: Exception) -> Exception:
    """A file that the system refuses (the cache on a read-only disk, say) is no fault of ours: it is named."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Unavailable(f"cannot use {error.filename}: {error.strerror.lower()}")
    return error


def _terminate(_: int, __: FrameType | None) -> None:
    """SIGTERM ends a command the way Ctrl+C does: everything it opened is closed in order."""
    raise SystemExit(TERMINATED)
