"""Starts the app: arguments, the Qt loop, the window, then the node behind it; closes in reverse."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop  # type: ignore[import-untyped]

from ui import theme
from ui.bridge import Bridge
from ui.main_window import MainWindow, apply_font
from ui.opening import Doors, doors
from ui.settings import RecordFile, Settings, config_directory
from ui.signals import Signals
from ui.tidying import Tidying


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="workbench", description="Write, run and debug WebAssembly actors.")
    parser.add_argument(
        "--node", metavar="NODE", default="",
        help="attach to this node instead of an own one: HOST:PORT or a stored connection; or show bundle:FILE",
    )  # fmt: skip
    for option, text in REACH.items():
        parser.add_argument(f"--{option}", metavar="NAME" if option in BOUND else "FILE", default="", help=text)
    parser.add_argument("--open", metavar="FILE", action="append", default=[],
                        help="open this file: a source in the editor, a module or a session in its panel")  # fmt: skip
    parser.add_argument("--sample", action=argparse.BooleanOptionalAction, default=None,
                        help="start the sample system on an empty node (the default is a setting)")  # fmt: skip
    parser.add_argument("--workspace", metavar="DIR", default="", help="the node's workspace")
    parser.add_argument("--screenshot", metavar="FILE", default="", help="save a picture of the window, then quit")
    parser.add_argument("--offscreen-demo", action="store_true", help="drive the sample without a display, then quit")
    parser.add_argument("--until-ready", action="store_true", help="say `ready` when the window can be used, then quit")
    return parser.parse_args(argv)


BOUND = ("tenant", "namespace")
REACH = {
    "tenant": "on whose behalf; by default the token's, or 'default'",
    "namespace": "of the actors; by default the token's, or 'default'",
    "token-file": "holds the token for --node; else WORKBENCH_TOKEN does",
    "tls-ca": "speak TLS with --node, and trust the authorities in FILE",
    "tls-cert": "show --node this certificate",
    "tls-key": "its key",
}
"""How `--node` is reached, as for every command."""


def address(node: str, workspace: str) -> str:
    """The URL of the node to open."""
    if node.startswith(("bundle:", "grpc://")):
        return node
    if node:
        return f"grpc://{node}" if ":" in node else f"connection:{node}"
    if workspace:
        return f"embedded:{Path(workspace).resolve()}"
    import workbench

    return f"embedded:{workbench.default_workspace()}"


SWITCH_SECONDS = 0.0005
"""Painting comes back to Python hundreds of times; with the usual 5 ms each return may wait that long for a reader."""


def application() -> QApplication:
    """The one QApplication, named so that windows and desktop files find each other."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        app = QApplication(["workbench"])
    app.setApplicationName("actor-workbench")
    app.setApplicationDisplayName("Actor Workbench")
    app.setDesktopFileName("actor-workbench")
    return app


def window_for(loop: QEventLoop, ways: Doors, settings: Settings) -> MainWindow:
    """A window in the user's theme, not yet shown."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_font(settings.font_points)
    theme.apply(app, settings.theme)
    return MainWindow(Bridge(loop), settings, ways)


def main(argv: Sequence[str] | None = None) -> int:
    """Run until the window is closed. Returns the exit code."""
    chosen = arguments(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    app = application()
    loop = QEventLoop(app)
    settings = Settings.of(RecordFile(config_directory() / "settings.json").read())
    wanted = chosen.sample or chosen.offscreen_demo
    reach = {name.replace("-", "_"): getattr(chosen, name.replace("-", "_")) for name in REACH}
    window = window_for(loop, doors(address(chosen.node, chosen.workspace), reach), settings)
    if chosen.sample is not None or wanted:
        window.opening.wants_sample = bool(wanted)
    signals, tidying = Signals(lambda: _close(window)), Tidying(window)
    app.lastWindowClosed.connect(loop.stop)
    window.show()
    window.open_files(tuple(Path(name) for name in chosen.open))
    QTimer.singleShot(0, window, window.start)
    code = _then(window, chosen)
    with loop:
        loop.run_forever()
        loop.run_until_complete(window.bridge.finish())
        window.opening.close()
        signals.close()
        tidying.close()
    return code[0]


def _close(window: MainWindow) -> None:
    window.close()


def _then(window: MainWindow, chosen: argparse.Namespace) -> list[int]:
    """What happens once the node is there, when not a user decides; the list holds the exit code."""
    code = [0]
    if not (chosen.offscreen_demo or chosen.screenshot or chosen.until_ready):
        return code
    from ui import demo

    path = Path(chosen.screenshot or "screenshots/demo.png")
    if chosen.until_ready:
        work = demo.usable(window)
    else:
        work = demo.drive(window, path) if chosen.offscreen_demo else demo.photograph(window, path)

    async def run() -> None:
        code[0] = await work
        window.close()

    window.bridge.start(window, run(), lambda error: _failed(window, code, error))
    return code


def _failed(window: MainWindow, code: list[int], error: Exception) -> None:
    sys.stderr.write(f"{error}\n")
    code[0] = 1
    window.close()


if __name__ == "__main__":
    sys.exit(main())
