"""Write `docs/standard-library.md` from the list that the interpreter is built with; a test compares the two.

Run it with the project's own Python: `.venv/bin/python packaging/generate_library.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.guest.plexspaces.sandbox.library import STANDARD  # noqa: E402

TARGET = ROOT / "docs" / "standard-library.md"
HEAD = """# The standard library inside an actor

An actor runs on Python 3.14 in a sandbox without files, so it can import what was imported when the interpreter was
built: the modules below, its own files, and [plexspaces](python-actors.md). The list is the same for actors on the
shared interpreter and for components of their own. Anything else is refused at deploy, with the line of the import and
what was probably meant. (This page is generated from the list that the interpreter is built with.)

| what | how it is inside an actor |
|---|---|
| `time`, `datetime` | real with the grant `clocks`; otherwise the actor's own time, from a fixed moment on |
| `random`, `uuid`, `secrets` | real with the grant `random`; otherwise a sequence that belongs to the actor's name |
| `print`, `logging`, `warnings` | go to the actor's log, with their level |
| `input` | there is nothing to read: EOFError |
| `open`, `pathlib`, `tempfile` | the folders that were granted; no others: FileNotFoundError |
| `os.environ` | the variables that were granted |
| `threading`, `queue` | locks and queues work; starting a thread does not |
| `sqlite3` | works in memory (`:memory:`) |
| text encodings | Unicode, ASCII, Latin-1, Windows-1252, IDNA and the like; older national ones are not there |
| `asyncio`, processes, sockets | do not work: messages, `plexspaces.http` and `plexspaces.socket` take their place |

`random` takes a seed of that in each turn that draws, so that no generator has to be part of an actor's state. After
`random.seed(x)` it goes on from `x` as everywhere; a `random.Random()` of your own is a part of your state.

## Modules
"""


def page() -> str:
    """The whole of the page."""
    lines = [HEAD]
    for letter in sorted({name[0] for name in STANDARD}):
        names = sorted(name for name in STANDARD if name[0] == letter)
        lines.append(" ".join(f"`{name}`" for name in names) + "\n")
    return "\n".join(lines)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
