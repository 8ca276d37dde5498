"""Trees outlive their node, as the text of a file with the modules by hash."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from workbench.api.errors import Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import JournalLog
from workbench.api.logs import Level
from workbench.api.supervision import SupervisorSpec
from workbench.api.tree_file import parse_tree
from workbench.api.tree_text import write_tree
from workbench.runtime.supervision.ties import Scope
from workbench.runtime.surroundings import Surroundings

logger = logging.getLogger(__name__)


def keep(journal: JournalLog, scope: Scope, tree: SupervisorSpec, module_of: Callable[[str], str]) -> None:
    """Let this tree come back when the node starts."""
    try:
        journal.keep_tree(scope, tree.name, write_tree(_with_hashes(tree, module_of)))
    except Invalid as error:
        journal.forget_tree(scope, tree.name)
        logger.warning("the tree %s does not come back with the node: %s", tree.name, error)


def bring_back(text: str, apply: Callable[[SupervisorSpec, float], object], around: Surroundings, scope: Scope) -> None:
    """Apply a kept tree. One that cannot be is said in the log, and tried again at the node's next start."""
    name = "?"
    try:
        tree = parse_tree(text).tree
        name = tree.name
        apply(tree, float("inf"))
    except WorkbenchError as error:
        logger.error("the tree %s could not be brought back: %s", name, error)
        around.logbook.note(Level.ERROR, f"the tree {name} could not be brought back: {error.message}", scope)


def needing(journal: JournalLog, module: str) -> list[ActorId]:
    """Who runs this module in a tree that comes back, whether it is there now or not."""
    found: list[ActorId] = []
    for (tenant, namespace), text in journal.trees():
        if module in text:
            with suppress(WorkbenchError):
                tree = parse_tree(text).tree
                found += (ActorId(name, namespace, tenant) for name in _of_module(tree, module))
    return found


def _of_module(tree: SupervisorSpec, module: str) -> list[str]:
    found: list[str] = []
    for child in tree.children:
        if child.supervisor is not None:
            found += _of_module(child.supervisor, module)
        elif child.module == module:
            found.append(child.name)
    return found


def _with_hashes(tree: SupervisorSpec, module_of: Callable[[str], str]) -> SupervisorSpec:
    """An alias may mean another module by then, and a journal is lived through on the one that wrote it."""
    children = tuple(
        replace(child, module=module_of(child.module))
        if child.supervisor is None
        else replace(child, supervisor=_with_hashes(child.supervisor, module_of))
        for child in tree.children
    )
    return replace(tree, children=children)
