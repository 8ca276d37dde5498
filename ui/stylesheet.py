"""The stylesheet of every part of the window, with `{token}` where a colour goes, and that of the window itself."""

# ruff: noqa: E501  (a rule of the sheet is one line)
from __future__ import annotations

from collections.abc import Mapping

FRAME = """
QMainWindow { background: palette(window); }
QMainWindow::separator { background: palette(window); width: 5px; height: 5px; }
QMainWindow::separator:hover { background: palette(accent); }
"""
"""It goes down to all parts, so it never changes."""
TEMPLATE = """
* { outline: none; }
QDialog { background: {window}; }
QToolTip { background: {raised}; color: {text}; border: 1px solid {border_strong}; padding: 4px 6px; }

QSplitter::handle { background: {border}; }
QSplitter::handle:horizontal { width: 1px; margin: 0 1px; }
QSplitter::handle:vertical { height: 1px; margin: 1px 0; }
QSplitter::handle:hover { background: {accent_fill}; }

QDockWidget { color: {muted}; font-weight: 600; }
QDockWidget > QWidget { background: {panel}; }
QWidget#panel { background: {panel}; border: 1px solid {border}; border-top: none; }
QWidget#dockTitle { background: {panel}; border: 1px solid {border}; border-bottom: none; }
QWidget#dockTitle[active="true"] { border-top: 2px solid {accent_fill}; }
QLabel#dockTitleText { color: {text}; font-weight: 600; }
QWidget#band { background: {panel}; border-bottom: 1px solid {border}; }
QWidget#foot { background: {panel}; border-top: 1px solid {border}; }
QWidget#composer, QWidget#history, QWidget#graphPage, QWidget#mapFrame, QWidget#emptyState, QStackedWidget { background: {panel}; }
QWidget#card { background: {base}; border: 1px solid {border}; border-radius: 6px; }

QMenuBar { background: {window}; color: {text}; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: {raised}; }
QMenu { background: {panel}; color: {text}; border: 1px solid {border_strong}; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: {selection}; color: {text}; }
QMenu::item:disabled { color: {disabled}; }
QMenu::icon { padding-left: 6px; }
QMenu::separator { height: 1px; background: {border}; margin: 5px 6px; }

QToolBar { background: {window}; border: none; spacing: 2px; padding: 3px 6px; }
QToolBar::separator { width: 1px; background: {border_strong}; margin: 6px 6px; }
QToolButton { background: transparent; color: {text}; border: 1px solid transparent; border-radius: 5px; padding: 4px; }
QToolBar QToolButton { padding: 4px 8px; }
QToolButton:hover { background: {raised}; }
QToolButton:pressed, QToolButton:checked { background: {selection}; }
QToolButton:focus { border: 1px solid {accent}; }
QToolButton:disabled { color: {disabled}; }
QToolButton::menu-indicator { image: none; width: 0; }

QPushButton { background: {raised}; color: {text}; border: 1px solid {border_strong}; border-radius: 5px; padding: 4px 12px; min-height: 18px; }
QPushButton:hover { border-color: {accent}; }
QPushButton:pressed { background: {selection}; }
QPushButton:focus { border: 1px solid {accent}; }
QPushButton:disabled { color: {disabled}; background: {panel}; border-color: {border}; }
QPushButton[primary="true"] { background: {accent_fill}; color: {on_accent}; border-color: {accent_fill}; font-weight: 600; }
QPushButton[primary="true"]:hover { background: {accent_hover}; }
QPushButton[primary="true"]:focus { border-color: {text}; }
QPushButton[primary="true"]:disabled { background: {raised}; color: {disabled}; border-color: {border}; }
QPushButton[danger="true"] { color: {error}; border-color: {error}; background: {panel}; font-weight: 600; }
QPushButton[danger="true"]:hover { background: {error_tint}; }
QPushButton[link="true"] { background: transparent; border: none; color: {accent}; padding: 2px 4px; text-align: left; }
QPushButton[link="true"]:hover { text-decoration: underline; }
QPushButton[segment="true"] { border-radius: 0; padding: 3px 10px; background: {base}; color: {muted}; }
QPushButton[segment="true"]:checked { background: {selection}; color: {text}; border-color: {accent}; }

QLineEdit, QComboBox, QSpinBox, QPlainTextEdit, QTextEdit { background: {base}; color: {text}; border: 1px solid {border_strong}; border-radius: 5px; selection-background-color: {selection}; selection-color: {text}; }
QLineEdit, QComboBox, QSpinBox { padding: 3px 7px; min-height: 18px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 1px solid {accent}; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QPlainTextEdit:disabled { color: {disabled}; background: {panel}; border-color: {border}; }
QLineEdit[invalid="true"] { border: 1px solid {error}; color: {error}; text-decoration: underline; }
QPlainTextEdit[flat="true"], QTextEdit[flat="true"] { border: none; border-radius: 0; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url({arrow}); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: {panel}; color: {text}; border: 1px solid {border_strong}; selection-background-color: {selection}; selection-color: {text}; padding: 3px; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QCheckBox { color: {text}; spacing: 6px; }
QCheckBox::indicator, QTableView::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid {border_strong}; border-radius: 3px; background: {base}; }
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked { background: {accent_fill}; border-color: {accent_fill}; image: url({check}); }
QCheckBox:focus { color: {accent}; }

QTableView, QListView { background: {base}; color: {text}; border: none; gridline-color: {border}; selection-background-color: {selection}; selection-color: {text}; }
QTableView::item { padding: 0 6px; border: none; }
QTableView::item:selected { background: {selection}; color: {text}; }
QListView::item { padding: 4px 6px; border-radius: 4px; }
QListView::item:disabled { color: {muted}; }
QListView::item:selected, QListView::item:hover { background: {hover}; }
QListView::item:selected { background: {selection}; color: {text}; }
QHeaderView { background: {panel}; border: none; }
QHeaderView::section { background: {panel}; color: {muted}; border: none; border-bottom: 1px solid {border}; padding: 5px 6px; font-weight: 600; }
QHeaderView::section:hover { color: {text}; background: {hover}; }
QHeaderView::up-arrow, QHeaderView::down-arrow { width: 0; height: 0; }
QTableCornerButton::section { background: {panel}; border: none; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: {window}; color: {muted}; border: 1px solid {border}; border-bottom: none; padding: 5px 12px; margin-right: 1px; border-top-left-radius: 5px; border-top-right-radius: 5px; }
QTabBar::tab:selected { background: {panel}; color: {text}; border-top: 2px solid {accent_fill}; padding-top: 4px; }
QTabBar::tab:hover { color: {text}; background: {hover}; }
QTabBar::tab:bottom { border: 1px solid {border}; border-top: none; border-radius: 0; border-bottom-left-radius: 5px; border-bottom-right-radius: 5px; }
QTabBar::tab:bottom:selected { border-bottom: 2px solid {accent_fill}; padding-bottom: 4px; padding-top: 5px; }
QTabBar::close-button { image: url({close}); subcontrol-position: right; width: 14px; height: 14px; }
QTabBar::close-button:hover { background: {raised}; border-radius: 3px; }
QTabBar QToolButton { background: {panel}; border: 1px solid {border}; }
QTabWidget::pane { border: none; border-top: 1px solid {border}; background: {base}; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: {border_strong}; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: {faint}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QScrollArea { border: none; background: transparent; }

QStatusBar { background: {window}; color: {muted}; border-top: 1px solid {border}; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: {muted}; padding: 1px 4px; }
QProgressBar { background: {raised}; border: none; border-radius: 4px; height: 8px; text-align: center; color: {text}; }
QProgressBar::chunk { background: {accent_fill}; border-radius: 4px; }

QLabel[tone="muted"] { color: {muted}; }
QLabel[tone="faint"] { color: {faint}; }
QLabel[tone="error"] { color: {error}; }
QLabel[tone="warn"] { color: {warn}; }
QLabel[tone="ok"] { color: {ok}; }
QLabel[tone="accent"] { color: {accent}; }
QLabel[role="title"] { font-size: {title_size}; font-weight: 600; color: {text}; }
QLabel[role="caption"] { color: {muted}; font-size: {caption_size}; font-weight: 600; }
QLabel[role="figure"] { color: {text}; font-weight: 600; }
QLabel[role="chip"] { background: {raised}; color: {text}; border-radius: 9px; padding: 2px 9px; }
QWidget#notice[tone="info"] { background: {info_tint}; border-bottom: 1px solid {info}; }
QWidget#notice[tone="ok"] { background: {ok_tint}; border-bottom: 1px solid {ok}; }
QWidget#notice[tone="warn"] { background: {warn_tint}; border-bottom: 1px solid {warn}; }
QWidget#notice[tone="error"] { background: {error_tint}; border-bottom: 1px solid {error}; }
QWidget#notice QLabel { color: {text}; }
QWidget#stale { background: {warn_tint}; }
QWidget#recorded { background: {warn_tint}; }
QWidget#dropZone { background: {info_tint}; border: 2px dashed {accent}; border-radius: 10px; }
QLabel#dropPad { background: {base}; border: 2px dashed {muted}; border-radius: 8px; font-weight: 600; }
QLabel#dropPad[tone="on"] { background: {info_tint}; border-color: {accent}; }
"""


def stylesheet(tokens: Mapping[str, str]) -> str:
    """The sheet with every token put in."""
    sheet = TEMPLATE
    for name, color in tokens.items():
        sheet = sheet.replace("{" + name + "}", color)
    return sheet
