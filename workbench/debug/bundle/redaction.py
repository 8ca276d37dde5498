"""Secrets are taken out by rule, and consistently: the same one becomes the same placeholder everywhere.

A rule is a name under which a secret stands (of a header, a field of a log line, a variable, a key of the key/value
store or of a side effect, the type of a persisted event, a member of JSON or a pair of a web form; the password in an
address stands under none) or, between slashes, a regular expression for the secret itself: its first group, else all
of it. What a rule finds in one place is taken out of every other text too, and of bytes, unless it is so short that it
would be found everywhere.

Everything is looked at once to `learn` the secrets, and then again to take them out. Modules are never changed: their
hash is their name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from workbench.api.bundles import SECRETS
from workbench.api.errors import Cause, Invalid
from workbench.api.messages import Envelope, Payload
from workbench.api.turn_text import from_line, to_line
from workbench.api.turns import HostCall, Turn
from workbench.debug.bundle import records, tables

REDACTED = "what it was given was redacted"
SHORT = 6
"""A secret of fewer characters is taken out only where a rule finds it."""
_SCHEMES = re.compile(r"(?:Basic|Bearer|Digest|Negotiate|Token|ApiKey)\s+(?=\S)", re.IGNORECASE)
_DEPTH = 20
_FORM = re.compile(r"(?:(?<=[?&;\s])|^)([A-Za-z0-9_.%+~\[\]-]{1,100})=([^&\s\"'<>#]{1,4096})")
"""A pair of a web form, or of the query of an address."""
_USER = re.compile(r"(?<=://)([^\s/:@?#]{0,256}):([^\s/@?#]{1,1024})(?=@)")
"""The user info of an address, with its password."""
_MARK = re.compile(r"\[redacted \d+\]")
_KEYED = frozenset({
    ("keyvalue", "get"), ("keyvalue", "put"), ("keyvalue", "compare-and-swap"), ("durability", "persist"),
    ("durability", "side-effect"),
})  # fmt: skip
"""Functions whose first argument is the name of the values."""


class Redaction:
    """`secrets` is how many different ones were found, `changed` how many turns had some. Invalid: a rule is none."""

    def __init__(self, rules: Sequence[str] = SECRETS) -> None:
        self.rules = tuple(dict.fromkeys(rules))
        names = [_name(rule) for rule in self.rules if not _is_expression(rule)]
        self._names = re.compile("|".join(names), re.IGNORECASE) if names else None
        self._expressions = [_expression(rule) for rule in self.rules if _is_expression(rule)]
        self.changed = 0
        self._known: dict[str, str] = {}
        self._texts: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None
        self._forms: dict[str, str] = {}

    @property
    def secrets(self) -> int:
        return len(self._known)

    def learn(self, found: Any) -> None:
        """Look at values of JSON for secrets."""
        self._value(found)

    def learn_turn(self, line: str) -> None:
        """The same with the line of a turn."""
        if self._is_worth_it(line):
            self._turn(from_line(line))

    def learn_row(self, table: str, line: str) -> None:
        """The same with the line of a row of what services hold."""
        if self._is_worth_it(line):
            self._row(table, tables.unwritten(records.parsed(line)))

    def learn_change(self, line: str) -> None:
        if self._is_worth_it(line):
            self._change(records.parsed(line))

    def _is_worth_it(self, line: str) -> bool:
        """Whether a rule may find something in a line: what is in bytes shows no name, nor has an address one."""
        if self._expressions or self._is_named(line):
            return True
        return self._names is not None and ('"b64"' in line or ("://" in line and "@" in line))

    def begin(self) -> None:
        """Everything was learned; from now on it is taken out."""
        self._forms = {
            form: mark for secret, mark in self._known.items() if len(secret) >= SHORT for form in _forms(secret)
        }
        if self._forms:
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self._texts = re.compile("|".join(map(re.escape, longest_first)))
            self._bytes = re.compile(b"|".join(re.escape(form.encode()) for form in longest_first))

    def turn(self, line: str) -> str:
        """The line of a turn; without its secrets, and marked as such, when it has some."""
        if not self._known or not self._may_hold(line):
            return line
        turn = from_line(line)
        changed = self._turn(turn)
        if changed == turn:
            return line
        self.changed += 1
        said = f"{REDACTED}; {turn.unrepeatable}" if turn.unrepeatable else REDACTED
        return to_line(replace(changed, unrepeatable=said))

    def row(self, table: str, line: str) -> str:
        """The line of a row without secrets."""
        if not self._known or not self._may_hold(line):
            return line
        return records.text(tables.written(self._row(table, tables.unwritten(records.parsed(line)))))

    def change(self, line: str) -> str:
        """The line of a change without secrets."""
        if not self._known or not self._may_hold(line):
            return line
        return records.text(self._change(records.parsed(line)))

    def _change(self, found: dict[str, Any]) -> dict[str, Any]:
        table = found["table"]
        rows = {side: tables.unwritten(found[side]) for side in ("before", "after") if side in found}
        return {**found, **{side: tables.written(self._row(table, row)) for side, row in rows.items()}}

    def _row(self, table: str, row: Sequence[Any]) -> list[Any]:
        """A value is a secret when its key has such a name."""
        names = tables.TABLES[table].names
        made = []
        for name, value in zip(names, row, strict=True):
            if name in ("tenant", "namespace") or not _is_payload(value):
                made.append(value)
            elif name == "value" and self._is_named(row[names.index("key")]):
                made.append(self._marked(value))
            else:
                made.append(self._payload(value))
        return made

    def _may_hold(self, line: str) -> bool:
        """Whether a closer look at a turn is worth it: what is in bytes, or in JSON inside JSON, hides in the line."""
        if self._is_worth_it(line) or '"b64"' in line or "\\\\" in line:
            return True
        return self._texts is not None and self._texts.search(line) is not None

    def values(self, found: Any) -> Any:
        """The same values of JSON without secrets."""
        return self._value(found) if self._known else found

    def holds(self, data: bytes) -> bool:
        """Whether these bytes hold something that is taken out elsewhere."""
        return self._bytes is not None and self._bytes.search(data) is not None

    def _turn(self, turn: Turn) -> Turn:
        birth, cause = turn.birth, turn.cause
        actor = replace(turn.actor, name=self._plain(turn.actor.name))
        return replace(
            turn,
            actor=actor,
            envelope=turn.envelope and self._envelope(turn.envelope),
            reply=self._payload(turn.reply),
            text=self._text(turn.text),
            state=self._text(turn.state),
            cause=cause and self._cause(cause),
            host_calls=tuple(map(self._call, turn.host_calls)),
            birth=birth and replace(birth, state=self._payload(birth.state), parent=self._plain(birth.parent)),
        )

    def _envelope(self, envelope: Envelope) -> Envelope:
        headers = dict(self._pair(name, value) for name, value in envelope.headers.items())
        return replace(
            envelope,
            type=self._plain(envelope.type),
            payload=self._payload(envelope.payload),
            sender=self._plain(envelope.sender),
            correlation=self._plain(envelope.correlation),
            headers=headers,
        )

    def _cause(self, cause: Cause) -> Cause:
        return replace(cause, message=self._text(cause.message), traceback=self._text(cause.traceback))

    def _call(self, call: HostCall) -> HostCall:
        arguments, result = call.arguments, call.result
        if (call.interface, call.function) in _KEYED and self._is_named(str(arguments[0])):
            arguments = (arguments[0], *(self._marked(each) if _is_payload(each) else each for each in arguments[1:]))
            result = self._marked(result) if _is_payload(result) else result
        return replace(
            call,
            arguments=tuple(map(self._value, arguments)),
            result=self._value(result),
            message=self._text(call.message),
        )

    def _value(self, found: Any, depth: int = 0) -> Any:
        """Any value: a list of a name and a value is looked at as such."""
        if isinstance(found, str | bytes):
            return self._payload(found)
        if isinstance(found, Mapping):
            return {key: self._value(self._under(key, item), depth + 1) for key, item in found.items()}
        if isinstance(found, list | tuple) and depth < _DEPTH:
            items: Sequence[Any] = found
            if len(found) == 2 and all(isinstance(item, str) for item in found):
                items = self._pair(*found)
            made = (self._value(item, depth + 1) for item in items)
            return list(made) if isinstance(found, list) else tuple(made)
        return found

    def _pair(self, name: str, value: str) -> tuple[str, str]:
        return self._plain(name), self._plain(self._marked(value) if self._is_named(name) else self._text(value))

    def _under(self, name: str, value: Any) -> Any:
        return self._marked(value) if self._is_named(name) else value

    def _is_named(self, name: str) -> bool:
        return self._names is not None and self._names.search(name) is not None

    def _marked(self, value: Any) -> Any:
        """A secret in its place, whatever it is made of."""
        if isinstance(value, str):
            scheme = _SCHEMES.match(value)
            head = scheme[0] if scheme else ""
            return head + self._mark(value[len(head) :])
        if isinstance(value, bytes):
            try:
                return self._mark(value.decode()).encode()
            except UnicodeDecodeError:
                return self._mark(value.hex()).encode()
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self._mark(str(value))
        if isinstance(value, Mapping):
            return {key: self._marked(item) for key, item in value.items()}
        return [*map(self._marked, value)]

    def _mark(self, secret: str) -> str:
        """The placeholder of a secret; a placeholder stays what it is."""
        if not secret or _MARK.fullmatch(secret):
            return secret
        return self._known.setdefault(secret, f"[redacted {len(self._known) + 1}]")

    def _payload(self, payload: Payload) -> Payload:
        if isinstance(payload, str):
            return self._text(payload)
        try:
            return self._text(payload.decode()).encode()
        except UnicodeError:  # no text: what was found elsewhere may be in it
            pass
        return self._bytes.sub(self._mark_of_bytes, payload) if self._bytes is not None else payload

    def _text(self, text: str) -> str:
        if not text:
            return text
        if self._names is not None and text.lstrip()[:1] in ("{", "[") and self._names.search(text):
            text = self._json(text)
        if self._names is not None:
            if "=" in text and self._names.search(text):
                text = _FORM.sub(self._mark_of_pair, text)
            if "://" in text:
                text = _USER.sub(self._mark_of_user, text)
        for expression in self._expressions:
            text = expression.sub(self._mark_of_match, text)
        return self._plain(text)

    def _plain(self, text: str) -> str:
        """A text without the secrets that were found elsewhere."""
        return self._texts.sub(lambda match: self._forms[match[0]], text) if self._texts is not None else text

    def _json(self, text: str) -> str:
        try:
            found = json.loads(text)
            changed = self._value(found)
            return text if changed == found else json.dumps(changed, ensure_ascii=False)
        except (ValueError, RecursionError):
            return text

    def _mark_of_pair(self, match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        if not self._is_named(unquote_plus(name)) or _MARK.fullmatch(unquote_plus(value)):
            return match[0]
        return f"{name}={self._mark(value)}"

    def _mark_of_user(self, match: re.Match[str]) -> str:
        return f"{match[1]}:{self._mark(match[2])}"

    def _mark_of_match(self, match: re.Match[str]) -> str:
        group = 1 if match.re.groups else 0
        secret, (start, end) = match[group], match.span(group)
        if secret is None:
            return match[0]
        at = match.start()
        return match[0][: start - at] + self._mark(secret) + match[0][end - at :]

    def _mark_of_bytes(self, match: re.Match[bytes]) -> bytes:
        return self._forms[match[0].decode()].encode()


def _forms(secret: str) -> Iterator[str]:
    """A secret as it stands in a text, and in JSON inside one."""
    yield secret
    for ascii_only in (True, False):
        yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]


def _is_payload(value: Any) -> bool:
    return isinstance(value, str | bytes)


def _is_expression(rule: str) -> bool:
    if rule == "//":
        raise Invalid("the rule // is empty: every text matches it; write an expression between the slashes")
    if len(rule) > 1 and rule.startswith("/") is not rule.endswith("/"):
        raise Invalid(f"the rule {rule} is half an expression: it is written between two slashes, as /pass-[0-9]+/")
    return len(rule) > 2 and rule.startswith("/")


def _expression(rule: str) -> re.Pattern[str]:
    try:
        return re.compile(rule[1:-1])
    except re.error as error:
        raise Invalid(f"the rule {rule} is no regular expression: {error}") from None


def _name(rule: str) -> str:
    """`api-key` finds `X-Api-Key`, `api_key` and `apiKey`."""
    words = [re.escape(word) for word in re.split(r"[-_ ]", rule) if word]
    if not words:
        raise Invalid(f"the rule {rule!r} is empty; write a name, or a regular expression between slashes")
    return "[-_ ]?".join(words)
