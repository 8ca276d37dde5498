"""How connections look: their colours, and what each phase is called and drawn with."""

from __future__ import annotations

from workbench.api.connections import Phase

TONES = {"": "icon", "blue": "info", "green": "ok", "yellow": "warn", "orange": "number", "red": "error",
         "purple": "special", "grey": "faint"}  # fmt: skip
"""The colours of connections are those of the theme."""
PHASES = {
    Phase.DETACHED: ("stopped", "faint", "not attached"),
    Phase.ATTACHING: ("waiting", "info", "attaching"),
    Phase.ATTACHED: ("ok", "ok", "attached"),
    Phase.STALE: ("warning", "warn", "stale"),
    Phase.REFUSED: ("error", "error", "refused"),
}
