"""A sequence diagram as Mermaid and as JSON. Pure."""

from __future__ import annotations

import json
import re

from workbench.api.sequence import Arrow, ArrowKind, Diagram, PartyKind

FORMAT = 1
HEADS = {
    ArrowKind.CALL: "->>", ArrowKind.CAST: "-)", ArrowKind.REPLY: "-->>", ArrowKind.REJECTED: "--x",
    ArrowKind.CRASHED: "-x", ArrowKind.TIMER: "-)", ArrowKind.LINK: "--)", ArrowKind.INFO: "--)",
    ArrowKind.BIRTH: "-->>", ArrowKind.SERVICE: "->>",
}  # fmt: skip
_PLAIN = re.compile(r"[^\W_]|[ .,_/()*+-]")


def to_mermaid(diagram: Diagram) -> str:
    """A `sequenceDiagram`. Names and texts may hold any character: what Mermaid would read is written as its code."""
    lines = ["sequenceDiagram"]
    for at, party in enumerate(diagram.parties):
        who = "participant" if party.kind is not PartyKind.OUTSIDE else "actor"
        lines.append(f"    {who} p{at} as {escaped(party.name)}")
    lines += [f"    {_arrow(arrow)}" for arrow in diagram.arrows]
    return "\n".join(lines) + "\n"


def _arrow(arrow: Arrow) -> str:
    head = "-x" if arrow.lost else HEADS[arrow.kind]
    note = f" ({arrow.note})" if arrow.lost else ""
    prefix = "" if arrow.kind in (ArrowKind.CALL, ArrowKind.REPLY) else f"{arrow.kind} "
    return f"p{arrow.source}{head}p{arrow.target}: {escaped(prefix + arrow.label + note)}"


def escaped(text: str) -> str:
    """As Mermaid takes it for text: codes (`#35;`) for all but letters, digits and a few signs, and in the word end."""
    text = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    found = "".join(sign if _PLAIN.fullmatch(sign) else f"#{ord(sign)};" for sign in text)
    found = re.sub(r"\b([eE])(?=[nN][dD]\b)", lambda letter: f"#{ord(letter[1])};", found)
    return found.strip() or "#160;"


def to_json(diagram: Diagram) -> str:
    """One object: see docs/sequence.md."""
    return json.dumps(
        {
            "format": FORMAT,
            "turns": diagram.turns,
            "participants": [{"name": party.name, "kind": party.kind} for party in diagram.parties],
            "arrows": [_record(arrow) for arrow in diagram.arrows],
        },
        ensure_ascii=False,
        indent=1,
    )


def _record(arrow: Arrow) -> dict[str, object]:
    made: dict[str, object] = {
        "time": arrow.time, "kind": arrow.kind, "from": arrow.source, "to": arrow.target, "label": arrow.label,
        "turn": {"actor": arrow.actor, "seq": arrow.seq},
    }  # fmt: skip
    return made | ({"lost": arrow.note} if arrow.lost else {})
