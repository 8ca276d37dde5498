"""A call of a node as a value: which method, with which arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.api.node import Node

ASIDE = ("progress", "cancel")
"""Arguments that belong to the caller's process."""
TOKEN_VARIABLE = "WORKBENCH_TO_TOKEN"
"""The variable of the environment that a call names instead of the token it was made with."""
GIVEN_TOKEN = f"${TOKEN_VARIABLE}"
"""What stands in a call for a token."""


@dataclass(frozen=True, slots=True)
class Call:
    """`method` is `facet.method`, or the name of a method of the node itself with the facet `node`."""

    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def facet(self) -> str:
        return self.method.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.method.rpartition(".")[2]

    def on(self, node: Node) -> Any:
        """Do it."""
        target = node if self.facet == "node" else getattr(node, self.facet)
        return getattr(target, self.verb)(*self.arguments, **self.options)


def call(method: str, *arguments: Any, **options: Any) -> Call:
    """A call without what belongs to the caller's process, and without a token: GIVEN_TOKEN stands for one."""
    kept = {name: value for name, value in options.items() if name not in ASIDE}
    return Call(method, arguments, {**kept, "token": GIVEN_TOKEN} if kept.get("token") else kept)
