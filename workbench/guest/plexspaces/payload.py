"""The payload: what a message, a state or a stored value carries. Text is `str`, anything else is `bytes`."""

from __future__ import annotations

from typing import TypeAlias

Payload: TypeAlias = str | bytes
"""Text (up to 8 MiB, the fast road) or bytes (up to 1 MiB)."""
