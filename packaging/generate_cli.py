"""Write `docs/cli.md` from the commands themselves; a test compares the two.

Run it with the project's own Python: `.venv/bin/python packaging/generate_cli.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "cli.md"
HEAD = """# The command line

Every command, as `--help` prints it (this page is generated from there).

**Which node.** `--node` names one: HOST:PORT, or a [stored connection](remote.md). Otherwise it is the one that runs on
the workspace, the app's included: it keeps a private endpoint whose address and token lie in the workspace, readable by
its user only. When none runs, commands on stored things (modules, keys, tuples, queues, blobs, journals) open the
workspace themselves and bring no durable actor back, `run` brings a node of its own, and commands on actors say how to
start one.

**A node elsewhere** asks for a token, for TLS, or for both, see [security](security.md). `--token-file FILE` holds the
token, else the variable `WORKBENCH_TOKEN` does. TLS is spoken exactly when `--tls-ca FILE` is given, the authorities to
trust (the word `system` instead of a file: those that everybody trusts); `--tls-cert` and `--tls-key` are the client
certificate, where the node asks for one. These three may be in `WORKBENCH_TLS_CA`, `WORKBENCH_TLS_CERT` and
`WORKBENCH_TLS_KEY`. `--tenant` and `--namespace` are by default those of the token, else `default`.

**Messages** are written `TYPE`, `TYPE=TEXT`, or `TYPE=@FILE` for the text of a file (`TYPE=@@TEXT` for a text that
begins with `@`). Binary is `TYPE:=HEX` or `TYPE:=@FILE`. `--state` takes `TEXT`, `@FILE`, `@@TEXT`.

**Tuples** are written `("order", 7, 1.5, x"00ff", true, null)`. In a **pattern** a field may also be

| written | matches |
|---|---|
| `?` | anything |
| `text` `int` `float` `bytes` `boolean` | any value of the type |
| `= 7` `!= 7` | this value, of this type; everything else |
| `< 7` `<= 7` `> 7` `>= 7` | what is less or greater, among values of the same type |
| `in [1, 2, "a"]` | one of these |
| `startsWith: "a"` `endsWith: "a"` `contains: "a"` | texts |
| `regex: "^a.*b$"` | texts in which the regular expression (RE2) is found |

as in `("order", int, ?, > 10)`. Texts stand in either quotes, with the escapes of JSON; floats have a point or an
exponent, or are `inf`, `-inf`, `nan`; the outer parentheses may be left out.

**Output.** Results go to stdout; errors, progress and what actors print go to stderr. With `--json` a result is one
object per line. `run`, `actor call` and `actor cast` print one object per message,
`{"kind","type","reply","code","error","fuel","memory_bytes","wall_ms","trace"}`: `reply` is text, `{"base64": …}`
for binary, or null where there is none; `trace` is the id of [its trace](traces.md); `fuel` and `memory_bytes` are
null when they were not measured. `run` ends with `{"actor","module","state"}`, where `state` is the actor's snapshot,
null when it has none to give.

**Exit codes** are those of [errors.md](errors.md); `run` leaves with the highest of its messages. Ctrl+C ends a command
with 130, SIGTERM with 143, both in order.
"""


def page() -> str:
    """The whole of the page."""
    sys.path.insert(0, str(ROOT))
    from workbench.cli.main import cli

    return "\n".join([HEAD, *sections(cli, "workbench", None)])


def sections(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    """One section for a command, then those of its own commands."""
    settings = command.context_settings
    with click.Context(
        command, info_name=path.rpartition(" ")[2], parent=parent, max_content_width=110, **settings
    ) as context:
        context.terminal_width = 110
        shown = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        yield f"## {path}\n\n```text\n{shown}\n```\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                yield from sections(below, f"{path} {name}", context)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
