"""`workbench.testing` as somebody uses it for actors of their own: in a folder elsewhere, by pytest itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from workbench.config import load
from workbench.data import directory

CACHE = load().cache
pytest_plugins = ["pytester"]

TESTS = """
import pytest
from workbench.api import Crashed, Rejected


def test_it_counts(node):
    counter = node.start("counter.py", "41")
    assert counter.call("increment") == "42"
    assert counter.state == "42" and counter.last_turn.reply == "42"
    assert counter.host_calls() == []
    assert "send increment" in str(counter.refused("no such thing"))


def test_what_it_called_is_seen(node):
    keeper = node.start("keeper.py", grants=("keyvalue", "messaging"))
    keeper.call("keep", "a")
    assert keeper.assert_called("keyvalue", "put", "a").arguments == ("a", "1", None)
    keeper.assert_not_called("keyvalue", "delete")
    assert node.keyvalue.get("a") == "1"
    with pytest.raises(AssertionError, match=r"did not call keyvalue.put\\('b'\\); of keyvalue it called\\n.*'a', '1'"):
        keeper.assert_called("keyvalue", "put", "b")


def test_a_timer_fires_when_the_test_lets_time_pass(node):
    keeper = node.start("keeper.py", name="keeper", grants=("keyvalue", "messaging"))
    keeper.cast("later", "3600")
    node.advance(3599)
    assert node.keyvalue.get("late") is None
    node.advance(1)
    assert node.keyvalue.get("late") == "1"
    assert [each.name for each in node.all_actors] == ["keeper"]


def test_a_crash_is_an_error_and_its_log_is_there(node):
    keeper = node.start("keeper.py", grants=("keyvalue",))
    with pytest.raises(Crashed, match="ZeroDivisionError"):
        keeper.call("die")
    assert any("ZeroDivisionError" in line.message for line in keeper.logs)


def test_a_file_that_is_not_there_is_named(node):
    with pytest.raises(Exception, match="there is no nothing.py in"):
        node.start("nothing.py")


@pytest.mark.parametrize("turn", range(2))
def test_one_node_for_a_file(module_node, turn):
    assert module_node.keyvalue.increment("turns") == turn + 1
"""
KEEPER = """
from plexspaces import GenServer, keyvalue, messaging


class Keeper(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        if message_type == "keep":
            keyvalue.put(payload, "1")
        elif message_type == "later":
            messaging.send_after(int(payload) * 1000, "now", "")
        elif message_type == "now":
            keyvalue.put("late", "1")
        else:
            return str(1 // 0)
        return ""
"""


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, interpreter: str) -> None:
    """The machine's: pytester gives the tests another home, in which the interpreter would be built anew."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(CACHE))


def test_the_tests_of_a_stranger_run_and_each_fault_in_their_actor_is_found(pytester: pytest.Pytester) -> None:
    shutil.copy(directory("resources") / "actors" / "counter_actor.py", pytester.path / "counter.py")
    (pytester.path / "keeper.py").write_text(KEEPER)
    pytester.makepyfile(test_actors=TESTS)
    done = pytester.runpytest_subprocess("-q")
    done.assert_outcomes(passed=7)
    wrong = Path("counter.py").read_text().replace("self.count += 1", "self.count += 2")
    Path("counter.py").write_text(wrong)
    Path("keeper.py").write_text(KEEPER.replace('keyvalue.put(payload, "1")', "keyvalue.get(payload)"))
    done = pytester.runpytest_subprocess("-q")
    done.assert_outcomes(passed=5, failed=2)
    done.stdout.fnmatch_lines(["*did not call keyvalue.put('a')*of keyvalue it called*", "*keyvalue.get('a') -> None*"])


def test_the_example_of_the_page_runs(pytester: pytest.Pytester) -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    actor, tests = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (pytester.path / "reminder.py").write_text(actor)
    (pytester.path / "test_reminder.py").write_text(tests)
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)
    (pytester.path / "reminder.py").write_text(actor.replace("60_000", "6_000"))
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1, failed=1)
