"""The form for the chosen supervisor or actor: its fields one below the other, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from ui import format as show
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.fields import (
    Allowance,
    Choice,
    Durable,
    Field,
    Line,
    ModuleChoice,
    Shutdown,
    State,
    Waits,
)
from ui.panels.supervision.editor.permits import Grants, LimitsGrid
from ui.widgets.build import label
from workbench.api import PROFILES, ModuleInfo, profile

STRATEGIES = {
    "one_for_one": "Only the child that ended is started again.",
    "one_for_all": "All children are stopped and started again.",
    "rest_for_one": "The child that ended and those that start after it are started again.",
    "simple_one_for_one": "A pool: its one child is the template of copies, which are started one by one.",
}
RESTARTS = {
    "permanent": "It is always started again.",
    "transient": "It is started again after a crash or a kill, not after a normal end.",
    "temporary": "It is never started again.",
}


class Form(QScrollArea):
    """`edited` carries the name of a field and its value."""

    edited = Signal(str, object)

    def __init__(self, name: str, fields: Sequence[Field]) -> None:
        super().__init__()
        self.fields = fields
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("graphPage")
        page.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid = QGridLayout(page)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self._captions: dict[str, QWidget] = {}
        for at, field in enumerate(fields):
            caption = self._captions[field.name] = label(field.title)
            grid.addWidget(caption, at, 0, Qt.AlignmentFlag.AlignTop)
            caption.setContentsMargins(0, 4, 0, 0)
            grid.addWidget(field, at, 1)
            field.edited.connect(self.edited)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(fields), 1)
        self.setWidget(page)

    def show_field(self, field: Field, on: bool) -> None:
        field.setVisible(on)
        self._captions[field.name].setVisible(on)

    def show_draft(self, draft: Draft, problems: Mapping[str, str]) -> None:
        """`problems` are those of this draft, by field."""
        for field in self.fields:
            field.show_draft(draft)
            if isinstance(field, LimitsGrid):
                field.say_of(dict(problems))
            elif not isinstance(field, Grants) or "grants" in problems:
                wrong = next((name for name in field.names() if name in problems), "")
                field.say(problems.get(wrong, ""), wrong)

    def focus_name(self) -> None:
        """The name is what one changes first; what is there is replaced by typing."""
        line = next(field for field in self.fields if isinstance(field, Line) and field.name == "name")
        line.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        line.edit.selectAll()


class SupervisorForm(Form):
    """`fixed` is why its name cannot be changed."""

    def __init__(self) -> None:
        self.name = Line("name", "Name")
        self.strategy = Choice("strategy", "Strategy", STRATEGIES)
        self.restart = Choice("restart", "Restart", RESTARTS)
        self.fixed = label(tone="muted", wrap=True)
        super().__init__(
            "Supervisor", (self.name, self.strategy, Allowance(), Waits(), self.restart)
        )  # fmt: skip
        self.name.column.insertWidget(1, self.fixed)

    def show_place(self, *, root: bool, fixed: str) -> None:
        self.show_field(self.restart, not root)
        self.name.edit.setReadOnly(root and bool(fixed))
        self.fixed.setText(fixed if root else "")
        self.fixed.setVisible(root and bool(fixed))


class ActorForm(Form):
    def __init__(self) -> None:
        self.module, self.grants, self.limits = ModuleChoice(), Grants(), LimitsGrid()
        self.profile = Choice("profile", "Profile", {name: profile_text(name, None) for name in PROFILES})
        self._modules: Mapping[str, ModuleInfo] = {}
        super().__init__("Actor", (
            Line("name", "Name"), self.module, State(), Choice("restart", "Restart", RESTARTS), Shutdown(),
            Durable(), self.profile, self.grants, self.limits,
        ))  # fmt: skip

    def show_modules(self, modules: Mapping[str, ModuleInfo]) -> None:
        """By reference."""
        self._modules = modules
        self.module.show_modules([(reference, item_text(reference, info), module_text(info))
                                  for reference, info in modules.items()])  # fmt: skip

    def show_draft(self, draft: Draft, problems: Mapping[str, str]) -> None:
        super().show_draft(draft, problems)
        info = self._modules.get(draft.module)
        known = PROFILES.get(draft.profile)
        self.limits.show_profile(known.limits_for(info.memory_bytes if info else 0) if known else None)
        self.profile.said.setText(profile_text(draft.profile, info))
        given = known.grants if known else ()
        needed = [each for each in info.requires if each not in given] if info is not None else []
        self.grants.suggest(needed, draft.profile)


def references(modules: Sequence[ModuleInfo]) -> dict[str, ModuleInfo]:
    """What a tree can name: every alias, and the hash of a module that has none."""
    return {reference: info for info in modules for reference in info.aliases or (info.hash,)}


def item_text(reference: str, info: ModuleInfo) -> str:
    called = reference if reference in info.aliases else f"{info.name}  {reference[:12]}"
    return f"{called}   {', '.join(info.behaviors)}, {show.size(info.size_bytes)}"


def module_text(info: ModuleInfo) -> str:
    needs = ", ".join(info.requires) or "nothing"
    return f"{', '.join(info.behaviors)}; needs {needs}; {info.hash[:12]}"


def profile_text(name: str, info: ModuleInfo | None) -> str:
    if name not in PROFILES:
        return ""
    chosen = profile(name)
    limits = chosen.limits_for(info.memory_bytes) if info is not None else chosen.interpreter
    return (
        f"{show.size(limits.memory_bytes)} memory, {show.short(limits.fuel)} fuel and "
        f"{show.duration(limits.time_ms / 1000)} per turn; may use {', '.join(chosen.grants)}"
    )
