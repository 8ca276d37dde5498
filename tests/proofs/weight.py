"""A thousand Python actors at once, all of them alive and all of them asked."""

from __future__ import annotations

from dataclasses import asdict

from tests.benchmarks import births


def weight() -> dict[str, object]:
    """1,000 Python actors are alive on one node, each has answered, and weighs at most 1.0 MB of PSS."""
    found = births.weight()
    if not found.holds:
        raise SystemExit(f"an actor weighs {found.value:.2f} MB of PSS, {found.target} was promised")
    return asdict(found)
