"""A journal that says something else than happened, and whose checksums fit."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from workbench.api.turn_text import from_line, to_line
from workbench.services.journal.rows import of_turn


def forge_reply(database: sqlite3.Connection, seq: int) -> None:
    """Let the turn of the only actor have replied ten times as much."""
    actor, line = database.execute("SELECT actor, line FROM journal WHERE seq = ?", (seq,)).fetchone()
    turn = from_line(line)
    assert isinstance(turn.reply, str)
    other = to_line(replace(turn, reply=f"{turn.reply}0"))
    values = other, of_turn(actor, seq, other), seq
    assert database.execute("UPDATE journal SET line = ?, crc = ? WHERE seq = ?", values).rowcount == 1
    database.commit()
