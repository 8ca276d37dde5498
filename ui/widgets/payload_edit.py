"""Writing a payload: text, text checked as JSON, or bytes in hexadecimal."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QWidget

from ui.excerpt import has_giant_line
from ui.text_file import raw_text
from ui.theme import mono
from ui.widgets.build import button, column, label, row, set_tone
from workbench.api import Invalid, Payload

MODES = ("Text", "JSON", "Hex")


class PayloadEdit(QWidget):
    """`payload()` gives str or bytes, or raises Invalid with a sentence. `edited` follows typing."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode = "Text"
        self.edit = PayloadText()
        self.edit.setFont(mono())
        self.edit.setTabChangesFocus(True)
        self.edit.setPlaceholderText("Payload, for example 5")
        self.edit.setAccessibleName("Payload")
        self.edit.textChanged.connect(self._check)
        self._group = QButtonGroup(self)
        self.state = label(tone="muted")
        modes = row(spacing=0)
        for name in MODES:
            made = button(name, lambda name=name: self.set_mode(name), style="segment", name=f"Payload as {name}")  # type: ignore[misc]
            made.setCheckable(True)
            made.setChecked(name == self.mode)
            self._group.addButton(made)
            modes.addWidget(made)
        top = row(label("Payload", role="caption"), 6, spacing=0)
        top.addLayout(modes)
        top.addSpacing(10)
        top.addWidget(self.state)
        top.addStretch(1)
        whole = column(spacing=4)
        whole.addLayout(top)
        whole.addWidget(self.edit, 1)
        self.setLayout(whole)

    def set_mode(self, mode: str) -> None:
        """Change how it is written; what is there is carried over when it can be."""
        if mode == self.mode or mode not in MODES:
            return
        text = raw_text(self.edit.document())
        if mode == "Hex":
            self.edit.setPlainText(text.encode().hex(" "))
        elif self.mode == "Hex":
            self.edit.setPlainText(_from_hex(text).decode(errors="replace") if _is_hex(text) else text)
        self.mode = mode
        for made in self._group.buttons():
            made.setChecked(made.text() == mode)
        self._check()

    def payload(self) -> Payload:
        text = raw_text(self.edit.document())
        if self.mode == "Hex":
            return _from_hex(text)
        if self.mode == "JSON":
            _check_json(text)
        return text

    def set_payload(self, payload: Payload) -> None:
        self.set_mode("Hex" if isinstance(payload, bytes) else "Text" if self.mode == "Hex" else self.mode)
        self.edit.setPlainText(payload.hex(" ") if isinstance(payload, bytes) else payload)

    def _check(self) -> None:
        try:
            payload = self.payload()
            size = len(payload) if isinstance(payload, bytes) else len(payload.encode())
            self.state.setText({"JSON": "valid JSON, ", "Hex": ""}.get(self.mode, "") + f"{size:,} B")
            set_tone(self.state, "muted")
        except Invalid as error:
            self.state.setText(str(error))
            set_tone(self.state, "error")
        self.edited.emit()


class PayloadText(QPlainTextEdit):
    """Wraps its lines unless one of them is so long that wrapping it would hold the window."""

    def setPlainText(self, text: str) -> None:
        self._wrap_unless_giant(text)
        super().setPlainText(text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if has_giant_line(source.text()):
            self._wrap_unless_giant(source.text())
        super().insertFromMimeData(source)

    def _wrap_unless_giant(self, text: str) -> None:
        modes = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(modes.NoWrap if has_giant_line(text) else modes.WidgetWidth)


def pretty(payload: Payload) -> str:
    """A payload as it is best read: JSON indented, bytes as a hex dump."""
    if isinstance(payload, bytes):
        return hex_dump(payload)
    if payload[:1] in "{[":
        try:
            return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
        except ValueError:
            return payload
    return payload


def hex_dump(data: bytes, limit: int = 1 << 16) -> str:
    """Offset, sixteen bytes, and what of them is ASCII, in lines."""
    lines = []
    for at in range(0, min(len(data), limit), 16):
        part = data[at : at + 16]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<47}  {seen}")
    if len(data) > limit:
        lines.append(f"… and {len(data) - limit:,} more bytes")
    return "\n".join(lines)


def _check_json(text: str) -> None:
    try:
        json.loads(text or "null")
    except json.JSONDecodeError as error:
        raise Invalid(f"not JSON: {error.msg}, line {error.lineno}, column {error.colno}") from error


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex("".join(text.split()))
    except ValueError:
        return False
    return True


def _from_hex(text: str) -> bytes:
    if not _is_hex(text):
        raise Invalid("not hexadecimal: two digits for each byte, for example 00 ff 1a")
    return bytes.fromhex("".join(text.split()))
