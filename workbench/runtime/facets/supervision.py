"""The facet `node.supervision` of an embedded node."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.messages import Payload
from workbench.api.supervision import (
    ChildInfo,
    Ending,
    RestartPlan,
    RestartRecord,
    SupervisorInfo,
    SupervisorSpec,
    TreeChange,
)
from workbench.runtime.supervision.trees import Trees


class LocalSupervision:
    """See api.Supervision; for one tenant and namespace."""

    def __init__(self, trees: Trees, scope: tuple[str, str]) -> None:
        self._trees, self._scope = trees, scope

    def apply(self, tree: SupervisorSpec, *, timeout: float = 60.0) -> SupervisorInfo:
        return self._trees.apply(self._scope, tree, timeout)

    def diff(self, tree: SupervisorSpec) -> Sequence[TreeChange]:
        return self._trees.diff(self._scope, tree)

    def get(self, supervisor: str) -> SupervisorInfo:
        return self._trees.find(self._scope, supervisor).info()

    def remove(self, supervisor: str, *, timeout: float = 60.0) -> None:
        self._trees.remove(self._scope, supervisor, timeout)

    def start_child(
        self, supervisor: str, child: str = "", *, state: Payload | None = None, timeout: float = 30.0
    ) -> ChildInfo:
        return self._trees.start_child(self._scope, supervisor, child, state, timeout)

    def stop_child(self, supervisor: str, child: str, *, timeout: float = 30.0) -> ChildInfo:
        return self._trees.stop_child(self._scope, supervisor, child, timeout)

    def restart(self, supervisor: str, child: str = "", *, timeout: float = 60.0) -> SupervisorInfo:
        return self._trees.restart(self._scope, supervisor, child, timeout)

    def preview(self, child: str, *, ending: Ending = Ending.ABNORMAL) -> RestartPlan:
        return self._trees.preview(self._scope, child, ending)

    def history(self, supervisor: str = "", *, after: int = 0, limit: int = 200) -> Sequence[RestartRecord]:
        return self._trees.history(self._scope, supervisor, after, limit)

    def list(self) -> Sequence[SupervisorInfo]:
        return self._trees.list(self._scope)
