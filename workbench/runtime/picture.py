"""A picture of one actor at one moment, for lists and panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.api.actors import ActorInfo, ActorState

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.surroundings import Surroundings


def picture(actor: Actor, around: Surroundings) -> ActorInfo:
    """What is known about it now. From any thread."""
    body, spec = actor.body, actor.body.spec
    links, monitors = around.bonds.of(actor.id)
    counters, module, limits = body.counters, spec.runnable.info, spec.limits
    sample = around.metrics.latest(actor.id) if actor.state is not ActorState.PASSIVE else None
    waiting, oldest = actor.waiting_letters()
    return ActorInfo(
        id=actor.id,
        state=actor.state,
        module=module.hash,
        module_name=module.name,
        behaviors=spec.behavior_words,
        parent=spec.parent,
        profile=spec.profile,
        grants=actor.body.holdings.words,
        limits=limits,
        spawned=actor.spawned,
        turns=counters.turns,
        crashes=counters.crashes,
        restarts=actor.restarts,
        mailbox=waiting,
        mailbox_oldest_seconds=max(0.0, around.clock.now() - oldest) if oldest else 0.0,
        fuel=counters.fuel,
        fuel_per_second=sample.fuel_per_second if sample else 0.0,
        messages_per_second=sample.messages_per_second if sample else 0.0,
        memory_bytes=counters.memory_bytes,
        last_turn_ns=body.last_turn_ns,
        fsm_state=body.fsm_state,
        waiting_for=actor.waiting_for,
        carries_state=module.carries_state,
        last_cause=actor.last_cause,
        killed_by=actor.killed_by,
        links=links,
        monitors=monitors,
        durable=spec.durable,
        supervisor=actor.keeper.supervisor if actor.keeper is not None else "",
    )
