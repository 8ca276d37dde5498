"""Every action of the app, registered once: menus, toolbar, palette, shortcuts and F1 all read this table.

`command` is the command line that does the same; an action that has none says why in `reason`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.icons import icon
from ui.offered import METHODS
from ui.watchdog import watched

DRAWN_AT_ONCE = 8
SCREEN = "it only changes what this window shows"
EDITING = "it edits text in this window"
DRAWING = "it changes the tree that is being drawn"
SHOWN = "commands print what they list, --json as JSON"


@dataclass(frozen=True, slots=True)
class Spec:
    """One action. `menu` is where it stands in the menu bar, empty for actions that only belong to a panel."""

    id: str
    text: str
    icon: str = ""
    shortcut: str = ""
    menu: str = ""
    command: str = ""
    reason: str = ""
    checkable: bool = False
    wide: bool = True
    """The shortcut works in the whole window, not only in the panel that the action belongs to."""
    tip: str = ""
    tone: str = "icon"

    @property
    def title(self) -> str:
        """The text where nothing around it says what it is about."""
        return self.text if self.menu else f"{self.id.partition('.')[0].capitalize()}: {self.text}"


SPECS = (
    Spec("file.new_server", "New gen_server actor", "file-new", "Ctrl+N", "File", "new NAME --behavior gen_server"),
    Spec("file.new_event", "New gen_event actor", "file-new", "", "File", "new NAME --behavior gen_event"),
    Spec("file.new_fsm", "New gen_fsm actor", "file-new", "", "File", "new NAME --behavior gen_fsm"),
    Spec("file.open", "Open…", "open", "Ctrl+O", "File", "--open FILE"),
    Spec("file.open_session", "Open recorded session…", "history", "Ctrl+Alt+O", "File", "bundle open FILE"),
    Spec("file.recent_sessions", "Recorded sessions opened recently", "history", "", "File", "bundle open FILE"),
    Spec("file.export_session", "Export session…", "export", "Ctrl+Alt+X", "File", "bundle export FILE",
         tip="Write what this node has recorded into one file that opens anywhere"),
    Spec("file.save", "Save", "save", "Ctrl+S", "File", reason=EDITING),
    Spec("file.save_as", "Save as…", "save-as", "Ctrl+Shift+S", "File", reason=EDITING),
    Spec("file.close_tab", "Close tab", "close", "Ctrl+W", "File", reason=EDITING),
    Spec("module.deploy", "Deploy a file…", "drop", "Ctrl+Shift+D", "File", "module deploy FILE"),
    Spec("module.deploy_folder", "Deploy a folder…", "open", "", "File", "module deploy DIR"),
    Spec("module.show", "Show a module", "info", "", "", "module show REFERENCE"),
    Spec("module.spawn", "Spawn an actor of this module…", "plus", "", "", "actor spawn MODULE --name NAME"),
    Spec("module.source", "Open its source", "code", "", "", "module show REFERENCE"),
    Spec("module.alias", "Give it an alias…", "alias", "", "", "module alias NAME REFERENCE"),
    Spec("module.diff", "Compare with…", "diff", "", "", "module diff BEFORE AFTER"),
    Spec("module.build", "Build a component of it…", "module", "", "", "module build FILE"),
    Spec("module.users", "Show the actors that run it", "actors", "", "", "actor list"),
    Spec("module.log", "Show what they log", "log", "", "", "actor logs NAME"),
    Spec("module.copy_hash", "Copy the hash", "hash", "", "", "module list"),
    Spec("module.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("module.remove", "Remove…", "trash", "", "", "module remove REFERENCE", tone="error"),
    Spec("app.quit", "Quit", "quit", "Ctrl+Q", "File", reason="the shell ends a command line"),
    Spec("edit.undo", "Undo", "undo", "Ctrl+Z", "Edit", reason=EDITING, wide=False),
    Spec("edit.redo", "Redo", "redo", "Ctrl+Shift+Z", "Edit", reason=EDITING, wide=False),
    Spec("edit.find", "Find in file", "find", "Ctrl+F", "Edit", reason=EDITING, wide=False),
    Spec("edit.comment", "Toggle comment", "hash", "Ctrl+/", "Edit", reason=EDITING, wide=False),
    Spec("edit.run", "Run: deploy and reload or spawn", "run", "Ctrl+Return", "Actor", "run FILE --watch", wide=False,
         tip="Deploys this file and gives its code to the running actor, or starts one", tone="ok"),
    Spec("actor.spawn", "Spawn an actor…", "plus", "Ctrl+Shift+N", "Actor", "actor spawn MODULE --name NAME"),
    Spec("actor.message", "Send a message", "messages", "Ctrl+M", "Actor", "actor call NAME TYPE=PAYLOAD"),
    Spec("actor.source", "Open source", "code", "", "Actor", "module show REFERENCE"),
    Spec("actor.restart", "Restart", "restart", "", "Actor", "actor restart NAME"),
    Spec("actor.stop", "Stop", "stop", "", "Actor", "actor stop NAME"),
    Spec("actor.kill", "Kill", "kill", "", "Actor", "actor kill NAME"),
    Spec("actor.suspend", "Suspend", "suspended", "", "Actor", "actor suspend NAME",
         tip="Lets it handle no more messages; they wait in its mailbox"),
    Spec("actor.resume", "Resume", "play", "", "Actor", "actor resume NAME", tip="Lets a suspended actor go on"),
    Spec("actor.passivate", "Passivate", "passive", "", "Actor", "actor passivate NAME",
         tip="Keeps the state of an idle actor and frees its instance; the next message brings it back"),
    Spec("actor.supervisor", "Show its supervisor", "supervisor", "", "Actor", "supervisor show NAME"),
    Spec("actor.capabilities", "Show what it may do", "capability", "", "Actor", "capability show NAME"),
    Spec("actor.tuple", "Show the tuple that it waits for", "tuple", "", "Actor", "tuple waiters"),
    Spec("actor.before_crash", "Open the entry before its crash", "history", "Ctrl+Alt+B", "Actor", "journal show NAME",
         tip="What came right before the turn that crashed: in the journal of a durable actor, else among its turns"),
    Spec("actor.limits", "Edit its limits", "limits", "", "Actor", "actor limits NAME LIMIT=VALUE"),
    Spec("actor.apply_limits", "Apply the limits that are written", "ok", "", "", "actor limits NAME LIMIT=VALUE"),
    Spec("actor.reset_limits", "Reset its limits to those of the profile", "undo", "", "",
         "actor limits NAME LIMIT=VALUE"),
    Spec("actor.copy_limits", "Copy its limits as command", "command", "", "", reason="it copies the command itself"),
    Spec("actor.tree", "Actors as a tree", "tree", "", "Actor", "actor tree", checkable=True,
         tip="Node, supervisors, actors and those that they spawned, as a tree instead of a table"),
    Spec("actor.graph", "Show in graphs", "graphs", "", "Actor", reason=SCREEN),
    Spec("actor.log", "Show its log", "log", "", "Actor", "actor logs NAME"),
    Spec("actor.copy_id", "Copy id", "copy", "", "", "actor list"),
    Spec("actor.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("supervision.apply", "Apply a tree file…", "open", "Ctrl+Shift+T", "Supervision", "supervisor apply FILE",
         tip="Starts a tree of supervisors from a file, or changes the running one of its name"),
    Spec("supervision.new_tree", "New tree…", "plus", "Ctrl+Alt+N", "Supervision", "supervisor apply FILE",
         tip="Draw a tree of supervisors and actors, and see what applying it would do"),
    Spec("supervision.edit_tree", "Edit tree…", "edit", "Ctrl+Alt+E", "Supervision", "supervisor apply FILE",
         tip="Change the whole tree in which this one stands, and see what applying it would do"),
    Spec("supervision.restart", "Restart this child or supervisor", "restart", "", "Supervision",
         "supervisor restart NAME CHILD"),
    Spec("supervision.restart_all", "Restart the whole supervisor…", "reload", "", "Supervision",
         "supervisor restart NAME"),
    Spec("supervision.stop", "Stop and keep stopped…", "stop", "", "Supervision", "supervisor stop NAME CHILD"),
    Spec("supervision.start", "Start again", "play", "", "Supervision", "supervisor start NAME CHILD"),
    Spec("supervision.add", "Start one more child", "plus", "", "Supervision", "supervisor start NAME"),
    Spec("supervision.remove", "Remove the tree…", "trash", "", "Supervision", "supervisor remove NAME", tone="error"),
    Spec("supervision.preview", "Show who restarts if this one ends", "preview", "", "Supervision",
         "supervisor preview CHILD", checkable=True),
    Spec("supervision.actor", "Go to the actor", "actor", "", "", "actor show NAME"),
    Spec("supervision.message", "Show its last messages", "messages", "", "", "supervisor history NAME"),
    Spec("supervision.before_crash", "Open the entry before this crash", "history", "", "", "journal show NAME"),
    Spec("supervision.log", "Show its log", "log", "", "", "actor logs NAME"),
    Spec("supervision.turn", "Open or close this supervisor", "chevron-right", "", "", reason=SCREEN),
    Spec("supervision.close_all", "Close all supervisors", "fold", "", "", reason=SCREEN),
    Spec("supervision.open_all", "Open all supervisors", "unfold", "", "", reason=SCREEN),
    Spec("supervision.fit", "Fit the whole tree", "fit", "", "", reason=SCREEN),
    Spec("supervision.zoom_in", "Zoom into the tree", "zoom-in", "", "", reason=SCREEN),
    Spec("supervision.zoom_out", "Zoom out of the tree", "zoom-out", "", "", reason=SCREEN),
    Spec("supervision.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("tree.add_child", "Add child", "actor", "Ctrl+Shift+A", "", reason=DRAWING, wide=False,
         tip="Add an actor to this supervisor, or after this actor"),
    Spec("tree.add_supervisor", "Add supervisor", "supervisor", "Ctrl+Alt+A", "", reason=DRAWING, wide=False,
         tip="Add a supervisor to this supervisor, or after this actor"),
    Spec("tree.duplicate", "Duplicate", "copy", "Ctrl+D", "", reason=DRAWING, wide=False),
    Spec("tree.up", "Move up: start earlier", "arrow-up", "Alt+Up", "", reason=DRAWING, wide=False),
    Spec("tree.down", "Move down: start later", "arrow-down", "Alt+Down", "", reason=DRAWING, wide=False),
    Spec("tree.move", "Move into another supervisor…", "upgrade", "Ctrl+Alt+M", "", reason=DRAWING, wide=False),
    Spec("tree.remove", "Remove from the tree", "trash", "Ctrl+Delete", "", reason=DRAWING, wide=False, tone="error"),
    Spec("tree.undo", "Undo", "undo", "Ctrl+Z", "", reason=DRAWING, wide=False),
    Spec("tree.redo", "Redo", "redo", "Ctrl+Shift+Z", "", reason=DRAWING, wide=False),
    Spec("tree.open", "Open a tree file…", "open", "Ctrl+Shift+O", "", reason=DRAWING, wide=False),
    Spec("tree.save", "Save the tree as…", "save-as", "Ctrl+Alt+S", "", reason=DRAWING, wide=False),
    Spec("tree.apply", "Apply the tree", "ok", "Ctrl+Return", "", "supervisor apply FILE", wide=False),
    Spec("capability.grant_once", "Once", "ok", "", "", "capability grant NAME CAP --for once",
         tip="Grant it for the next call that it alone allows"),
    Spec("capability.grant_session", "For this session", "ok", "", "", "capability grant NAME CAP --for session",
         tip="Grant it until the actor stops or the node ends"),
    Spec("capability.grant_always", "Always", "ok", "", "", "capability grant NAME CAP --for always",
         tip="Grant it, and keep it with how the actor is started"),
    Spec("capability.revoke", "Revoke", "close", "", "", "capability revoke NAME CAP", tone="error",
         tip="Take this grant away"),
    Spec("capability.trim", "Trim to used…", "cut", "", "", "capability trim NAME",
         tip="Take away what the actor has never used; shows first what would go"),
    Spec("capability.actor", "Go to the actor", "actor", "", "", "actor show NAME"),
    Spec("capability.profiles", "Show the profiles side by side", "limits", "", "View", "profile list"),
    Spec("capability.audit", "Show who changed grants", "history", "", "View", "capability audit"),
    Spec("capability.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("key.new", "Write a key…", "plus", "", "Data", "kv put KEY VALUE"),
    Spec("key.save", "Save this key", "save", "Ctrl+Return", "", "kv put KEY VALUE", wide=False),
    Spec("key.delete", "Delete this key…", "trash", "", "", "kv delete KEY", tone="error"),
    Spec("key.open", "Open this key or level", "chevron-right", "", "", reason=SCREEN),
    Spec("key.up", "One level up", "upgrade", "", "", reason=SCREEN),
    Spec("key.actor", "Go to the actor that wrote it", "actor", "", "", "actor show NAME"),
    Spec("key.copy_value", "Copy the value", "copy", "", "", "kv get KEY"),
    Spec("key.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("tuple.new", "Write a tuple…", "plus", "", "Data", "tuple write TUPLE"),
    Spec("tuple.write", "Write", "save", "Ctrl+Return", "", "tuple write TUPLE", wide=False),
    Spec("tuple.all", "Show all tuples", "undo", "", "", "tuple list"),
    Spec("tuple.read", "Read", "preview", "", "", "tuple read PATTERN",
         tip="Read the oldest tuple that matches the pattern; it stays"),
    Spec("tuple.take", "Take…", "export", "", "", "tuple take PATTERN",
         tip="Take the oldest tuple that matches the pattern out of the space"),
    Spec("tuple.watch", "Watch", "follow", "", "", "tuple watch PATTERN",
         tip="Show the changes of tuples that match the pattern, as they come"),
    Spec("tuple.why", "Why nobody takes it", "find", "", "", "tuple why ID"),
    Spec("tuple.build", "Build a pattern from it", "edit", "", "", "tuple count PATTERN",
         tip="Begin a pattern with this tuple, and turn its fields into types and tests"),
    Spec("tuple.near", "Show what comes closest", "find", "", "", "tuple near --waiter ID"),
    Spec("tuple.show", "Show this tuple", "tuple", "", "", "tuple list PATTERN"),
    Spec("tuple.remove", "Remove this tuple…", "trash", "", "", "tuple remove ID", tone="error"),
    Spec("tuple.author", "Go to the actor that wrote it", "actor", "", "", "actor show NAME"),
    Spec("tuple.waiter", "Go to the actor that waits", "actor", "", "", "actor show NAME"),
    Spec("tuple.changer", "Go to the actor that did this", "actor", "", "", "actor show NAME"),
    Spec("tuple.copy", "Copy the tuple", "copy", "", "", "tuple list PATTERN"),
    Spec("tuple.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("blob.upload", "Upload files…", "plus", "", "Data", "blob upload FILE BUCKET/KEY"),
    Spec("blob.download", "Download…", "save-as", "", "", "blob download BUCKET/KEY FILE"),
    Spec("blob.copy", "Copy to…", "copy", "", "", "blob copy BUCKET/KEY BUCKET/KEY"),
    Spec("blob.delete", "Delete…", "trash", "", "", "blob delete BUCKET/KEY", tone="error"),
    Spec("blob.open", "Open this bucket, level or blob", "chevron-right", "", "", reason=SCREEN),
    Spec("blob.up", "One level up", "upgrade", "", "", reason=SCREEN),
    Spec("blob.actor", "Go to the actor that wrote it", "actor", "", "", "actor show NAME"),
    Spec("blob.copy_hash", "Copy the hash", "hash", "", "", "blob show BUCKET/KEY"),
    Spec("blob.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("group.create", "Make a group…", "plus", "", "Data", "group create GROUP"),
    Spec("group.delete", "Delete this group…", "trash", "", "", "group delete GROUP", tone="error"),
    Spec("group.join", "Let it join", "plus", "", "", "group join GROUP ACTOR"),
    Spec("group.remove", "Remove this member", "close", "", "", "group remove GROUP ACTOR", tone="error"),
    Spec("group.publish", "Publish", "send", "", "", "group publish GROUP TYPE=PAYLOAD"),
    Spec("group.actor", "Go to the member", "actor", "", "", "actor show NAME"),
    Spec("group.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("lock.force", "Take this lock from its holder…", "warning", "", "", "lock force NAME", tone="error"),
    Spec("lock.actor", "Go to the actor that holds it", "actor", "", "", "actor show NAME"),
    Spec("lock.waiter", "Go to the actor that waits", "actor", "", "", "actor show NAME"),
    Spec("lock.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("registry.new", "Register something…", "plus", "", "Data", "registry register ID --address ADDRESS"),
    Spec("registry.register", "Register", "ok", "", "", "registry register ID --address ADDRESS"),
    Spec("registry.heartbeat", "Tell that it is alive", "pulse", "", "", "registry heartbeat ID"),
    Spec("registry.unregister", "Unregister…", "trash", "", "", "registry unregister ID", tone="error"),
    Spec("registry.actor", "Go to the actor that registered it", "actor", "", "", "actor show NAME"),
    Spec("registry.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("journal.verify", "Verify", "ok", "", "", "journal verify NAME",
         tip="Compare every entry of the chosen journal, or of all, with its checksum and its place"),
    Spec("journal.replay", "Replay", "play", "", "", "journal replay NAME",
         tip="Live through the chosen journal again, apart from the node, and compare what comes out"),
    Spec("journal.export", "Export all entries…", "export", "", "", "journal export NAME FILE"),
    Spec("journal.checkpoint", "Store its state now", "save", "", "", "journal checkpoint NAME",
         tip="Recovery begins there"),
    Spec("journal.compact", "Compact…", "cut", "", "", "journal compact NAME",
         tip="Remove the entries that recovery does not need since the checkpoint"),
    Spec("journal.remove", "Remove…", "trash", "", "", "journal remove NAME", tone="error"),
    Spec("journal.compare", "Compare the states of two entries", "diff", "", "", reason=SCREEN,
         tip="The states after the two chosen entries, or after the chosen one and the one before it"),
    Spec("journal.actor", "Go to the actor", "actor", "", "", "actor show NAME"),
    Spec("journal.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("sequence.show", "Sequence diagram…", "sequence", "Ctrl+Alt+Q", "Debug", "debug diagram ACTOR",
         tip="Draw who sent what to whom in the newest turns"),
    Spec("actor.sequence", "Draw its messages", "sequence", "", "", "debug diagram ACTOR"),
    Spec("sequence.follow", "Follow what happens", "follow", "", "", reason=SCREEN, checkable=True),
    Spec("sequence.services", "Draw calls to services too", "key", "", "", "debug diagram ACTOR --services",
         checkable=True),
    Spec("sequence.fit", "Fit the diagram to the width", "fit", "", "", reason=SCREEN),
    Spec("sequence.export", "Export the diagram…", "export", "", "", "debug diagram ACTOR --output FILE"),
    Spec("sequence.copy", "Copy the diagram as Mermaid", "copy", "", "", "debug diagram ACTOR --format mermaid"),
    Spec("sequence.open", "Open the turn of the arrow", "history", "", "", "actor show NAME"),
    Spec("sequence.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("debug.record", "Recording…", "history", "", "Debug", "debug record ACTOR --level LEVEL",
         tip="How much is recorded of actors, and what that takes"),
    Spec("session.first", "To the beginning", "first", "Home", "Debug", "bundle timeline FILE", wide=False),
    Spec("session.back_actor", "To the turn of this actor before", "back-actor", "Ctrl+Left", "Debug",
         "bundle timeline FILE", wide=False),
    Spec("session.back", "One turn back", "step-back", "Left", "Debug", "bundle timeline FILE", wide=False),
    Spec("session.forward", "One turn forward", "step", "Right", "Debug", "bundle timeline FILE", wide=False),
    Spec("session.forward_actor", "To the next turn of this actor", "forward-actor", "Ctrl+Right", "Debug",
         "bundle timeline FILE", wide=False),
    Spec("session.last", "To the end", "last", "End", "Debug", "bundle timeline FILE", wide=False),
    Spec("session.find", "Next turn where the condition holds", "arrow-down", "F3", "Debug",
         "bundle timeline FILE --where FILTER", wide=False),
    Spec("session.find_back", "Turn before where the condition holds", "arrow-up", "Shift+F3", "Debug",
         "bundle timeline FILE --where FILTER", wide=False),
    Spec("session.zoom_in", "Zoom into the timeline", "zoom-in", "", "", reason=SCREEN),
    Spec("session.zoom_out", "Zoom out of the timeline", "zoom-out", "", "", reason=SCREEN),
    Spec("session.fit", "Show the whole session on the timeline", "fit", "", "", reason=SCREEN),
    Spec("session.replay", "Replay", "reload", "Ctrl+Alt+R", "Debug", "bundle replay FILE",
         tip="Live through every turn of the session again, and compare"),
    Spec("session.verify", "Verify the file", "ok", "", "Debug", "bundle verify FILE"),
    Spec("session.contents", "What is in the file…", "info", "", "Debug", "bundle show FILE"),
    Spec("nodes.show", "Show this node", "preview", "", "", reason=SCREEN,
         tip="Let all panels show the chosen node or session"),
    Spec("nodes.running", "Back to the node that runs", "node", "Ctrl+Alt+0", "Node", reason=SCREEN),
    Spec("nodes.close", "Close the session", "close", "", "Node", reason=SCREEN),
    Spec("nodes.new", "New connection…", "plus", "Ctrl+Alt+K", "Node", "node connection add NAME HOST:PORT",
         tip="Store the address of a node with what it takes to reach it, and attach to it"),
    Spec("nodes.attach", "Attach", "play", "", "Node", "node info --node NODE",
         tip="Attach to the chosen connection, or try again at once"),
    Spec("nodes.detach", "Detach", "stop", "", "Node", reason="a command is attached only while it runs"),
    Spec("nodes.edit", "Edit this connection…", "edit", "", "Node", "node connection add NAME HOST:PORT --replace"),
    Spec("nodes.duplicate", "Duplicate this connection", "copy", "", "Node", "node connection duplicate NAME"),
    Spec("nodes.remove", "Remove this connection…", "trash", "", "Node", "node connection remove NAME", tone="error"),
    Spec("nodes.peers", "Show the nodes that it knows", "registry", "", "Node", "node peers --node NODE"),
    Spec("nodes.attach_peer", "Attach to this peer…", "plus", "", "", "node connection add NAME HOST:PORT"),
    Spec("nodes.compare", "Compare two nodes…", "diff", "Ctrl+Alt+J", "Node", "node compare NODE NODE",
         tip="Versions, modules and actors of two nodes side by side"),
    Spec("nodes.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("module.rehearse", "Rehearse…", "upgrade", "Ctrl+Alt+H", "Debug", "module rehearse FILE --as REFERENCE",
         tip="Live through recorded turns on other code before it is deployed"),
    Spec("queue.new", "Make a queue…", "plus", "", "Data", "queue create QUEUE"),
    Spec("queue.send", "Send to a queue…", "queue", "", "Data", "queue send QUEUE TYPE=PAYLOAD"),
    Spec("topic.publish", "Publish to a topic…", "topic", "", "Data", "topic publish TOPIC TYPE=PAYLOAD"),
    Spec("queue.deliver", "Send", "send", "Ctrl+Return", "", "queue send QUEUE TYPE=PAYLOAD", wide=False),
    Spec("queue.edit", "Edit and resend", "edit", "", "", "queue resend QUEUE ID TYPE=PAYLOAD"),
    Spec("queue.resend", "Resend as it was", "reload", "", "", "queue resend QUEUE ID"),
    Spec("queue.redrive", "Redrive", "restart", "", "", "queue redrive QUEUE",
         tip="Put the dead letters back into the queue where they failed"),
    Spec("queue.drop", "Remove this message…", "trash", "", "", "queue drop QUEUE ID", tone="error"),
    Spec("queue.purge", "Purge…", "trash", "", "", "queue purge QUEUE", tone="error"),
    Spec("queue.delete", "Delete this queue…", "trash", "", "", "queue delete QUEUE", tone="error"),
    Spec("queue.actor", "Go to the actor that has or sent it", "actor", "", "", "actor show NAME"),
    Spec("queue.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("queue.copy_message", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("message.send", "Send", "send", "Ctrl+Return", "", "actor call NAME TYPE=PAYLOAD", wide=False),
    Spec("message.resend", "Resend", "reload", "", "", "actor call NAME TYPE=PAYLOAD"),
    Spec("message.edit", "Edit and resend", "edit", "", "", "actor call NAME TYPE=PAYLOAD"),
    Spec("message.copy_command", "Copy as command", "command", "", "", reason="it copies the command itself"),
    Spec("message.copy_python", "Copy as Python", "code", "", "", reason="it copies the Python of the same call"),
    Spec("message.copy_grpcurl", "Copy as grpcurl", "send", "", "", reason="it copies the line of the same call"),
    Spec("message.letters", "Show dead letters", "letter", "", "Actor", "actor dead-letters"),
    Spec("message.letter_edit", "Edit and resend the dead letter", "edit", "", "", "actor resend NUMBER TYPE=PAYLOAD"),
    Spec("message.letter_resend", "Resend the dead letter", "reload", "", "", "actor resend NUMBER"),
    Spec("message.letter_actor", "Go to the actor of the dead letter", "actor", "", "", "actor show NAME"),
    Spec("message.letter_copy", "Copy the resending as command", "command", "", "",
         reason="it copies the command itself"),
    Spec("graphs.pause", "Pause graphs", "pause", "", "", reason=SCREEN, checkable=True),
    Spec("graphs.export_png", "Export graphs as PNG…", "graphs", "", "", reason="a picture of this window"),
    Spec("graphs.export_csv", "Export samples as CSV…", "export", "", "", reason="it exports what this window shows"),
    Spec("log.follow", "Follow the log", "follow", "", "", "actor logs NAME --follow", checkable=True),
    Spec("log.copy", "Copy lines", "copy", "", "", "actor logs NAME"),
    Spec("table.filter", "Filter this panel", "filter", "Ctrl+Shift+F", "View", reason=SCREEN),
    Spec("view.palette", "Command palette", "command", "Ctrl+Shift+P", "View", reason=SCREEN),
    Spec("view.jump", "Jump to an actor, module, panel, key or tuple", "find", "Ctrl+K", "View", "actor list"),
    Spec("table.copy_cell", "Copy the cell", "copy", "", "", reason=SHOWN),
    Spec("table.copy_text", "Copy rows as text", "copy", "", "", reason=SHOWN),
    Spec("table.copy_json", "Copy rows as JSON", "copy", "", "", reason=SHOWN),
    Spec("table.copy_csv", "Copy rows as CSV", "copy", "", "", reason=SHOWN),
    Spec("table.copy_markdown", "Copy rows as Markdown", "copy", "", "", reason=SHOWN),
    Spec("table.copy_python", "Copy rows as Python", "code", "", "", reason="it copies the Python that shows them"),
    Spec("table.copy_grpcurl", "Copy rows as grpcurl", "send", "", "", reason="it copies the line that shows them"),
    Spec("table.copy_command", "Copy rows as commands", "command", "", "", reason="it copies the commands themselves"),
    Spec("table.export", "Export the rows shown…", "export", "Ctrl+Shift+E", "View", reason=SHOWN),
    Spec("table.export_all", "Export all rows…", "export", "", "View", reason=SHOWN),
    Spec("table.columns", "Choose columns", "columns", "Ctrl+Shift+L", "View", reason=SCREEN),
    Spec("view.next_panel", "Next panel", "layout", "F6", "View", reason=SCREEN),
    Spec("view.operate", "Perspective: Operate", "layout", "Ctrl+Alt+1", "View", reason=SCREEN, checkable=True),
    Spec("view.debug", "Perspective: Debug", "code", "Ctrl+Alt+2", "View", reason=SCREEN, checkable=True),
    Spec("view.data", "Perspective: Data", "key", "Ctrl+Alt+3", "View", reason=SCREEN, checkable=True),
    Spec("view.reset", "Reset the layout", "restart", "", "View", reason=SCREEN),
    Spec("theme.toggle", "Switch between light and dark", "theme", "Ctrl+Alt+T", "View", reason=SCREEN),
    Spec("theme.system", "Theme: follow the system", "theme", "", "View", reason=SCREEN),
    Spec("theme.light", "Theme: light", "sun", "", "View", reason=SCREEN),
    Spec("theme.dark", "Theme: dark", "moon", "", "View", reason=SCREEN),
    Spec("view.larger", "Larger text", "plus", "Ctrl+=", "View", reason=SCREEN),
    Spec("view.smaller", "Smaller text", "chevron-down", "Ctrl+-", "View", reason=SCREEN),
    Spec("done.show", "What was done…", "history", "", "Node", reason="the audit log of a node has what was done to it",
         tip="What was changed from this window, each to be copied as a command, Python or grpcurl"),
    Spec("done.instead", "Copy the next change instead of making it", "copy", "Ctrl+Alt+V", "Node",
         reason="it copies the command itself", checkable=True),
    Spec("done.copy_command", "Copy what was done last as command", "command", "Ctrl+Alt+C", "Node",
         reason="it copies the command itself"),
    Spec("done.copy_python", "Copy what was done last as Python", "code", "", "Node", reason="it copies the Python"),
    Spec("done.copy_grpcurl", "Copy what was done last as grpcurl", "send", "", "Node", reason="it copies the line"),
    Spec("node.sample", "Start the sample system", "play", "", "Node", "--sample"),
    Spec("node.sample_default", "Start the sample on an empty node", "", "", "Node", "--sample",
         checkable=True),
    Spec("node.prepare", "Build the Python interpreter", "module", "", "Node",
         reason="every command builds it when it needs it"),
    Spec("help.shortcuts", "Keyboard shortcuts", "keyboard", "F1", "Help", "--help"),
    Spec("help.showcase", "Showcase…", "play", "", "Help", "showcase",
         tip="Runs the demonstrations and checks every claim of theirs"),
    Spec("showcase.run", "Run", "run", "", "", "showcase --demo NAME", tip="Run what is ticked", tone="ok"),
    Spec("showcase.stop", "Stop", "stop", "", "", reason="Ctrl+C ends the command", tip="End the run in order"),
    Spec("showcase.copy", "Copy", "copy", "", "", reason="the command prints it", tip="Copy all that was said"),
    Spec("help.about", "About this node", "info", "", "Help", "--version"),
)  # fmt: skip
MENUS = ("File", "Edit", "Actor", "Supervision", "Data", "Debug", "View", "Node", "Help")
OF_NODE = (
    "actor.", "module.", "supervision.", "capability.", "key.", "tuple.", "queue.", "topic.", "group.", "lock.",
    "registry.", "blob.", "journal.",
)  # fmt: skip
NEED_NODE = frozenset(
    {
        "debug.record", "edit.run", "node.sample", "node.prepare", "help.about", "message.send", "message.resend",
        "message.copy_python", "message.letter_edit", "message.letter_resend",
    }
) | {spec.id for spec in SPECS if spec.id.startswith(OF_NODE) and spec.reason != SCREEN}  # fmt: skip
READING = frozenset(
    (
        "audit", "count", "dead-letters", "diagram", "diff", "download", "export", "get", "history", "list", "logs",
        "near", "preview", "read", "rehearse", "replay", "show", "tree", "verify", "waiters", "watch", "why",
        "--version",
    )
)  # fmt: skip
"""What commands do that change nothing of a node."""
CHANGES = frozenset(
    spec.id
    for spec in SPECS
    if spec.id in NEED_NODE and spec.command and not READING.intersection(spec.command.split())
) | {"node.prepare"}
"""Actions that change a node: a recorded session has none of them."""
BY_ID = {spec.id: spec for spec in SPECS}


class Actions(QObject):
    """The QActions of one window. A panel binds the slot; an action that nobody bound is disabled."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions = {spec.id: self._make(spec) for spec in SPECS}
        self._slots: dict[str, Callable[[], None]] = {}
        self._off: set[str] = set()
        self._held = self._sealed = ""
        self._lacks: dict[str, str] = {}
        """Actions that the node does not offer, with the reason."""

    def _make(self, spec: Spec) -> QAction:
        action = QAction(icon(spec.icon, spec.tone), spec.text, self)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setEnabled(False)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        action.setToolTip(_tip(spec))
        action.triggered.connect(lambda: self.run(spec.id))
        if spec.wide:
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(action)
        else:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[tuple[Spec, QAction]]:
        return ((spec, self._actions[spec.id]) for spec in SPECS)

    def bind(self, action_id: str, slot: Callable[[], None], *, owner: QWidget | None = None) -> QAction:
        """Let `slot` do it; `owner` is the panel inside which a narrow shortcut works."""
        self._slots[action_id] = slot
        action = self._actions[action_id]
        self._show_enabled(action_id)
        if owner is not None and not BY_ID[action_id].wide:
            owner.addAction(action)
        return action

    @watched
    def run(self, action_id: str) -> None:
        """Do it, as if it had been clicked."""
        if action_id in self._slots:
            self._slots[action_id]()

    def enable(self, *action_ids: str, on: bool) -> None:
        for action_id in action_ids:
            (self._off.discard if on else self._off.add)(action_id)
            self._show_enabled(action_id)

    def hold(self, reason: str, sealed: str = "") -> None:
        """Disable what needs a node and say why in its tooltip, or with `sealed` what changes one; empty lets it go."""
        self._held, self._sealed = reason, sealed
        for action_id in NEED_NODE:
            self._show_enabled(action_id)

    def lack(self, missing: Collection[str]) -> None:
        """Hide what a node without these services and methods does not offer; where it is seen it says why."""
        before = self._lacks
        self._lacks = {
            action_id: f"This node is of an older version and does not offer {wanted}."
            for action_id, wanted in METHODS.items()
            if wanted in missing or wanted.partition(".")[0] in missing
        }
        for action_id in before.keys() | self._lacks.keys():
            self._actions[action_id].setVisible(action_id not in self._lacks)
            self._show_enabled(action_id)

    def why_hidden(self, action_id: str) -> str:
        """Why the node that is shown has no such action, as a sentence; empty when it has."""
        return self._lacks.get(action_id, "")

    def _show_enabled(self, action_id: str) -> None:
        action, held = self._actions[action_id], self._held if action_id in NEED_NODE else ""
        held = held or (self._sealed if action_id in CHANGES else "") or self._lacks.get(action_id, "")
        action.setEnabled(action_id in self._slots and action_id not in self._off and not held)
        if action_id in NEED_NODE or action_id in METHODS:
            tip = _tip(BY_ID[action_id])
            action.setToolTip(f"{tip}\n{held}" if held else tip)

    def menu(self, parent: QWidget, *action_ids: str) -> QMenu:
        """A menu of these actions; an empty id is a line."""
        made = QMenu(parent)
        for action_id in action_ids:
            if action_id:
                made.addAction(self._actions[action_id])
            else:
                made.addSeparator()
        return made

    def repaints(self) -> Iterator[Callable[[], None]]:
        """Steps that take the icons again, in the theme's new colours; each is short, though it draws."""
        pieces = (SPECS[at : at + DRAWN_AT_ONCE] for at in range(0, len(SPECS), DRAWN_AT_ONCE))
        return (partial(self._repaint, specs) for specs in pieces)

    def _repaint(self, specs: Sequence[Spec]) -> None:
        for spec in specs:
            self._actions[spec.id].setIcon(icon(spec.icon, spec.tone))


def _tip(spec: Spec) -> str:
    return (spec.tip or spec.text.rstrip("…")) + (f" ({spec.shortcut})" if spec.shortcut else "")
