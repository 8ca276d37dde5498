"""The errors of the host: one class for each code, so that an actor can catch the situation that it knows to handle.

    HostError
    ├── NotFound          not_found         no such actor, key, queue …
    ├── AlreadyExists     already_exists    the name is taken
    ├── Invalid           invalid           the request itself is wrong
    ├── Denied            denied            not granted; the text names the grant that would allow it
    ├── Rejected          rejected          the other actor refused the message
    ├── Crashed           crashed           the other actor ended over the message
    ├── Timeout           timeout           the wait is over
    ├── Exhausted         exhausted         a limit or quota is used up
    ├── Conflict          conflict          somebody else was faster, or the request would wait for itself
    ├── Unavailable       unavailable       this node does not offer the service, or it cannot be reached
    ├── Unauthenticated   unauthenticated   no or wrong credentials
    ├── Nondeterministic  nondeterministic  a replay went another way than its recording
    └── Internal          internal          a fault of the host

`Reject` is the other direction: an actor raises it to refuse the message that it is handling.
"""

from __future__ import annotations

from typing import ClassVar


class Reject(Exception):
    """Raise it in a handler to refuse the message: the caller gets `rejected` with this text, the actor lives on."""


class HostError(Exception):
    """What the host answered instead of a result: `code` says which kind of situation, `message` what happened."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(HostError):
    """There is no such actor, key, queue, lock …"""

    code = "not_found"


class AlreadyExists(HostError):
    """The name is taken."""

    code = "already_exists"


class Invalid(HostError):
    """The request itself is wrong; sending it again will not help."""

    code = "invalid"


class Denied(HostError):
    """The actor lacks the grant; the text names it."""

    code = "denied"


class Rejected(HostError):
    """The other actor refused the message and lives on; the text is its reason."""

    code = "rejected"


class Crashed(HostError):
    """The other actor ended over the message; the text is the cause."""

    code = "crashed"


class Timeout(HostError):
    """The wait is over; what was waited for may still come."""

    code = "timeout"


class Exhausted(HostError):
    """A limit or a quota is used up: the text says which, its value and what was used."""

    code = "exhausted"


class Conflict(HostError):
    """Somebody else was faster, or the request would wait for itself."""

    code = "conflict"


class Unavailable(HostError):
    """The service is not offered here, or cannot be reached."""

    code = "unavailable"


class Unauthenticated(HostError):
    """No or wrong credentials."""

    code = "unauthenticated"


class Nondeterministic(HostError):
    """A replay went another way than its recording."""

    code = "nondeterministic"


class Internal(HostError):
    """A fault of the host."""

    code = "internal"


_BY_CODE = {kind.code: kind for kind in HostError.__subclasses__()}


def from_host(code: str, message: str) -> HostError:
    """The error for a code of the host; a code that is not known here is `Internal`, with the code in its text."""
    kind = _BY_CODE.get(code)
    return Internal(f"{code}: {message}") if kind is None else kind(message)


for _kind in (Reject, HostError, *HostError.__subclasses__()):
    _kind.__module__ = __package__ or ""  # so that tracebacks name it as actors import it: plexspaces.Denied
