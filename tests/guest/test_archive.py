"""Archives and folders of actors: what is read, what is refused in which words, and when two are the same."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.api import Invalid
from workbench.api.modules import SIZE_BYTES
from workbench.guest import archive, folder

from .archives import ACTOR, SHOUTER, flagged, patched, special, symlink, zipped


def lay(place: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, encoding="utf-8")
    return place


def stored(data: bytes) -> bytes:
    return archive.write(archive.read(data).files)


def test_a_folder_and_every_zip_of_it_have_the_same_stored_form(tmp_path: Path) -> None:
    found = archive.write(folder.read(lay(tmp_path / "shouter", SHOUTER)).files)
    backwards = dict(reversed(SHOUTER.items()))
    assert stored(zipped(SHOUTER)) == found
    assert stored(zipped(backwards, method=zipfile.ZIP_STORED, year=1999)) == found
    assert stored(zipped({f"shouter-main/{path}": text for path, text in SHOUTER.items()})) == found
    assert stored(zipped({"tools/": "", "__MACOSX/._actor.py": "x", ".git/config": "x", **SHOUTER})) == found
    assert stored(found) == found
    assert stored(zipped({**SHOUTER, "actor.py": ACTOR + "#"})) != found


def test_the_stored_form_is_the_same_on_every_machine_and_python() -> None:
    made = archive.write({"b/é.py": b"x = 1\n", "actor.py": b""})
    assert hashlib.sha256(made).hexdigest() == "a1f3c61be19a1885813c401f266a815df283039390babbbea403fdcb861ed335"


def test_what_is_no_python_is_left_out_and_named(tmp_path: Path) -> None:
    more = {f"data/{number}.csv": "1,2" for number in range(6)} | {"README.md": "# Shouter"}
    for found in (archive.read(zipped({**SHOUTER, **more})), folder.read(lay(tmp_path, {**SHOUTER, **more}))):
        assert sorted(found.files) == sorted(SHOUTER)
        assert found.warnings == (
            "left out, because only Python files are loaded: "
            "README.md, data/0.csv, data/1.csv, data/2.csv, data/3.csv and 2 more",
        )


def test_one_file_of_any_name_is_enough() -> None:
    assert list(archive.read(zipped({"counter.py": ACTOR})).files) == ["counter.py"]


BOMB = zipped({"actor.py": ACTOR, "big.py": b"#" * (32 << 20)})
WRONG = {
    "empty": (zipped({}), "there is no Python file in it"),
    "no actor": (zipped({"word/document.xml": "<x/>"}), "there is no Python file in it, only word/document.xml"),
    "no actor.py": (zipped({"a.py": "", "b.py": ""}), "needs actor.py, with the actor's class; there is a.py, b.py"),
    "bomb": (BOMB, "big.py inflates to more than 200 times its size"),
    "parent": (zipped({"../actor.py": ACTOR}), "'../actor.py' is no path of an actor's file"),
    "parent inside": (zipped({"a/../../actor.py": ACTOR}), "is no path of an actor's file"),
    "absolute": (zipped({"/etc/actor.py": ACTOR}), "'/etc/actor.py' is an absolute path"),
    "drive": (zipped({"C:/actor.py": ACTOR}), "'C:/actor.py' is an absolute path"),
    "backslash": (zipped({"a\\actor.py": ACTOR}), "is no path of an actor's file"),
    "double slash": (zipped({"a//actor.py": ACTOR}), "is no path of an actor's file"),
    "line break": (zipped({"a\nb.py": ACTOR}), "is no path of an actor's file"),
    "null": (patched(zipped({"actorX.py": ACTOR}), b"actorX.py", b"actor\0.py"), "is no path of an actor's file"),
    "symlink": (symlink("actor.py"), "actor.py is a symbolic link"),
    "hidden symlink": (symlink(".actor.py"), ".actor.py is a symbolic link"),
    "device": (special("actor.py", stat.S_IFCHR), "actor.py is neither a file nor a folder"),
    "encrypted": (flagged(zipped({"actor.py": ACTOR}), flag=0x1), "actor.py is encrypted"),
    "bzip2": (zipped({"actor.py": ACTOR}, method=zipfile.ZIP_BZIP2), "actor.py is compressed by method 12"),
    "unknown method": (flagged(zipped({"actor.py": ACTOR}), method=97), "actor.py is compressed by method 97"),
    "native": (zipped({"actor.py": ACTOR, "fast/_core.so": "x"}), "fast/_core.so is a native extension"),
    "versioned native": (zipped({"actor.py": ACTOR, "lib/libx.so.1.2": "x"}), "lib/libx.so.1.2 is a native extension"),
    "native on Windows": (zipped({"actor.py": ACTOR, "fast.PYD": "x"}), "fast.PYD is a native extension"),
    "many": (zipped({f"m{number}.py": "" for number in range(archive.FILES + 1)}), "holds more than 5,000 files"),
    "not UTF-8": (
        patched(zipped({"actorXX.py": ACTOR}), b"actorXX.py", b"actor\xe9\xff.py"),
        "is not UTF-8; pack the actor with a program that writes UTF-8",
    ),
    "marked as UTF-8, but is not": (
        flagged(patched(zipped({"actorXX.py": ACTOR}), b"actorXX.py", b"actor\xe9\xff.py"), flag=0x800),
        "the archive is damaged",
    ),
    "cut off": (zipped(SHOUTER)[:-30], "the archive is damaged: "),
    "not what it says": (zipped({"actor.py": "x = 1"}, method=0).replace(b"x = 1", b"x = 2"), "is damaged: Bad CRC"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_an_archive_is_told(name: str) -> None:
    data, said = WRONG[name]
    with pytest.raises(Invalid) as caught:
        archive.read(data)
    assert said in caught.value.message


def test_a_name_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipfile_with_twice()
    with pytest.raises(Invalid, match=r"actor\.py is in it twice"):
        archive.read(data)


def zipfile_with_twice() -> bytes:
    from io import BytesIO

    output = BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        made.writestr("actor.py", ACTOR)
        made.writestr("actor.py", ACTOR)
    return output.getvalue()


def test_a_name_that_is_utf_8_without_saying_so_is_read() -> None:
    name = "grüße.py"
    raw = name.encode()
    data = patched(zipped({"X" * len(raw): ACTOR}), b"X" * len(raw), raw)
    assert list(archive.read(data).files) == [name]


def test_the_sizes_that_an_archive_claims_are_not_believed() -> None:
    data = zipped({"actor.py": ACTOR, "big.py": os.urandom(1 << 20)})
    lying = data.replace((1 << 20).to_bytes(4, "little"), (1 << 4).to_bytes(4, "little"))
    assert lying != data
    with pytest.raises(Invalid, match="damaged"):
        archive.read(lying)


def test_all_files_together_may_be_as_large_as_a_module() -> None:
    part = os.urandom(SIZE_BYTES // 4)
    fits = {"actor.py": b"", **{f"part{number}.py": part for number in range(3)}}
    assert len(archive.read(zipped(fits, method=zipfile.ZIP_STORED)).files) == 4
    beyond = zipped({**fits, "a.py": part, "b.py": part}, method=zipfile.ZIP_STORED)
    with pytest.raises(Invalid, match="more than 67,108,864 bytes together"):
        archive.read(beyond)
    with pytest.raises(Invalid, match="up to 67,108,864 are taken"):
        archive.write({"actor.py": b"#" * SIZE_BYTES})


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_archive_that_somebody_changed_is_read_or_refused_in_words(data: st.DataObject) -> None:
    made = bytearray(zipped(SHOUTER))
    for place in data.draw(st.lists(st.integers(0, len(made) - 1), min_size=1, max_size=4)):
        made[place] = data.draw(st.integers(0, 255))
    try:
        assert archive.read(bytes(made)).files
    except Invalid as refused:
        assert refused.message


def test_a_folder_leaves_out_what_is_hidden_or_cached(tmp_path: Path) -> None:
    more = {".git/config": "", ".env.py": "SECRET = 1", "__pycache__/actor.cpython-311.pyc": "", "tools/a.pyc": ""}
    assert folder.read(lay(tmp_path, {**SHOUTER, **more})).files == folder.read(lay(tmp_path / "x", SHOUTER)).files


def test_a_folder_with_a_link_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, SHOUTER)
    (tmp_path / "tools" / "link.py").symlink_to("words.py")
    with pytest.raises(Invalid, match=r"tools/link\.py is a symbolic link"):
        folder.read(tmp_path)
    (tmp_path / "tools" / "link.py").unlink()
    (tmp_path / "up").symlink_to(tmp_path.parent)
    with pytest.raises(Invalid, match="up is a symbolic link"):
        folder.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_folder_with_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    lay(tmp_path, SHOUTER)
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(Invalid, match=r"pipe\.py is neither a file nor a folder"):
        folder.read(tmp_path)


def test_a_folder_without_an_actor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no Python file in it"):
        folder.read(tmp_path)
    with pytest.raises(Invalid, match=r"cannot read .*nowhere: no such file or directory"):
        folder.read(tmp_path / "nowhere")


def test_a_folder_that_is_too_large_is_refused_by_the_file_that_goes_beyond_it(tmp_path: Path) -> None:
    lay(tmp_path, SHOUTER)
    with (tmp_path / "big.py").open("wb") as file:
        file.truncate(SIZE_BYTES)
    with pytest.raises(Invalid, match=r"67,108,864 bytes together; .*words\.py goes beyond|big\.py goes beyond"):
        folder.read(tmp_path)
