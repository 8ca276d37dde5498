"""What is wrong with a bundle is said in words: nothing that a stranger may have written ends in a traceback."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sessions import contents, forged, packed, record

import workbench
from workbench.api import Node, WorkbenchError
from workbench.api.bundles import BundleInfo
from workbench.api.errors import Invalid, NotFound
from workbench.api.turn_text import to_line
from workbench.debug.bundle import layout
from workbench.debug.bundle.manifest import Manifest
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.writer import Writer

FLIPS = 400
MADE = {"format": 1}


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        record(found)
        yield found


@pytest.fixture(scope="module")
def session(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("session") / "shop.plexbundle"
    workbench.export_bundle(node, path)
    return path


def everything(path: Path) -> tuple[BundleInfo, list[str], dict[str, bytes]]:
    """What can be read of a bundle, by every road; raises what they raise."""
    with Bundle(path) as bundle:
        turns = list(map(to_line, bundle.turns()))
        read = {entry.name: data for entry in bundle.entries() if (data := bundle.entry(entry.name)) is not None}
    workbench.show_bundle(path)
    return workbench.verify_bundle(path), turns, read


def test_a_flipped_bit_is_named_or_changes_nothing(session: Path, tmp_path: Path) -> None:
    whole, before, entries = session.read_bytes(), everything(session)[1], everything(session)[2]
    chance = random.Random(7)
    named = refused = harmless = 0
    for _ in range(FLIPS):
        data = bytearray(whole)
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        path = tmp_path / "flipped.plexbundle"
        path.write_bytes(data)
        try:
            info, turns, read = everything(path)
        except WorkbenchError as error:
            assert isinstance(error, Invalid) and error.message
            refused += 1
            continue
        assert all(read[name] == entries[name] for name in read), at
        if info.problems:
            named += 1
        else:
            assert (turns, read) == (before, entries), at
            harmless += 1
    assert named > FLIPS / 2 and refused and harmless < FLIPS / 4, (named, refused, harmless)


def test_a_bundle_that_is_cut_off_anywhere_is_refused(session: Path, tmp_path: Path) -> None:
    whole = session.read_bytes()
    for size in {0, 1, 3, 4, 10, 30, *range(50, len(whole), len(whole) // 60), len(whole) - 1}:
        path = tmp_path / "cut.plexbundle"
        path.write_bytes(whole[:size])
        with pytest.raises(Invalid, match=r"is empty|is cut off|is no session bundle|is damaged"):
            Bundle(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "x is empty"),
        (b"hello, world, this is no zip", "x is no session bundle: it starts with the bytes 68 65 6c 6c"),
        (b"PK\3\4", "x is cut off"),
    ],
)
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Invalid, match=said):
        Bundle(tmp_path / "x")
    with pytest.raises(Invalid, match="is a folder"):
        Bundle(tmp_path)
    with pytest.raises(NotFound, match="there is no file"):
        Bundle(tmp_path / "absent")


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    packed(tmp_path / "x", {"photo.jpg": b"x"})
    with pytest.raises(Invalid, match=r"no session bundle: there is no manifest\.json in this zip"):
        Bundle(tmp_path / "x")


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "C:/x", "a/../x", "a\\x", "./x", ".x", "a//x", "x\0y", "é", "-" * 300]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    packed(tmp_path / "x", {name.replace("\0", "_"): b"x"}, MADE | {"entries": []})  # zipfile would cut it there
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes().replace(b"x_y", b"x\0y"))
    with pytest.raises(Invalid, match="has a name that leads elsewhere"):
        Bundle(tmp_path / "x")
    packed(tmp_path / "y", {"x": b"x"}, MADE | {"entries": [{"name": name, "size": 1, "sha256": "0" * 64}]})
    with pytest.raises(Invalid, match="has no name or hash that a bundle has"):
        Bundle(tmp_path / "y")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("manifest.json", '{"format": 1, "entries": []}')
        archive.writestr("a", "1")
        archive.writestr("a", "2")
    with pytest.raises(Invalid, match="the entry a is in it twice"):
        Bundle(tmp_path / "x")
    entry = {"name": "a", "size": 1, "sha256": "0" * 64}
    packed(tmp_path / "y", {"a": b"1"}, MADE | {"entries": [entry, entry]})
    with pytest.raises(Invalid, match="or one of them twice"):
        Bundle(tmp_path / "y")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    entry = zipfile.ZipInfo("actors.json")
    entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("manifest.json", '{"format": 1, "entries": []}')
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Invalid, match="is no plain file, but a link or a device"):
        Bundle(tmp_path / "x")


def test_a_bomb_is_not_inflated(tmp_path: Path) -> None:
    data = bytes(64 << 20)
    packed(tmp_path / "x", {"log.jsonl": data}, MADE)
    assert (tmp_path / "x").stat().st_size < 100_000
    info = workbench.show_bundle(tmp_path / "x")
    assert info.problems == ("log.jsonl becomes more than 200 times what it is in the file: this is a zip bomb",)


def test_a_bomb_in_the_manifest_is_not_inflated(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * (64 << 20))
    with pytest.raises(Invalid, match="this is a zip bomb"):
        Bundle(tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "y", "w") as archive:
        archive.writestr("manifest.json", b" " * (17 << 20))
    with pytest.raises(Invalid, match="has more than 16,777,216 bytes"):
        Bundle(tmp_path / "y")


def test_entries_on_top_of_each_other_are_a_bomb(tmp_path: Path) -> None:
    """Many names for the same bytes: the directory is made by hand, as such a bomb's is."""
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("manifest.json", '{"format": 1, "entries": []}')
        archive.writestr("a", b"x" * 1000)
        for number in range(50):
            entry = zipfile.ZipInfo(f"b{number}")
            first = archive.getinfo("a")
            for field in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(entry, field, getattr(first, field))
            archive.filelist.append(entry)
            archive.NameToInfo[entry.filename] = entry
    with pytest.raises(Invalid, match="lie on top of each other"):
        Bundle(tmp_path / "x")


def test_too_many_entries_and_the_larger_form_of_zip_are_refused(tmp_path: Path) -> None:
    packed(tmp_path / "x", {f"a{number}": b"" for number in range(layout.ENTRIES + 1)}, MADE | {"entries": []})
    with pytest.raises(Invalid, match="has 10,002 entries; a session bundle has up to 10,000"):
        Bundle(tmp_path / "x")
    packed(tmp_path / "y", {"a": b""}, MADE)
    data = (tmp_path / "y").read_bytes()
    end = data.rindex(b"PK\5\6")
    (tmp_path / "y").write_bytes(data[:end] + b"PK\6\7" + bytes(16) + data[end:])
    with pytest.raises(Invalid, match="form for larger files"):
        Bundle(tmp_path / "y")
    many = data[: end + 12] + struct.pack("<I", 1 << 31) + data[end + 16 :]
    (tmp_path / "y").write_bytes(many)
    with pytest.raises(Invalid, match="a session bundle has up to 10,000"):
        Bundle(tmp_path / "y")


def test_an_encrypted_or_oddly_packed_entry_is_refused_alone(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("log.jsonl", b"x" * 100)
        archive.writestr("manifest.json", json.dumps(
            MADE | {"entries": [{"name": "log.jsonl", "size": 100, "sha256": "0" * 64}]}
        ), compress_type=zipfile.ZIP_DEFLATED)  # fmt: skip
    (tmp_path / "x").write_bytes(buffer.getvalue())
    assert workbench.show_bundle(tmp_path / "x").problems == (
        "log.jsonl is damaged: it is packed in a way that no bundle is",
    )


MANIFESTS: tuple[Any, ...] = (
    [], "x", None, 7, {}, {"format": 0}, {"format": "1"}, {"format": True}, {"format": 1}, {"format": 1, "entries": 7},
    {"format": 1, "entries": [7]}, {"format": 1, "entries": [{"name": "a"}]},
    {"format": 1, "entries": [{"name": "a", "size": -1, "sha256": "0" * 64}]},
    {"format": 1, "entries": [{"name": "a", "size": 1 << 40, "sha256": "0" * 64}]},
    {"format": 1, "entries": [{"name": "a", "size": 1 << 90, "sha256": "0" * 64}]},
    {"format": 1, "entries": [{"name": f"a{n}", "size": 1 << 28, "sha256": "0" * 64} for n in range(40)]},
    {"format": 1, "entries": [], "created": 1e300}, {"format": 1, "entries": [], "created": -1},
    {"format": 1, "entries": [], "interpreters": ["../x"]}, {"format": 1, "entries": [], "node": "\ud800"},
    {"format": 1, "entries": [], "node": 7}, {"format": 1, "entries": [], "redaction": []},
)  # fmt: skip


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda given: str(given)[:50])
def test_a_manifest_that_cannot_be_is_refused(tmp_path: Path, manifest: Any) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(Invalid, match=r"manifest\.json is not that of a session bundle: "):
        Bundle(tmp_path / "x")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"format": ' + "9" * 5_000 + "}", "\xff", '{"format": NaN}'])
def test_a_manifest_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("manifest.json", text.encode("latin-1"))
    with pytest.raises(Invalid, match=r"manifest\.json is not that of a session bundle: "):
        Bundle(tmp_path / "x")


LINES: tuple[bytes, ...] = (
    b"", b"{", b"7", b"[]", b"\xff", b"[" * 100_000, b'{"actor":["d","d","a"],"seq":1,"operation":"message"}',
    b'{"actor":["d","d","\\ud800"],"seq":1,"operation":"message"}',
    b'{"actor":["d","d","\xff"],"seq":1,"operation":"init"}',
)  # fmt: skip
EDITS: tuple[tuple[bytes, bytes], ...] = (
    (b'"operation":"message"', b'"operation":"format-disk"'), (b'"operation":"message"', b'"operation":"init"'),
    (b'"operation":"init"', b'"operation":"message"'), (b'"seq":1', b'"seq":-1'), (b'"seq":2', b'"seq":1e999'),
    (b'"started":', b'"started":1e999,"was":'), (b'"started":', b'"started":"nan","was":'),
    (b'"figures":[', b'"figures":[-1,'), (b'"figures":[', b'"figures":[1,2,' + b"9" * 4_000 + b'],"was":['),
    (b'"grants":[', b'"grants":["format-disk",'), (b'"kind":"call"', b'"kind":"order"'),
    (b'"time":', b'"time":1e300,"was":'),
    (b'"stack_bytes":', b'"stack_bytes":7,"was":'), (b'"memory_bytes":', b'"memory_bytes":1e9,"was":'),
    (b'"module":"', b'"module":"../../'), (b'"module":"', b'"module":"\\ud800'), (b'"calls":[', b'"calls":[7,'),
    (b'"calls":[[', b'"calls":[["keyvalue"],['), (b'"envelope":{', b'"envelope":7,"was":{'),
    (b'"headers"', b'"was"'), (b'"payload":"3"', b'"payload":{"b64":"!"}'), (b'"profile":"strict"', b'"profile":7'),
    (b'"outcome":"reply"', b'"outcome":"win"'), (b'"interpreter":"', b'"interpreter":"../'),
    (b'"cause":{', b'"cause":{"location":7,"code":7,'), (b'"birth":{', b'"birth":7,"was":{'),
)  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:20].decode("latin-1"))
def test_a_line_that_is_no_turn_is_named_and_the_others_stay(session: Path, tmp_path: Path, line: bytes) -> None:
    def add(entries: dict[str, bytes]) -> None:
        entries["turns/0001.jsonl"] = line + b"\n" + entries["turns/0001.jsonl"]

    path = forged(session, tmp_path / "x", add)
    info, turns, _ = everything(path)
    assert len(turns) == 25 and any(problem.startswith("turns/0001.jsonl line 1: ") for problem in info.problems)


@pytest.mark.parametrize(("find", "put"), EDITS, ids=lambda given: given.decode()[:30])
def test_turns_that_cannot_be_never_end_a_replay_with_a_traceback(
    session: Path, tmp_path: Path, find: bytes, put: bytes
) -> None:
    def edit(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        assert find in data or find == b'"headers"'
        entries["turns/0001.jsonl"] = data.replace(find, put)

    path = forged(session, tmp_path / "x", edit)
    everything(path)
    workbench.replay_bundle(path)


RESULTS: tuple[bytes, ...] = (b"null", b'"x"', b"[]", b"1e999", b"99999999999999999999", b'{"b64":"AA=="}', b'{"a":1}')


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.decode()[:20])
def test_a_recorded_result_that_cannot_be_is_a_difference_and_no_fault_of_the_host(
    session: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, result: bytes
) -> None:
    def edit(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        assert b'["total-anna@local",3],3]' in data
        entries["turns/0001.jsonl"] = data.replace(b'["total-anna@local",3],3]', b'["total-anna@local",3],%s]' % result)

    found = workbench.replay_bundle(forged(session, tmp_path / "x", edit), actors=["anna"]).actors[0]
    assert found.divergence is not None and "what was recorded of increment is no value of it" in found.divergence.now
    assert not caplog.records


@pytest.mark.parametrize("name", ["actors.json", "supervision.json", "log.jsonl", "modules"])
@pytest.mark.parametrize("data", [b"", b"7", b"[7]", b"{}", b'[{"id": {}}]', b"\xff", b'{"hash": 7}', b"[" * 100_000])
def test_records_that_cannot_be_are_named(session: Path, tmp_path: Path, name: str, data: bytes) -> None:
    def replace(entries: dict[str, bytes]) -> None:
        found = next(each for each in entries if each.startswith(name) and each.endswith((".json", ".jsonl")))
        entries[found] = data

    info = everything(forged(session, tmp_path / "x", replace))[0]
    assert (len(info.problems) >= 1) is bool(data) or name == "modules"


def test_the_head_of_an_entry_is_compared_with_the_directory(session: Path, tmp_path: Path) -> None:
    """A reader of zips looks at the directory alone: another byte of the head, but for the version, is seen."""
    whole = session.read_bytes()
    begin = whole.index(b"turns/0001.jsonl") - 30
    for at in (*range(6, 28), 30, 45):
        data = bytearray(whole)
        data[begin + at] ^= 1
        (tmp_path / "x").write_bytes(data)
        try:
            problems = workbench.verify_bundle(tmp_path / "x").problems
        except Invalid:
            continue
        assert any(problem.startswith("turns/0001.jsonl is damaged: ") for problem in problems), at
    assert not workbench.verify_bundle(session).problems


def test_what_is_wrong_with_a_line_is_said_in_words(session: Path, tmp_path: Path) -> None:
    def edit(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        lines[1] = lines[1].replace(b'"figures":[', b'"figures":[1,2,3,')
        lines[2] = lines[2].replace(b'"seq":', b'"seq":' + b"9" * 5_000)
        lines[3] = lines[3].replace(b'"actor":[', b'"actor":["x",')
        entries["turns/0001.jsonl"] = b"".join(lines)
        entries["actors.json"] = b"9" * 5_000

    problems = "\n".join(everything(forged(session, tmp_path / "x", edit))[0].problems)
    assert "turns/0001.jsonl line 2: it is no turn: one of its values has another form or length" in problems
    assert "turns/0001.jsonl line 3: it is no turn: one of its numbers has thousands of digits" in problems
    assert "actors.json line 1: it is no JSON: one of its numbers has thousands of digits" in problems
    assert "unpack" not in problems and "sys." not in problems


def test_what_only_looks_like_a_module_is_refused_by_name(session: Path, tmp_path: Path) -> None:
    def spoil(entries: dict[str, bytes]) -> None:
        for name in entries:
            if name.startswith("modules/") and not name.endswith(".json"):
                entries[name] = b"\0asm\1\0\0\0nonsense"

    path = forged(session, tmp_path / "x", spoil)
    info = everything(path)[0]
    assert sum("not those that its name promises" in problem for problem in info.problems) == 3
    assert all(each.problem for each in workbench.replay_bundle(path).actors)


def test_bytes_that_do_not_fit_their_sum_are_named_in_a_whole_sentence(session: Path, tmp_path: Path) -> None:
    path = tmp_path / "flipped"
    with zipfile.ZipFile(session) as whole, zipfile.ZipFile(path, "w") as stored:
        for name in whole.namelist():
            stored.writestr(name, whole.read(name))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as stored:
        line = stored.read("turns/0001.jsonl")[:40]
    path.write_bytes(data.replace(line, line[:-1] + b"~"))
    problems = workbench.verify_bundle(path).problems
    assert "turns/0001.jsonl is damaged: Bad CRC-32 for file 'turns/0001.jsonl'" in problems


def test_an_entry_that_is_missing_or_not_named_is_said(tmp_path: Path) -> None:
    named = [{"name": "log.jsonl", "size": 1, "sha256": "0" * 64}]
    packed(tmp_path / "x", {"actors.json": b"[]"}, MADE | {"entries": named})
    assert workbench.verify_bundle(tmp_path / "x").problems == (
        "log.jsonl is missing", "actors.json is not named by the manifest",
    )  # fmt: skip


def test_a_changed_entry_is_named_and_the_rest_opens(session: Path, tmp_path: Path) -> None:
    """The zip is right, its sums too: only the manifest knows."""
    entries = contents(session)
    with zipfile.ZipFile(session) as archive:
        manifest = archive.read("manifest.json")
    entries["turns/0001.jsonl"] = entries["turns/0001.jsonl"].replace(b'"reply":"3"', b'"reply":"4"', 1)
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        for name, data in (entries | {"manifest.json": manifest}).items():
            archive.writestr(name, data)
    info = workbench.verify_bundle(tmp_path / "x")
    said = "turns/0001.jsonl is damaged: its bytes are not those that the manifest names"
    assert info.problems == (said,) and info.turns == 0 and len(info.modules) == 3
    assert [entry.problem for entry in info.entries if entry.problem] == [said]
    replayed = workbench.replay_bundle(tmp_path / "x")
    assert (replayed.held, replayed.problems) == (False, (said,))


def test_a_lost_file_of_turns_is_no_success(session: Path, tmp_path: Path) -> None:
    """What is left of the turns is equal; what was lost is not known."""

    def split(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        entries["turns/0001.jsonl"], entries["turns/0002.jsonl"] = b"".join(lines[:-2]), b"".join(lines[-2:])

    whole = forged(session, tmp_path / "whole", split)
    assert workbench.replay_bundle(whole).held
    data = bytearray(whole.read_bytes())
    data[data.index(b"turns/0002.jsonl") + 40] ^= 1
    (tmp_path / "lost").write_bytes(data)
    found = workbench.replay_bundle(tmp_path / "lost")
    assert not found.held and found.problems[0].startswith("turns/0002.jsonl is damaged")
    assert sum(each.equal for each in found.actors) == 23


def test_large_blank_data_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    with Writer(tmp_path / "x") as writer:
        writer.add("log.jsonl", b"\n" * (8 << 20))
        writer.finish(Manifest(1, ()))
    with Bundle(tmp_path / "x") as bundle:
        assert bundle.read("log.jsonl") == b"\n" * (8 << 20)
