"""A group whose commands are modules, loaded when they are needed: a warm `run` is quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class Lazy(click.Group):
    """`commands_at` says where each is: `module:name`."""

    def __init__(self, *arguments: Any, commands_at: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._commands_at:
            return None
        home, _, name = self._commands_at[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(home), name)
        return command
