"""`workbench node storage`: what is kept, what would go, and what goes, with a node and without."""

from __future__ import annotations


def test_what_is_kept_is_shown_and_cleared_after_a_look(shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "kept", "--durable")
        for _ in range(3):
            shell("actor", "call", "kept", "increment")
        shell("journal", "checkpoint", "kept")
        rows = shell("node", "storage").out.splitlines()
        assert rows[0].split() == ["KIND", "ITEMS", "TAKES", "OF", "CAN", "BE", "CLEARED"]
        assert [row.split()[0] for row in rows[1:]] == [
            "database", "journals", "recording", "modules", "blobs", "compiled", "components", "logs", "audit",
            "formats",
        ]  # fmt: skip
        before = {row["kind"]: row for row in shell("node", "storage", "--json").objects}
        would = shell("node", "storage", "--clear", "journals", "--clear", "audit", "--dry-run")
        assert would.out.startswith(f"journals: would remove {before['journals']['clears_items']} of ")
        assert would.out.endswith("audit: nothing of it can be cleared\n")
        assert shell("node", "storage", "--json").objects[1] == before["journals"], "it was only looked at"
        done = shell("node", "storage", "--clear", "journals")
        assert done.out.startswith(f"journals: removed {before['journals']['clears_items']} items of "), done.out
    refused = shell("node", "storage", "--clear", "audit")
    assert refused.code == 1 and "nothing of audit can be cleared" in refused.err
    assert shell("node", "storage", "--dry-run").code == 2
    with shell.node():
        assert shell("actor", "call", "kept", "get_count", "--json").objects[0]["reply"] == "3"


def test_without_a_node_it_is_that_of_the_workspace(shell) -> None:
    shell("module", "deploy", "counter.py", "--alias", "counter")
    (shell.workspace / "logs").mkdir(exist_ok=True)
    (shell.workspace / "logs" / "node.jsonl.1").write_bytes(bytes(77))
    (shell.workspace / "workbench.v2.db").write_bytes(bytes(99))
    assert shell("node", "storage", "--clear", "logs", "--clear", "formats").out.splitlines() == [
        "logs: removed 1 item of 77 bytes: the older files of the node's log",
        "formats: removed 1 item of 99 bytes: the copies of the database that were made before it was brought up to a "
        "newer format",
    ]
    assert not (shell.workspace / "workbench.v2.db").exists()
