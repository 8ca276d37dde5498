"""A recorded session for tests of bundles: Python actors that use services, a tiny core module, one that died."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from core_modules import ECHO, function, module, request

from workbench.api import Node, SpawnOptions, WorkbenchError
from workbench.debug.bundle.manifest import Manifest
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.writer import Writer

CLERK = '''
from plexspaces import GenServer, Reject, channels, keyvalue, log, messaging, tuplespace


class Clerk(GenServer):
    """Uses services, and dies when it is told to."""

    def init(self, state):
        self.total = int(state or 0)

    def snapshot_state(self):
        return str(self.total)

    def handle_request(self, from_actor, message_type, payload):
        match message_type:
            case "add":
                self.total += int(payload)
                return str(keyvalue.increment(f"total-{messaging.self_id()}", int(payload)))
            case "login":
                keyvalue.put("password", payload)
                log.info(f"login with {payload}")
                return payload.upper()
            case "tuple":
                tuplespace.write(("job", self.total, 1.5, b"\\x00"))
                return repr(tuplespace.take(("job", *[tuplespace.ANY] * 3)))
            case "bytes":
                return b"\\xff" + payload
            case "ask":
                return messaging.ask("echo", "say", payload)
            case "refuse":
                raise Reject("no")
        raise ValueError(payload)
'''
DOOR = """
from plexspaces import GenFSM


class Door(GenFSM):
    def init(self, state):
        self.pushes = int(state or 0)

    def snapshot_state(self):
        return str(self.pushes)

    def handle_transition(self, from_actor, message_type, payload):
        self.pushes += 1
        return message_type if message_type in ("open", "closed") else ""
"""
GRANTS = ("keyvalue", "tuplespace", "channels", "messaging")
TINY = module(request(ECHO), function("init", "(i64.const 0)", "(param i32 i32)"))
ASKED = ("add", "tuple", "ask", "refuse", "add")


def record(node: Node) -> None:
    """Let a few actors live, from their births on; one of them dies and is born again."""
    clerk = node.modules.deploy(CLERK.encode(), file_name="clerk.py", alias="clerk", force=True)
    tiny = node.modules.deploy(TINY, file_name="echo.wat", alias="echo", force=True)
    door = node.modules.deploy(DOOR.encode(), file_name="door.py", alias="door", force=True)
    node.actors.spawn(tiny.hash, options=SpawnOptions("echo", "strict"))
    node.actors.spawn(door.hash, options=SpawnOptions("door", "strict"))
    for name in ("anna", "bert"):
        node.actors.spawn(clerk.hash, "5", options=SpawnOptions(name, "strict", GRANTS))
    for message in (*ASKED, "boom"):
        for name in ("anna", "bert") if message != "boom" else ("bert",):
            asked(node, name, message, "3")
    asked(node, "anna", "bytes", b"\x00\x01")
    node.actors.restart("bert")
    asked(node, "bert", "add", "4")
    for message in ("open", "push"):
        asked(node, "door", message, "")
    node.actors.snapshot("door")
    for message in ("push", "closed"):
        asked(node, "door", message, "")


def asked(node: Node, name: str, message: str, payload: str | bytes) -> None:
    try:
        node.actors.ask(name, message, payload)
    except WorkbenchError:
        return


def contents(path: Path) -> dict[str, bytes]:
    """Every entry but the manifest."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


def forged(path: Path, target: Path, change: Callable[[dict[str, bytes]], None], **manifest: Any) -> Path:
    """A bundle with other entries, whose hashes are right: made by somebody who knows the format."""
    entries = contents(path)
    change(entries)
    with Bundle(path) as bundle:
        made: Manifest = bundle.manifest
    with Writer(target) as writer:
        for name, data in entries.items():
            writer.add(name, data)
        given = {name: getattr(made, name) for name in made.__slots__} | manifest
        writer.finish(Manifest(**given))
    return target


def packed(target: Path, entries: Mapping[str, bytes], manifest: Mapping[str, Any] | None = None) -> Path:
    """A zip of these entries, with a manifest of these members and the entries' hashes."""
    named = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in entries.items()
    ]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
        if manifest is not None:
            archive.writestr("manifest.json", json.dumps({"entries": named, **manifest}))
    return target
