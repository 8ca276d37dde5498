"""The command line: one file per noun; a command is one call of the api and one renderer."""

from __future__ import annotations


def main() -> None:
    """The console script `workbench`."""
    from workbench.cli.main import main as command_line

    command_line()
