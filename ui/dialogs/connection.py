"""A connection as a form: what it is called, where the node is, how it is reached, who calls, and what is let out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui import icons
from ui.desk import Desk
from ui.phases import TONES
from ui.theme import sheet
from ui.widgets.build import button, label, row, set_tone
from workbench.api import Unavailable, WorkbenchError
from workbench.api.connections import COLOURS, Connection, Mode
from workbench.connections.store import numbered

MODES = {
    Mode.NORMAL: "Normal: everything is sent",
    Mode.CONFIRM: "Confirm: each change is asked about",
    Mode.READ_ONLY: "Read-only: nothing that changes is sent",
}
KEPT = "kept in the keychain; type to replace it, a blank to forget it"
SYSTEM = "system"
FILES = "Certificates (*.pem *.crt *.key);;All files (*)"


@dataclass(frozen=True, slots=True)
class Edited:
    """The answer. `token` is None when it stays as it is, empty when it is to be forgotten."""

    connection: Connection
    token: str | None = field(default=None, repr=False)
    attach: bool = False


Store = Callable[[Connection], Awaitable[None]]


class ConnectionDialog(QDialog):
    """`edited` holds the answer after it was accepted. `edits` a stored one, else makes one `like` what is given.

    `store` writes it down before it closes; what is against that is said in the form, which stays as it was typed.
    """

    def __init__(
        self, parent: QWidget, desk: Desk, like: Connection | None, folders: Sequence[str], store: Store, *,
        edits: bool = False, has_token: bool = False, token: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(f"Edit the connection {like.name}" if edits and like is not None else "New connection")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(560)
        self.edited: Edited | None = None
        self._desk, self._store = desk, store
        self._own_name = like.name if edits and like is not None else ""
        self._kept_under = like.name if has_token and like is not None else ""
        self.name = QLineEdit(placeholderText="empty: as the host is called")
        self.address = QLineEdit(placeholderText="node.example:50051")
        self.folder = QComboBox(editable=True)
        self.folder.addItems(["", *folders])
        if (line := self.folder.lineEdit()) is not None:
            line.setAccessibleName("Folder")
        self.colour = QComboBox()
        for each in COLOURS:
            self.colour.addItem(icons.icon("node", TONES[each]), each or "none", each)
        self.mode = QComboBox()
        for mode, said in MODES.items():
            self.mode.addItem(said, mode)
        self.token = QLineEdit(token, echoMode=QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText(KEPT if has_token else "empty: none is shown")
        self.tls = QCheckBox("Speak TLS")
        self.ca = QLineEdit(placeholderText="file with the authorities to trust, or: system")
        self.cert = QLineEdit(placeholderText="file, where the node asks for one")
        self.key = QLineEdit(placeholderText="file with its key")
        self.tenant = QLineEdit(placeholderText="empty: that of the token")
        self.namespace = QLineEdit(placeholderText="empty: that of the token")
        self.ssh = QLineEdit(placeholderText="me@host, or a name of your ssh configuration; empty: directly")
        self.reconnect = QCheckBox("Attach again by itself when it was lost")
        self.reconnect.setChecked(True)
        self.foot = label(wrap=True)
        self._lay_out()
        if like is not None:
            self._fill(like)
        self.tls.toggled.connect(lambda: self._show_tls())
        for line in self.findChildren(QLineEdit):
            line.textChanged.connect(lambda: self._said(""))
        self._show_tls()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        rows: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            ("Address", self.address), ("Name", self.name), ("Folder", self.folder), ("Colour", self.colour),
            ("Mode", self.mode), ("Token", self.token), ("", self.tls), ("Trusts", self._with_browse(self.ca)),
            ("Certificate", self._with_browse(self.cert)), ("Its key", self._with_browse(self.key)),
            ("Tenant", self.tenant), ("Namespace", self.namespace), ("SSH tunnel", self.ssh), ("", self.reconnect),
        )  # fmt: skip
        named = {self.ca: "Trusts", self.cert: "Certificate", self.key: "Its key"}
        for caption, part in rows:
            form.addRow(caption, part)
            if isinstance(part, QWidget) and caption:
                part.setAccessibleName(caption)
        for line, caption in named.items():
            line.setAccessibleName(caption)
        self.keychain = label(
            "The token goes into the keychain of this machine, never into a file; without a keychain it is kept until "
            "this program ends.", tone="muted", wrap=True,
        )  # fmt: skip
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.addLayout(form)
        whole.addWidget(self.keychain)
        whole.addWidget(self.foot)
        whole.addWidget(self._buttons())
        for each in (self.save, self.test):
            each.setAutoDefault(False)
        self.go.setDefault(True)
        self.address.setFocus()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.addButton("Save", QDialogButtonBox.ButtonRole.ActionRole)
        self.test = buttons.addButton("Test", QDialogButtonBox.ButtonRole.ActionRole)
        self.go = QPushButton("Save and attach")
        self.go.setProperty("primary", "true")
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(lambda: self._take(attach=False))
        self.go.clicked.connect(lambda: self._take(attach=True))
        self.test.clicked.connect(lambda: self._test())
        buttons.rejected.connect(self.reject)
        return buttons

    def _with_browse(self, line: QLineEdit) -> QHBoxLayout:
        def choose() -> None:
            chosen, _ = QFileDialog.getOpenFileName(self, "Choose a file", "", FILES)
            if chosen:
                line.setText(chosen)

        browse = button("Browse…", choose, name=f"Browse for a file: {line.placeholderText()}")
        browse.setAutoDefault(False)
        made = row(line, browse)
        made.setStretch(0, 1)
        return made

    def _fill(self, like: Connection) -> None:
        for line, value in (
            (self.name, "" if like.name == like.address else like.name), (self.address, like.address),
            (self.ca, like.tls_ca), (self.cert, like.tls_cert), (self.key, like.tls_key),
            (self.tenant, like.tenant or ""), (self.namespace, like.namespace or ""), (self.ssh, like.ssh),
        ):  # fmt: skip
            line.setText(value)
        self.folder.setCurrentText(like.folder)
        self.colour.setCurrentIndex(self.colour.findData(like.colour))
        self.mode.setCurrentIndex(self.mode.findData(like.mode))
        self.tls.setChecked(bool(like.tls_ca))
        self.reconnect.setChecked(like.reconnect)

    def _show_tls(self) -> None:
        for line in (self.ca, self.cert, self.key):
            line.setEnabled(self.tls.isChecked())

    def connection(self) -> Connection:
        """What is written, as a connection. Invalid: it cannot be one."""
        address = self.address.text().strip().removeprefix("grpc://")
        tls = self.tls.isChecked()
        return Connection(
            self.name.text().strip()
            or self._free(address.rpartition(":")[0].strip("[]").replace(":", " ").strip("- ") or "node"),
            address,
            colour=str(self.colour.currentData()),
            folder=self.folder.currentText().strip(),
            tls_ca=(self.ca.text().strip() or SYSTEM) if tls else "",
            tls_cert=self.cert.text().strip() if tls else "",
            tls_key=self.key.text().strip() if tls else "",
            tenant=self.tenant.text().strip() or None,
            namespace=self.namespace.text().strip() or None,
            ssh=self.ssh.text().strip(),
            mode=Mode(self.mode.currentData()),
            reconnect=self.reconnect.isChecked(),
        )

    def _free(self, name: str) -> str:
        """The host's name, with a number where another connection is called so."""
        taken = {each.name for each in self._desk.attachments.known} - {self._own_name}
        return next(free for free in (name, *numbered(name, len(taken))) if free not in taken)

    def _typed(self) -> str | None:
        """The token as it is to be: None where nothing was typed."""
        typed = self.token.text()
        return typed.strip() if typed else None

    def _take(self, *, attach: bool) -> None:
        try:
            made = self.connection()
        except WorkbenchError as error:
            self._said(str(error), "error")
            return
        self._enable(on=False)
        self._desk.bridge.start(self, self._keep(Edited(made, self._typed(), attach)), self._failed)

    async def _keep(self, edited: Edited) -> None:
        try:
            await self._store(edited.connection)
        finally:
            self._enable(on=True)
        self.edited = edited
        self.accept()

    def _enable(self, *, on: bool) -> None:
        for each in (self.save, self.go):
            each.setEnabled(on)

    def _test(self) -> None:
        try:
            made = self.connection()
        except WorkbenchError as error:
            self._said(str(error), "error")
            return
        self._said("Asking …")
        self.test.setEnabled(False)
        self._desk.bridge.start(self, self._try(made), self._failed)

    async def _try(self, made: Connection) -> None:
        call = self._desk.bridge.call
        token = self._typed()
        if token is None and self._kept_under:
            token = await call(self._desk.attachments.store.keychain.get, self._kept_under)
        try:
            name, version, latency = await call(_asked, made, token or "")
            self._said(f"It answers in {latency:,.1f} ms: node {name}, version {version}.", "ok")
        finally:
            self.test.setEnabled(True)

    def _failed(self, error: Exception) -> None:
        self._said(str(error), "error")

    def _said(self, text: str, tone: str = "muted") -> None:
        self.foot.setText(text)
        set_tone(self.foot, tone)


def _asked(made: Connection, token: str) -> tuple[str, str, float]:
    """Off the Qt thread: one look at the node."""
    from workbench.connections.looking import look
    from workbench.connections.opening import opened

    with opened(made, token=token) as node:
        found = look(node)
    assert found.info is not None
    if found.why:
        raise Unavailable(found.why)
    return found.info.name, found.info.version, found.latency_ms or 0.0
