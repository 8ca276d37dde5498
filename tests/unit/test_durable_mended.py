"""Durable actors that could not be brought back, keys over which one crashed, and modules that are needed later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import workbench
from tests.unit.test_durable import FRAGILE, ask, reopen, spawn
from workbench.api import ActorState, Conflict, Crashed, NotFound, Rejected
from workbench.node import LocalNode

__all__ = ["reopen"]
Open = Callable[[], LocalNode]
MAILER = b'''
from plexspaces import GenServer, durability, keyvalue


class Mailer(GenServer):
    """Sends each mail once, and says in init and in a turn whether it is being brought back."""

    def init(self, state):
        self.mails = int(state or 0)
        keyvalue.put("back", str(durability.is_replaying()))

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "mail" and not durability.is_replaying():
            keyvalue.increment("mails")
            self.mails += 1
        if message_type == "die":
            keyvalue.increment("deaths")
            raise ValueError("over it")
        return f"{self.mails} {durability.is_replaying()}"

    def snapshot_state(self):
        return str(self.mails)
'''
CHANCE = b'''
from plexspaces import GenServer, keyvalue


class Chance(GenServer):
    """Answers with what its state does not say, so that it cannot be lived through from a checkpoint."""

    def init(self, state):
        self.state, self._hidden = state, 0

    def handle_request(self, from_actor, message_type, payload):
        self._hidden += 1
        return str(self._hidden)

    def snapshot_state(self):
        return self.state
'''


def test_it_is_brought_back_in_init_and_nowhere_else(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=MAILER)
    assert [ask(node, "mail") for _ in range(2)] == ["1 False", "2 False"]
    assert node.keyvalue.get("back") == "False"
    node = reopen()
    assert [ask(node, "mail") for _ in range(2)] == ["3 False", "4 False"]
    assert node.keyvalue.get("back") == "True"
    assert int(node.keyvalue.get("mails") or 0) == 4
    node.actors.kill("d")
    node.actors.restart("d")
    assert ask(node, "mail") == "5 False"
    assert ask(reopen(), "show") == "5 False"


def _cannot_come_back(node: LocalNode) -> None:
    spawn(node, source=CHANCE)
    ask(node, "count")
    node.journal.checkpoint("d")
    ask(node, "count")


def test_one_that_cannot_be_brought_back_is_seen_as_crashed_and_takes_other_code(reopen: Open) -> None:
    _cannot_come_back(reopen())
    node = reopen()
    info = node.actors.get("d")
    assert info.state is ActorState.CRASHED
    assert info.last_cause is not None
    assert "cannot be brought back to turn 4" in info.last_cause.message
    assert any("could not be brought back" in line.message for line in node.logs() if line.actor == "d")
    node.actors.tell("d", "count")  # kept for its next life
    with pytest.raises(Crashed, match="cannot be brought back"):
        node.actors.restart("d")
    mended = node.modules.deploy(CHANCE.replace(b"return str(self._hidden)", b"return '2'"), file_name="mended.py")
    node.actors.upgrade("d", mended.hash)
    assert ask(node, "count") == "2"
    assert node.journal.get("d").last >= 6, "the message that waited was handled"


def test_one_that_cannot_be_brought_back_is_given_up(reopen: Open) -> None:
    _cannot_come_back(reopen())
    node = reopen()
    node.actors.stop("d")
    assert not node.journal.get("d").runs
    node.journal.remove("d")
    with pytest.raises(NotFound):
        node.actors.get("d")


def test_one_without_its_module_is_told_of_and_given_up(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    module = node.actors.get("d").module
    with node._machine.workspace.database.transaction() as tx:
        tx.execute("DELETE FROM modules WHERE hash = ?", (module,))
    node = reopen()
    with pytest.raises(NotFound, match=r"could not be brought back: no module .* workbench actor stop d"):
        node.actors.get("d")
    node.actors.stop("d")
    assert not node.journal.get("d").runs
    with pytest.raises(NotFound, match=r"no actor 'd' in default/default$"):
        node.actors.get("d")


def test_what_a_durable_actor_needs_is_not_removed_though_it_is_not_there(reopen: Open) -> None:
    _cannot_come_back(reopen())
    node = reopen()
    module = node.actors.get("d").module
    node._machine.system.forget(node._machine.system.find(node.actors.get("d").id))  # as on a node that revives nobody
    assert node.actors.list() == []
    with pytest.raises(Conflict, match="is in use by d"):
        node.modules.remove(module)


def test_no_checkpoint_is_taken_of_one_that_has_crashed(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=FRAGILE)
    with pytest.raises(Crashed):
        ask(node, "die")
    with pytest.raises(Crashed, match="d is not running"):
        node.journal.checkpoint("d")


def test_the_key_of_a_message_that_it_crashed_over_is_kept_on_every_road(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=MAILER)

    def die(key: str) -> None:
        with pytest.raises(Crashed):
            ask(node, "die", idempotency_key=key)
        node.actors.restart("d")
        with pytest.raises(Rejected, match="what d crashed over"):
            ask(node, "die", idempotency_key=key)
        done.append(key)

    done: list[str] = []
    die("on a worker")
    workbench.start_thread("asker", lambda: die("on the thread that asks")).join()
    assert done == ["on a worker", "on the thread that asks"]
    assert int(node.keyvalue.get("deaths") or 0) == 2
