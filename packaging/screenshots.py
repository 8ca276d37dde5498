"""Pictures of every panel and of the window, light and dark, with the sample system at work: `make screenshots`.

    python packaging/screenshots.py [DIR]

They go to DIR, else to screenshots/; then those that pages show go to docs/images/ too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
SCRATCH = Path(tempfile.mkdtemp(prefix="workbench-screenshots-"))
os.environ["WORKBENCH_CONFIG_DIR"] = str(SCRATCH / "config")

from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402
from qasync import QEventLoop  # noqa: E402
from screenshots_nodes import Elsewhere  # noqa: E402
from screenshots_recorded import Recorded  # noqa: E402

import workbench  # noqa: E402
from ui.app import application, window_for  # noqa: E402
from ui.demo import ready, until  # noqa: E402
from ui.desk import Draft  # noqa: E402
from ui.dialogs.shortcuts import Shortcuts  # noqa: E402
from ui.main_window import MainWindow  # noqa: E402
from ui.opening import doors  # noqa: E402
from ui.panels.actors.panel import ActorsPanel  # noqa: E402
from ui.panels.capabilities.panel import CapabilitiesPanel  # noqa: E402
from ui.panels.editor.panel import EditorPanel  # noqa: E402
from ui.panels.graphs.panel import GraphsPanel  # noqa: E402
from ui.panels.messages.panel import MessagesPanel  # noqa: E402
from ui.panels.modules.panel import ModulesPanel  # noqa: E402
from ui.panels.supervision.editor.draft import named  # noqa: E402
from ui.panels.supervision.editor.history import History  # noqa: E402
from ui.panels.supervision.panel import SupervisionPanel  # noqa: E402
from ui.panels.tuplespace.columns import tuple_text  # noqa: E402
from ui.panels.tuplespace.panel import TupleSpacePanel  # noqa: E402
from ui.settings import Settings  # noqa: E402
from workbench.api import SpawnOptions  # noqa: E402

OUT = Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT / "screenshots"
IMAGES = OUT if sys.argv[1:] else ROOT / "docs" / "images"
GRAPH_SECONDS = 45
FRAGILE = '''"""A till that cannot divide by nothing."""

from plexspaces import GenServer


class Till(GenServer):
    def init(self, state):
        self.total = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "split":
            return self.share(int(payload))
        self.total += int(payload)
        print(f"{message_type} {payload}: {self.total} in the till")
        return str(self.total)

    def share(self, guests):
        return str(self.total // guests)

    def snapshot_state(self):
        return str(self.total)
'''
DENIED = '''"""One that reads what it may not."""

from plexspaces import Actor, HostError, keyvalue


class Spy(Actor):
    def handle_message(self, from_actor, message_type, payload):
        try:
            return str(keyvalue.get("secrets/till"))
        except HostError as error:
            return str(error)
'''
SHOP = {
    "actor.py": FRAGILE.replace("class Till(", "class Shop(")
    .replace("return str(self.total // guests)", "return str(shares.each(self.total, guests))")
    .replace("from plexspaces import GenServer\n", "from plexspaces import GenServer\n\nfrom rules import shares\n"),
    "rules/__init__.py": "",
    "rules/shares.py": "def each(total, guests):\n    return total // max(guests, 1)\n",
}
BROKEN = FRAGILE.replace("self.total // guests)", "self.total // guests")


async def take(window: MainWindow) -> int:
    """Everything in order; each picture waits for what it shows."""
    editor, actors, messages, graphs = (window.panels[name] for name in ("editor", "actors", "messages", "graphs"))
    assert isinstance(editor, EditorPanel)
    assert isinstance(actors, ActorsPanel)
    assert isinstance(messages, MessagesPanel)
    assert isinstance(graphs, GraphsPanel)
    await ready(window)
    till = SCRATCH / "till.py"
    till.write_text(FRAGILE, encoding="utf-8")
    editor.open(ROOT / "resources" / "actors" / "counter_actor.py")
    editor.open(till)
    doc = editor.current()
    assert doc is not None
    editor.run_current()
    await until(lambda: "spawned" in doc.result.text(), "spawning the till")
    await send(messages, "till", "pay", "40")
    await send(messages, "till", "pay", "2")
    await send(messages, "counter", "bogus", "")
    await send(messages, "counter", "add", "5")
    await until(lambda: len(graphs.samples.series.get("", ())) >= GRAPH_SECONDS, "a minute of graph")
    await send(messages, "till", "split", "0")
    await send(messages, "till", "pay", "1")
    messages.history.choose(1)
    await until(lambda: any(row.id.name == "till" and row.crashes for row in actors.model.rows), "a crash in the list")
    actors.select_key(next(row.id for row in actors.model.rows if row.id.name == "till"))
    doc.strip.type.setCurrentText("pay")
    doc.strip.payload.setText("40")
    await until(lambda: bool(actors.details.model.rows), "the turns of the till")
    await until(lambda: len(graphs.samples.series.get("", ())) >= GRAPH_SECONDS + 3, "the crash in the graph")
    for look in ("light", "dark"):
        window.set_theme(look)
        await until(lambda: window.looks.settled, "a change of the theme")
        await pictures(window, look)
    return 0


async def pictures(window: MainWindow, look: str) -> None:
    editor, actors, graphs = window.panels["editor"], window.panels["actors"], window.panels["graphs"]
    assert isinstance(editor, EditorPanel)
    assert isinstance(actors, ActorsPanel)
    assert isinstance(graphs, GraphsPanel)
    for notice in window.notices.notices:
        window.notices.dismiss(notice.key)
    window.desk.actor_chosen.emit("till")
    window.set_perspective("operate")
    await settle()
    save(window, f"main-{look}")
    if OUT != IMAGES:
        shutil.copy(OUT / f"main-{look}.png", IMAGES / f"main-{look}.png")
    window.set_perspective("debug")
    await settle()
    save(window, f"debug-{look}")
    for tab, name in ((0, "actors"), (1, "turns")):
        actors.details.tabs.setCurrentIndex(tab)
        await alone(window, "actors", f"{name}-{look}")
    actors.details.tabs.setCurrentIndex(0)
    await supervised(window, look)
    await permitted(window, look)
    await data(window, look)
    await modules(window, look)
    await Recorded(window, SCRATCH, alone, save, settle).take(look)
    await Elsewhere(window, SCRATCH, alone, save, settle).take(look)
    if OUT != IMAGES:
        for name in ("nodes", "connection", "comparison"):
            shutil.copy(OUT / f"{name}-{look}.png", IMAGES / f"{name}-{look}.png")
    for name in ("messages", "graphs", "log"):
        await alone(window, name, f"{name}-{look}")
    doc = editor.current()
    assert doc is not None
    doc.edit.setPlainText(BROKEN)
    editor.run_current()
    await until(lambda: bool(doc.edit.marks), "an error in the margin")
    await alone(window, "editor", f"editor-error-{look}")
    doc.edit.setPlainText(FRAGILE)
    await alone(window, "editor", f"editor-{look}")
    window.set_perspective("operate")
    await overlay(f"palette-{look}", lambda: window.jumps.offer_actions(), lambda: window.jumps.dialog)
    sheet = Shortcuts(window)
    await overlay(f"shortcuts-{look}", sheet.show, lambda: sheet)


async def supervised(window: MainWindow, look: str) -> None:
    """The tree of the sample with its restarts, the actors as a tree, limits, dead letters; and all of it small."""
    trees, actors, messages = window.panels["supervision"], window.panels["actors"], window.panels["messages"]
    assert isinstance(trees, SupervisionPanel)
    assert isinstance(actors, ActorsPanel)
    assert isinstance(messages, MessagesPanel)
    for tab, chosen, name in ((0, "flaky", "supervision"), (1, "flaky", "restarts"), (0, "workers", "supervisor")):
        window.desk.show_supervised.emit(chosen)
        await until(lambda: bool(trees.canvas.marks) and trees.chosen == chosen, "a preview")  # noqa: B023
        trees.details.tabs.setCurrentIndex(tab)
        await alone(window, "supervision", f"{name}-{look}")
    trees.details.tabs.setCurrentIndex(0)
    window.raise_panel("actors")
    window.desk.actions["actor.tree"].trigger()
    await alone(window, "actors", f"actors-tree-{look}")
    window.desk.actions["actor.tree"].trigger()
    window.desk.actor_chosen.emit("flaky")
    window.desk.actions.run("actor.limits")
    await alone(window, "actors", f"limits-{look}")
    actors.details.tabs.setCurrentIndex(0)
    window.desk.actions.run("message.letters")
    await until(lambda: messages.letters.chosen() is not None, "a dead letter")
    window.desk.actions.run("message.letter_edit")
    await alone(window, "messages", f"dead-letters-{look}")
    messages.resending.leave()
    messages.tabs.setCurrentIndex(0)
    window.set_perspective("operate")
    window.resize(1024, 700)
    window.raise_panel("supervision")
    await settle()
    save(window, f"small-supervision-{look}")
    window.resize(1440, 900)
    await drawing(window, look)


async def drawing(window: MainWindow, look: str) -> None:
    """The tree of the sample in its editor: what would be done, what is wrong, and a new one; also small."""
    trees = window.panels["supervision"]
    assert isinstance(trees, SupervisionPanel)
    window.desk.show_supervised.emit("flaky")
    await until(lambda: trees.chosen == "flaky", "the card of flaky")
    window.desk.actions.run("supervision.edit_tree")
    await until(lambda: trees.editing.window is not None and trees.editing.window.isVisible(), "the tree editor")
    editor = trees.editing.shown()
    root = editor.draft.id
    await until(lambda: editor.chosen.name == "flaky" and bool(editor.changes.rows), "a tree in the editor")
    editor.type_into("profile", "strict")
    editor.type_into("grants", ("keyvalue:read/config/*",))
    for verb, name in (("add_supervisor", "desks"), ("add_child", "porter")):
        window.desk.actions.run(f"tree.{verb}")
        editor.type_into("name", name)
        editor.type_into("module", "counter_actor")
    window.desk.actions.run("tree.duplicate")
    editor.choose(named(editor.draft, "flaky"))
    await until(lambda: len(editor.changes.rows) > 4, "what applying would do")
    await settle()
    save(editor, f"tree-editor-{look}")
    editor.choose(named(editor.draft, "desks"))
    editor.type_into("backs_off", True)
    editor.type_into("first_ms", "0")
    await settle()
    save(editor, f"tree-editor-wrong-{look}")
    editor.history = History(editor.clean, root)
    window.desk.actions.run("supervision.new_tree")
    editor.resize(760, 520)
    await settle()
    save(editor, f"tree-editor-new-{look}")
    editor.resize(1000, 680)
    editor.reject()


def _tells(panel: TupleSpacePanel) -> bool:
    """Whether what stands below is about the tuple that is chosen."""
    chosen = panel.table.chosen()
    why = any(row.why for row in panel.lists.waiting.model.rows)
    return chosen is not None and why and tuple_text(chosen) in panel.lists.about.text()


def _choose(panel: TupleSpacePanel, wanted: str) -> bool:
    """The newest of them, again when it was taken or has expired meanwhile; it says nothing yet."""
    if panel.table.chosen() is None:
        found = [row.id for row in panel.model.rows if row.fields[0] == wanted]
        if found:
            panel.select_key(str(found[-1]))
    return False


def _is_built(panel: TupleSpacePanel, wanted: str) -> bool:
    """Whether the pattern has the fields of the chosen tuple; one that is there still."""
    _choose(panel, wanted)
    panel.desk.actions.run("tuple.build")
    return len(panel.lists.building.rows) > 1


def _comes_close(panel: TupleSpacePanel) -> bool:
    """Whether something is shown for the inspector, who is chosen again when it waits anew."""
    waiting = panel.lists.waiting
    if waiting.table.chosen() is None and waiting.model.position("inspector") >= 0:
        waiting.select_key("inspector")
    return bool(panel.lists.near.model.rows)


async def data(window: MainWindow, look: str) -> None:
    """What the services of the sample hold: each panel of the perspective Data, with something chosen; one small."""
    panel, wanted = window.panels["tuplespace"], "job"
    assert isinstance(panel, TupleSpacePanel)
    window.set_perspective("data")
    window.raise_panel("tuplespace")
    window.desk.actions.run("tuple.all")
    panel.lists.setCurrentWidget(panel.lists.who_waits)
    await until(lambda: any(row.fields[0] == wanted for row in panel.model.rows), "a job among the tuples")
    await until(lambda: _tells(panel) or _choose(panel, wanted), "why it is nobody's")
    await settle()
    save(window, f"data-{look}")
    if OUT != IMAGES:
        shutil.copy(OUT / f"data-{look}.png", IMAGES / f"data-{look}.png")
    await alone(window, "tuplespace", f"tuplespace-{look}")
    window.raise_panel("tuplespace")
    panel.lists.setCurrentWidget(panel.lists.near)
    await until(lambda: _comes_close(panel), "what comes closest to what the inspector wants")
    await alone(window, "tuplespace", f"tuplespace-closest-{look}")
    window.raise_panel("tuplespace")
    await until(lambda: _is_built(panel, wanted), "a pattern made of a job")
    panel.lists.building.rows[1].choice.setCurrentText("any int")
    await alone(window, "tuplespace", f"tuplespace-pattern-{look}")
    window.desk.actions.run("tuple.all")
    for name in ("keyvalue", "channels", "groups", "locks", "registry", "blobs"):
        window.raise_panel(name)
        rows = window.panels[name].model  # type: ignore[attr-defined]  # each of them is a table
        await until(lambda: bool(rows.rows), f"something in {name}")  # noqa: B023
        window.panels[name].table.choose(0)  # type: ignore[attr-defined]  # the same
        await alone(window, name, f"{name}-{look}")
    window.resize(1024, 700)
    window.raise_panel("tuplespace")
    panel.lists.setCurrentWidget(panel.lists.who_waits)
    await settle()
    save(window, f"small-data-{look}")
    window.resize(1440, 900)


async def permitted(window: MainWindow, look: str) -> None:
    """Each tab of the Capabilities panel, one denied call chosen."""
    panel, node = window.panels["capabilities"], window.desk.node
    assert isinstance(panel, CapabilitiesPanel)
    assert node is not None
    window.raise_panel("capabilities")
    if look == "light":
        source = DENIED.encode()
        await window.bridge.call(lambda: node.modules.deploy(source, file_name="spy.py", alias="spy"))
        await window.bridge.call(
            lambda: node.actors.spawn("spy", options=SpawnOptions(name="spy", profile="strict", grants=("messaging",)))
        )
        for _ in range(3):
            await window.bridge.call(lambda: node.actors.tell("spy", "read"))
    await until(lambda: any(row.actor.name == "spy" and row.denied for row in panel.view.all), "a denied call")
    panel._show_denial("spy", "keyvalue")
    for tab, name in enumerate(("evidence", "matrix", "profiles", "audit")):
        panel.tabs.setCurrentIndex(tab)
        await alone(window, "capabilities", f"capabilities-{name}-{look}")
    panel.tabs.setCurrentIndex(0)


async def modules(window: MainWindow, look: str) -> None:
    """Each tab of the Modules panel: a core module, a component, a folder, and two versions of a source compared."""
    panel, node = window.panels["modules"], window.desk.node
    assert isinstance(panel, ModulesPanel)
    assert node is not None
    window.raise_panel("modules")
    for file, alias in (("tally.wat", "tally"), ("counter_actor.py", "counter_actor")):
        data = (ROOT / "resources" / "actors" / file).read_bytes()
        await window.bridge.call(lambda: node.modules.deploy(data, file_name=file, alias=alias, force=True))  # noqa: B023
    versions = [
        (FRAGILE, "till@1"),
        (FRAGILE.replace("self.total // guests", "self.total // max(guests, 1)"), "till@2"),
    ]
    known = [
        await window.bridge.call(
            lambda: node.modules.deploy(text.encode(), file_name="till.py", alias=alias, force=True)  # noqa: B023
        )
        for text, alias in versions
    ]  # fmt: skip
    shop = SCRATCH / "shop"
    for name, text in SHOP.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text, encoding="utf-8")
    folder, folder_name = workbench.pack(shop)
    await window.bridge.call(lambda: node.modules.deploy(folder, file_name=folder_name, alias="shop", force=True))
    if look == "light":
        component = await window.bridge.call(node.modules.build, known[0].hash)
        await window.bridge.call(
            lambda: node.modules.deploy(component, file_name="till.wasm", alias="till-component", force=True)
        )
    for alias in ("tally", "till-component", "shop"):
        window.raise_panel("modules")
        chosen = await window.bridge.call(node.modules.get, alias)
        await until(lambda: panel.model.position(chosen.hash) >= 0, "the modules in the list")  # noqa: B023
        panel.select_key(chosen.hash)
        await until(
            lambda: panel.details.detail is not None and panel.details.detail.info.hash == chosen.hash,  # noqa: B023
            "the inside of a module",
        )
        for page in ("overview", "structure", "members", "wit"):
            panel.details.show_page(page)
            await alone(window, "modules", f"modules-{alias}-{page}-{look}")
    window.raise_panel("modules")
    panel.select_key(known[1].hash)
    panel._compare(known[0].hash, known[1].hash)
    await until(lambda: panel.details.comparison.diff is not None, "two versions compared")
    await alone(window, "modules", f"modules-compare-{look}")
    panel.details.show_page("overview")


async def send(messages: MessagesPanel, actor: str, message_type: str, payload: str) -> None:
    before = len(messages.model.rows)
    messages.compose(Draft(actor, message_type, payload))
    messages.send()
    await until(lambda: len(messages.model.rows) > before, f"{message_type} at {actor}")


async def alone(window: MainWindow, name: str, picture: str) -> None:
    """One panel in a size of its own."""
    dock = window.docks[name]
    dock.setFloating(True)
    dock.resize(980, 620)
    await settle()
    save(dock, picture)
    dock.setFloating(False)


async def overlay(picture: str, show: Callable[[], object], find: Callable[[], QWidget]) -> None:
    show()
    await settle()
    save(find(), picture)
    find().close()


async def settle() -> None:
    """Let Qt lay out, the panels read once more and the curves be drawn."""
    for _ in range(12):
        await asyncio.sleep(0.05)
        QApplication.sendPostedEvents()


def save(widget: QWidget, name: str) -> None:
    path = OUT / f"{name}.png"
    if not widget.grab().save(str(path)):
        raise OSError(f"{path} was not written")
    print(path)


def main() -> int:
    OUT.mkdir(exist_ok=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    application()
    loop = QEventLoop(QApplication.instance())
    window = window_for(loop, doors(f"embedded:{SCRATCH / 'workspace'}"), Settings(theme="light"))
    window.show()
    window.start()
    code = [1]

    async def run(work: Awaitable[int]) -> None:
        code[0] = await work
        window.close()

    def failed(error: Exception) -> None:
        print(f"no pictures: {error}", file=sys.stderr)
        window.close()

    QApplication.instance().lastWindowClosed.connect(loop.stop)  # type: ignore[union-attr]
    window.bridge.start(window, run(take(window)), failed)
    with loop:
        loop.run_forever()
        loop.run_until_complete(window.bridge.finish())
        window.opening.close()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    return code[0]


if __name__ == "__main__":
    sys.exit(main())
