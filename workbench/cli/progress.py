"""Progress of a long job on stderr: one line that fills on a terminal, else a line for each new stage.

What ends within half a second shows nothing.
"""

from __future__ import annotations

import sys
from types import TracebackType

from workbench.api import Progress

PATIENCE_SECONDS = 0.5
BAR_WIDTH = 24
OFTEN_QUICK = "sending"
"""Other stages are long when they begin at all, and are shown at once."""


class ProgressLine:
    """Call it with each report; leaving the `with` clears the line."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage = ""
        self._width = 0

    def __call__(self, report: Progress) -> None:
        if report.seconds < PATIENCE_SECONDS and (report.fraction != 0 or report.stage == OFTEN_QUICK):
            return
        if self._terminal:
            self._draw(_bar(report))
        elif report.stage != self._stage:
            self._stage = report.stage
            print(f"{report.stage} …", file=sys.stderr, flush=True)

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away: something else is printed."""
        if self._width:
            self._draw("")

    def _draw(self, text: str) -> None:
        print(f"\r{text.ljust(self._width)}", end="" if text else "\r", file=sys.stderr, flush=True)
        self._width = len(text)


def _bar(report: Progress) -> str:
    took = f"{report.seconds:4.0f} s"
    if report.fraction is None:
        return f"{took}  {report.stage} …"
    filled = round(BAR_WIDTH * min(1.0, max(0.0, report.fraction)))
    return f"{took}  [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {report.stage}"
