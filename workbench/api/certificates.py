"""Files of certificates that were made."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_MOST = 3_650


@dataclass(frozen=True, slots=True)
class Certificates:
    """`files` are those that are new, `hosts` the names and addresses of the server's, good for `days`."""

    files: tuple[str, ...]
    hosts: tuple[str, ...]
    days: int
