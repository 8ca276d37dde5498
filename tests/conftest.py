"""What all tests share: no window, and one interpreter for the machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.side_by_side import room

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Of the keychain of whoever runs the tests nothing is read or written; tests that need one bring their own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell that starts the tests in the background lets them and all their children ignore Ctrl+C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def interpreter() -> str:
    """The hash of the machine's Python interpreter, built and compiled first where there is none."""
    import workbench

    with workbench.connect("embedded:") as node:
        return node.prepare().interpreter


@pytest.fixture(autouse=True)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the tests run in several processes, one that is marked `alone` has the machine for itself."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    with room(tmp_path_factory.getbasetemp().parent, alone=request.node.get_closest_marker("alone") is not None):
        yield
