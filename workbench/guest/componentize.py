"""componentize-py as a program: one process, so that a build that is cancelled is over when that process is killed."""

from __future__ import annotations

import sys

from componentize_py import script  # type: ignore[import-untyped]

if __name__ == "__main__":
    sys.exit(script())
