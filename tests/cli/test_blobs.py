"""The command `workbench blob`, and the stores of `workbench node`."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

from tests.cli.conftest import COMMAND


def test_files_are_uploaded_listed_shown_copied_downloaded_and_removed_without_a_node(shell) -> None:
    shell.write("may.json", '{"sum": 7}')
    done = shell("blob", "upload", "may.json", "reports/2026/may.json", "--meta", "who=me", "--meta", "empty=")
    assert done.out.startswith("reports/2026/may.json holds 10 bytes, application/json, SHA-256 ")
    (shell.folder / "raw").write_bytes(b"\x00\xff")
    (info,) = shell("blob", "upload", "raw", "reports/raw", "--json").objects
    assert (info["size"], info["content_type"], info["text"]) == (2, "application/octet-stream", False)
    assert [row["key"] for row in shell("blob", "list", "reports", "--json").objects] == ["2026/may.json", "raw"]
    assert [row["key"] for row in shell("blob", "list", "reports/2026", "--json").objects] == ["2026/may.json"]
    tree = shell("blob", "list", "reports", "--tree").out.splitlines()
    assert [line.split()[0] for line in tree] == ["KEY", "2026/", "raw"]
    paged = shell("blob", "list", "reports", "--limit", "1")
    assert "There may be more: --after '2026/may.json'" in paged.err
    assert [row["key"] for row in shell("blob", "list", "reports", "--after", "2026/may.json", "--json").objects] == [
        "raw"
    ]
    assert shell("blob", "list").out.splitlines()[1].split() == ["reports", "2", "12"]
    assert shell("blob", "list", "--json").objects == [{"name": "reports", "blobs": 2, "size": 12}]
    shown = shell("blob", "show", "reports/2026/may.json").out
    assert "10 bytes" in shown and "who       me" in shown and "kept as   bytes" in shown
    assert shell("blob", "show", "reports/2026/may.json", "--json").objects[0]["metadata"] == {"who": "me", "empty": ""}
    assert shell("blob", "copy", "reports/raw", "other/raw").out == "other/raw holds the 2 bytes of reports/raw\n"
    assert shell("blob", "download", "other/raw", "copy").out == "copy holds 2 bytes of other/raw\n"
    assert (shell.folder / "copy").read_bytes() == b"\x00\xff" and not list(shell.folder.glob("*.part"))
    shell("blob", "download", "reports/2026/may.json", "--offset", "2", "--length", "3")
    assert (shell.folder / "may.json").read_text() == "sum"
    assert shell("blob", "download", "reports/2026/may.json", "-").out == '{"sum": 7}'
    exists = [shell("blob", "exists", blob) for blob in ("other/raw", "other/no")]
    assert [(done.code, done.out) for done in exists] == [
        (0, "other/raw is there\n"), (1, "there is no blob other/no\n"),
    ]  # fmt: skip
    assert shell("blob", "delete", "other/raw").out == "other/raw is removed\n"
    assert shell("blob", "delete", "other/raw").out == "there is no blob other/raw; nothing was removed\n"
    assert shell("blob", "delete", "other/raw", "--json").objects == [{"blob": "other/raw", "found": False}]


REFUSED = {
    ("upload", "four", "bucket"): "invalid: 'bucket' is no blob: write BUCKET/KEY\n",
    ("upload", "nothing.py", "b/k"): "invalid: cannot read nothing.py: no such file or directory\n",
    ("upload", ".", "b/k"): "invalid: cannot read .: is a directory\n",
    ("upload", "four", f"b/{'k' * 1025}"): "invalid: a key has 1 to 1,024 bytes, this one has 1,025: ",
    ("upload", "four", "b/k", "--meta", "x"): "invalid: 'x' is no metadata: write NAME=VALUE, each name once\n",
    ("upload", "raw", "b/k", "--text"): "invalid: the content is no UTF-8 text; nothing was stored",
    ("download", "b/none"): "not_found: no blob 'none' in the bucket 'b'\n",
    ("download", "b/held", "no/where"): "invalid: cannot write no/where: no such file or directory\n",
    ("download", "b/held", "--offset", "9"): "invalid: 'held' has 4 bytes, so there are none from 9 on\n",
    ("download", "b/held", "-", "--json"): "invalid: the bytes go to stdout, where JSON would be too; name a file\n",
    ("show", "b/none"): "not_found: no blob 'none' in the bucket 'b'\n",
}


def test_what_cannot_be_is_refused_with_the_code_of_its_error_and_nothing_is_changed(shell) -> None:
    (shell.folder / "raw").write_bytes(b"\xff")
    shell.write("four", "four")
    shell("blob", "upload", "four", "b/held")
    before = sorted(path.name for path in shell.folder.iterdir())
    for arguments, says in REFUSED.items():
        done = shell("blob", *arguments)
        assert done.code == (5 if says.startswith("unavailable") else 1), (arguments, done)
        assert done.err.startswith(says) and done.err.count("\n") == 1, done.err
    assert [row["key"] for row in shell("blob", "list", "b", "--json").objects] == ["held"]
    assert sorted(path.name for path in shell.folder.iterdir()) == before


def test_what_comes_on_stdin_is_stored_as_text_when_that_is_said(shell) -> None:
    done = subprocess.run(
        [*COMMAND, "blob", "upload", "-", "b/k", "--text"], input="ü".encode(), env=shell.environment,
        cwd=shell.folder, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(b"b/k holds 2 bytes, text/plain, SHA-256 ")
    assert shell("blob", "show", "b/k", "--json").objects[0]["text"] is True


def test_a_terminal_shows_how_far_a_transfer_is(shell) -> None:
    with (shell.folder / "large").open("wb") as file:
        file.truncate(700 << 20)
    with shell.node():
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        process = subprocess.Popen(
            [*COMMAND, "blob", "upload", "large", "b/large"], cwd=shell.folder, env=shell.environment,
            stdout=subprocess.PIPE, stderr=slave,
        )  # fmt: skip
        os.close(slave)
        seen = b""
        while b"#" not in seen and (part := os.read(master, 4096)):
            seen += part
        assert b"[#" in seen and b"uploading b/large, 700.0 MiB" in seen
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        os.close(master)
        assert process.returncode == 130
        assert not shell("blob", "list", "--json").objects, "nothing of it is stored"


def test_a_node_keeps_keys_and_blobs_where_it_is_told_to(shell) -> None:
    shell.write("four", "four")
    stores = ("--keyvalue", "sqlite:apart/keys.db", "--blobs", "file:apart/blobs")
    with shell.node(*stores):
        shell("kv", "put", "k", "apart")
        shell("blob", "upload", "four", "b/k")
    assert (shell.folder / "apart" / "keys.db").is_file() and list((shell.folder / "apart" / "blobs").iterdir())
    with shell.node("--keyvalue", "memory:", "--blobs", "memory:"):
        assert shell("kv", "get", "k").code == 1 and not shell("blob", "list", "--json").objects
        shell("blob", "upload", "four", "b/k")
        assert shell("blob", "download", "b/k", "-").out == "four"
    with shell.node(*stores):
        assert shell("kv", "get", "k").out == "apart\n" and shell("blob", "download", "b/k", "-").out == "four"
    done = shell("node", "--blobs", "nonsense")
    assert (done.code, done.err) == (
        1, "invalid: 'nonsense' is no store of blobs; write file:DIR, memory: or s3://BUCKET/PREFIX\n",
    )  # fmt: skip
    refused = shell("node", "--blobs", "az://container/prefix")
    assert refused.code == 5 and "no credentials were found" in refused.err and refused.err.count("\n") == 1
