"""A time as one types it: a day and an hour, an hour of the day, or how long ago."""

from __future__ import annotations

import math
import re
from datetime import datetime

from workbench.api.errors import Invalid

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def time_of(text: str, *, now: float) -> float:
    """Seconds since 1970 of `2026-03-01T12:00`, of `12:05:30` on the day of `now`, or of `10m` before it.

    Invalid: it is no time, or one before 1970.
    """
    ago = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])", text)
    try:
        if ago:
            found = now - float(ago[1]) * UNITS[ago[2]]
        elif re.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d{1,6})?)?", text):
            day = datetime.fromtimestamp(now).date().isoformat()
            found = datetime.fromisoformat(f"{day}T{text.zfill(len(text) + (text[1] == ':'))}").timestamp()
        else:
            found = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        found = math.nan
    if not found >= 0:
        raise Invalid(f"{text!r} is no time; write 2026-03-01T12:00, 12:05 for today, or 10m for ten minutes ago.")
    return found
