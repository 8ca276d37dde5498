"""The patterns of Erlang/OTP: a gen_server must answer, a gen_event takes events in, a gen_fsm has states."""

from __future__ import annotations

from workbench.api import Area, Invalid, Kind, Rejected, SpawnOptions
from workbench.showcase.stage import Stage

SILENT = b"""
from plexspaces import GenServer


class Silent(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        print("got", message_type)
"""
LISTENER = b"""
from plexspaces import GenEvent


class Listener(GenEvent):
    def handle_event(self, from_actor, message_type, payload):
        print(message_type, payload)
"""


def demonstrate(stage: Stage) -> None:
    _gen_server(stage)
    _gen_event(stage)
    _gen_fsm(stage)
    _routing(stage)


def _gen_server(stage: Stage) -> None:
    counter = stage.start("counter_actor.py", "counter")
    stage.equal("GenServer: a call is answered by handle_request()", stage.ask(counter, "add", "5"), "5")
    reply = stage.node.actors.ask(counter, "increment", kind=Kind.CAST).payload
    after = stage.ask(counter, "get_count")
    stage.equal("GenServer: the reply to a cast is dropped", (reply, after), ("", "6"))
    _inline(stage, SILENT, "silent")
    stage.refused("GenServer: it must return a response", Rejected, stage.ask, "silent", "hello")


def _gen_event(stage: Stage) -> None:
    node = stage.node
    log = stage.start("event_actor.py", "events")
    message = node.actors.tell(log, "notify", "first")
    node.actors.tell(log, "notify", "second")
    stage.check("GenEvent: a cast is sent without waiting", bool(message), found=message)
    stage.equal("GenEvent: events arrive in order", stage.asked(log, "get_events"), ["first", "second"])
    node.actors.tell(log, "clear")
    stage.equal("GenEvent: the log is cleared", stage.asked(log, "get_events"), [])


def _gen_fsm(stage: Stage) -> None:
    workflow = stage.start("fsm_actor.py", "workflow")
    sent = ("get_state", "start", "complete", "reset")
    states = [stage.ask(workflow, each) for each in sent]
    stage.equal("GenFSM: each message leads to a state", states, ["idle", "processing", "done", "idle"])
    stage.fact(" -> ".join(map(str, states)))
    stage.refused("GenFSM: a transition that does not exist is refused", Rejected, stage.ask, workflow, "complete")
    stage.equal("GenFSM: the host keeps the state's name", stage.node.actors.get(workflow).fsm_state, "idle")
    history = [turn.state for turn in stage.node.actors.turns(workflow) if turn.envelope is not None]
    stage.equal("GenFSM: and the history of its transitions", history[:4], states)


def _routing(stage: Stage) -> None:
    """By the kind of the message, and by what the module exports."""
    _inline(stage, LISTENER, "listener")
    stage.refused("A gen_event alone answers no call", Invalid, stage.ask, "listener", "anything")
    stage.node.actors.tell("listener", "news", "it works")
    heard = stage.until(lambda: "news it works" in stage.logged("listener"), Area.LOGS)
    stage.check("A cast reaches its handle_event()", heard, found=stage.logged("listener"))
    found = {name: _behaviors(stage, name) for name in ("counter", "events", "workflow", "listener")}
    expected = {
        "counter": ["gen_server"],
        "events": ["gen_event", "gen_server"],
        "workflow": ["gen_fsm"],
        "listener": ["gen_event"],
    }
    stage.equal("The behavior is told from the module", found, expected)
    stage.facts(*(f"{name}: {', '.join(behaviors)}" for name, behaviors in found.items()))


def _behaviors(stage: Stage, actor: str) -> list[str]:
    return sorted(stage.node.actors.get(actor).behaviors)


def _inline(stage: Stage, source: bytes, name: str) -> None:
    module = stage.node.modules.deploy(source, file_name=f"{name}.py", alias=name)
    stage.node.actors.spawn(module.hash, options=SpawnOptions(name=name))
