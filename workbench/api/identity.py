"""Who an actor is, and how it is addressed."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.errors import Invalid

NAME_BYTES = 1024


@dataclass(frozen=True, slots=True, order=True)
class ActorId:
    """Who an actor is, wherever it runs. Any text up to 1 KiB is a name; `name@node` says where it is now."""

    name: str
    namespace: str = "default"
    tenant: str = "default"

    def __str__(self) -> str:
        return self.name

    def at(self, node: str) -> str:
        return f"{self.name}@{node}"


def check_scope(tenant: str, namespace: str) -> None:
    """Invalid unless both can be names: an empty one is nobody's, and not another word for `default`."""
    for what, name in (("tenant", tenant), ("namespace", namespace)):
        size = len(name.encode(errors="surrogatepass"))
        if not 1 <= size <= NAME_BYTES or any("\ud800" <= sign <= "\udfff" for sign in name):
            said = f"this one has {size:,}" if not 1 <= size <= NAME_BYTES else f"{name[:40]!r} is none"
            raise Invalid(
                f"a {what} has a name of 1 to {NAME_BYTES:,} bytes of Unicode, and {said}; without one it is 'default'"
            )


def split_address(text: str) -> tuple[str, str]:
    """(name, node) of an address, parsed at its last `@`; without one the node is empty."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(f"an actor's name is not valid Unicode: {error.reason} at character {error.start}") from None
    name, at, node = text.rpartition("@")
    name, node = (name, node) if at else (text, "")
    if not name or len(name.encode()) > NAME_BYTES:
        raise Invalid(f"an actor's name has 1 to {NAME_BYTES} bytes, this one has {len(name.encode())}")
    return name, node
