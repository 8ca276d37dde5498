"""A time as one types it."""

from __future__ import annotations

import math
import re
import time
from datetime import datetime
from typing import Any

import click

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Moment(click.ParamType[float]):
    """A time: `2026-03-01T12:00`, or how long ago: `10m`."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        ago = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])", value)
        try:
            found = time.time() - float(ago[1]) * UNITS[ago[2]] if ago else datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError, OSError):
            found = math.nan
        if not found >= 0:
            self.fail(f"{value!r} is no time; write 2026-03-01T12:00, or 10m for ten minutes ago.", param, ctx)
        return found


until = click.option(
    "--until", metavar="T", type=Moment(), default=0.0, help="Only up to then: a time, or 10m, 2h, 1d ago."
)
since = click.option(
    "--since", metavar="T", type=Moment(), default=0.0, help="Only from then on: a time, or 10m, 2h, 1d ago."
)
