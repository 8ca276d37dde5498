"""Whoever knows the format writes what they like, with hashes that are right: it is read in words, or not at all."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sessions import forged, record

import workbench
from workbench.api import WorkbenchError
from workbench.config import load
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.replay import replay
from workbench.debug.bundle.summary import verified
from workbench.machine import Machine

ROUNDS = 120
VALUE = re.compile(rb'"[^"\\]*"|-?\d+(?:\.\d+)?|true|null|false|\[\]')
OTHERS = (b"null", b"[]", b"{}", b"-1", b"1.5", b'"x"', b"1e999", b"NaN", b'"\\ud800"', b"9" * 30, b'{"b64":"AA=="}')


@pytest.fixture(scope="module")
def session(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("session") / "shop.plexbundle"
    with workbench.connect("embedded:") as node:
        record(node)
        workbench.export_bundle(node, path)
    return path


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    made = Machine(None, load())
    yield made
    made.close()


def edited(data: bytes, chance: random.Random) -> bytes:
    """A byte here and there is another one, or a value is put where another one was."""
    if chance.random() < 0.3:
        made = bytearray(data)
        for _ in range(chance.randrange(1, 5)):
            made[chance.randrange(len(made))] = chance.choice(b'{}[]",:0129abnte\\-.\n ')
        return bytes(made)
    spans = [found.span() for found in VALUE.finditer(data)]
    for start, end in sorted(chance.sample(spans, min(len(spans), chance.randrange(1, 4))), reverse=True):
        first, last = chance.choice(spans)
        data = data[:start] + chance.choice((data[first:last], chance.choice(OTHERS))) + data[end:]
    return data


def test_no_edit_of_a_session_ends_in_a_traceback(
    session: Path, machine: Machine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chance, opened = random.Random(11), 0
    for number in range(ROUNDS):

        def change(entries: dict[str, bytes]) -> None:
            names = [name for name in sorted(entries) if name.endswith((".json", ".jsonl")) and entries[name].strip()]
            for name in chance.sample(names, chance.randrange(1, 3)):
                entries[name] = edited(entries[name], chance)

        path = forged(session, tmp_path / f"{number}.plexbundle", change)
        with Bundle(path) as bundle:
            assert verified(bundle).format == 1
            try:
                found = machine.scheduler.call(
                    lambda bundle=bundle: replay(machine.around, machine.library, machine.interpreter, bundle), 120.0
                )
            except WorkbenchError as error:
                assert error.message
            else:
                opened += len(found.actors) > 0
        path.unlink()
    assert opened > ROUNDS * 0.9 and not caplog.records
