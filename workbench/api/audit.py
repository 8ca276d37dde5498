"""What is written down of a call that changes something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One call: who made it in which role, for whom, what of which thing, how it ended and how long it took.

    `subject` is the name of the thing, where the request has one; what a request carries is never written down.
    `outcome` is `ok`, `cancelled` or the code of an error.
    """

    time: float
    caller: str
    role: str
    tenant: str
    namespace: str
    method: str
    subject: str
    outcome: str
    ms: float
