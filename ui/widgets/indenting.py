"""What an editor does to lines of Python: indent, dedent, comment. Pure functions on lists of lines."""

from __future__ import annotations

UNIT = 4


def shift(lines: list[str], by: int) -> list[str]:
    """Indent by `by` columns, or dedent when it is negative; empty lines stay empty."""
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in lines]


def toggle_comment(lines: list[str]) -> list[str]:
    """Take `# ` away when every line has it, else put it at the lines' common indent."""
    written = [line for line in lines if line.strip()]
    if not written:
        return lines
    if all(line.lstrip().startswith("#") for line in written):
        return [_uncomment(line) for line in lines]
    indent = min(len(line) - len(line.lstrip()) for line in written)
    return [f"{line[:indent]}# {line[indent:]}" if line.strip() else line for line in lines]


def indent_after(line: str) -> str:
    """The indent of the line that follows."""
    indent = len(line) - len(line.lstrip(" "))
    words = line.split("#")[0].rstrip()
    if words.endswith(":"):
        indent += UNIT
    elif words.strip().split(" ")[0] in ("return", "raise", "pass", "break", "continue"):
        indent = max(indent - UNIT, 0)
    return " " * indent


def _uncomment(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    rest = line[indent:]
    return line[:indent] + (rest[2:] if rest.startswith("# ") else rest[1:] if rest.startswith("#") else rest)
