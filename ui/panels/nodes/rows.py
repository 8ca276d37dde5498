"""The rows of the Nodes panel: what runs here, recorded sessions, connections in their folders, and their peers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ui import format as show
from ui.attachments import DETACHED
from ui.models import Column
from ui.nodes import Held
from ui.outline import Path
from ui.phases import PHASES, TONES
from workbench.api.connections import Connection, ConnectionState, Peer, Phase


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a node that is there (`held`), a connection with its state, a peer of one, or a folder."""

    path: Path
    name: str
    held: Held | None = None
    connection: Connection | None = None
    state: ConnectionState = field(default=DETACHED)
    peer: Peer | None = None
    shown: bool = False

    @property
    def is_folder(self) -> bool:
        return self.held is None and self.connection is None and self.peer is None


def lines(
    held: Sequence[Held], current: Held | None, connections: Sequence[Connection],
    states: Mapping[str, ConnectionState], peers: Mapping[str, Sequence[Peer]],
) -> list[Line]:  # fmt: skip
    """Pure. Folders come in the order of their first connection; `peers` are by the key of who knows them."""
    found: list[Line] = []
    for each in held:
        if each.connection is None:
            line = Line((f"node:{id(each)}",), each.name, each, shown=each is current)
            found += [line, *_peers(line, peers)]
    there = {each.connection.name: each for each in held if each.connection is not None}
    folders: set[str] = set()
    for connection in connections:
        path: Path = (f"connection:{connection.name}",)
        if connection.folder:
            if connection.folder not in folders:
                folders.add(connection.folder)
                found.append(Line((f"folder:{connection.folder}",), connection.folder))
            path = (f"folder:{connection.folder}", *path)
        node = there.get(connection.name)
        state = states.get(connection.name, DETACHED)
        line = Line(path, connection.name, node, connection, state, shown=node is not None and node is current)
        found += [line, *_peers(line, peers)]
    return found


def key_of(line: Line) -> str:
    """Whose peers they are."""
    return str(line.path[-1])


def _peers(line: Line, peers: Mapping[str, Sequence[Peer]]) -> Iterator[Line]:
    for each in peers.get(key_of(line), ()):
        yield Line((*line.path, f"peer:{each.name}"), each.name, connection=None, peer=each)


def _icon(line: Line) -> tuple[str, str]:
    if line.peer is not None:
        return "registry", "muted"
    if line.connection is not None:
        return "node", TONES[line.connection.colour]
    if line.held is None:
        return "folder", "icon"
    return ("history", "warn") if line.held.path is not None else ("node", "ok")


def state_text(line: Line) -> str:
    """How it is, since when, and when it is tried again."""
    if line.peer is not None:
        return f"known, {line.peer.health}"
    if line.connection is None:
        return "" if line.held is None else "recorded" if line.held.path is not None else "runs here"
    state = line.state
    said = PHASES[state.phase][2]
    if state.phase is Phase.STALE:
        said += f" since {show.clock(state.since, milliseconds=False)}"
    if state.retry_at is not None and state.phase is not Phase.ATTACHED:
        said += f", again in {max(state.retry_at - time.time(), 0.0):,.0f} s"
    return said + (f", {show.plural(len(state.warnings), 'warning')}" if state.warnings else "")


def _state_icon(line: Line) -> tuple[str, str]:
    if line.connection is None:
        return "", "icon"
    if line.state.warnings and line.state.phase is Phase.ATTACHED:
        return "warning", "warn"
    return PHASES[line.state.phase][:2]


def tip(line: Line) -> str:
    """Whatever there is to say of how it is."""
    state = line.state
    said = [state.why, *state.warnings]
    if state.lacks:
        said.append(f"It does not offer {', '.join(sorted(state.lacks))}: it is of an older version; what needs these "
                    "is hidden.")  # fmt: skip
    return "\n".join(filter(None, said))


def _kind(line: Line) -> str:
    if line.connection is not None:
        return line.connection.mode.value
    if line.peer is not None:
        return "peer"
    if line.held is None:
        return "folder"
    return "recorded session, read-only" if line.held.path is not None else "own"


def where(line: Line) -> str:
    """What tells it from others of its name: an address, a file, a workspace."""
    if line.peer is not None:
        return line.peer.address
    if line.connection is not None:
        through = f" through {line.connection.ssh}" if line.connection.ssh else ""
        return f"{line.connection.address}{through}{' with TLS' if line.connection.tls_ca else ''}"
    if line.held is None:
        return ""
    return str(line.held.path) if line.held.path is not None else " ".join(line.held.reached) or "this window"


def _latency(line: Line) -> float | None:
    return line.state.latency_ms if line.state.phase is Phase.ATTACHED else None


def _latency_text(line: Line) -> str:
    found = _latency(line)
    return "" if found is None else f"{found:,.1f} ms" if found < 100 else f"{found:,.0f} ms"


def _version(line: Line) -> str:
    return line.state.info.version if line.state.info is not None else ""


def _tenant(line: Line) -> str:
    return (line.connection.tenant or "") if line.connection is not None else ""


NODES: tuple[Column[Line], ...] = (
    Column("name", "Node", lambda r: r.name, lambda r: r.name, 200, bold=True, icon=_icon),
    Column("shown", "Shown", lambda r: "yes" if r.shown else "no", lambda r: "shown" if r.shown else "", 84,
           icon=lambda r: ("ok", "accent") if r.shown else ("", "icon"), tone=lambda _: "accent"),
    Column("state", "State", state_text, state_text, 210, icon=_state_icon, tip=tip,
           tone=lambda r: PHASES[r.state.phase][1] if r.connection is not None else "muted"),
    Column("latency", "Latency", _latency, _latency_text, 84, right=True),
    Column("mode", "Mode", _kind, _kind, 96, tone=lambda r: "warn" if _kind(r) == "confirm" else "muted"),
    Column("where", "Address", where, where, 240, tone=lambda _: "muted"),
    Column("version", "Version", _version, _version, 84, tone=lambda _: "muted"),
    Column("tenant", "Tenant", _tenant, _tenant, 90, hidden=True),
    Column("colour", "Colour", lambda r: r.connection.colour if r.connection else "",
           lambda r: r.connection.colour if r.connection else "", 80, hidden=True),
)  # fmt: skip
