"""The command line that does what a call of the api does: one entry for each method that changes something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from inspect import signature
from typing import Any

from ui.commands import command, written
from ui.copying.files import path_of
from workbench import api
from workbench.api import Kind, Payload
from workbench.api.calls import Call
from workbench.api.journal import KEY_HEADER
from workbench.api.limits import DEFAULT_PROFILE
from workbench.api.patterns import write_pattern, write_tuple

FACETS = {
    "modules": api.Modules, "actors": api.Actors, "capabilities": api.Capabilities, "supervision": api.Supervision,
    "blobs": api.Blobs, "channels": api.Channels, "debugger": api.Debugger, "journal": api.Journal,
    "keyvalue": api.KeyValue, "locks": api.Locks, "process_groups": api.ProcessGroups, "registry": api.Registry,
    "tokens": api.Tokens, "tuplespace": api.TupleSpace, "node": api.Node,
}  # fmt: skip
BETWEEN = "nodes say it to each other: workbench actor migrate moves an actor"
BYTES = "it carries bytes of a file, which a line cannot: name the file to the command"


class NoLine(Exception):
    """Why no line does the same, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """A command without where: `options` stand before the names."""

    verb: str
    names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


Given = Mapping[str, Any]
Line = Callable[[Given], Words]


def line_of(call: Call, at: tuple[str, ...]) -> str:
    """`workbench …`, quoted for a shell. NoLine: there is none, or not for these arguments."""
    make = LINES.get(call.method)
    if make is None:
        raise NoLine(WITHOUT.get(call.method, f"there is no command for {call.method}"))
    words = make(_given(call))
    return command(words.verb, *words.names, at=(*at, *words.options))


def _given(call: Call) -> Given:
    """Every argument by name, the defaults too."""
    bound = signature(getattr(FACETS[call.facet], call.verb)).bind(None, *call.arguments, **call.options)
    bound.apply_defaults()
    return bound.arguments


def _plain(verb: str, *names: str) -> Line:
    """All that is given goes into the line as it is."""
    return lambda given: Words(verb, tuple(_name(given[name]) for name in names if _name(given[name])))


def _name(value: Any) -> str:
    return value.name if isinstance(value, api.ActorId) else str(value)


def _option(flag: str, value: Any) -> tuple[str, ...]:
    return () if value in (None, "", False) else (flag,) if value is True else (flag, str(value))


def _options(given: Given, **flags: str) -> tuple[str, ...]:
    return tuple(part for name, flag in flags.items() for part in _option(flag, given[name]))


def _text(value: Payload) -> str:
    """As commands take a text: what begins with @ would be a file."""
    if isinstance(value, bytes):
        raise NoLine("its state is binary, and the command takes a text")
    return f"@{value}" if value.startswith("@") else value


def _message(given: Given) -> str:
    message_type = given["message_type"]
    if "=" in message_type or message_type.endswith(":"):
        raise NoLine(f"the command cannot write the message type {message_type!r}")
    return written(message_type, given["payload"])


def _changed_message(given: Given) -> tuple[str, ...]:
    return () if given["message_type"] is None else (_message({**given, "payload": given["payload"] or ""}),)


def _headers(headers: Mapping[str, str] | None, *, key: bool = True) -> Iterator[str]:
    for name, value in (headers or {}).items():
        yield from ("--key", value) if key and name == KEY_HEADER and value else ("--header", f"{name}={value}")


def _ask(given: Given) -> Words:
    verb = "actor call" if given["kind"] is Kind.CALL else "actor cast"
    return Words(verb, (_name(given["actor"]), _message(given)), tuple(_headers(given["headers"])))


def _spawn(given: Given) -> Words:
    options = given["options"] or api.SpawnOptions()
    parts = [*_option("--name", options.name)]
    parts += [] if options.profile == DEFAULT_PROFILE else ["--profile", options.profile]
    parts += [part for grant in options.grants for part in ("--grant", grant)]
    parts += [part for change in _limits(options.limits) for part in ("--limit", change)]
    parts += _option("--durable", options.durable)
    state = _text(given["state"])
    parts += ["--state", state] if state else []
    return Words("actor spawn", (given["module"],), tuple(parts))


def _migrate(given: Given) -> Words:
    if given["token"]:
        raise NoLine("it showed a token, which no line should hold: put it into a file, and add --to-token-file FILE")
    return Words("actor migrate", (_name(given["actor"]),), ("--to", given["to"]))


def _limits(limits: api.Limits | None) -> Iterator[str]:
    if limits is not None:
        for each in fields(limits):
            if (value := getattr(limits, each.name)) is not None:
                yield f"{each.name}={value}"


def _start_child(given: Given) -> Words:
    state = given["state"]
    options = () if state is None else ("--state", _text(state))
    return Words("supervisor start", tuple(filter(None, (given["supervisor"], given["child"]))), options)


def _put(given: Given) -> Words:
    value = given["value"]
    shown = (value.hex(), "--hex") if isinstance(value, bytes) else (_text(value), "")
    return Words("kv put", (given["key"], shown[0]), (*filter(None, shown[1:]), *_options(given, ttl_ms="--ttl")))


def _swap(given: Given) -> Words:
    expected, new = given["expected"], given["replacement"]
    binary = isinstance(new, bytes)
    if expected is not None and isinstance(expected, bytes) != binary:
        raise NoLine("the command takes two texts or two binaries")
    shown = [each.hex() if isinstance(each, bytes) else _text(each or "") for each in (expected, new)]
    options = (*_option("--absent", expected is None), *_option("--hex", binary))
    return Words("kv cas", (given["key"], *shown), options)


def _deploy(given: Given) -> Words:
    path = path_of(given["data"])
    if path is None:
        raise NoLine(BYTES)
    return Words("module deploy", (str(path),), _options(given, alias="--alias", force="--force"))


def _upload(given: Given) -> Words:
    path = path_of(given["content"])
    if path is None:
        raise NoLine(BYTES)
    meta = tuple(part for name, value in given["metadata"].items() for part in ("--meta", f"{name}={value}"))
    options = _options(given, content_type="--type", text="--text")
    return Words("blob upload", (str(path), f"{given['bucket']}/{given['key']}"), (*options, *meta))


def _record(given: Given) -> Words:
    level = given["level"]
    names = () if given["actor"] is None else (_name(given["actor"]),)
    return Words("debug record", names, ("--level", "inherit" if level is None else str(level)))


def _keep(given: Given) -> Words:
    return Words("debug record", (_name(given["actor"]),), ("--keep" if given["kept"] else "--no-keep",))


def _register(given: Given) -> Words:
    labels = tuple(part for name, value in given["labels"].items() for part in ("--label", name, value))
    options = _options(given, object_type="--type", address="--address", ttl_ms="--ttl", owner="--as")
    return Words("registry register", (given["id"],), (*options, *labels))


def _locked(verb: str, *names: str) -> Line:
    def make(given: Given) -> Words:
        if not given["holder"]:
            raise NoLine("the command locks in the name of a session: --as NAME")
        options = _options(given, holder="--as", **({"lease_ms": "--lease"} if "lease_ms" in given else {}))
        wait = () if verb != "lock acquire" else ("--wait", f"{given.get('timeout', 0.0):g}")
        return Words(verb, tuple(str(given[name]) for name in names), (*options, *wait))

    return make


def _seconds(seconds: float | None) -> tuple[str, ...]:
    days = None if seconds is None else max(round(seconds / 86_400), 1)
    return _option("--expires", days)


LINES: Mapping[str, Line] = {
    "modules.deploy": _deploy,
    "blobs.upload": _upload,
    "modules.alias": lambda g: Words("module alias", (g["name"], g["reference"]), _options(g, force="--force")),
    "modules.remove": _plain("module remove", "reference"),
    "actors.spawn": _spawn,
    "actors.ask": _ask,
    "actors.tell": lambda g: _ask({**g, "kind": Kind.CAST}),
    "actors.stop": _plain("actor stop", "actor"),
    "actors.kill": _plain("actor kill", "actor"),
    "actors.restart": _plain("actor restart", "actor"),
    "actors.upgrade": _plain("actor upgrade", "actor", "module"),
    "actors.snapshot": _plain("actor snapshot", "actor"),
    "actors.suspend": _plain("actor suspend", "actor"),
    "actors.resume": _plain("actor resume", "actor"),
    "actors.passivate": _plain("actor passivate", "actor"),
    "actors.migrate": _migrate,
    "actors.set_limits": lambda g: Words("actor limits", (_name(g["actor"]), *_limits(g["limits"]))),
    "actors.resend": lambda g: Words("actor resend", (str(g["letter"]), *_changed_message(g))),
    "capabilities.grant": lambda g: Words(
        "capability grant", (_name(g["actor"]), g["grant"]), ("--for", g["duration"])
    ),
    "capabilities.revoke": _plain("capability revoke", "actor", "grant"),
    "capabilities.trim": lambda g: Words("capability trim", (_name(g["actor"]),), _options(g, dry="--dry-run")),
    "supervision.remove": _plain("supervisor remove", "supervisor"),
    "supervision.start_child": _start_child,
    "supervision.stop_child": _plain("supervisor stop", "supervisor", "child"),
    "supervision.restart": _plain("supervisor restart", "supervisor", "child"),
    "blobs.delete": lambda g: Words("blob delete", (f"{g['bucket']}/{g['key']}",)),
    "blobs.copy": lambda g: Words(
        "blob copy", (f"{g['source_bucket']}/{g['source_key']}", f"{g['bucket']}/{g['key']}")
    ),
    "channels.create_queue": lambda g: Words(
        "queue create", (g["queue"],),
        _options(g, visibility_ms="--visibility", max_attempts="--max-attempts", max_length="--max-length",
                 dead_letter_queue="--dead-letter-queue"),
    ),
    "channels.delete_queue": _plain("queue delete", "queue"),
    "channels.purge_queue": _plain("queue purge", "queue"),
    "channels.send": lambda g: Words(
        "queue send", (g["queue"], _message(g)),
        (*_option("--delay", g["delay_ms"] or None), *_options(g, ttl_ms="--ttl"), *_headers(g["headers"], key=False)),
    ),
    "channels.receive": _plain("queue receive", "queue"),
    "channels.ack": _plain("queue ack", "delivery"),
    "channels.nack": lambda g: Words("queue nack", (g["delivery"],), () if g["requeue"] else ("--dead",)),
    "channels.delete_message": _plain("queue drop", "queue", "message"),
    "channels.redrive": lambda g: Words("queue redrive", (g["queue"], *g["messages"])),
    "channels.resend": lambda g: Words(
        "queue resend", (g["queue"], g["message"], *_changed_message(g)), tuple(_headers(g["headers"], key=False))
    ),
    "channels.publish": lambda g: Words("topic publish", (g["topic"], _message(g))),
    "node.clear_storage": lambda g: Words("node storage", (), ("--clear", str(g["kind"]))),
    "debugger.set_level": _record,
    "debugger.keep": _keep,
    "debugger.pin": lambda g: Words("debug pin", (str(g["segment"]),), () if g["pinned"] else ("--no-pin",)),
    "debugger.clear": lambda g: Words("debug clear", (), _options(g, pinned="--pinned")),
    "journal.checkpoint": _plain("journal checkpoint", "actor"),
    "journal.compact": _plain("journal compact", "actor"),
    "journal.remove": _plain("journal remove", "actor"),
    "keyvalue.put": _put,
    "keyvalue.delete": _plain("kv delete", "key"),
    "keyvalue.compare_and_swap": _swap,
    "keyvalue.increment": _plain("kv increment", "key", "delta"),
    "locks.acquire": _locked("lock acquire", "name"),
    "locks.try_acquire": _locked("lock acquire", "name"),
    "locks.renew": _locked("lock renew", "name", "version"),
    "locks.release": _locked("lock release", "name", "version"),
    "locks.force": _plain("lock force", "name"),
    "process_groups.create": _plain("group create", "group"),
    "process_groups.delete": _plain("group delete", "group"),
    "process_groups.join": lambda g: Words(
        "group join", (g["group"], _name(g["actor"])), tuple(p for topic in g["topics"] for p in ("--topic", topic))
    ),
    "process_groups.leave": _plain("group leave", "group", "actor"),
    "process_groups.remove": _plain("group remove", "group", "actor"),
    "process_groups.publish": lambda g: Words(
        "group publish", (g["group"], _message(g)), _options(g, topic="--topic")
    ),
    "registry.register": _register,
    "registry.unregister": _plain("registry unregister", "id"),
    "registry.heartbeat": lambda g: Words("registry heartbeat", (g["id"],), _options(g, health="--health")),
    "tokens.create": lambda g: Words(
        "node token create", (g["name"],) if g["name"] else (),
        ("--role", str(g["role"]), *_seconds(g["expires_seconds"])),
    ),
    "tokens.revoke": _plain("node token revoke", "name"),
    "tuplespace.write": lambda g: Words("tuple write", (write_tuple(g["fields"]),), _options(g, ttl_ms="--ttl")),
    "tuplespace.take": lambda g: Words(
        "tuple take", (write_pattern(g["pattern"]),), _option("--wait", g["timeout"] or None)
    ),
    "tuplespace.compare_and_swap": lambda g: Words(
        "tuple cas", (write_tuple(g["expected"]), write_tuple(g["replacement"]))
    ),
    "tuplespace.remove": _plain("tuple remove", "number"),
}  # fmt: skip
WITHOUT: Mapping[str, str] = {
    "modules.build": "it gives the bytes of a component: workbench module build FILE",
    "supervision.apply": "a tree is a file for the command: save it, then workbench supervisor apply FILE",
    "actors.arrive": BETWEEN,
    "actors.settle": BETWEEN,
    "actors.relay": BETWEEN,
    "actors.tell_many": "it is many messages on one stream: each of them is a workbench actor cast",
    "node.prepare": "every command builds the interpreter when it needs it",
}
"""Changing methods that no line does, with the reason."""
