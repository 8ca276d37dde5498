"""The Blobs panel on a real node: levels, previews, files in and out with progress and cancel, copies, questions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node
from windows import close

import workbench
from ui.dialogs.blob import BlobDialog
from ui.main_window import MainWindow
from ui.panels.blobs.panel import BlobsPanel
from ui.panels.blobs.preview import HEAD_BYTES, made_ready
from ui.panels.blobs.transfers import files
from workbench.api import BlobInfo, Node


def picture(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        put = node.blobs.upload
        put("reports", "2026/may.json", '{"sum": 7}', content_type="application/json", metadata={"who": "me"})
        put("reports", "2026/june.txt", "all is well")
        put("reports", "logo.png", picture(40, 20), content_type="image/png")
        put("reports", "raw", b"\x00\xff" * 100)
        put("other", "k", "x")
        node.actors.spawn("fragile")  # a node that is not empty gets no sample, which would take seconds
        yield node


@pytest.fixture
def window(
    open_window: Callable[..., MainWindow], real: QuickNode, interpreter: str, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    """On the node itself, or on its private endpoint: see `both`."""
    with ExitStack() as closing:
        node: Node = real
        if getattr(request, "param", EMBEDDED) != EMBEDDED:
            closing.enter_context(workbench.serve(real))
            found = workbench.endpoint(real.workspace)
            assert found is not None
            node = closing.enter_context(workbench.connect(f"grpc://{found.address}", token=found.token))
        made = open_window(node)
        made.activateWindow()
        made.set_perspective("data")
        yield made
        close(made)


EMBEDDED = "embedded"
both = pytest.mark.parametrize("window", [EMBEDDED, "over its endpoint"], indirect=True)


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> BlobsPanel:
    found = window.panels["blobs"]
    assert isinstance(found, BlobsPanel)
    window.raise_panel("blobs")
    qtbot.waitUntil(lambda: names(found) == ["other", "reports"])
    return found


def names(panel: BlobsPanel) -> list[str]:
    return [step.name for step in panel.model.rows]


def enter(panel: BlobsPanel, qtbot: QtBot, bucket: str = "reports", prefix: str = "") -> None:
    panel.go_to(bucket, prefix)
    qtbot.waitUntil(lambda: bool(names(panel)) and all(s.bucket == bucket and s.prefix.startswith(prefix) and
                                                       s.contents is None for s in panel.model.rows))  # fmt: skip


def choose(panel: BlobsPanel, key: str, qtbot: QtBot) -> None:
    panel.select_key((panel.place[0], key, True))
    qtbot.waitUntil(lambda: panel.preview.content is not None and panel.preview.content.info.key == key)


def said(window: MainWindow) -> list[str]:
    return [notice.text for notice in window.notices.notices]


def test_the_tree_is_gone_down_and_up_by_keyboard(panel: BlobsPanel, qtbot: QtBot) -> None:
    panel.select_key(("reports", "", False))
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(panel) == ["2026/", "logo.png", "raw"])
    panel.select_key(("reports", "2026/", False))
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(panel) == ["2026/june.txt", "2026/may.json"])
    ways = [each.text() for each in panel.findChildren(QPushButton) if each.accessibleName().startswith("Go to")]
    assert ways == ["All buckets", "reports", "2026"]
    for wanted in (["2026/", "logo.png", "raw"], ["other", "reports"]):
        qtbot.keyClick(panel.table, Qt.Key.Key_Backspace)
        qtbot.waitUntil(lambda wanted=wanted: names(panel) == wanted)


@both
def test_a_blob_is_shown_as_what_it_is(panel: BlobsPanel, qtbot: QtBot) -> None:
    enter(panel, qtbot)
    preview = panel.preview
    choose(panel, "logo.png", qtbot)
    assert preview.stack.currentWidget() is preview.picture and preview.note.text() == "40 × 20"
    choose(panel, "raw", qtbot)
    assert preview.stack.currentWidget() is preview.text
    assert preview.text.toPlainText().startswith("00000000  00 ff 00 ff") and "200 bytes" in preview.facts.text()
    enter(panel, qtbot, prefix="2026/")
    choose(panel, "2026/may.json", qtbot)
    assert preview.text.toPlainText() == '{\n  "sum": 7\n}' and "who: me" in preview.facts.text()
    preview.set_mode("Text")
    assert preview.text.toPlainText() == '{"sum": 7}'
    choose(panel, "2026/june.txt", qtbot)
    assert preview.text.toPlainText() == "all is well"
    assert [made.text() for made in preview._modes.buttons() if made.isEnabled()] == ["Text", "Hex"]


@both
def test_changes_come_by_themselves_and_the_preview_follows(panel: BlobsPanel, real: QuickNode, qtbot: QtBot) -> None:
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    real.blobs.upload("reports", "raw", "text now")
    qtbot.waitUntil(lambda: panel.preview.content is not None and panel.preview.content.text == "text now")
    real.blobs.upload("reports", "new", "x")
    qtbot.waitUntil(lambda: "new" in names(panel))
    real.blobs.delete("reports", "raw")
    qtbot.waitUntil(lambda: "raw" not in names(panel) and panel.preview.content is None)


def test_a_level_that_is_empty_is_left(panel: BlobsPanel, real: QuickNode, qtbot: QtBot) -> None:
    enter(panel, qtbot, "other")
    real.blobs.delete("other", "k")
    qtbot.waitUntil(lambda: names(panel) == ["reports"])
    assert panel.place == ("", "")


def over(window: MainWindow, panel: BlobsPanel) -> QPoint:
    return panel.mapTo(window, panel.rect().center())


def drop(window: MainWindow, at: QPoint, *paths: Path) -> str:
    """As a person does it: into the window, over the place, and let go; what was said before."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(3, 3), copy, mime, left, none))
    zone = window.drop_zone
    inside = zone.mapFrom(window, at)
    QApplication.sendEvent(zone, QDragEnterEvent(inside, copy, mime, left, none))
    QApplication.sendEvent(zone, QDragMoveEvent(inside, copy, mime, left, none))
    text = zone.line.text()
    QApplication.sendEvent(zone, QDropEvent(QPointF(inside), copy, mime, left, none))
    assert not zone.isVisible()
    return text


@both
def test_files_that_are_dropped_on_the_panel_are_uploaded_and_elsewhere_deployed(
    window: MainWindow, panel: BlobsPanel, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    enter(panel, qtbot, prefix="2026/")
    (tmp_path / "actor.py").write_text("x = 1")
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "sub" / "a.txt").write_text("deep")
    line = drop(window, over(window, panel), tmp_path / "actor.py", tmp_path / "folder")
    assert line == "Drop to upload 2 files to reports/2026/"
    qtbot.waitUntil(lambda: "2026/actor.py" in names(panel))
    assert real.blobs.download("reports", "2026/actor.py") == b"x = 1"
    qtbot.waitUntil(lambda: any("Uploaded to reports (2 files, 9" in text for text in said(window)))
    assert real.blobs.download("reports", "2026/folder/sub/a.txt") == b"deep"
    elsewhere = window.panels["messages"]
    assert drop(window, elsewhere.mapTo(window, elsewhere.rect().center()), tmp_path / "actor.py") == (
        "Drop to deploy actor.py"
    )


def test_a_file_that_is_dropped_on_the_buckets_asks_for_its_place(
    window: MainWindow, panel: BlobsPanel, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "note.txt").write_text("new")
    assert drop(window, over(window, panel), tmp_path / "note.txt") == "Drop to upload note.txt to a bucket"
    qtbot.waitUntil(lambda: bool(panel.findChildren(BlobDialog)))
    (dialog,) = panel.findChildren(BlobDialog)
    assert dialog.key == "note.txt" and not dialog._ok.isEnabled()
    dialog._bucket.setText("a/b")
    assert not dialog._ok.isEnabled() and dialog._said.text() == "a bucket has no slash in its name: 'a/b'"
    dialog._bucket.setText("fresh")
    dialog._ok.click()
    qtbot.waitUntil(lambda: real.blobs.exists("fresh", "note.txt") and names(panel) == ["note.txt"])
    assert real.blobs.metadata("fresh", "note.txt").content_type == "text/plain"


@pytest.mark.parametrize(("button", "held"), [("Replace", "new"), ("Cancel", "all is well")])
def test_a_blob_is_replaced_after_a_question_alone(
    panel: BlobsPanel, real: QuickNode, tmp_path: Path, qtbot: QtBot, answer, button: str, held: str
) -> None:
    (tmp_path / "june.txt").write_text("new")
    before = real.blobs.metadata("reports", "2026/june.txt")
    answer(button)
    panel.transfers.upload([tmp_path / "june.txt"], "reports", "2026/")
    if held == "new":
        qtbot.waitUntil(lambda: real.blobs.metadata("reports", "2026/june.txt") != before)
    qtbot.waitUntil(lambda: not panel.desk.jobs.running and not panel.desk.bridge._tasks)
    found = real.blobs.download("reports", "2026/june.txt")
    assert (found if isinstance(found, str) else found.decode()) == held


@both
def test_an_upload_is_a_job_that_can_be_cancelled_and_leaves_nothing(
    window: MainWindow, panel: BlobsPanel, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(4 << 30)
    panel.transfers.upload([large], "reports", "")
    jobs = window.desk.jobs
    qtbot.waitUntil(lambda: jobs.newest is not None and "uploading" in jobs.newest.text and jobs.newest.fraction > 0)
    assert jobs.newest is not None and " of 4 GiB" in jobs.newest.text.replace("\u2009", " ")
    jobs.cancel()
    qtbot.waitUntil(lambda: not jobs.running)
    assert not real.blobs.exists("reports", "large.bin")


def test_a_file_that_cannot_be_read_is_said(
    window: MainWindow, panel: BlobsPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    panel.transfers.upload([tmp_path / "nothing"], "reports", "")
    qtbot.waitUntil(lambda: "nothing was not uploaded: No such file or directory" in said(window))


def test_blobs_are_downloaded_whole(
    window: MainWindow, panel: BlobsPanel, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    monkeypatch.setattr("ui.panels.blobs.panel.QFileDialog.getSaveFileName", lambda *_: (str(tmp_path / "out.bin"), ""))
    panel.desk.actions.run("blob.download")
    qtbot.waitUntil(lambda: (tmp_path / "out.bin").exists())
    assert (tmp_path / "out.bin").read_bytes() == b"\x00\xff" * 100
    qtbot.waitUntil(lambda: any(text.startswith("Downloaded ") for text in said(window)))
    assert not list(tmp_path.glob("*.part"))


@both
def test_a_small_blob_is_dragged_out_at_once_and_a_large_one_is_fetched_first(
    window: MainWindow, panel: BlobsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    mime = panel.dragging.mime(panel.blobs())
    assert mime is not None
    (url,) = mime.urls()
    assert url.fileName() == "raw" and Path(url.toLocalFile()).read_bytes() == b"\x00\xff" * 100
    data = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(100_000))
    info = real.blobs.upload("reports", "large", data)
    qtbot.waitUntil(lambda: "large" in names(panel))
    choose(panel, "large", qtbot)
    assert panel.dragging.mime(panel.blobs()) is None
    panel.dragging.begin()
    qtbot.waitUntil(lambda: "large is here: drag it now." in said(window))
    mime = panel.dragging.mime([info])
    assert mime is not None and Path(mime.urls()[0].toLocalFile()).read_bytes() == data


def test_a_blob_is_copied_to_where_is_said(panel: BlobsPanel, real: QuickNode, qtbot: QtBot) -> None:
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    panel.desk.actions.run("blob.copy")
    (dialog,) = panel.findChildren(BlobDialog)
    assert (dialog.bucket, dialog.key) == ("reports", "raw")
    dialog._key.setText("copy/of raw")
    dialog._ok.click()
    qtbot.waitUntil(lambda: real.blobs.exists("reports", "copy/of raw"))
    qtbot.waitUntil(lambda: "copy/" in names(panel))


def test_blobs_are_deleted_after_a_question(
    panel: BlobsPanel, real: QuickNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ui.panels.blobs.panel.confirmed", lambda _p, what, said, _v: not asked.append(what + said))
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    panel.desk.actions.run("blob.delete")
    qtbot.waitUntil(lambda: names(panel) == ["2026/", "logo.png"])
    assert not real.blobs.exists("reports", "raw") and asked == ["Delete raw?Its bytes are gone for good."]


def test_a_command_says_the_same(panel: BlobsPanel, qtbot: QtBot) -> None:
    enter(panel, qtbot)
    choose(panel, "raw", qtbot)
    panel.desk.actions.run("blob.copy_command")
    assert " blob show " in QApplication.clipboard().text() and "reports/raw" in QApplication.clipboard().text()
    panel.desk.actions.run("blob.copy_hash")
    assert QApplication.clipboard().text() == hashlib.sha256(b"\x00\xff" * 100).hexdigest()


def test_the_place_is_kept_when_the_app_ends(panel: BlobsPanel, qtbot: QtBot) -> None:
    enter(panel, qtbot, prefix="2026/")
    record = panel.record()
    panel.go_to("", "")
    panel.restore(record)
    qtbot.waitUntil(lambda: names(panel) == ["2026/june.txt", "2026/may.json"])


def _info(data: bytes, content_type: str = "text/plain") -> BlobInfo:
    return BlobInfo("b", "k", len(data), "", content_type, 0.0)


@pytest.mark.parametrize(
    ("data", "kind", "best", "text"),
    [
        (b"", "text/plain", "Text", ""),
        ("ü".encode() * 10, "x/y", "Text", "ü" * 10),
        (b"[1, 2]", "x/y", "JSON", "[1, 2]"),
        (b"{broken", "application/json", "Text", "{broken"),
        (b"nul\0", "text/plain", "Hex", ""),
        (b"\xff", "text/plain", "Hex", ""),
        (b"no picture", "image/png", "Text", "no picture"),
    ],
)
def test_content_is_known_by_what_it_is(data: bytes, kind: str, best: str, text: str) -> None:
    found = made_ready(_info(data, kind), data)
    assert (found.best, found.text) == (best, text)


def test_the_head_of_a_large_text_ends_before_a_character_that_is_cut(qtbot: QtBot) -> None:
    data = b"a" + "ü".encode() * HEAD_BYTES
    found = made_ready(_info(data), data[:HEAD_BYTES])
    assert found.best == "Text" and found.text == "a" + "ü" * ((HEAD_BYTES - 1) // 2)


def test_files_of_folders_have_their_way_in_their_keys(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("")
    (tmp_path / "d").write_text("")
    assert [each.key for each in files([tmp_path / "a", tmp_path / "d"], "p/")] == ["p/a/b/c", "p/d"]
