"""One blob: what is known of it, and its content as text, JSON, a picture, or bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QStackedWidget, QWidget

from ui import format as show
from ui.desk import Desk
from ui.theme import mono
from ui.widgets.build import box, button, column, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.payload_edit import PayloadText, hex_dump
from workbench.api import BlobInfo

HEAD_BYTES, PICTURE_BYTES = 64 << 10, 8 << 20
"""So much of a blob is read to be shown as text or bytes; a picture is shown when it is no larger than that."""
PICTURE_SIDE = 1_600
MODES = ("Text", "JSON", "Picture", "Hex")


@dataclass(frozen=True, slots=True)
class Content:
    """The beginning of a blob, made ready off the Qt thread: each form is empty where it is not possible."""

    info: BlobInfo
    head: bytes
    text: str = ""
    json: str = ""
    picture: QImage | None = None

    @property
    def best(self) -> str:
        if self.picture is not None:
            return "Picture"
        if self.json:
            return "JSON"
        return "Text" if self.text or not self.head else "Hex"


def wanted_bytes(info: BlobInfo) -> int:
    """How much of it must be read to show it."""
    return min(info.size, PICTURE_BYTES if info.content_type.startswith("image/") else HEAD_BYTES)


def made_ready(info: BlobInfo, head: bytes) -> Content:
    """What there is to show. Off the Qt thread: decoding a picture takes a while."""
    whole = len(head) == info.size
    picture = QImage.fromData(head) if whole and info.content_type.startswith("image/") else QImage()
    if not picture.isNull() and max(picture.width(), picture.height()) > PICTURE_SIDE:
        picture = picture.scaled(QSize(PICTURE_SIDE, PICTURE_SIDE), Qt.AspectRatioMode.KeepAspectRatio,
                                 Qt.TransformationMode.SmoothTransformation)  # fmt: skip
    text = _text(head[:HEAD_BYTES], whole=len(head) <= HEAD_BYTES and whole)
    return Content(info, head[:HEAD_BYTES], text, _json(text) if whole else "", None if picture.isNull() else picture)


def _text(head: bytes, *, whole: bool) -> str:
    """The head as text if it is any; a character that was cut off at its end is left out."""
    for cut in range(1 if whole else 4):
        try:
            found = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return "" if "\0" in found else found
    return ""


def _json(text: str) -> str:
    """Indented; empty when it is no object and no list."""
    if text.lstrip()[:1] not in ("{", "["):
        return ""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


class Picture(QLabel):
    """As large as there is room, and no larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(40, 40)
        self.setAccessibleName("Picture")

    def show_picture(self, image: QImage | None) -> None:
        self._whole = QPixmap() if image is None else QPixmap.fromImage(image)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            self.clear()
            return
        room = self.size() - QSize(16, 16)
        if self._whole.width() <= room.width() and self._whole.height() <= room.height():
            self.setPixmap(self._whole)
        else:
            self.setPixmap(self._whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio,
                                              Qt.TransformationMode.SmoothTransformation))  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class Preview(QWidget):
    """`content` is what is shown, None for nothing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.content: Content | None = None
        self.mode = ""
        self.title, self.note = label(role="title"), label(tone="muted")
        self.facts = label(tone="muted", wrap=True)
        for said in (self.title, self.facts, self.note):
            shrinks(said)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._modes = QButtonGroup(self)
        segments = row(spacing=0)
        for name in MODES:
            made = button(name, lambda name=name: self.set_mode(name), style="segment", name=f"Content as {name}")  # type: ignore[misc]
            made.setCheckable(True)
            self._modes.addButton(made)
            segments.addWidget(made)
        deeds = [tool_for(desk.actions[f"blob.{verb}"]) for verb in ("download", "copy", "delete")]
        top = row(self.title, *deeds, margins=(10, 6, 8, 0), spacing=4)
        top.setStretch(0, 1)
        below = row(margins=(10, 4, 8, 6), spacing=8)
        below.addLayout(segments)
        below.addWidget(self.note, 1)
        self.text = PayloadText()
        self.text.setReadOnly(True)
        self.text.setFont(mono())
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Content of the blob")
        self.picture = Picture()
        self.stack = QStackedWidget()
        for page in (self.text, self.picture):
            self.stack.addWidget(page)
        head = column(spacing=0)
        head.addLayout(top)
        head.addWidget(box("foot", row(self.facts, margins=(10, 2, 8, 0))))
        head.addLayout(below)
        shown = column(box("composer", head), spacing=0)
        content = row(self.stack, margins=(8, 2, 8, 8))
        shown.addLayout(content, 1)
        one = QWidget()
        one.setLayout(shown)
        self.nothing = EmptyState("blob", "Choose a blob to see what is in it.")
        self.pages = QStackedWidget()
        for part in (self.nothing, one):
            self.pages.addWidget(part)
        self.setLayout(column(self.pages, spacing=0))
        self.show_content(None)

    def show_content(self, content: Content | None) -> None:
        """Another blob, or the same again: what has not changed is not touched."""
        if content is not None and self.content is content:
            return
        self.content = content
        self.pages.setCurrentIndex(0 if content is None else 1)
        if content is not None:
            info = content.info
            self.title.setText(f"{info.bucket}/{info.key}")
            self.facts.setText(facts(info))
            self.title.setToolTip(f"{info.bucket}/{info.key}")
            self.facts.setToolTip(
                "\n".join((*(f"{name}: {value}" for name, value in info.metadata.items()), info.hash))
            )
        possible = _possible(content)
        for made in self._modes.buttons():
            made.setEnabled(made.text() in possible)
        self._show(self.mode if self.mode in possible else content.best if content is not None else "")

    def set_mode(self, mode: str) -> None:
        """What is wished is kept for the blobs that come after, where it is possible."""
        self.mode = mode
        self._show(mode)

    def _show(self, mode: str) -> None:
        for made in self._modes.buttons():
            made.setChecked(made.text() == mode)
        content = self.content
        self.stack.setCurrentWidget(self.picture if mode == "Picture" else self.text)
        self.picture.show_picture(content.picture if content is not None and mode == "Picture" else None)
        forms = {"Text": content.text, "JSON": content.json} if content is not None else {}
        shown = hex_dump(content.head) if content is not None and mode == "Hex" else forms.get(mode, "")
        if self.text.toPlainText() != shown:
            self.text.setPlainText(shown)
        self.note.setText(_note(content, mode))


def _possible(content: Content | None) -> tuple[str, ...]:
    if content is None:
        return ()
    found = {"Text": bool(content.text) or not content.head, "JSON": bool(content.json),
             "Picture": content.picture is not None, "Hex": True}  # fmt: skip
    return tuple(mode for mode in MODES if found[mode])


def _note(content: Content | None, mode: str) -> str:
    if content is None:
        return ""
    if mode == "Picture" and content.picture is not None:
        return f"{content.picture.width():,} × {content.picture.height():,}"
    if not content.info.size:
        return "It is empty."
    if len(content.head) < content.info.size:
        return f"The first {show.size(len(content.head))} of it."
    return ""


def facts(info: BlobInfo) -> str:
    """What is known of a blob, on one line."""
    by = f"by {info.author}" if info.author else "from outside of the actors"
    said = [f"{info.size:,} bytes", info.content_type, f"{show.moment(info.modified)} {by}"]
    said.append(f"SHA-256 {info.hash[:16]}…")
    said += [f"{name}: {show.one_line(value, 80)}" for name, value in sorted(info.metadata.items())]
    return "  ·  ".join(said)
