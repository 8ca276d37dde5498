"""The sample actor in C: as it is shipped, and as the C compiler of this machine builds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from tests.unit.c_compiler import WORDS, build, build_line, missing
from workbench.api import Behavior, Kind, Node, Rejected, SpawnOptions
from workbench.wasm.core import SIGNATURES
from workbench.wasm.core_imports import IMPORTS


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


@pytest.fixture(params=["shipped", "built here"])
def words(request: pytest.FixtureRequest, node: Node, tmp_path: Path) -> str:
    """The hash of the module."""
    if request.param == "shipped":
        return node.modules.deploy((WORDS / "words.wasm").read_bytes(), file_name="words.wasm").hash
    if reason := missing():
        pytest.skip(reason)
    source = (WORDS / "words.c").read_text(encoding="utf-8")
    return node.modules.deploy(build(source, tmp_path, build_line(source)), file_name="words.wasm").hash


def start(node: Node, module: str, state: str | bytes = "", **options: str) -> str:
    return node.actors.spawn(module, state, options=SpawnOptions(**options)).id.name  # type: ignore[arg-type]


def add(node: Node, actor: str, text: str | bytes) -> None:
    node.actors.ask(actor, "add" if isinstance(text, str) else "merge", text, kind=Kind.CAST)


def test_it_is_small_and_tells_what_it_needs(node: Node, words: str) -> None:
    info = node.modules.get(words)
    assert info.behaviors == (Behavior.GEN_SERVER, Behavior.GEN_EVENT)
    assert (info.requires, info.warnings, info.carries_state) == (("logging", "messaging"), (), True)
    assert info.size_bytes < 6_000


def test_it_counts_the_words_of_texts(node: Node, words: str) -> None:
    actor = start(node, words, "The cat")
    add(node, actor, "the dog, THE Öl; öl")
    counted = {word: node.actors.ask(actor, "count", word).payload for word in ("the", "Cat", "öl", "Öl", "bird")}
    assert counted == {"the": "3", "Cat": "1", "öl": "1", "Öl": "1", "bird": "0"}, "only ASCII has small letters"
    assert node.actors.ask(actor, "words").payload == "5"
    assert node.actors.ask(actor, "top").payload == "the"
    line = list(node.logs(actor=actor))[-1]
    assert (line.level, line.message) == ("debug", "5 words are known")


def test_a_word_is_cut_between_two_of_its_letters(node: Node, words: str) -> None:
    actor = start(node, words)
    for text, kept in (("a" * 30, "a" * 24), ("ab" + "€" * 10, "ab" + "€" * 7), ("€" * 8, "€" * 8)):
        add(node, actor, text)
        add(node, actor, text)
        assert node.actors.ask(actor, "count", kept).payload == "2"
        node.actors.upgrade(actor, words)


def test_two_of_them_share_their_counts(node: Node, words: str) -> None:
    one, other = start(node, words, "a b b"), start(node, words, "b c")
    assert re.fullmatch("[0-9a-f]+", str(node.actors.ask(one, "share", other).payload))
    assert [node.actors.ask(other, "count", word).payload for word in "abc"] == ["1", "3", "1"]
    sender = node.actors.ask(one, "who").payload
    assert sender == f"{one}@{node.info().name}"
    assert list(node.logs(actor=other))[-1].message == f"3 words are known thanks to {sender}"
    with pytest.raises(Rejected, match=r"not_found: .*nobody"):
        node.actors.ask(one, "share", "nobody")


def test_its_state_is_bytes_and_is_carried_over(node: Node, words: str) -> None:
    actor = start(node, words, "a b b")
    state = node.actors.snapshot(actor)
    assert state == b"\1\0\0\0\1a\2\0\0\0\1b"
    node.actors.upgrade(actor, words)
    assert node.actors.snapshot(actor) == state
    assert node.actors.snapshot(start(node, words, state)) == state
    shipped = node.modules.deploy((WORDS / "words.wasm").read_bytes()).hash
    assert node.actors.upgrade(actor, shipped).state == "idle" and node.actors.snapshot(actor) == state


def test_what_it_cannot_take_is_refused_and_changes_nothing(node: Node, words: str) -> None:
    actor = start(node, words, "a")
    for broken in (b"\1", b"\1\0\0\0\1", b"\1\0\0\0\0", b"\1\0\0\0\1b\1\0\0\0\x19" + b"x" * 25):
        with pytest.raises(Rejected, match="these bytes are no counts of words"):
            add(node, actor, broken)
    with pytest.raises(Rejected, match="unknown message type shout; there are count, words, top, share and who"):
        node.actors.ask(actor, "shout")
    assert node.actors.snapshot(actor) == b"\1\0\0\0\1a"
    with pytest.raises(Rejected, match="no word was seen yet"):
        node.actors.ask(start(node, words), "top")


def test_it_takes_only_so_many_words(node: Node, words: str) -> None:
    actor = start(node, words)
    with pytest.raises(Rejected, match="there is no room for more words"):
        add(node, actor, " ".join(map(str, range(513))))
    assert node.actors.ask(actor, "words").payload == "512"
    add(node, actor, "1 2 3")


def test_the_memory_of_a_turn_is_given_back(node: Node, words: str) -> None:
    actor = start(node, words, profile="strict")
    sizes = set()
    for number in range(50):
        reply = node.actors.ask(actor, "count", f"{number} " * 10_000)
        sizes.add(reply.figures.memory_bytes)
    assert len(sizes) == 1
    add(node, actor, "x " * 2_000)
    assert node.actors.ask(actor, "count", "x").payload == "2000"


HEADER = (WORDS / "plexspaces.h").read_text(encoding="utf-8")
KINDS = {"PLEX_TEXT_": ("i32", "i32"), "uint64_t": ("i64",), "int64_t": ("i64",), "void": ()}


def test_the_header_declares_every_host_function_with_its_type() -> None:
    declared = re.findall(r"^PLEX_IMPORT\((\w+)\)\((.*)\);", HEADER, re.MULTILINE)
    found = {name: tuple(core for part in parts.split(", ") for core in KINDS[part]) for name, parts in declared}
    assert found == {name: wanted.signature[0] for name, wanted in IMPORTS.items()}


def test_the_header_names_every_function_that_an_actor_may_export() -> None:
    named = set(re.findall(r"PLEX_HANDLER\((handle_\w+)\)", HEADER)) | {"allocate", "init"}
    named |= set(re.findall(r"PLEX_LIFECYCLE\((\w+)\)$", HEADER, re.MULTILINE))
    assert named == set(SIGNATURES)
