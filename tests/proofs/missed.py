"""A figure that was measured and is not what was promised."""

from __future__ import annotations

from collections.abc import Mapping


class Missed(Exception):
    """Says which; `samples` are kept all the same, for nobody shall have to believe a sentence."""

    def __init__(self, said: str, samples: Mapping[str, object]) -> None:
        super().__init__(said)
        self.samples = samples
