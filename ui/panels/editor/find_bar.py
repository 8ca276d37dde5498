"""Find in the file: as you type, next and previous, round the end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.widgets.build import label, row, tool
from ui.widgets.code_edit import CodeEdit


class FindBar(QWidget):
    """Hidden until Ctrl+F; Escape closes it and gives the keyboard back to the text."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__()
        self._edit = edit
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = QLineEdit(placeholderText="Find", clearButtonEnabled=True)
        self.line.setAccessibleName("Find")
        self.count = label(tone="muted")
        self.setLayout(row(
            self.line, self.count, tool("chevron-down", "Next match", self.find_next),
            tool("close", "Close find", self.leave), margins=(8, 4, 6, 4),
        ))  # fmt: skip
        self.line.textChanged.connect(self._from_start)
        self.line.returnPressed.connect(self.find_next)
        self.hide()

    def open(self) -> None:
        chosen = self._edit.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.line.setText(chosen)
        self.show()
        self.line.setFocus()
        self.line.selectAll()

    def leave(self) -> None:
        self.hide()
        self._edit.setFocus()

    def _from_start(self) -> None:
        cursor = self._edit.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._edit.setTextCursor(cursor)
        self.find_next()

    def find_next(self, *, back: bool = False) -> None:
        wanted = self.line.text()
        flags = QTextDocument.FindFlag.FindBackward if back else QTextDocument.FindFlag(0)
        if wanted and not self._edit.find(wanted, flags):
            cursor = self._edit.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.End if back else QTextCursor.MoveOperation.Start)
            self._edit.setTextCursor(cursor)
            self._edit.find(wanted, flags)
        found = self._edit.toPlainText().lower().count(wanted.lower()) if wanted else 0
        self.count.setText(f"{found:,} found" if wanted else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find_next(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)
