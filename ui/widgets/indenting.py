"""What an editor does to lines of code: indent, dedent, comment. Pure functions on lists of lines."""

from __future__ import annotations

UNIT = 4


def shift(lines: list[str], by: int) -> list[str]:
    """Indent by `by` columns, or dedent when it is negative; empty lines stay empty."""
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in lines]


def toggle_comment(lines: list[str], mark: str = "#") -> list[str]:
    """Take the mark away when every line has it, else put it at the lines' common indent."""
    written = [line for line in lines if line.strip()]
    if not written:
        return lines
    if all(line.lstrip().startswith(mark) for line in written):
        return [_uncomment(line, mark) for line in lines]
    indent = min(len(line) - len(line.lstrip()) for line in written)
    return [f"{line[:indent]}{mark} {line[indent:]}" if line.strip() else line for line in lines]


def indent_after(line: str) -> str:
    """The indent of the line that follows."""
    indent = len(line) - len(line.lstrip(" "))
    words = line.split("#")[0].rstrip()
    if words.endswith(":"):
        indent += UNIT
    elif words.strip().split(" ")[0] in ("return", "raise", "pass", "break", "continue"):
        indent = max(indent - UNIT, 0)
    return " " * indent


def _uncomment(line: str, mark: str) -> str:
    indent = len(line) - len(line.lstrip())
    rest = line[indent:].removeprefix(mark)
    return line[:indent] + (rest if rest == line[indent:] else rest.removeprefix(" "))
