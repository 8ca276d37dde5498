"""Asks where a blob shall be: bucket and key."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.build import label
from workbench.api import Invalid
from workbench.api.blobs import check_blob_key, check_bucket


class BlobDialog(QDialog):
    """`bucket` and `key` hold the answer after it was accepted; it cannot be accepted while one of them is no name.

    `several`: the key is what many keys begin with, and may be empty.
    """

    def __init__(self, parent: QWidget, title: str, verb: str, bucket: str, key: str, *, several: bool = False) -> None:
        super().__init__(parent)
        self._several = several
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self._bucket, self._key = QLineEdit(bucket, placeholderText="reports"), QLineEdit(key)
        self._key.setPlaceholderText("2026/" if several else "2026/may.pdf")
        self._said = label(tone="error", wrap=True)
        form = QFormLayout()
        for name, field in (("Bucket", self._bucket), ("Keys begin with" if several else "Key", self._key)):
            field.setAccessibleName(name)
            field.textChanged.connect(lambda: self._check())
            form.addRow(label(name), field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setProperty("primary", "true")
        self._ok.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(self._said)
        whole.addWidget(buttons)
        self._check()
        (self._key if bucket else self._bucket).setFocus()

    @property
    def bucket(self) -> str:
        return self._bucket.text()

    @property
    def key(self) -> str:
        return self._key.text()

    def _check(self) -> None:
        """What is still empty is not wrong yet, only not enough."""
        said = ""
        for text, check in ((self.bucket, check_bucket), (self.key, check_blob_key)):
            try:
                if text:
                    check(text)
            except Invalid as error:
                said = str(error)
        self._said.setText(said)
        self._said.setVisible(bool(said))
        self._ok.setEnabled(not said and bool(self.bucket) and (self._several or bool(self.key)))
