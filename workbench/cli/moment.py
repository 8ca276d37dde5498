"""A time as one types it."""

from __future__ import annotations

import time
from typing import Any

import click

from workbench.api.errors import Invalid
from workbench.api.times import time_of


class Moment(click.ParamType[float]):
    """A time: `2026-03-01T12:00`, `12:05` today, or how long ago: `10m`."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return time_of(value, now=time.time())
        except Invalid as error:
            self.fail(error.message, param, ctx)


until = click.option(
    "--until", metavar="T", type=Moment(), default=0.0, help="Only up to then: a time, or 10m, 2h, 1d ago."
)
since = click.option(
    "--since", metavar="T", type=Moment(), default=0.0, help="Only from then on: a time, or 10m, 2h, 1d ago."
)
