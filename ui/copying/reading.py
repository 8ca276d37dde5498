"""The call of the api behind a copied command line that shows a row, so that it can be copied otherwise too."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from workbench.api.calls import Call, call
from workbench.api.patterns import parse_pattern

Names = Sequence[str]
READING: Mapping[str, Callable[[Names], Call]] = {
    "actor show": lambda n: call("actors.get", *n),
    "actor list": lambda _: call("actors.list"),
    "actor tree": lambda _: call("actors.list"),
    "actor logs": lambda n: call("node.logs", **({"actor": n[0]} if n else {})),
    "actor restart": lambda n: call("actors.restart", *n),
    "actor resend": lambda n: call("actors.resend", int(n[0])),
    "module show": lambda n: call("modules.get", *n),
    "module list": lambda _: call("modules.list"),
    "module diff": lambda n: call("modules.diff", *n),
    "capability show": lambda n: call("capabilities.evidence", *n),
    "capability audit": lambda _: call("capabilities.audit"),
    "capability grant": lambda n: call("capabilities.grant", *n),
    "capability revoke": lambda n: call("capabilities.revoke", *n),
    "supervisor show": lambda n: call("supervision.get", *n) if n else call("supervision.list"),
    "supervisor history": lambda n: call("supervision.history", *n),
    "kv get": lambda n: call("keyvalue.get", *n),
    "kv list": lambda n: call("keyvalue.list", *n),
    "kv history": lambda n: call("keyvalue.history", *n),
    "tuple list": lambda n: call("tuplespace.list", *map(parse_pattern, n)),
    "tuple near": lambda n: call("tuplespace.near_misses", *map(parse_pattern, n)),
    "tuple history": lambda n: call("tuplespace.history", *map(parse_pattern, n)),
    "queue show": lambda n: call("channels.message", *n) if len(n) > 1 else call("channels.queue", *n),
    "queue list": lambda _: call("channels.queues"),
    "topic list": lambda _: call("channels.topics"),
    "topic watch": lambda n: call("channels.published", *n),
    "group members": lambda n: call("process_groups.members", *n),
    "group remove": lambda n: call("process_groups.remove", *n),
    "lock show": lambda n: call("locks.get", *n),
    "lock waiters": lambda n: call("locks.waiters", *n),
    "lock history": lambda n: call("locks.history", *n),
    "registry show": lambda n: call("registry.lookup", *n),
    "blob show": lambda n: call("blobs.metadata", *n[0].split("/", 1)),
    "blob list": lambda n: call("blobs.level", *n[0].rstrip("/").split("/", 1)) if n else call("blobs.buckets"),
    "journal show": lambda n: call("journal.entries", *n),
    "node info": lambda _: call("node.info"),
}
WITH_VALUE = frozenset({
    "--node", "--workspace", "--tenant", "--namespace", "--token-file", "--tls-ca", "--tls-cert", "--tls-key",
    "--after", "--limit", "--waiter", "--for", "--at", "--key", "--header",
})  # fmt: skip


def call_of(line: str) -> Call | None:
    """The call that `workbench NOUN VERB …` makes; None when it is none of a node."""
    words = shlex.split(line)[1:]
    verb, rest = " ".join(words[:2]), words[2:]
    make = READING.get(verb)
    if make is None:
        return None
    names, options = _split(rest)
    found = make(names)
    numbers = {key: int(value) for key, value in options.items() if key in ("after", "limit", "waiter")}
    given = {**found.options, **numbers, **({"duration": options["for"]} if "for" in options else {})}
    return Call(found.method, found.arguments, given)


def _split(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    names: list[str] = []
    options: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*names, *left], options
        if word in WITH_VALUE and left:
            options[word.removeprefix("--")] = left.pop(0)
        elif not word.startswith("--"):
            names.append(word)
    return names, options
