"""Undo and redo: the drafts one after the other, each with what was chosen in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ui.panels.supervision.editor.draft import Draft

KEPT = 500


@dataclass(frozen=True, slots=True)
class Step:
    """`field` is what was typed into: typing on in the same one makes no further step."""

    draft: Draft
    chosen: int
    field: str = ""


class History:
    """Begins with one draft; there is always a current one."""

    def __init__(self, draft: Draft, chosen: int) -> None:
        self._steps = [Step(draft, chosen)]
        self._at = 0

    @property
    def current(self) -> Step:
        return self._steps[self._at]

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._steps) - 1

    def push(self, draft: Draft, chosen: int, field: str = "") -> None:
        """What could be redone is gone then."""
        before = self.current
        if field and (before.field, before.chosen) == (field, chosen) and not self.can_redo:
            self._steps[-1] = Step(draft, chosen, field)
            return
        self._steps = [*self._steps[: self._at + 1], Step(draft, chosen, field)][-KEPT:]
        self._at = len(self._steps) - 1

    def choose(self, number: int) -> None:
        """Another row: it is no step, but ends the typing."""
        self._steps[self._at] = replace(self.current, chosen=number, field="")

    def undo(self) -> None:
        self._at = max(0, self._at - 1)

    def redo(self) -> None:
        self._at = min(len(self._steps) - 1, self._at + 1)
