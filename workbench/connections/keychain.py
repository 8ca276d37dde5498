"""Tokens of connections: in the keychain of the operating system, or for this process alone where there is none.

They are never in a file of ours. A backend of keyring that writes plain files counts as none.
"""

from __future__ import annotations

import contextlib
import logging
from threading import Lock
from typing import TYPE_CHECKING

from workbench.api import Unavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

logger = logging.getLogger(__name__)
SERVICE = "actor-workbench"
RECOMMENDED = 1
"""The priority from which on keyring recommends a backend; those in plain files are below it."""


class Keychain:
    """Secrets by the name of their connection. Thread-safe; the keychain may ask its user, so calls may wait."""

    def __init__(self) -> None:
        self._session: dict[str, str] = {}
        self._lock = Lock()
        self.problem = ""
        """Why the last secret was not kept beyond this process, as the end of a sentence."""

    def get(self, name: str) -> str:
        """The secret, empty when there is none."""
        with self._lock:
            if name in self._session:
                return self._session[name]
        backend = self._backend()
        if backend is None:
            return ""
        from keyring.errors import KeyringError

        try:
            return backend.get_password(SERVICE, name) or ""
        except KeyringError as error:
            self._failed(error)
            return ""

    def set(self, name: str, secret: str) -> bool:
        """Whether it is kept beyond this process. It is of use in this one anyway."""
        with self._lock:
            self._session[name] = secret
        backend = self._backend()
        if backend is None:
            return False
        from keyring.errors import KeyringError

        try:
            backend.set_password(SERVICE, name, secret)
        except KeyringError as error:
            self._failed(error)
            return False
        with self._lock:
            self._session.pop(name, None)
        return True

    def keep(self, name: str, secret: str) -> None:
        """The same for a process that ends at once. Unavailable: there is no keychain that keeps it."""
        if not self.set(name, secret):
            raise Unavailable(
                f"the token of {name} is kept nowhere: {self.problem}; give --token-file FILE or WORKBENCH_TOKEN with "
                "each command instead"
            )

    def delete(self, name: str) -> None:
        with self._lock:
            self._session.pop(name, None)
        backend = self._backend()
        if backend is None:
            return
        from keyring.errors import KeyringError

        with contextlib.suppress(KeyringError):
            backend.delete_password(SERVICE, name)

    def move(self, before: str, after: str) -> None:
        """Of a connection that has another name now."""
        if before != after and (secret := self.get(before)):
            self.set(after, secret)
            self.delete(before)

    def is_here_only(self, name: str) -> bool:
        """Whether the secret ends with this process."""
        with self._lock:
            return name in self._session

    def _backend(self) -> KeyringBackend | None:
        import keyring
        from keyring.backends.chainer import ChainerBackend

        found = keyring.get_keyring()
        if isinstance(found, ChainerBackend):
            found = next(iter(found.backends), found)
        if found.priority >= RECOMMENDED:
            return found
        self.problem = "this machine has no keychain that a program can use"
        return None

    def _failed(self, error: Exception) -> None:
        logger.warning("the keychain refused: %s", error)
        self.problem = f"the keychain of this machine refused it ({error})"
