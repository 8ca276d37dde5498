"""Changes of what services hold, as rows: with them a service can be shown as it was at any recorded moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.api.value import value


@value
class ServiceChange:
    """One row of a service's `table` changed. `before` None: it was put in; `after` None: it was taken out.

    A row is the values of the table's columns, in the order in which the schema of the workspace has them. `number`
    counts the changes that were noted from 1 without a gap, `time` is when it was committed, in seconds since 1970.
    """

    number: int
    table: str
    before: Sequence[Any] | None
    after: Sequence[Any] | None
    time: float
