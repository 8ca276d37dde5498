"""Modules are known by the SHA-256 of their bytes, compiled once and kept."""

from __future__ import annotations

import hashlib
import secrets
import time

from workbench.api import AlreadyExists, Invalid, NotFound, SpawnOptions
from workbench.showcase.stage import Stage, milliseconds, size, source

WASM_MAGIC = b"\0asm"


def demonstrate(stage: Stage) -> None:
    node = stage.node
    info = node.info()
    stage.check("Created WASM runtime", bool(info.wasmtime) and info.modules == 0, found=info)
    stage.fact(f"wasmtime {info.wasmtime}, {info.workers} workers")
    # Like no other, so that it must be compiled here and now.
    unique = source("tally.wat").replace(b"not a whole number", secrets.token_hex(9).encode())
    started = time.perf_counter()
    module = node.modules.deploy(unique, file_name="tally.wat", alias="tally@1")
    took = milliseconds(started)
    binary = node.modules.data(module.hash)
    stage.check("Module compiled and cached", module.compiled and binary.startswith(WASM_MAGIC), found=module)
    stage.fact(f"Hash: {module.hash}")
    stage.fact(f"Size: {size(len(binary))}, compiled in {took}, the start of the compiler included")
    stage.equal("Its name is the SHA-256 of its bytes", module.hash, hashlib.sha256(binary).hexdigest())
    stage.equal("Module retrieved from cache", node.modules.get(module.hash[:12]).hash, module.hash)
    _again(stage, unique, binary, module.hash)
    _names(stage, module.hash)
    _refusals(stage, binary)
    started = time.perf_counter()
    actor = node.actors.spawn("tally", "41", options=SpawnOptions(name="tally")).id
    took = milliseconds(started)
    stage.equal("Actor instantiated from the cached module", node.actors.ask(actor, "increment").payload, "42")
    stage.fact(f"in {took} (target: less than 10 ms)")


def _again(stage: Stage, text: bytes, binary: bytes, known: str) -> None:
    node = stage.node
    started = time.perf_counter()
    again = node.modules.deploy(binary, file_name="other.wasm").hash
    stage.equal("Cache hit! Same hash", again, known)
    stage.fact(f"deployed again in {milliseconds(started)}")
    stage.equal("Its text is the same module", node.modules.deploy(text, file_name="a.wat").hash, known)
    stage.equal("Deploying is idempotent", [each.hash for each in node.modules.list()], [known])
    other = node.modules.deploy(text.replace(b"(memory.size)", b"(memory.size )"), file_name="b.wat").hash
    stage.equal("Another spelling of the text makes no other module", other, known)
    started = time.perf_counter()
    changed = node.modules.deploy(text.replace(b'"add"', b'"sum"'), file_name="c.wat", alias="sum")
    took = milliseconds(started)
    stage.check("Three bytes changed: another module", changed.compiled and changed.hash != known, found=changed)
    stage.fact(f"compiled in {took} (target: less than 100 ms)")


def _names(stage: Stage, known: str) -> None:
    node = stage.node
    stage.equal("An alias with a version leads to it", node.modules.get("tally@1").hash, known)
    stage.equal("So does its name alone", node.modules.get("tally").hash, known)
    stage.refused("A name that is taken stays", AlreadyExists, node.modules.alias, "sum", known)
    found = {each.hash for each in node.modules.list()}
    stage.check("All cached modules are listed", len(found) == 2 and known in found, found=found)
    stage.facts(*(f"{each.hash[:12]}  {each.name}, {each.format}" for each in node.modules.list()))


def _refusals(stage: Stage, binary: bytes) -> None:
    node = stage.node
    stage.refused("A truncated module is refused", Invalid, node.modules.deploy, binary[: len(binary) // 2])
    stage.refused("A module without a handler is refused", Invalid, node.modules.deploy, b"(module)")
    stage.refused("What is not there is said not to be there", NotFound, node.modules.get, "nothing")
    stage.equal("The refused ones left nothing", len(node.modules.list()), 2)
