"""What is inside a module: its sections, what it imports and exports, and how two modules differ."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.modules import ModuleInfo


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of a binary, or one file of a python module. Offsets and sizes are in bytes of the whole module.

    `kind` is the format's word (`code`, `data`, `type`, `custom`, `core module`, `component`, …; `file` for a file);
    `name` that of a custom section, a nested module or a file, else empty. `items` is how many entries it declares,
    None where it has no count. `parts` are the sections inside a nested module or component.
    """

    kind: str
    name: str
    offset: int
    size_bytes: int
    items: int | None = None
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One import or export. The name of a core import is `module.name`.

    `kind` is `interface`, `function`, `memory`, `table`, `global`, `tag`, `type`, `module`, `component` or `instance`.
    `type` is written as WIT or, for core modules, as WebAssembly text; it is empty for an interface, whose functions
    are its `members`.
    """

    name: str
    kind: str
    type: str = ""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleDetail:
    """Everything about one module that can be read without running it.

    `wit` is its world as text, empty when it has none. `compiled_bytes` is the size of its compiled form, None when it
    is not compiled. `users` are the caller's actors that run it. `notes` are sentences about what could not be read,
    and why it has no memory probe.
    """

    info: ModuleInfo
    sections: tuple[Section, ...]
    imports: tuple[Member, ...]
    exports: tuple[Member, ...]
    wit: str = ""
    compiled_bytes: int | None = None
    users: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `part` is `behavior`, `import`, `export`, `requires`, `memory`, `size`, `section` or `file`.

    `before` or `after` is empty when it was added or removed.
    """

    part: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ModuleDiff:
    """How two modules differ. `text` is a unified diff of their sources, or of their worlds when they are binaries."""

    before: ModuleInfo
    after: ModuleInfo
    changes: tuple[Change, ...]
    text: str
