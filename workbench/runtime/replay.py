"""One actor lived through again: its recorded turns through the same body and the same gate, which answers host calls.

Recovery, offline replay, rehearsal and time travel are this. A replay of a living actor's journal uses its own body
(`Replay.into`); one of a recording has a body that is apart from the node (see `apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from workbench.api.errors import Conflict, Crashed, Exhausted, Invalid, Rejected
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import Payload
from workbench.api.replay import Divergence, Severity
from workbench.api.turns import Birth, Outcome, Turn
from workbench.runtime.behaviors import route
from workbench.runtime.body import Body, Spec
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.library import Runnable
from workbench.wasm.script import Script, shown

Open = Callable[[str, int], Runnable]
"""The module of a hash, loaded for a stack class."""
BEYOND = ("filesystem", "environment", "network")
"""Capabilities that no replay has: they would lead out of the recording."""
SHOWN = 2_000
LIVED_AGAIN = ("message", "snapshot-state")
INTERPRETER_BYTES = 32 << 20
"""At most so much of a Python actor's memory is taken for the interpreter's, which all of them share."""


class Replay:
    """Used by one thread that may run guests. `state_seq` is the turn of the last state that was seen, `state` that;
    `now` is what came of the last recorded turn, None when it was not run.

    When `around` is cancelled, the turn in hand ends in Conflict, and so does its instance.

    `compares_fuel`: what is replayed was born in the recording too, with the same engine, so that fuel must be equal.
    """

    def __init__(self, around: Surroundings, library: Open, actor: ActorId, *, compares_fuel: bool = True) -> None:
        self._around, self._open, self.actor = around, library, actor
        self._body: Body | None = None
        self._compares_fuel = compares_fuel
        self._from_birth = False
        self.state: Payload = ""
        self.state_seq = 0
        self.now: Turn | None = None

    @classmethod
    def into(cls, body: Body, around: Surroundings, library: Open) -> Replay:
        """A replay that brings this body to where its journal ends."""
        made = cls(around, library, body.id, compares_fuel=False)
        made._body = body
        return made

    @property
    def alive(self) -> bool:
        return self._body is not None and self._body.instance is not None

    def go_on(self, fsm_state: str, world: tuple[int, int] | None = None) -> None:
        """Let the living instance have this, as one that was brought back has it from its checkpoint.

        With `world` its virtual time and chance are there, whatever its init took of them.
        """
        assert self._body is not None, "it was just born"
        self._body.fsm_state = fsm_state
        if world is not None and self._body.instance is not None:
            self._body.instance.world.virtual_ns, self._body.instance.world.drawn = world

    def begin(self, birth: Birth, state: Turn, script: Script | None = None) -> None:
        """Take up the state that this turn gave, in an instance of now: fuel is then not compared any more.

        What its `init` asks of the host is done for real, unless a `script` answers. Crashed, Rejected: the module
        does not take the state.
        """
        spec = self._spec(birth, state.module)
        body = self._body or self._new(spec)
        body.repeat(script, state.seq)
        body.fsm_state = state.state
        try:
            body.start(spec, state.reply, birth.reason, birth.replayed_after, (state.clock_ns, state.drawn))
        except Crashed:
            self._end_if_cancelled()
            raise
        finally:
            body.repeat(None, state.seq)
        self._body, self._from_birth, self.state, self.state_seq = body, False, state.reply, state.seq

    def step(self, turn: Turn, script: Script | None = None) -> Divergence | None:
        """Live through one turn; where it first differed from the recording, if it did.

        A turn that was ended from outside is not run again. With another `script` than the recorded host calls the
        turn goes on where its record ends.
        """
        self.now = None
        if _ended_from_outside(turn):
            self.drop()
            return None
        script = script or Script(turn.host_calls)
        body = self._prepare(turn)
        if body is None:
            return self._differs(turn, "outcome", Severity.BEHAVIOR, _outcome(turn), "there is no living instance")
        body.repeat(script, turn.seq - 1)
        try:
            self._run(body, turn)
        except Invalid as refused:
            return self._differs(turn, "outcome", Severity.BEHAVIOR, _outcome(turn), refused.message)
        finally:
            body.repeat(None, turn.seq)
        now = self.now = body.repeated
        if now is None or now.cause is not None:
            self._end_if_cancelled()
        script.finish()
        found = self._compare(turn, now, script)
        if turn.operation == "snapshot-state" and turn.outcome is Outcome.REPLY:
            self.state, self.state_seq = turn.reply, turn.seq
        return found

    def snapshot(self) -> Payload:
        """The state as it is now. Rejected, Crashed: the actor does not hand it out."""
        assert self._body is not None, "nothing was replayed yet"
        return self._body.snapshot()

    def look(self, script: Script, seq: int) -> Turn:
        """The state as it is now, after turn `seq`, as a turn that gives it: nobody recorded one here.

        `script` answers its host calls. Virtual time and chance stay where they are. Rejected, Crashed: the actor does
        not hand it out.
        """
        body = self._body
        assert body is not None, "nothing was replayed yet"
        fsm_state, world = body.fsm_state, body.world_position
        body.repeat(script, seq - 1)
        try:
            body.snapshot()
        except Crashed:
            self._end_if_cancelled()
            raise
        finally:
            found = body.repeated
            body.repeat(None, seq)
            self.go_on(fsm_state, world)
        assert found is not None, "a snapshot is a turn"
        return replace(found, state=fsm_state, clock_ns=world[0], drawn=world[1])

    @property
    def memory_bytes(self) -> int:
        """Of the living instance, as far as it is known; of a Python actor what it has beyond the interpreter's."""
        body = self._body
        if body is None or body.instance is None:
            return 0
        runnable, used = body.spec.runnable, body.instance.memory_bytes or 0
        return max(0, used - min(runnable.info.memory_bytes, INTERPRETER_BYTES)) if runnable.bytecode else used

    def drop(self) -> None:
        """There is no instance any more; idempotent."""
        if self._body is not None:
            self._body.drop()

    def _end_if_cancelled(self) -> None:
        """An instance that died may have died of it: then nothing is known of its turn."""
        if self._around.is_cancelled():
            self.drop()
            raise Conflict(f"cancelled while turns of {self.actor.name} were lived through again")

    def _prepare(self, turn: Turn) -> Body | None:
        if turn.birth is not None and self._body is None:
            self._body = self._new(self._spec(turn.birth, turn.module))
        return self._body if turn.birth is not None or self.alive else None

    def _new(self, spec: Spec) -> Body:
        return Body(self.actor, spec, self._around)

    def _spec(self, birth: Birth, module: str) -> Spec:
        runnable = self._open(module, birth.limits.stack_bytes)
        harmless = tuple(grant for grant in birth.grants if grant.capability not in BEYOND)
        return Spec(runnable, birth.state, birth.profile, harmless, _timeless(birth.limits), birth.parent)

    def _run(self, body: Body, turn: Turn) -> None:
        """One turn; whatever comes of it is in `body.repeated`."""
        try:
            if turn.birth is not None:
                self._from_birth = True
                body.fsm_state = turn.state
                self.state, self.state_seq = turn.birth.state, turn.seq
                birth = turn.birth
                world = birth.clock_ns, birth.drawn
                body.start(self._spec(birth, turn.module), birth.state, birth.reason, birth.replayed_after, world)
            elif turn.operation == "snapshot-state":
                body.snapshot()
            elif turn.operation == "shutdown":
                body.shutdown()
            else:
                assert turn.envelope is not None
                body.handle(route(turn.envelope.kind, body.spec.runnable.behaviors, self.actor.name), turn.envelope)
        except (Crashed, Rejected, Exhausted):
            pass

    def _compare(self, turn: Turn, now: Turn | None, script: Script) -> Divergence | None:
        died_early = (
            now is not None and now.cause is not None and turn.cause is None
        )  # which is more than a missing call
        if (found := script.divergence) is not None and not (died_early and found.now is None):
            what = f"host call {found.position}"
            return self._differs(turn, what, Severity.BEHAVIOR, shown(found.recorded), shown(found.now))
        if now is None:
            return self._differs(turn, "outcome", Severity.BEHAVIOR, _outcome(turn), "no turn came of it")
        if now.outcome is not turn.outcome or (now.cause is None) is not (turn.cause is None):
            return self._differs(turn, "outcome", Severity.BEHAVIOR, _outcome(turn), _outcome(now))
        if now.cause is not None and turn.cause is not None:
            if (now.cause.limit, now.cause.message) != (turn.cause.limit, turn.cause.message):
                return self._differs(turn, "outcome", Severity.BEHAVIOR, _outcome(turn), _outcome(now))
        elif (now.reply, now.text, now.state) != (turn.reply, turn.text, turn.state):
            if turn.operation == "snapshot-state":
                return self._differs(turn, "state", Severity.STATE, _outcome(turn), _outcome(now))
            return self._differs(turn, "reply", Severity.BEHAVIOR, _outcome(turn), _outcome(now))
        fuel, its = turn.figures.fuel, now.figures.fuel
        if self._compares_fuel and self._from_birth and fuel is not None and fuel != its:
            now_used = "unknown" if its is None else f"{its:,}"
            return self._differs(turn, "fuel", Severity.COST, f"{fuel:,}", now_used)
        return None

    def _differs(self, turn: Turn, what: str, severity: Severity, recorded: str, now: str) -> Divergence:
        if turn.unrepeatable:
            now += f" ({turn.unrepeatable})"
        before = self.state if isinstance(self.state, str) else self.state.hex()
        return Divergence(self.actor, turn.seq, what, severity, recorded, now, before[:SHOWN], self.state_seq)


def lived_again(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Of the turns since its checkpoint those that an instance lives through to be where it was.

    No births, for the state is carried on through them, and none that ended in a crash.
    """
    return (turn for turn in turns if turn.operation in LIVED_AGAIN and turn.outcome is not Outcome.CRASHED)


def _ended_from_outside(turn: Turn) -> bool:
    return turn.outcome is Outcome.CRASHED and bool(turn.unrepeatable)


def _timeless(limits: Limits) -> Limits:
    """The same without a bound of running time: whether a turn was too slow was decided when it was recorded."""
    return replace(limits, time_ms=max(limits.time_ms, 60_000))


def _outcome(turn: Turn) -> str:
    if turn.cause is not None:
        return str(turn.cause)[:SHOWN]
    if turn.text:
        return f"{turn.outcome}: {turn.text}"[:SHOWN]
    state = f" (state {turn.state})" if turn.state and turn.operation == "message" else ""
    return f"{turn.outcome} {turn.reply[:SHOWN]!r}{state}"


def replay(
    around: Surroundings, library: Open, turns: Iterable[Turn], *, compares_fuel: bool = True
) -> Divergence | None:
    """Live through the turns of one actor, in order, from a birth on; where it first differed, if it did.

    After a difference it is not followed any further: what comes then means nothing.
    """
    run: Replay | None = None
    try:
        for turn in turns:
            run = run or Replay(around, library, turn.actor, compares_fuel=compares_fuel)
            if (found := run.step(turn)) is not None:
                return found
    finally:
        if run is not None:
            run.drop()
    return None
