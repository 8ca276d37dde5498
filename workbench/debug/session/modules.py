"""The facet `node.modules` of a recorded session: a library over what the bundle has, in which nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.api.errors import NotFound
from workbench.api.identity import ActorId
from workbench.api.modules import ModuleInfo
from workbench.debug.bundle.reader import Bundle
from workbench.wasm.library import Library


class _Store:
    """What a library reads of its store. What writes is not here: the facet is sealed."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._infos = {info.hash: info for info in bundle.modules}
        named = ((alias, info.hash) for info in bundle.modules for alias in reversed(info.aliases))
        self._aliases = dict(named)

    def load(self, module: str) -> ModuleInfo | None:
        return self._infos.get(module)

    def data(self, module: str) -> bytes:
        return self._bundle.module(module)[1]

    def all(self) -> Sequence[ModuleInfo]:
        return list(self._infos.values())

    def aliases(self) -> Mapping[str, str]:
        return self._aliases

    def bytecode(self, module: str, interpreter: str) -> str | None:
        return self._bundle.bytecode(module, interpreter)


class _Uncompiled:
    """In the place of programs and of the interpreter: nothing is compiled for looking at it."""

    hash = ""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def ready(self, _module: str) -> bool:
        return False

    def compiled_bytes(self, _module: str) -> None:
        return None

    def data(self, reference: str) -> bytes | None:
        try:
            return self._bundle.interpreter(reference)
        except NotFound:
            return None


def library_of(bundle: Bundle, users: Callable[[str], Sequence[ActorId]]) -> Library:
    """The modules of a bundle; `users` says who runs one."""
    store: Any = _Store(bundle)
    uncompiled: Any = _Uncompiled(bundle)
    tenant = bundle.manifest.tenant
    return Library(store, uncompiled, uncompiled, changed=lambda *_: None, users=users, tenant=tenant)
