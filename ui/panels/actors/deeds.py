"""What the user can do to the chosen actor, and where one goes from it."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui.crashes import CrashOf
from ui.desk import Draft
from ui.dialogs.asking import ask_and_wait, asking
from ui.dialogs.choice import choice
from ui.dialogs.confirm import confirmed
from ui.dialogs.migrate import MigrateDialog, figures, places_for
from ui.dialogs.spawn import SpawnDialog
from ui.filter import quote
from ui.states import begins_from
from ui.supervised import AGAIN, KEEP, consequence
from workbench.api import ActorInfo, ActorState, Limits, SpawnOptions

if TYPE_CHECKING:
    from ui.panels.actors.panel import ActorsPanel

ROW_ACTIONS = (
    "actor.message", "actor.source", "actor.graph", "actor.log", "actor.supervisor", "actor.capabilities",
    "actor.tuple", "actor.sequence", "actor.before_crash", "actor.limits", "",
    "actor.suspend", "actor.resume", "actor.passivate", "actor.migrate", "",
    "actor.restart", "actor.stop", "actor.kill", "", "actor.copy_id", "actor.copy_command",
)  # fmt: skip
CHANGES = {
    "suspend": "takes no more messages until it is resumed",
    "resume": "goes on",
    "passivate": "keeps its state without an instance; the next message brings it back",
}
OF_EACH = (
    "message", "sequence", "source", "graph", "log", "stop", "limits", "capabilities", "copy_id", "copy_command",
)  # fmt: skip
AT_REST = (ActorState.CRASHED, ActorState.STOPPED)


class Deeds:
    """For the actor that is chosen in `panel`."""

    def __init__(self, panel: ActorsPanel) -> None:
        self._panel, self._desk = panel, panel.desk

    def bind(self) -> None:
        for verb, slot in {
            "spawn": self.spawn, "message": self.message, "source": self._source, "restart": self._restart,
            "stop": self._stop, "kill": self._kill, "graph": self._graph, "log": self._log, "copy_id": self._copy_id,
            "copy_command": self._copy_command, "supervisor": self._show_supervisor, "limits": self._show_limits,
            "capabilities": self._show_capabilities, "tuple": self._show_tuple, "before_crash": self._before_crash,
            "migrate": self._migrate,
            "sequence": lambda: self._desk.show_sequence.emit(self._panel.chosen),
        }.items():  # fmt: skip
            self._desk.actions.bind(f"actor.{verb}", slot)
        for verb in CHANGES:
            self._desk.actions.bind(f"actor.{verb}", partial(self._change, verb))
        self._panel.details.limits.applied.connect(self._set_limits)

    def enable(self, row: ActorInfo | None) -> None:
        """What can be done to it now."""
        state = row.state if row is not None else ActorState.STOPPED
        rests = state in AT_REST
        for verb in OF_EACH:
            self._desk.actions.enable(f"actor.{verb}", on=row is not None)
        for verb, on in (
            ("restart", row is not None and rests), ("kill", row is not None and not rests),
            ("suspend", not rests and state not in (ActorState.SUSPENDED, ActorState.STOPPING)),
            ("resume", state is ActorState.SUSPENDED), ("passivate", state is ActorState.IDLE),
            ("migrate", row is not None and not rests and not row.supervisor and row.carries_state),
            ("supervisor", row is not None and bool(row.supervisor)), ("tuple", state is ActorState.WAITING),
            ("before_crash", row is not None and row.crashes > 0),
        ):  # fmt: skip
            self._desk.actions.enable(f"actor.{verb}", on=on)

    def _run(self, work: Coroutine[object, None, None]) -> None:
        self._panel.run(work)

    def _told(self, text: str) -> None:
        self._desk.notice(text, "ok")
        self._panel.refresh()

    # where one goes

    def message(self) -> None:
        if self._panel.chosen:
            self._desk.compose.emit(Draft(self._panel.chosen))

    def _source(self) -> None:
        if (row := self._panel.actor()) is not None:
            self._desk.show_source.emit(row)

    def _graph(self) -> None:
        self._desk.show_graph.emit(self._panel.chosen)

    def _log(self) -> None:
        self._desk.show_log.emit(f"actor:{quote(self._panel.chosen)}")

    def _show_supervisor(self) -> None:
        if self._panel.chosen:
            self._desk.show_supervised.emit(self._panel.chosen)

    def _show_limits(self) -> None:
        self._desk.raise_panel.emit(self._panel.id)
        self._panel.details.show_limits()

    def _show_capabilities(self) -> None:
        if self._panel.chosen:
            self._desk.show_capabilities.emit(self._panel.chosen)

    def _show_tuple(self) -> None:
        if self._panel.chosen:
            self._desk.show_waiter.emit(self._panel.chosen)

    def _before_crash(self) -> None:
        if self._panel.chosen:
            self._desk.before_crash.emit(CrashOf(self._panel.chosen))

    def _copy_id(self) -> None:
        QGuiApplication.clipboard().setText(self._panel.chosen)

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._desk.command("actor show", self._panel.chosen))

    # what is done

    def _restart(self) -> None:
        self.restart(self._panel.chosen)

    def restart(self, name: str) -> None:
        self._run(self._do_restart(name))

    async def _do_restart(self, name: str) -> None:
        if self._desk.node is not None:
            info = await self._panel.call(self._desk.node.actors.restart, name)
            self._told(f"{name} runs again, {begins_from(info)}.")

    def _change(self, verb: str) -> None:
        if self._panel.chosen:
            self._run(self._do_change(verb, self._panel.chosen))

    async def _do_change(self, verb: str, name: str) -> None:
        if self._desk.node is not None:
            facet = self._desk.node.actors
            does = {"suspend": facet.suspend, "resume": facet.resume, "passivate": facet.passivate}[verb]
            await self._panel.call(does, name)
            self._told(f"{name} {CHANGES[verb]}.")

    def _migrate(self) -> None:
        if (row := self._panel.actor()) is not None:
            self._run(self._ask_and_migrate(row.id.name))

    async def _ask_and_migrate(self, name: str) -> None:
        places = await self._panel.call(places_for, self._desk)
        with asking(MigrateDialog(self._panel, name, places)) as dialog:
            dialog.wanted.connect(lambda to, token: self._panel.run(self._do_migrate(dialog, name, to, token),
                                                                    dialog.refuse))  # fmt: skip
            await ask_and_wait(dialog)

    async def _do_migrate(self, dialog: MigrateDialog, name: str, to: str, token: str) -> None:
        node = self._desk.node
        if node is None:
            return
        with self._desk.jobs.doing(f"Move of {name}", "reach") as job:
            job.reporter.reported.connect(dialog.reached)
            done = await self._panel.call(
                node.actors.migrate, name, to, token=token, progress=job.report, cancel=job.cancel
            )
            dialog.show_done(done)
            self._told(f"{name} runs at {done.node} ({to}): {figures(done)}.")

    def _set_limits(self, limits: Limits) -> None:
        self._panel.run(self._do_set_limits(self._panel.chosen, limits), self._panel.details.limits.refuse)

    async def _do_set_limits(self, name: str, limits: Limits) -> None:
        if self._desk.node is not None:
            await self._panel.call(self._desk.node.actors.set_limits, name, limits)
            self._told(f"{name} has other limits from its next turn on.")

    def _stop(self) -> None:
        row = self._panel.actor()
        if row is not None and row.supervisor:
            self._run(self._ask_and_stop(row.id.name, row.supervisor))
        elif row is not None and confirmed(
            self._panel, f"Stop {row.id.name}?",
            "It finishes the message in hand, then it is gone with its state: nobody starts it again.", "Stop",
        ):  # fmt: skip
            self._run(self._do_stop(row.id.name))

    async def _ask_and_stop(self, name: str, supervisor: str) -> None:
        """Its supervisor may start it again: say so, and offer to keep it stopped."""
        node = self._desk.node
        if node is None:
            return
        what = await self._panel.call(consequence, node, supervisor, name)
        verb = await choice(self._panel, f"Stop {name}?", what, (AGAIN, KEEP))
        if verb == KEEP:
            await self._panel.call(node.supervision.stop_child, supervisor, name)
            self._told(f"{name} is stopped, and stays so until it is started by hand.")
        elif verb == AGAIN:
            await self._do_stop(name)

    async def _do_stop(self, name: str) -> None:
        if self._desk.node is not None:
            await self._panel.call(self._desk.node.actors.stop, name)
            self._told(f"{name} was stopped.")

    def _kill(self) -> None:
        row = self._panel.actor()
        if row is None:
            return
        then = (f"Its supervisor {row.supervisor} decides then whether it is started again." if row.supervisor
                else "It stays listed as crashed and can be restarted.")  # fmt: skip
        if confirmed(self._panel, f"Kill {row.id.name}?",
                     f"It ends at once, in the middle of a message if need be; its state is lost. {then}",
                     "Kill"):  # fmt: skip
            self._run(self._do_kill(row.id.name))

    async def _do_kill(self, name: str) -> None:
        if self._desk.node is not None:
            await self._panel.call(self._desk.node.actors.kill, name)
            self._panel.refresh()

    def spawn(self, module: str = "") -> None:
        self._run(self._ask_and_spawn(module))

    async def _ask_and_spawn(self, module: str) -> None:
        if self._desk.node is None:
            return
        modules = await self._panel.call(self._desk.node.modules.list)
        if not modules:
            self._desk.notice("No module is deployed yet: write one in the Editor, or drop a file here.", "warn")
            return
        with asking(SpawnDialog(self._panel, modules, module)) as dialog:
            if not await ask_and_wait(dialog):
                return
            chosen, state = dialog.module, dialog.state
            options = SpawnOptions(name=dialog.name, profile=dialog.profile, durable=dialog.durable)
        info = await self._panel.call(self._desk.node.actors.spawn, chosen, state, options=options)
        self._desk.notice(f"{info.id.name} runs.", "ok")
        self._desk.actor_chosen.emit(info.id.name)
