"""The state of an actor after any of its recorded turns, lived through again apart from every node.

Never a guess: what was looked at or restored on the way is not trusted when a turn then comes out otherwise; it is
lived through once more from its beginning. Instances, states on the way and views are kept in bounds, so that one turn
forward costs one turn.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from workbench.api.errors import Conflict, Invalid
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.api.modules import CancelToken
from workbench.api.session import Certainty, StateView
from workbench.debug.timeline.lives import Life, begin
from workbench.debug.timeline.run import Programs, Run, Saved, Unknown, Withheld
from workbench.runtime.surroundings import Surroundings

KEPT_RUNS, KEPT_RUN_BYTES = 64, 256 << 20
"""How many instances stay alive, and how much memory they have together."""
KEPT_VIEWS, KEPT_VIEW_BYTES = 50_000, 32 << 20
KEPT_SAVED_BYTES = 32 << 20
EVERY = 250
"""Turns from one state that is kept on the way to the next."""
FAR = 2
"""How many times as many turns away the birth must be, for a state that it gave later to be where to begin."""
LOOKS_BACK = 10_000
"""How many turns are looked at for such a state."""


@dataclass(slots=True)
class _Track:
    """What is known of one actor. `saved` are states on the way by their number of turns, `broken` by its beginning
    from how many turns on it is not known, and why. `pure`: to look at it changes nothing; `faithful`: what is restored
    goes on as the one before. None: that was not tried yet."""

    run: Run | None = None
    saved: dict[int, Saved] = field(default_factory=dict)
    broken: dict[int, Unknown] = field(default_factory=dict)
    pure: bool = True
    faithful: bool | None = None


class States:
    """Used by one thread that may run guests at a time. `around` is theirs alone: who cancels a search ends what runs
    there."""

    def __init__(self, around: Surroundings, programs: Programs, *, every: int = EVERY) -> None:
        self._around, self._programs, self.every = around, programs, every
        self._tracks: dict[ActorId, _Track] = {}
        self._running: OrderedDict[ActorId, _Track] = OrderedDict()
        self._views: OrderedDict[tuple[ActorId, int], StateView] = OrderedDict()
        self._view_bytes = self._saved_bytes = 0

    def known(self, actor: ActorId, over: int) -> StateView | None:
        """What was found before."""
        return self._views.get((actor, over))

    def broken(self, actor: ActorId, over: int) -> str:
        """Why it is known not to be known from its turn before `over` on; empty: nothing was found there."""
        track = self._tracks.get(actor)
        found = [each.note for each in track.broken.values() if each.over == over] if track else []
        return found[0] if found else ""

    def at(self, life: Life, over: int, *, cancel: CancelToken | None = None) -> StateView:
        """The state after the first `over` turns of a life. Conflict: cancelled."""
        key = life.actor, over
        if (known := self._views.get(key)) is not None:
            self._views.move_to_end(key)
            return known
        seq = life.seq(over - 1) if over else 0
        self._around.cancel = cancel
        try:
            found = self._at(life, over, seq, cancel)
        except Unknown as unknown:
            found = StateView(life.actor, seq, "", Certainty.UNKNOWN, unknown.note)
        self._keep(key, found)
        return found

    def _at(self, life: Life, over: int, seq: int, cancel: CancelToken | None) -> StateView:
        if not over:
            born = bool(life.births) and life.births[0] == 0
            raise Unknown(
                0, "it was not born yet" if born else "what it did before its first turn here is not recorded"
            )
        if life.gave_state(over - 1):
            try:
                turn = life.turn(over - 1)
            except Invalid as error:
                raise Unknown(over, error.message) from None
            return StateView(life.actor, seq, turn.reply, Certainty.RECORDED, turn.unrepeatable)
        if life.ended(over):
            raise Unknown(over, f"there was no instance of it: it ended in its turn {seq:,}")
        try:
            start, known = begin(life, over - 1)
        except Invalid as error:
            raise Unknown(over, error.message) from None
        if start is None or not known:
            said = "no birth of it is recorded" if start is not None or not life.births else "it is not all recorded"
            raise Unknown(over, f"what came before its turn {seq:,} cannot be lived through again: {said}")
        try:
            state, origin = _Seek(self, life, self._track(life.actor), start, cancel).to(over)
        except Invalid as error:
            raise Unknown(over, error.message) from None
        origin = origin if start in life.births else life.seq(start)
        note = f"from its state after turn {origin:,}, not from its birth" if origin else ""
        return StateView(life.actor, seq, state, Certainty.REPLAYED, note)

    def _track(self, actor: ActorId) -> _Track:
        return self._tracks.setdefault(actor, _Track())

    def make(self, life: Life, start: int) -> Run:
        """An instance at its beginning."""
        return Run(self._around, self._programs, life, start)

    def keep_run(self, actor: ActorId, track: _Track, run: Run | None) -> None:
        """Let it stay alive, and others not, where there are too many."""
        if track.run is not None and track.run is not run:
            track.run.drop()
        track.run = run
        self._running.pop(actor, None)
        if run is not None:
            self._running[actor] = track
        while len(self._running) > 1 and self._too_many():
            _, old = self._running.popitem(last=False)
            if old.run is not None:
                old.run.drop()
                old.run = None

    def _too_many(self) -> bool:
        runs = [track.run for track in self._running.values() if track.run is not None]
        return len(runs) > KEPT_RUNS or sum(run.memory_bytes for run in runs) > KEPT_RUN_BYTES

    def keep_saved(self, track: _Track, saved: Saved) -> None:
        """Keep a state on the way, while there is room."""
        size = len(saved.turn.reply)
        if saved.over not in track.saved and self._saved_bytes + size <= KEPT_SAVED_BYTES:
            self._saved_bytes += size
            track.saved[saved.over] = saved

    def forget_saved(self, track: _Track) -> None:
        """They came another way."""
        self._saved_bytes -= sum(len(saved.turn.reply) for saved in track.saved.values())
        track.saved.clear()

    def _keep(self, key: tuple[ActorId, int], view: StateView) -> None:
        self._views[key] = view
        self._view_bytes += len(view.state)
        while len(self._views) > 1 and (len(self._views) > KEPT_VIEWS or self._view_bytes > KEPT_VIEW_BYTES):
            _, old = self._views.popitem(last=False)
            self._view_bytes -= len(old.state)

    def close(self) -> None:
        """There is no instance any more; idempotent."""
        for track in self._tracks.values():
            if track.run is not None:
                track.run.drop()
                track.run = None
        self._running.clear()


class _Seek:
    """One way to a state: from what is alive, from a state that is kept, or from the beginning."""

    def __init__(self, states: States, life: Life, track: _Track, start: int, cancel: CancelToken | None) -> None:
        self._states, self._life, self._track, self._start, self._cancel = states, life, track, start, cancel

    def to(self, over: int) -> tuple[Payload, int]:
        """The state, and the turn whose state it comes from when that is not the beginning."""
        broken = self._track.broken.get(self._start)
        if broken is not None and over >= broken.over:
            raise Unknown(broken.over, broken.note)
        run = self._nearest(over)
        try:
            self._through(run, over, saves=self._track.pure)
            state = self._looked(run).turn.reply
        except Withheld:
            self._stay(run)
            raise
        except Conflict:
            self._stay(run)
            raise
        except Unknown:
            self._leave(run)
            if run.exact:
                raise
        else:
            self._stay(run)
            return state, run.origin
        return self._again(over, run), 0

    def _again(self, over: int, before: Run) -> Payload:
        """From the beginning, doing nothing that was not recorded, because another way came out otherwise."""
        run = self._begun()
        try:
            self._through(run, over, saves=False)
            if before.restored:
                self._track.faithful = False
            if before.looked:
                self._track.pure = False
            self._states.forget_saved(self._track)
            return run.look().turn.reply
        finally:
            run.drop()

    def _stay(self, run: Run) -> None:
        keeps = run.alive and (self._track.pure or not run.looked)
        self._states.keep_run(self._life.actor, self._track, run if keeps else None)
        if not keeps:
            run.drop()

    def _leave(self, run: Run) -> None:
        self._states.keep_run(self._life.actor, self._track, None)
        run.drop()

    def _through(self, run: Run, over: int, *, saves: bool) -> None:
        """Live through turns; what is found wrong on the exact way is remembered."""
        every = self._states.every
        while run.over < over:
            upto = min(over, (run.over // every + 1) * every) if saves else over
            try:
                run.to(upto, self._check)
            except Unknown as unknown:
                if run.exact:
                    self._track.broken[self._start] = unknown
                raise
            if saves and upto < over and upto not in self._track.saved and run.alive:
                self._save(run)

    def _save(self, run: Run) -> None:
        try:
            self._states.keep_saved(self._track, self._looked(run))
        except Withheld:
            return

    def _looked(self, run: Run) -> Saved:
        """The state; looked at twice, because an actor may change when it is asked."""
        found = run.look()
        if self._track.pure and run.look().turn.reply != found.turn.reply:
            raise Unknown(run.over, "it changes when it is asked for its state")
        return found

    def _check(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Conflict("the search for a state was cancelled")

    def _begun(self) -> Run:
        """An instance at the beginning of this part of its life."""
        run = self._states.make(self._life, self._start)
        if self._start not in self._life.births:
            saved = Saved(self._start + 1, self._life.turn(self._start))
            try:
                run.restore(saved)
                whole = run.look().turn.reply == saved.turn.reply
            except Conflict:
                run.drop()
                raise
            if not whole:
                run.drop()
                why = f"an instance that takes the state of turn {saved.turn.seq:,} has another one"
                raise Unknown(saved.over, why)
            run.restored = run.looked = False  # there is no other beginning
        return run

    def _nearest(self, over: int) -> Run:
        """The instance from which it is the shortest way."""
        track = self._track
        alive = track.run
        if alive is not None and (alive.start != self._start or alive.over > over or not alive.alive):
            alive = None
        at = alive.over if alive is not None else self._start
        nearest = max((each for each in track.saved if self._start < each <= over), default=-1)
        if nearest - at > self._states.every // 2 and self._is_faithful():
            if (run := self._restored(track.saved[nearest])) is not None:
                return run
            track.faithful = False
        if alive is not None:
            return alive
        return self._far(over) or self._begun()

    def _restored(self, saved: Saved) -> Run | None:
        """An instance that has this state; None: it does not take it as a whole."""
        run = self._states.make(self._life, self._start)
        try:
            run.restore(saved)
            whole = run.look().turn.reply == saved.turn.reply
        except Unknown:
            whole = False
        except Conflict:
            run.drop()
            raise
        if not whole:
            run.drop()
            return None
        run.origin = saved.turn.seq
        return run

    def _far(self, over: int) -> Run | None:
        """From a state that it gave, when its birth is far behind; from the one before the latest, so that the latest
        is compared on the way."""
        if self._track.faithful is False:
            return None
        latest = False
        for place in range(over - 1, max(self._start + FAR * self._states.every, over - 1 - LOOKS_BACK), -1):
            if self._life.gave_state(place):
                if latest:
                    return self._restored(Saved(place + 1, self._life.turn(place)))
                latest = True
        return None

    def _is_faithful(self) -> bool:
        """Whether an instance that takes a kept state goes on as the one did that gave it: tried once."""
        track = self._track
        if track.faithful is None:
            kept = sorted(each for each in track.saved if each > self._start)
            run = self._restored(track.saved[kept[0]]) if len(kept) > 1 else None
            if run is None:
                return False
            try:
                run.to(kept[1], self._check)
                track.faithful = run.look().turn.reply == track.saved[kept[1]].turn.reply
            except Unknown:
                track.faithful = False
            finally:
                run.drop()
        return track.faithful
