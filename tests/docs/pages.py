"""Reading the pages: tables, sections, and the commands of the tour with what they print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every table, without heads and rulers, without the marks of code."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    rulers = [index for index, row in enumerate(cells) if set("".join(row)) <= set("-: ")]
    heads = {index for ruler in rulers for index in (ruler, ruler - 1)}
    return [[cell.strip("`") for cell in row] for index, row in enumerate(cells) if index not in heads]


def links(text: str) -> list[str]:
    """Where the links of a page lead inside the project."""
    found = re.findall(r"\]\(([^)#]+)", text)
    return [link for link in found if "://" not in link]


@dataclass(frozen=True, slots=True)
class Step:
    """One line to type, and the lines it prints; `…` stands for anything on one line."""

    command: str
    printed: tuple[str, ...]

    def matches(self, output: str) -> bool:
        """Whether `output` is what the page shows; runs of blanks count as one."""
        wanted = [_squeezed(line) for line in self.printed]
        got = [_squeezed(line) for line in output.splitlines()]
        return len(wanted) == len(got) and all(map(_line_matches, wanted, got))


def steps(text: str) -> list[Step]:
    """All lines after `$ ` in the blocks of console, in order."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in block.split("$ ")[1:]:
            command, *printed = part.rstrip("\n").splitlines()
            found.append(Step(command, tuple(printed)))
    return found


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


_NAMED = re.compile(r"# (\S+\.(?:toml|py))\n")


def files(text: str) -> dict[str, str]:
    """The trees and actors of a page by the file that their first line names: `# shop.toml`, `# stock.py`."""
    named = ((_NAMED.match(block), block) for block in [*blocks(text, "toml"), *blocks(text, "python")])
    return {head[1]: block for head, block in named if head is not None}


def programs(text: str) -> list[str]:
    """The blocks of Python that are no file, and are run."""
    return [block for block in blocks(text, "python") if not _NAMED.match(block)]


def _line_matches(wanted: str, got: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wanted.split("…"))), got) is not None


def _squeezed(line: str) -> str:
    return re.sub(r" +", " ", line).strip()
