"""A token that is set when one of several is."""

from __future__ import annotations

from workbench.api.modules import CancelToken


class Either(CancelToken):
    """To be asked, not to be waited for. Those that are None are not there."""

    def __init__(self, *tokens: CancelToken | None) -> None:
        super().__init__()
        self._tokens = [token for token in tokens if token is not None]

    def is_set(self) -> bool:
        return any(token.is_set() for token in self._tokens)
