"""The state of an actor after one of its turns, as far as it is known. Off the Qt thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from workbench.api import ActorId, CancelToken, Node, NotFound, Outcome, Turn
from workbench.api.session import Certainty, StateView

LOOKED_BACK = 200
SNAPSHOT = "snapshot-state"


def state_at(node: Node, actor: str, seq: int, cancel: CancelToken | None = None) -> StateView:
    """The node's answer; of a turn that is in the journal and in no recording any more, what its journal says.

    NotFound: there is neither. Conflict: cancelled.
    """
    if seq:
        with suppress(NotFound):
            return node.debugger.state(actor, seq, cancel=cancel)
    after = max(0, seq - LOOKED_BACK)
    turns = node.journal.entries(actor, after=after, limit=seq - after) if seq else ()
    return recorded(node.journal.get(actor).actor, seq, [turn for turn in turns if turn.seq <= seq])


def recorded(actor: ActorId, seq: int, turns: Sequence[Turn]) -> StateView:
    """From the turns up to this one: what a snapshot gave, while no message was handled since. Pure."""
    if not seq:
        return StateView(actor, 0, "", Certainty.UNKNOWN, "Before its first turn it has no state.")
    handled = 0
    for turn in reversed(turns):
        if turn.operation == SNAPSHOT and turn.outcome is Outcome.REPLY:
            if not handled:
                return StateView(actor, seq, turn.reply, Certainty.RECORDED, _since(turn.seq, seq))
            note = (f"The state after turn {seq:,} was not recorded. The one before it was, after turn {turn.seq:,}; "
                    f"{_messages(handled)} since.")  # fmt: skip
            return StateView(actor, seq, "", Certainty.UNKNOWN, note)
        handled += turn.operation != SNAPSHOT
    note = f"The state after turn {seq:,} was not recorded: there is no state in the {len(turns):,} turns up to it."
    return StateView(actor, seq, "", Certainty.UNKNOWN, note)


def _since(snapshot: int, seq: int) -> str:
    return f"As it was stored after turn {snapshot:,}." if snapshot == seq else ""


def _messages(handled: int) -> str:
    return "1 turn may have changed it" if handled == 1 else f"{handled:,} turns may have changed it"
