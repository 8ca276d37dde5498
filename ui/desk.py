"""What panels share instead of knowing each other: the node, the bridge, the settings, and wishes sent as signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ui.attachments import Attachments, sealed_text
from ui.bridge import Bridge
from ui.commands import command
from ui.copying.noting import Doings
from ui.jobs import Jobs
from ui.nodes import Nodes
from ui.roster import Roster
from ui.settings import Settings
from ui.traceback_text import TRACE, from_address
from ui.window_actions import Actions
from workbench.api import Location, Node, Payload, WorkbenchError
from workbench.api.messages import NO_HEADERS


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the bar under the toolbar. `tone` is info, ok, warn or error; `button` runs `action`."""

    text: str
    tone: str = "info"
    details: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    """Pairs of text and key; the key comes back in `Desk.answered`."""
    key: str = ""
    """A later notice with the same key replaces this one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be shown in the Messages panel, ready to be sent."""

    actor: str
    type: str = ""
    payload: Payload = ""
    kind: str = "call"
    fields: tuple[str, ...] = field(default=())
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


class Desk(QObject):
    """One per window. `node` is None until it has been opened."""

    node_changed = Signal()
    absence_changed = Signal()
    """Why there is no node is another reason now, or there is one."""
    stale_changed = Signal(str)
    """Why the data on screen is old; empty when it is fresh again."""
    noticed = Signal(object)
    """Notice"""
    answered = Signal(str)
    """The key of a notice's button."""
    theme_changed = Signal()
    remember = Signal()
    """Something that must survive a kill has changed."""
    actor_chosen = Signal(str)
    actors_listed = Signal(object)
    """Listing: the newest one, for chips."""
    compose = Signal(object)
    """Draft"""
    show_source = Signal(object)
    """ActorInfo"""
    show_location = Signal(object, str)
    """Location, and the actor it belongs to."""
    show_log = Signal(str)
    """A line for the filter of the log."""
    show_module = Signal(str)
    """The hash of a module."""
    show_graph = Signal(str)
    show_code = Signal(object)
    """ModuleInfo: open its source."""
    spawn_wanted = Signal(str)
    """Ask how to start an actor of this module."""
    show_turns = Signal(str)
    """The actor whose newest messages are to be seen."""
    show_turn = Signal(str, int)
    """An actor and the number of a turn of it that is to be seen."""
    show_entry = Signal(str, int)
    """A durable actor and the number of an entry in its journal."""
    open_session = Signal(object)
    """Path of a recorded session that is to be shown."""
    show_sequence = Signal(str)
    """Names of actors, with commas between them, whose messages are to be drawn; empty for all."""
    show_trace = Signal(str)
    """The id of a trace whose turns are to be seen."""
    before_crash = Signal(object)
    """CrashOf: go to the turn before it."""
    show_supervised = Signal(str)
    """A supervisor, or an actor that has one: show where it stands."""
    show_capabilities = Signal(str)
    """The actor whose grants are to be seen."""
    export_table = Signal(object)
    """Export: rows of a table that stands in no panel."""
    show_topic = Signal(str)
    """A topic, among those of the channels."""
    show_waiter = Signal(str)
    """An actor that waits for a tuple: show which."""
    apply_tree = Signal(object)
    """Path of a file that describes a tree of supervisors."""
    list_actors = Signal(str)
    """A line for the filter of the actors."""
    open_files = Signal(object)
    """tuple[Path, ...]: show them, wherever each belongs."""
    raise_panel = Signal(str)
    copy_lines = Signal(object, str)
    """Command lines that show rows of the node that is shown, and the language to copy them in instead."""
    copy_call = Signal(object, str)
    """A Call of the node that is shown, and the language to copy it in."""

    def __init__(self, bridge: Bridge, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.bridge = bridge
        self.settings = settings
        self.actions = Actions(window)
        self.roster = Roster(bridge)
        self.jobs = Jobs(self)
        self.doings = Doings(self)
        self.nodes = Nodes(self)
        self.attachments = Attachments(self)
        self.node: Node | None = None
        """The one that is shown."""
        self.reached: tuple[str, ...] = ()
        """The options with which the command line reaches the node."""
        self.failure = ""
        """Why the node could not be opened."""
        self.actions.hold(self.absence, self.sealed)
        self.node_changed.connect(self._absence_changed)

    @property
    def absence(self) -> str:
        """Why nothing can be asked of the node now, as a sentence; empty when there is one."""
        if self.node is not None:
            return ""
        return f"There is no node: {self.failure.rstrip('.')}." if self.failure else "The node is still starting."

    @property
    def sealed(self) -> str:
        """Why nothing of the node that is shown can be changed, as a sentence; empty when it can."""
        held = self.nodes.current
        if held is None or held.path is None:
            return sealed_text(held.connection) if held is not None else ""
        return f"{held.name} is a recorded session: nothing in it can be changed."

    @property
    def lacks(self) -> frozenset[str]:
        """What the node that is shown does not offer, as `Service` or `Service.Method`."""
        held = self.nodes.current
        if held is None or held.connection is None:
            return frozenset()
        return self.attachments.state(held.connection.name).lacks

    def lacks_changed(self) -> None:
        self.actions.lack(self.lacks)

    def fail_to_open(self, why: str) -> None:
        """Keep the reason why there is no node; an empty one when it is tried again."""
        self.failure = why
        self._absence_changed()

    def _absence_changed(self) -> None:
        self.actions.hold(self.absence, self.sealed)
        self.actions.lack(self.lacks)
        self.absence_changed.emit()

    def notice(
        self,
        text: str,
        tone: str = "info",
        *,
        details: str = "",
        buttons: tuple[tuple[str, str], ...] = (),
        key: str = "",
    ) -> None:
        self.noticed.emit(Notice(text, tone, details, buttons, key))

    def failed(self, error: Exception) -> None:
        """Show an error as what it is: a situation, or a fault of the program."""
        if isinstance(error, WorkbenchError):
            self.notice(str(error), "error", details=details(error))
        else:
            self.notice(
                "The app made a mistake and went on; the details help to repair it.", "error", details=repr(error)
            )

    def command(self, verb: str, *names: str) -> str:
        """The command line that does this on this node."""
        return command(verb, *names, at=self.reached)

    def follow(self, address: str, actor: str) -> None:
        """Go where a link in a text leads: to a place in the code of this actor, or to a trace."""
        place = from_address(address)
        head, _, trace = address.partition(":")
        if place is not None:
            self.location(place, actor)
        elif head == TRACE:
            self.show_trace.emit(trace)

    def location(self, place: Location, actor: str = "") -> None:
        self.show_location.emit(place, actor)


def details(error: WorkbenchError) -> str:
    """Everything worth copying about an error."""
    cause = getattr(error, "cause", None)
    lines = [f"{error.code}: {error}"]
    lines += [str(place) for place in getattr(error, "locations", ())]
    if cause is not None and cause.traceback:
        lines.append(cause.traceback)
    return "\n".join(lines)
