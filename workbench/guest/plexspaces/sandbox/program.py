"""An actor's files, compiled: what can be stored, loaded again and run.

The sources travel with the code, so that tracebacks show their lines without any file. The actor's own modules are
found by a finder of their own; the one that holds the actor's class is always called `actor`.
"""

from __future__ import annotations

import base64
import binascii
import linecache
import marshal
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import MAGIC_NUMBER, spec_from_loader
from types import CodeType, ModuleType

from .faults import Place, SourceFault, of_syntax

MAIN = "actor"


@dataclass(frozen=True, slots=True)
class SourceModule:
    """One file: `name` as it is imported, `path` as tracebacks show it."""

    name: str
    path: str
    source: str
    code: CodeType
    is_package: bool


@dataclass(slots=True)
class Program:
    """The modules of one actor by name; `warnings` are what the compiler of Python had to say.

    `class_name` is that of the actor's class, once it was found.
    """

    modules: dict[str, SourceModule] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    class_name: str = ""

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all files."""
        return frozenset(module.path for module in self.modules.values())

    @property
    def main(self) -> SourceModule:
        """The module that holds the actor's class."""
        return self.modules[MAIN]

    def to_text(self) -> str:
        """The program as base64 text, for `from_text` of the same Python."""
        rows = [(each.name, each.path, each.source, each.code, each.is_package) for each in self.modules.values()]
        return base64.b64encode(marshal.dumps((MAGIC_NUMBER, self.class_name, rows))).decode()

    def run(self) -> ModuleType:
        """Run the main module, and with it what it imports. What its top level raises comes out as it is.

        This happens at every birth, so the main module does not go through the import system: that takes a third of
        the time and writes to forty pages that are otherwise shared.
        """
        if len(self.modules) > 1:
            sys.meta_path.insert(0, _Finder(self.modules))
        main, made = self.main, ModuleType(MAIN)
        made.__file__, made.__package__ = main.path, ""
        made.__loader__ = _Loader(main)  # where tracebacks find its lines
        sys.modules[MAIN] = made
        try:
            exec(main.code, made.__dict__)
        except BaseException:
            del sys.modules[MAIN]
            raise
        return made

    def forget(self) -> None:
        """Undo `run`: the next program finds nothing of this one."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
        for module in self.modules.values():
            sys.modules.pop(module.name, None)
            linecache.cache.pop(module.path, None)


def from_text(text: str) -> Program:
    """The program that `to_text` gave. Raises SourceFault when it is something else."""
    try:
        magic, class_name, rows = marshal.loads(binascii.a2b_base64(text, strict_mode=True))
    except (ValueError, EOFError, TypeError, binascii.Error) as error:
        raise SourceFault("ValueError", f"this is no bytecode of an actor: {error}", Place()) from None
    if magic != MAGIC_NUMBER:
        raise SourceFault("ValueError", "this bytecode was compiled by another version of Python", Place())
    return Program({row[0]: SourceModule(*row) for row in rows}, class_name=class_name)


def from_files(files: Mapping[str, str]) -> Program:
    """Compile the files of an actor: one file of any name, or `actor.py` and the modules beside it.

    Raises SourceFault for what cannot be compiled or imported.
    """
    program = Program()
    for name, path in _names(files, program.warnings).items():
        program.modules[name] = _compiled(name, path, files[path], program.warnings)
    for name in list(program.modules):
        _add_folders(program, name)
    return program


def _names(files: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """The module name of each Python file; what cannot be imported is left out, with a warning."""
    python = [path for path in files if path.endswith(".py")]
    others = sorted(set(files) - set(python))
    if others:
        notes.append(f"left out, because only Python files are loaded: {', '.join(others)}")
    if len(python) == 1:
        return {MAIN: python[0]}
    if f"{MAIN}.py" not in python:
        raise SourceFault("ImportError", _no_main(python), Place())
    names = {}
    for path in python:
        name = _module_name(path)
        if not all(part.isidentifier() for part in name.split(".")):
            notes.append(f"{path} cannot be imported: its name is no Python name")
        else:
            names[name] = path
    return names


def _no_main(python: Sequence[str]) -> str:
    if not python:
        return "there is no Python file in it"
    return f"an actor of several files needs {MAIN}.py, with the actor's class; there is {', '.join(sorted(python))}"


def _module_name(path: str) -> str:
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if name.partition(".")[0] in sys.stdlib_module_names | {"plexspaces"}:
        raise SourceFault(
            "ImportError", f"{path} has the name of a module that is there already: rename it", Place(path)
        )
    return name


def _compiled(name: str, path: str, source: str, notes: list[str]) -> SourceModule:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source.removeprefix("\ufeff"), path, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise of_syntax(error, path) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise SourceFault(
                type(error).__name__, str(error) or "the source is too large or too deeply nested", Place(path)
            ) from None
    notes.extend(f"{path}:{each.lineno}: {each.message}" for each in caught)
    return SourceModule(name, path, source, code, path.endswith("__init__.py") and name != MAIN)


def _add_folders(program: Program, name: str) -> None:
    """A folder without `__init__.py` is a package all the same."""
    parent = name.rpartition(".")[0]
    while parent and parent not in program.modules:
        folder = parent.replace(".", "/")
        program.modules[parent] = SourceModule(parent, folder, "", compile("", folder, "exec"), is_package=True)
        parent = parent.rpartition(".")[0]


class _Finder(MetaPathFinder):
    def __init__(self, modules: Mapping[str, SourceModule]) -> None:
        self._modules = modules

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        module = self._modules.get(fullname)
        if module is None:
            return None
        spec = spec_from_loader(fullname, _Loader(module), origin=module.path, is_package=module.is_package)
        if spec is not None:
            spec.has_location = True  # gives the module its __file__
        return spec


class _Loader(InspectLoader):
    def __init__(self, module: SourceModule) -> None:
        self._module = module

    @property
    def source(self) -> str:
        return self._module.source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self._module.code

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        return self._module.source

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002
        return self._module.is_package
