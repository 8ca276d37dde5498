"""What is offered where a grant is written: the capabilities, and an example of those that name what they grant."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import CAPABILITIES

NAMED = ("filesystem", "network", "environment")
EXAMPLES = {"filesystem": "filesystem/HOST_DIR=/guest:ro", "network": "network/HOST:PORT",
            "environment": "environment/NAME"}  # fmt: skip


def offers(needed: Sequence[str], held: Sequence[str]) -> list[str]:
    """Grants that may be meant: first what is needed, then every other capability; not what is held already."""
    wanted = [EXAMPLES.get(each, each) for each in dict.fromkeys((*needed, *CAPABILITIES))]
    return [each for each in wanted if each not in held]
