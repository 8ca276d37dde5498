"""One module in detail: overview, structure, imports and exports, its world in WIT, and how it differs from another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.icons import pixmap
from ui.panels.modules.comparison import Comparison
from ui.panels.modules.members import Members
from ui.panels.modules.overview import overview
from ui.panels.modules.structure import Structure
from ui.theme import current
from ui.widgets.build import box, browser, label, row, tool_for
from ui.widgets.code_view import CodeView
from ui.widgets.empty_state import EmptyState
from ui.widgets.plain_highlighter import WIT
from workbench.api import ModuleDetail, ModuleInfo

TOOLS = ("spawn", "source", "alias", "diff", "build", "users", "log", "remove")
TABS = ("overview", "structure", "members", "wit", "compare")


class ModuleDetails(QWidget):
    """Below the table. What takes a reading of the bytes is shown once it has arrived."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.info: ModuleInfo | None = None
        self.detail: ModuleDetail | None = None
        self._users: Sequence[str] = ()
        self.picture, self.name, self.hash = label(), label(role="title"), label(tone="muted")
        self.overview = browser("Overview")
        self.structure, self.members, self.comparison = Structure(desk), Members(desk), Comparison(desk)
        self.wit = CodeView("World in WIT", WIT)
        self.no_wit = EmptyState("code", "It has no world in WIT: its imports and exports are on the page before.")
        self.no_wit.needs_node = False
        self.wit_pages = QStackedWidget()
        self.wit_pages.addWidget(self.no_wit)
        self.wit_pages.addWidget(self.wit)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Details of the module")
        self.tabs.tabBar().setAccessibleName("Details of the module")
        self.tabs.setDocumentMode(True)
        for page, title in ((self.overview, "Overview"), (self.structure, "Structure"),
                            (self.members, "Imports and exports"), (self.wit_pages, "WIT"),
                            (self.comparison, "Compare")):  # fmt: skip
            self.tabs.addTab(page, title)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", self._head()))
        whole.addWidget(self.tabs, 1)
        desk.theme_changed.connect(self._repaint)
        self.setMinimumHeight(120)

    def _head(self) -> QHBoxLayout:
        tools = [tool_for(self._desk.actions[f"module.{verb}"]) for verb in TOOLS]
        return row(self.picture, self.name, self.hash, None, *tools, margins=(10, 4, 6, 4), spacing=6)

    def show_page(self, name: str) -> None:
        self.tabs.setCurrentIndex(TABS.index(name))

    def show_module(self, info: ModuleInfo, users: Sequence[str]) -> None:
        """What the list knows of it."""
        if (info, list(users)) == (self.info, list(self._users)):
            return
        if self.info is None or self.info.hash != info.hash:
            self.detail = None
        self.info, self._users = info, users
        self._paint()

    def show_detail(self, detail: ModuleDetail) -> None:
        """What was read from its bytes."""
        if detail == self.detail:
            return
        self.detail = detail
        self._paint()
        self.structure.show_detail(detail)
        self.members.show_detail(detail)
        self.wit.show_text(detail.wit)
        self.wit_pages.setCurrentWidget(self.wit if detail.wit else self.no_wit)

    def _paint(self) -> None:
        if self.info is None:
            return
        self.picture.setPixmap(pixmap("module", current().icon, 20, self.devicePixelRatioF()))
        self.name.setText(self.info.name)
        self.hash.setText(self.info.hash[:12])
        at = self.overview.verticalScrollBar().value()
        self.overview.setHtml(overview(self.info, self.detail, self._users))
        self.overview.verticalScrollBar().setValue(at)

    def _repaint(self) -> None:
        self._paint()
        self.wit.take_theme()
        self.no_wit.repaint_icons()
