"""Changes of what services hold, as rows: with them a service can be shown as it was at any recorded moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.api.value import value


@value
class ServiceChange:
    """One row of a service's `table` changed. `before` None: it was put in; `after` None: it was taken out.

    A row is the values of the table's columns, in the order in which the schema of the workspace has them. `number`
    counts the changes of a tenant and namespace without a gap: where one is left out, changes are not recorded. `time`
    is when it was committed, in seconds since 1970.
    """

    number: int
    table: str
    before: Sequence[Any] | None
    after: Sequence[Any] | None
    time: float


@value
class RecordedChange:
    """A change and its place in the recording. Places order turns and changes together: a turn comes behind all that
    was changed before it was over."""

    position: int
    change: ServiceChange


@value
class HeldRows:
    """Some rows of a service's `table`. In what is held in one moment all have one `number`, that of the last change
    that is in it, and one `time`."""

    number: int
    table: str
    rows: Sequence[Sequence[Any]]
    time: float
