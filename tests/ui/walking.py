"""What is wrong with the widgets of a window for somebody without a mouse, without sight, or with weak eyes.

Each check returns sentences, one for each fault; a window without faults gives none.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from ui import theme

OF_QT = (
    "QComboBoxPrivateContainer",
    "QLineEditIconButton",
    "QTableCornerButton",
    "QMenuBarExtension",
    "ScrollLeftButton",
)
INSIDE = (QTabBar, QLineEdit, QComboBox, QHeaderView)
"""Qt makes parts inside of these, and speaks of the whole."""


def focusable(root: QWidget) -> list[QWidget]:
    """Every visible, enabled widget that can have the keyboard."""
    return [
        part for part in root.findChildren(QWidget)
        if part.isVisible() and part.isEnabled() and part.focusPolicy() != Qt.FocusPolicy.NoFocus
        and part.focusProxy() is None and not _of_qt(part)
    ]  # fmt: skip


def _of_qt(part: QWidget) -> bool:
    parent = part.parentWidget()
    return (
        part.objectName().startswith("qt_") or part.metaObject().className() in OF_QT
        or isinstance(parent, INSIDE) or isinstance(part.parent(), QAbstractScrollArea)
    )  # fmt: skip


def named(part: QWidget) -> str:
    """How a reader of the screen would call it."""
    return part.accessibleName() or (part.text() if isinstance(part, QAbstractButton | QLabel) else "")


def called(part: QWidget) -> str:
    return f"{type(part).__name__} {named(part)!r} {part.objectName()!r} in {type(part.parentWidget()).__name__}"


def nameless(root: QWidget) -> list[str]:
    """Controls that say nothing of themselves."""
    views = [view for view in root.findChildren(QAbstractItemView) if not _of_qt(view) and view.isVisible()]
    return [f"{called(part)} has no name" for part in {*focusable(root), *views} if not named(part)]


def unreachable(root: QWidget) -> list[str]:
    """Controls that neither Tab nor the arrow keys from a neighbour lead to."""
    wanted = [part for part in focusable(root) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
    deaf = [part for part in focusable(root) if part not in wanted and not _by_arrows(part)]
    faults = [f"{called(part)} takes the keyboard only from the mouse" for part in deaf]
    if not wanted:
        return faults
    wanted[0].setFocus(Qt.FocusReason.TabFocusReason)
    reached = set(_tabbed(len(wanted) * 3 + 40))
    return faults + [f"{called(part)} is not reached by Tab" for part in wanted
                     if not any(id(one) in reached for one in _one_of_a_group(part))]  # fmt: skip


def _by_arrows(part: QWidget) -> bool:
    return isinstance(part, QAbstractButton) and part.group() is not None


def _one_of_a_group(part: QWidget) -> list[QWidget]:
    """Tab leads to the chosen one of a group, the arrow keys to the others."""
    group = part.group() if isinstance(part, QAbstractButton) else None
    return [part] if group is None else list(group.buttons())


def _tabbed(steps: int) -> Iterator[int]:
    for _ in range(steps):
        here = QApplication.focusWidget()
        if here is None:
            return
        yield from map(id, _with_owners(here))
        key, modifier = Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier
        QTest.keyClick(here, key, modifier)
        if QApplication.focusWidget() is here:  # Tab belongs to the text here; this is how one leaves it
            QTest.keyClick(here, key, Qt.KeyboardModifier.ControlModifier)
        if QApplication.focusWidget() is here:
            here.window().focusNextPrevChild(True) if hasattr(here.window(), "focusNextPrevChild") else None


def _with_owners(part: QWidget) -> Iterator[QWidget]:
    """The part itself, and what it stands for: the line of a combo box."""
    yield part
    parent = part.parentWidget()
    if isinstance(parent, QComboBox):
        yield parent


def pale(root: QWidget) -> list[str]:
    """Texts whose colour is too near that of the ground they stand on, as Qt would draw them now."""
    texts = [part for part in root.findChildren(QWidget) if isinstance(part, QLabel | QAbstractButton | QLineEdit)
             and part.text() and part.isEnabled() and not part.visibleRegion().isEmpty()
             and not _of_qt(part) and not _only_icon(part)]  # fmt: skip
    return [fault for part in texts if (fault := _paleness(part))]


def _only_icon(part: QWidget) -> bool:
    return isinstance(part, QToolButton) and part.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def _picture(part: QWidget) -> QImage:
    """The widget with what is behind it."""
    window = part.window()
    whole = window.grab(QRect(part.mapTo(window, QPoint(0, 0)), part.size()))
    return whole.toImage().convertToFormat(QImage.Format.Format_RGB32)


def _paleness(part: QWidget) -> str:
    ink = part.palette().color(part.foregroundRole()).name()
    ground = _ground(part)
    found = theme.contrast(ink, ground)
    return f"{called(part)}: {ink} on {ground} is {found:.2f}" if found < theme.MINIMUM_CONTRAST else ""


def _ground(part: QWidget) -> str:
    """The colour that most of the widget's own picture has: what is really behind its text."""
    counts: dict[str, int] = {}
    image = _picture(part)
    for y in range(0, image.height(), 2):
        for x in range(0, image.width(), 2):
            name = image.pixelColor(x, y).name()
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name]) if counts else part.palette().color(part.backgroundRole()).name()


def drawn_contrast(part: QWidget, box: QPoint, size: int) -> float:
    """The greatest contrast to the ground that is really drawn in a square of a widget: how readable its text is."""
    image = _picture(part)
    names = {image.pixelColor(x, y).name() for x in range(box.x(), min(box.x() + size, image.width()))
             for y in range(box.y(), min(box.y() + size, image.height()))}  # fmt: skip
    ground = _ground(part)
    return max((theme.contrast(name, ground) for name in names), default=1.0)


def plant(root: QWidget) -> dict[str, QWidget]:
    """One fault of each sort, for a check of the checks."""
    silent = QLineEdit(root)
    deaf = QLineEdit(root)
    deaf.setAccessibleName("Only for the mouse")
    deaf.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    faint = QLabel("You cannot read this", root)
    faint.setStyleSheet(f"color: {QColor(theme.current().panel).darker(105).name()}")
    for at, part in enumerate((silent, deaf, faint)):
        part.move(4, 40 + 30 * at)
        part.resize(160, 24)
        part.show()
        part.raise_()
    QApplication.sendPostedEvents(None, QEvent.Type.PolishRequest)
    assert faint.palette().color(QPalette.ColorRole.WindowText).isValid()
    return {"nameless": silent, "unreachable": deaf, "pale": faint}
