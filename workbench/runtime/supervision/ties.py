"""What a supervisor needs of others: of the actor system, and of whoever hears what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from workbench.answer import Answer
from workbench.api.errors import Cause
from workbench.api.supervision import ChildSpec, Ending, RestartPlan
from workbench.runtime.actor import Actor
from workbench.runtime.body import Spec
from workbench.runtime.supervision.entry import Entry

if TYPE_CHECKING:
    from workbench.runtime.supervision.supervisor import Supervisor

Scope = tuple[str, str]


class Makes(Protocol):
    """What a supervisor needs of the actor system."""

    def make(self, scope: Scope, child: ChildSpec, keeper: Entry) -> Actor:
        """A registered actor that is not born yet."""
        ...

    def bear(self, actor: Actor) -> Answer[Any]:
        """Bring it to life; when that fails it is gone."""
        ...

    def raise_again(self, actor: Actor) -> Answer[Any]: ...
    def differences(self, actor: Actor, child: ChildSpec) -> tuple[str, ...]:
        """In what `raise_successor` would have something to do; the keys of a tree file."""
        ...

    def raise_successor(self, actor: Actor, child: ChildSpec) -> Answer[Spec]:
        """Bring one to life as `child` beside a living one, unless it is that already; it serves on meanwhile."""
        ...

    def succeed(self, actor: Actor, spec: Spec) -> Answer[Any]:
        """Let the successor take over. A dead one is like this when it lives again."""
        ...

    def dismiss(self, actor: Actor) -> Answer[Any]:
        """Let the one that serves go on, and forget its successor."""
        ...

    def halt(self, actor: Actor) -> Answer[Any]: ...
    def retire(self, actor: Actor) -> Answer[Any]:
        """Stop it for good and forget it."""
        ...


class Told(Protocol):
    """Who hears of what supervisors do."""

    def decided(
        self, who: Supervisor, child: Entry, ending: Ending, plan: RestartPlan, cause: Cause | None, killed_by: str
    ) -> None: ...
    def changed(self, who: Supervisor) -> None: ...
    def enter(self, who: Supervisor) -> None: ...
    def leave(self, who: Supervisor) -> None: ...
