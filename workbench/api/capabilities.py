"""Capabilities and grants: one grammar, parsed once. Nothing is allowed that was not granted.

grant    = capability [":" mode] ["/" scope]
mode     = "read" | "write"            where the capability has modes; without a mode both are granted
scope    = name | prefix "*"           which names it covers; without a scope all of them
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from workbench.api.errors import Invalid

CAPABILITIES = (
    "logging",
    "messaging",
    "spawn",
    "tuplespace",
    "channels",
    "keyvalue",
    "process-groups",
    "locks",
    "registry",
    "durability",
    "blob",
    "filesystem",
    "network",
    "clocks",
    "random",
    "environment",
)
MODED = frozenset({"tuplespace", "keyvalue", "blob"})
MODES = ("read", "write")


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. An empty mode or scope means all of them."""

    capability: str
    mode: str = ""
    scope: str = ""

    def __str__(self) -> str:
        return self.capability + (f":{self.mode}" if self.mode else "") + (f"/{self.scope}" if self.scope else "")

    def covers(self, capability: str, mode: str = "", name: str = "") -> bool:
        """Whether this grant allows `mode` of `capability` on the thing called `name`."""
        if capability != self.capability or (self.mode and mode != self.mode):
            return False
        if not self.scope:
            return True
        return name.startswith(self.scope[:-1]) if self.scope.endswith("*") else name == self.scope


@lru_cache(4096)
def parse_grant(text: str) -> Grant:
    """Read one grant; Invalid says what is wrong and what there is."""
    head, _, scope = text.partition("/")
    capability, colon, mode = head.partition(":")
    if capability not in CAPABILITIES:
        raise Invalid(f"no capability {capability!r} (in {text!r}); there are {', '.join(CAPABILITIES)}")
    if capability in ("filesystem", "network", "environment"):
        raise Invalid(f"{capability} cannot be granted yet: this build mediates no files, hosts or variables")
    if colon and capability not in MODED:
        raise Invalid(f"{capability} has no modes, so {text!r} cannot be granted; write {capability!r}")
    if colon and mode not in MODES:
        raise Invalid(f"{capability} has the modes read and write, not {mode!r}")
    if "/" in text and not scope:
        raise Invalid(f"the scope of {text!r} is empty; leave out the slash to grant every name")
    return Grant(capability, mode, scope)
