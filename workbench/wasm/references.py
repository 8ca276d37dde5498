"""What a reference to a module means, and what may be an alias. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.api.errors import AlreadyExists, Invalid
from workbench.api.modules import PREFIX_CHARACTERS, ModuleInfo

HASH_CHARACTERS = 64
_HEXADECIMAL = frozenset("0123456789abcdef")


def resolve(reference: str, modules: Sequence[ModuleInfo], aliases: Mapping[str, str]) -> str:
    """The hash that a reference means; the reference itself, in lower case, when there is nothing of that name.

    In this order: a full hash, an alias, the newest `name@version` of a name, a unique prefix of a hash. `aliases` are
    in the order in which they were pointed. Invalid lists the candidates of an ambiguous prefix.
    """
    lowered = reference.lower()
    if len(lowered) == HASH_CHARACTERS and any(info.hash == lowered for info in modules):
        return lowered
    if reference in aliases:
        return aliases[reference]
    versions = [alias for alias in aliases if alias.rpartition("@")[0] == reference]
    if versions:
        return aliases[versions[-1]]
    found = [info for info in modules if info.hash.startswith(lowered)] if looks_like_hash(reference) else []
    if len(found) > 1:
        candidates = ", ".join(f"{info.hash[:16]} ({info.file_name})" for info in found)
        raise Invalid(f"{reference!r} is ambiguous: {candidates}; give more characters")
    return found[0].hash if found else lowered


def check_alias(alias: str, module: str, aliases: Mapping[str, str], *, force: bool) -> None:
    """Invalid: it can never be an alias. AlreadyExists: it points at another module and `force` is off."""
    if not alias or alias != alias.strip() or not alias.isprintable():
        raise Invalid(
            f"{alias!r} cannot be an alias: it must not be empty, begin or end with a space, or hold control characters"
        )
    name, at, version = alias.partition("@")
    if "@" in version or (at and not (name and version)) or alias.startswith("-"):
        raise Invalid(f"{alias!r} cannot be an alias: write NAME or NAME@VERSION, and no dash in front")
    if looks_like_hash(alias.partition("@")[0]):
        raise Invalid(
            f"{alias!r} cannot be an alias: {PREFIX_CHARACTERS} or more hexadecimal digits are read as a hash"
        )
    target = aliases.get(alias)
    if target is not None and target != module and not force:
        raise AlreadyExists(
            f"the alias {alias!r} points at {target[:12]}, not at {module[:12]}; use --force to move it"
        )


def looks_like_hash(reference: str) -> bool:
    """Whether it is read as the beginning of a hash."""
    return len(reference) >= PREFIX_CHARACTERS and is_hexadecimal(reference)


def is_hexadecimal(reference: str) -> bool:
    return not set(reference.lower()) - _HEXADECIMAL
