"""Numbers, sizes and times as people read them. What was not measured is a dash, never a zero."""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.api.words import plural as plural

DASH = "–"
SPACE = "\u2009"

NAMED = 12
"""As many names stand in a sentence."""


def count(value: float | None) -> str:
    """`1,234`; one decimal below ten where there is a fraction."""
    if value is None:
        return DASH
    if value != int(value) and abs(value) < 10:
        return f"{value:.1f}"
    return f"{round(value):,}"


def short(value: float | None) -> str:
    """`950`, `12.3 k`, `4.56 M`: three digits and a unit."""
    if value is None:
        return DASH
    for factor, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{_three(value / factor)}{SPACE}{unit}"
    return count(value)


def size(value: float | None) -> str:
    """`12.3 MiB`."""
    if value is None:
        return DASH
    for factor, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if abs(value) >= factor:
            return f"{_three(value / factor)}{SPACE}{unit}"
    return f"{value:.0f}{SPACE}B"


def duration(seconds: float | None) -> str:
    """`340 µs`, `1.23 ms`, `2.5 s`, `3 min 20 s`."""
    if seconds is None:
        return DASH
    if seconds >= 60:
        whole = round(seconds)
        hours, minutes = whole // 3600, whole % 3600 // 60
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {whole % 60} s"
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{_three(seconds / factor)}{SPACE}{unit}"
    return f"{seconds * 1e9:.0f}{SPACE}ns" if seconds else f"0{SPACE}s"


def span(seconds: float) -> str:
    """A length that somebody has chosen: `5 s`, `1 min`, without parts that are nothing."""
    return duration(seconds).removesuffix(" 0 s").removesuffix(" 0 min")


def nanoseconds(value: int | None) -> str:
    return duration(value / 1e9) if value else DASH


def clock(moment: float, *, milliseconds: bool = True) -> str:
    """Local time of day, with the day in front of it where that is not today."""
    local, today = time.localtime(moment), time.localtime()
    day = "" if local[:3] == today[:3] else "%m-%d " if local[0] == today[0] else "%Y-%m-%d "
    text = time.strftime(f"{day}%H:%M:%S", local)
    return f"{text}.{int(moment % 1 * 1000):03d}" if milliseconds else text


def moment(when: float) -> str:
    """Local day and minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))


def one_line(text: str, limit: int = 200) -> str:
    """The text without line breaks, cut with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _three(value: float) -> str:
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parts(line: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(filter(None, (part.strip() for part in line.split(","))))


def named(names: Sequence[str]) -> str:
    """`a, b and 3 more`."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
