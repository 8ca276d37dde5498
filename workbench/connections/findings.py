"""What should be said of a node that answers: its version, its clock, and what lies between."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from workbench.api import NodeInfo

SKEW_SECONDS = 5.0
"""Clocks that differ less do not matter to what people look at."""


def own_version() -> str:
    try:
        return version("actor-workbench")
    except PackageNotFoundError:
        return "0 (not installed)"


def refused_version(address: str, info: NodeInfo) -> str:
    """Why a node of this version is not attached to, as a sentence; empty when it is."""
    mine, its = own_version(), info.version
    if _major(mine) == _major(its):
        return ""
    return (
        f"the node at {address} is of version {its}, another major version than this program's, {mine}: "
        f"use Actor Workbench {_major(its)} for it, or bring the node to {_major(mine)}"
    )


def warnings(address: str, *, skew: float | None, cut_every: float | None) -> tuple[str, ...]:
    """Sentences about what works but should be seen to."""
    said, node = [], f"the node at {address}"
    if cut_every is not None:
        said.append(
            f"the connection to {node} is cut every {cut_every:.1f} s: something between (a proxy, a load balancer, a "
            "firewall) cuts connections; let that keep streams open, or use an SSH tunnel"
        )
    if skew is not None and abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        said.append(
            f"the clock of {node} is {_span(abs(skew))} {side} this machine's: times on screen are the node's, and "
            "tokens and certificates may seem expired or not valid yet; set both clocks (timedatectl set-ntp true)"
        )
    return tuple(said)


def _major(text: str) -> str:
    return text.partition(".")[0].strip()


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}"
    return f"{seconds:,.0f} s"
