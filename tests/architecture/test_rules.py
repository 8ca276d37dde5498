"""The rules of the source hold, and each rule catches the fault it is there for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rules

EVERYWHERE: tuple[str, ...] = ()
RULES = {
    "no file is longer than 500 lines": (rules.too_long, EVERYWHERE, "x = 1\n" * 501),
    "no function is longer than 60 lines": (rules.long_functions, EVERYWHERE, "def f():\n" + "    x = 1\n" * 61),
    "every file says first what it is": (rules.without_docstring, EVERYWHERE, "import os\n"),
    "nothing says that it is unfinished": (rules.unfinished, EVERYWHERE, "x = 1  # TO" + "DO later\n"),
    "nothing prints outside the command line": (rules.prints, ("workbench", "ui"), "def f():\n    print(1)\n"),
    "no test sleeps": (rules.sleeps, ("tests",), "import time\ntime.sleep(1)\n"),
}
PRINTING = ("workbench/cli/", "workbench/guest/", "ui/app.py", "ui/demo.py")
"""The command line, what runs inside the sandbox, and the app's run without a window."""


@pytest.mark.parametrize("name", RULES)
def test_the_rule_holds(name: str) -> None:
    rule, folders, _ = RULES[name]
    found = [f"{path.relative_to(rules.ROOT)}: {fault}" for path, fault in _faults(rule, folders)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", RULES)
def test_the_rule_catches_a_planted_fault(name: str) -> None:
    rule, _, planted = RULES[name]
    assert rule(planted)


def _faults(rule: Callable[[str], list[str]], folders: tuple[str, ...]):
    for path in rules.sources(*folders):
        if rule is rules.prints and path.relative_to(rules.ROOT).as_posix().startswith(PRINTING):
            continue
        for fault in rule(path.read_text(encoding="utf-8")):
            yield path, fault
