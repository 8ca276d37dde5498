"""`workbench module rehearse`: a matrix for the eye, objects for programs, and an exit code for CI."""

from __future__ import annotations

from tests.contract.contract_sources import COUNTER


def test_other_code_is_rehearsed_on_a_running_node_and_on_its_bundle(shell) -> None:
    shell.write("counter.py", COUNTER)
    shell.write("other.py", COUNTER.replace("str(self.count)", "str(self.count) + '!'"))
    with shell.node("--record", "full"):
        assert shell("module", "deploy", "counter.py", "--alias", "counter").code == 0
        for name in ("anna", "bert"):
            assert shell("actor", "spawn", "counter", "--name", name).code == 0
        assert shell("actor", "call", "anna", "increment").code == 0
        same = shell("module", "rehearse", "counter", "--as", "counter")
        assert (same.code, same.err) == (0, ""), same
        assert [line.split() for line in same.out.splitlines()[1:]] == [
            ["anna", "identical", "2", "of", "2"], ["bert", "identical", "1", "of", "1"],
        ]  # fmt: skip
        assert shell("bundle", "export", "counted.plexbundle").code == 0
        differs = shell("module", "rehearse", "other.py", "--as", "counter", "--json")
        assert differs.code == 1
        assert not any(row["problem"] for row in differs.objects), differs.objects
        verdicts = {row["actor"]: (row["verdict"], (row["divergence"] or {}).get("seq")) for row in differs.objects}
        assert verdicts == {"anna": ("different reply", 2), "bert": ("identical", None)}
    from_file = shell("module", "rehearse", "other.py", "--as", "counter", "--bundle", "counted.plexbundle", "--json")
    assert (from_file.code, from_file.objects) == (1, differs.objects)
    one = shell(
        "module", "rehearse", "other.py", "--as", "counter", "--bundle", "counted.plexbundle", "--actor", "bert"
    )
    assert one.code == 0, one
    shown = shell("module", "rehearse", "other.py", "--as", "counter", "--bundle", "counted.plexbundle")
    assert "anna: different reply in turn 2" in shown.out and "  recorded  reply '1'" in shown.out, shown.out
    unknown = shell("module", "rehearse", "other.py", "--as", "nothing", "--bundle", "counted.plexbundle")
    assert (unknown.code, unknown.err.startswith("not_found: no module 'nothing'")) == (1, True)
