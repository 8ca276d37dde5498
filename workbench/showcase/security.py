"""Limits end a turn that wants more, and nothing is allowed that was not granted: real refusals of both kinds."""

from __future__ import annotations

from dataclasses import replace

from workbench.api import ActorState, Crashed, Exhausted, Rejected, SpawnOptions, WorkbenchError, profile
from workbench.showcase.stage import Stage, size

PAGE_BYTES = 1 << 16
READER = b'''
from plexspaces import GenServer


class Reader(GenServer):
    """Tries to read a file."""

    def handle_request(self, from_actor, message_type, payload):
        try:
            with open(payload) as file:
                return file.read()
        except OSError as error:
            return f"{type(error).__name__}: {error}"
'''


def demonstrate(stage: Stage) -> None:
    module = stage.deploy("hungry.wat")
    stage.equal("Module deployed", stage.node.modules.get("hungry").hash, module.hash)
    stage.fact(f"Hash: {module.hash}")
    for name in ("strict", "permissive"):
        _instantiated(stage, name)
    _memory(stage)
    _fuel_time_stack(stage)
    _denied(stage)
    _file(stage)


def _instantiated(stage: Stage, name: str) -> None:
    chosen = profile(name)
    info = stage.node.actors.spawn("hungry", options=SpawnOptions(name=name, profile=name))
    holds = info.limits == chosen.limits and info.grants == chosen.grants
    stage.check(f"Actor instantiated with {name.upper()} limits", holds, found=info)
    granted = "logging only" if chosen.grants == ("logging",) else f"{len(chosen.grants)}: {', '.join(chosen.grants)}"
    stage.facts(
        f"Memory: {size(info.limits.memory_bytes)} max",
        f"Fuel: {info.limits.fuel:,} units",
        f"Time: {info.limits.time_ms:,} ms, stack: {info.limits.stack_bytes >> 10:,} KiB",
        f"Capabilities: {granted}",
    )
    said = stage.node.actors.ask(name, "say").payload, stage.logged(name)[-1:]
    stage.equal(f"{name.upper()} allows logging", said, ("", ["hello"]))


def _memory(stage: Stage) -> None:
    """What the module declares is its own; the limit is what it may take beyond that."""
    limit = profile("strict").limits.memory_bytes
    pages = int(stage.ask("strict", "grow"))
    stage.equal("STRICT gives no more memory than its limit", pages, 1 + limit // PAGE_BYTES)
    stage.fact(f"{pages} pages of 64 KiB: the one that it declares, and {size(limit)}")
    _ended(stage, "An actor that cannot live with that is ended", "hoard", "memory")


def _fuel_time_stack(stage: Stage) -> None:
    _ended(stage, "An endless loop is ended when its fuel is used up", "spin", "fuel")
    stage.node.actors.restart("strict")
    limits = replace(profile("permissive").limits, time_ms=50)
    stage.node.actors.set_limits("permissive", limits)
    _ended(stage, "With fuel for hours it is ended by the clock", "spin", "time", actor="permissive")
    _ended(stage, "Endless recursion is ended by the limit of the stack", "dive", "stack")
    stage.node.actors.restart("strict")
    stage.equal("Started again, it works", stage.node.actors.get("strict").state, ActorState.IDLE)


def _ended(stage: Stage, claim: str, message_type: str, limit: str, *, actor: str = "strict") -> None:
    """The caller is told which limit it was, with its value and what was used."""
    if stage.node.actors.get(actor).state is ActorState.CRASHED:
        stage.node.actors.restart(actor)
    try:
        found: object = stage.node.actors.ask(actor, message_type).payload
    except Crashed as error:
        cause = error.cause
        if stage.check(claim, cause is not None and cause.limit == limit, found=str(error)) and cause is not None:
            used = "not known" if cause.used is None else f"{cause.used:,}"
            stage.fact(f"{cause.message} (limit {cause.limit_value:,}, used {used})")
        return
    except WorkbenchError as error:
        found = f"{error.code}: {error}"
    stage.check(claim, False, found=found)


def _denied(stage: Stage) -> None:
    node = stage.node
    said = stage.refused("STRICT denies a host call that was not granted", Rejected, stage.ask, "strict", "write")
    stage.check("The refusal names the grant that would allow it", "--grant keyvalue" in said, found=said)
    stage.equal("Nothing was written", node.keyvalue.get("greeting"), None)
    row = next((row for row in node.capabilities.evidence("strict") if row.capability == "keyvalue"), None)
    stage.equal("The evidence counts it", (row.granted, row.denied) if row else None, ((), 1))
    stage.equal("The actor lives on", node.actors.get("strict").state, ActorState.IDLE)
    node.capabilities.grant("strict", "keyvalue:write/greeting", duration="once")
    stage.ask("strict", "write")
    stage.equal("Granted once, for this key alone, the call succeeds", node.keyvalue.get("greeting"), "hello")
    stage.refused("The second time it is denied again", Rejected, stage.ask, "strict", "write")
    node.keyvalue.delete("greeting")
    node.actors.restart("permissive")
    stage.ask("permissive", "write")
    stage.equal("PERMISSIVE allowed the same call", node.keyvalue.get("greeting"), "hello")
    big = "x" * (profile("strict").limits.memory_bytes // 2)
    stage.refused("A payload that would not fit is refused before delivery", Exhausted, stage.ask, "strict", "say", big)


def _file(stage: Stage) -> None:
    node = stage.node
    module = node.modules.deploy(READER, file_name="reader.py", alias="reader")
    node.actors.spawn(module.hash, options=SpawnOptions(name="reader"))
    said = str(stage.ask("reader", "read", "/etc/passwd"))
    stage.check(
        "No folder was granted: an actor finds no file of this machine", said.startswith("FileNotFound"), found=said
    )
    stage.fact(said)
    row = next((row for row in node.capabilities.evidence("reader") if row.capability == "filesystem"), None)
    stage.equal("The attempt is counted", row.denied if row else None, 1)
