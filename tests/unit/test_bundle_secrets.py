"""Secrets are taken out of a bundle by rule, the same one the same way everywhere, and what had them is marked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sessions import CLERK, GRANTS, asked, contents

import workbench
from workbench.api import ActorId, Envelope, Figures, HostCall, Invalid, Kind, Node, Outcome, SpawnOptions, Turn
from workbench.api.bundles import SECRETS
from workbench.api.turn_text import from_line, to_line
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.redaction import REDACTED, Redaction
from workbench.debug.session.services import SessionServices

SECRET = "correct horse/é"


def turn(payload: str | bytes = "", *calls: HostCall, headers: dict[str, str] | None = None, **more: object) -> Turn:
    envelope = Envelope("1", Kind.CALL, "go", payload, "", 1.0, "1", headers or {})
    figures = Figures(1, 1, 1)
    return Turn(  # type: ignore[arg-type]
        ActorId("a"), 1, "message", envelope, Outcome.REPLY, figures, 1.0, "m", host_calls=calls,
        host_calls_total=len(calls), **more,
    )  # fmt: skip


def redacted(*turns: Turn, rules: tuple[str, ...] = SECRETS) -> list[Turn]:
    redaction = Redaction(rules)
    for each in turns:
        redaction.learn_turn(to_line(each))
    redaction.begin()
    return [from_line(redaction.turn(to_line(each))) for each in turns]


@pytest.mark.parametrize(
    "found",
    [
        turn(headers={"Authorization": f"Bearer {SECRET}"}),
        turn(headers={"X-Api-Key": SECRET}),
        turn(json.dumps({"user": {"apiKey": SECRET}})),
        turn(json.dumps([{"accessToken": [SECRET]}], ensure_ascii=False)),
        turn(json.dumps({"inner": json.dumps({"password": SECRET})})),
        turn("", HostCall("keyvalue", "put", ("db/password", SECRET, 1_000))),
        turn("", HostCall("keyvalue", "get", ("token",), SECRET.encode())),
        turn("", HostCall("durability", "side-effect", ("api-key", ""), SECRET)),
        turn("", HostCall("durability", "persist", ("password", SECRET), 1)),
        turn("", HostCall("durability", "persist-batch", ([("added", "x"), ("password", SECRET)],), 2)),
        turn("", HostCall("http", "request", ("GET", "u", [("x-secret", SECRET)], "", 1), (200, [], "ok"))),
        turn("", HostCall("wasi", "environment", (), [("DB_PASSWORD", SECRET)])),
        turn(json.dumps({"token": SECRET}).encode()),
        turn("", reply=json.dumps({"passwd": SECRET}, ensure_ascii=False).encode()),
        turn("", HostCall("messaging", "ask", ("b", "x", json.dumps({"password": SECRET}).encode()))),
        turn("", HostCall("messaging", "ask", ("b", "x", ""), json.dumps([{"secret": SECRET}]).encode())),
    ],
)  # fmt: skip
def test_a_secret_is_found_where_its_name_stands_and_taken_out_everywhere(found: Turn) -> None:
    elsewhere = (
        turn(f"the key is {SECRET}!"),
        turn(f"bytes {SECRET}".encode()),
        turn("", HostCall("messaging", "ask", ("b", "x", json.dumps({"a": SECRET})), [SECRET], "", SECRET)),
        turn("", reply=SECRET, state=SECRET),
    )
    first, *others = redacted(found, *elsewhere)
    for each in (first, *others):
        assert SECRET not in repr(each) and repr(SECRET.encode())[2:-1] not in repr(each)
        assert each.unrepeatable == REDACTED
    assert "[redacted 1]" in str(others[0].envelope) and "[redacted 2]" not in repr((first, *others))
    assert isinstance(others[1].envelope.payload, bytes) and others[1].envelope.payload == b"bytes [redacted 1]"


FORM = "user=anna&password=open%20sesame&x=1"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (FORM, "user=anna&password=[redacted 1]&x=1"),
        (FORM.encode(), b"user=anna&password=[redacted 1]&x=1"),
        ("https://a.b/c?api_key=opensesame&x=1", "https://a.b/c?api_key=[redacted 1]&x=1"),
        ("see https://anna:opensesame@a.b/c?x=1, or", "see https://anna:[redacted 1]@a.b/c?x=1, or"),
        (b"postgres://anna:opensesame@a.b/c", b"postgres://anna:[redacted 1]@a.b/c"),
    ],
)  # fmt: skip
def test_web_forms_and_addresses_are_looked_at(given: str | bytes, left: str | bytes) -> None:
    (found,) = redacted(turn(given))
    assert found.envelope is not None and found.envelope.payload == left
    assert found.unrepeatable == REDACTED


@pytest.mark.parametrize(
    "given", ["a=1&b=2", "https://a.b:80/c", "https://a.b/c@d", b"\xff password=x&y", "x=password"]
)
def test_what_only_looks_like_one_stays(given: str | bytes) -> None:
    assert redacted(turn(given))[0] == turn(given)
    assert redacted(turn("https://anna:opensesame@a.b"), rules=())[0] == turn("https://anna:opensesame@a.b")


def test_the_scheme_of_an_authorization_stays() -> None:
    (found,) = redacted(turn(headers={"authorization": "Bearer abcdefgh"}))
    assert found.envelope is not None and found.envelope.headers["authorization"] == "Bearer [redacted 1]"


def test_what_has_no_secret_stays_as_it_is() -> None:
    plain = turn('{"user": "anna"}', HostCall("keyvalue", "put", ("name", "anna", None)), headers={"traceparent": "00"})
    assert redacted(plain, turn('{"password": "opensesame"}'))[0] == plain
    assert redacted(plain, rules=())[0] == plain


def test_a_short_secret_goes_only_where_it_was_found() -> None:
    first, second = redacted(turn('{"pin_token": 7, "n": 7}'), turn("7 dwarfs"))
    assert first.envelope is not None and json.loads(str(first.envelope.payload)) == {
        "pin_token": "[redacted 1]", "n": 7,
    }  # fmt: skip
    assert second == turn("7 dwarfs")


def test_different_secrets_have_different_placeholders_in_their_order() -> None:
    first, second = redacted(turn('{"password": "onetwothree"}'), turn("", headers={"token": "fourfivesix"}))
    assert "[redacted 1]" in repr(first) and "[redacted 2]" in repr(second)


def test_rules_are_names_or_expressions() -> None:
    text = "card 4111-1111-1111-1111, iban DE00 1234"
    (found,) = redacted(turn(text), rules=(r"/\d{4}(?:-\d{4}){3}/", r"/iban (\S+ \d+)/"))
    assert found.envelope is not None and found.envelope.payload == "card [redacted 1], iban [redacted 2]"
    (named,) = redacted(turn('{"Shoe-Size": "fortyfour"}'), rules=("shoe_size",))
    assert "fortyfour" not in repr(named)
    with pytest.raises(Invalid, match=r"the rule /\(/ is no regular expression"):
        Redaction(("/(/",))
    with pytest.raises(Invalid, match="is empty"):
        Redaction(("-",))
    for half in ("/pass", "pass/"):
        with pytest.raises(Invalid, match="is half an expression"):
            Redaction((half,))


def test_why_a_turn_could_not_be_repeated_before_is_still_said() -> None:
    (found,) = redacted(turn('{"password": "opensesame"}', unrepeatable="it was ended from outside"))
    assert found.unrepeatable == f"{REDACTED}; it was ended from outside"


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        code = CLERK.replace('"""Uses services, and', '"""hunter2hunter2 uses services, and')
        clerk = found.modules.deploy(code.encode(), file_name="clerk.py")
        found.actors.spawn(clerk.hash, "5", options=SpawnOptions("anna", "strict", GRANTS))
        asked(found, "anna", "add", "3")
        asked(found, "anna", "login", "hunter2hunter2")
        asked(found, "anna", "add", "3")
        yield found


def test_no_entry_but_the_code_holds_a_secret_and_that_is_said(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "clean"
    info = workbench.export_bundle(node, path)
    assert (info.secrets, info.redacted) == (1, 1)
    assert "clerk.py" in info.notes[0] and "holds in its code what was redacted elsewhere" in info.notes[0]
    for name, data in contents(path).items():
        if not name.startswith(("modules/", "bytecode/")):
            assert b"hunter2hunter2" not in data, name
    assert b"login with [redacted 1]" in contents(path)["log.jsonl"]


def test_a_redacted_turn_is_no_difference_and_what_follows_is_compared(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "clean"
    workbench.export_bundle(node, path)
    with Bundle(path) as bundle:
        assert [bool(found.unrepeatable) for found in bundle.turns()] == [False, False, True, False]
    found = workbench.replay_bundle(path)
    (anna,) = found.actors
    assert found.held and anna.divergence is None
    assert (anna.turns, anna.replayed, anna.equal, anna.uncertain) == (4, 3, 2, 1)
    assert any(REDACTED in note for note in anna.notes), anna.notes


def test_what_is_kept_replays_exactly(node: Node, tmp_path: Path) -> None:
    info = workbench.export_bundle(node, tmp_path / "all", secrets=())
    assert (info.rules, info.secrets, info.redacted) == ((), 0, 0)
    (anna,) = workbench.replay_bundle(tmp_path / "all").actors
    assert (anna.equal, anna.fuel_compared, anna.notes) == (4, 4, ())


def test_what_services_held_is_without_secrets_too_and_still_holds_together(node: Node, tmp_path: Path) -> None:
    node.keyvalue.put("service/api-key", "key-abcdefg")
    node.keyvalue.put("service/api-key", b"\xffraw-abcdefg")
    node.keyvalue.put("note", "it is key-abcdefg, and hunter2hunter2")
    node.keyvalue.delete("note")
    node.tuplespace.write(("password", "pw-abcdefg"))
    node.registry.register("r", object_type="t", address="x", labels={"token": "tok-abcdefg"})
    node.channels.send("q", "t", '{"secret": "sec-abcdefg"}', headers={"authorization": "Bearer bea-abcdefg"})
    path = tmp_path / "held"
    workbench.export_bundle(node, path)
    assert not workbench.verify_bundle(path).problems
    binary = base64.b64encode(b"\xffraw-abcdefg")
    for name, data in contents(path).items():
        if name.startswith(("services/", "changes/")):
            assert b"abcdefg" not in data and b"hunter2" not in data and binary not in data, name
    with Bundle(path) as bundle:
        session = SessionServices(bundle)
        held = session.at(bundle.turns_total + 1, 1.0)
        assert not bundle.problems and held.keyvalue.get("password") == "[redacted 1]"
        assert [entry.fields[0] for entry in held.tuplespace.list()] == ["password"]
        (message,) = held.channels.messages("q")
        assert message.headers["authorization"].startswith("Bearer [redacted ")
        assert session.at(0, 1.0).keyvalue.list() == []
        session.close()
