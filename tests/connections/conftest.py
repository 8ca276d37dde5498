"""What tests of connections share: a folder of settings, keychains, and nodes in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keychains import MemoryKeychain

from tests.ui.real_node import quick_node
from workbench.node import LocalNode


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own folder of settings."""
    folder = tmp_path / "config"
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture
def memory() -> Iterator[MemoryKeychain]:
    """A machine with a keychain."""
    before, made = keyring.get_keyring(), MemoryKeychain()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_keychain() -> Iterator[None]:
    """A machine without one."""
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def node() -> Iterator[LocalNode]:
    """A real one that needs no interpreter."""
    with quick_node() as made:
        yield made
