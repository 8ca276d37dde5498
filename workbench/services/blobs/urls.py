"""Which store a URL names: `file:DIR`, `memory:`, or one of the services that `obstore` knows (`s3://BUCKET/PREFIX`)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from workbench.api.errors import Invalid, Unavailable
from workbench.services.blobs.folder import Folder
from workbench.services.blobs.store import BlobStore, ObjectStore, words

REMOTE = ("s3", "gs", "az")
CLIENT: dict[str, Any] = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}
RETRY: dict[str, Any] = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}
"""A store that is not there is told of in seconds, not in minutes."""
NAMES = "write file:DIR, memory: or s3://BUCKET/PREFIX"
CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
NONE_FOUND = re.compile(r"169\.254\.169\.254|token request|must be specified|[Mm]issing", re.DOTALL)
"""What the library says when the environment has none: it has looked for those of a machine in a cloud then."""


def canonical(url: str) -> str:
    """The one way to write a URL, under which a workspace remembers its store; empty is the workspace's own folder.

    Invalid: it is no URL of a store.
    """
    kind, colon, rest = url.partition(":")
    if not url or (kind == "memory" and not rest):
        return url
    path = rest.removeprefix("//")
    if kind == "file" and path:
        return f"file:{Path(path).expanduser().absolute()}"
    if kind in REMOTE and colon and path.strip("/"):
        return f"{kind}://{path.rstrip('/')}"
    raise Invalid(f"{url!r} is no store of blobs; {NAMES}")


def opener(url: str, default: Path) -> Callable[[str], BlobStore]:
    """What opens the store of a canonical URL, given the folder in it that is this workspace's."""
    kind, _, rest = url.partition(":")
    if not url:
        return lambda prefix: Folder(default, prefix)
    if kind == "file":
        return lambda prefix: Folder(Path(rest), prefix)
    if kind == "memory":
        return _memory
    return lambda prefix: _remote(kind, url, prefix)


def _memory(prefix: str) -> BlobStore:
    from obstore.store import MemoryStore

    return ObjectStore(MemoryStore(), prefix, "in memory", forgets=True)


def _remote(kind: str, url: str, prefix: str) -> BlobStore:
    """Asked once for what it holds, so that wrong names and missing credentials are told at the start."""
    import obstore
    from obstore.store import from_url

    try:
        opened: Any = from_url  # its overloads tell the kinds of stores apart, which the URL does here
        plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true"  # our options hide it from the library
        store = opened(url, client_options={**CLIENT, "allow_http": plain}, retry_config=RETRY)
        for _ in obstore.list(store, prefix=prefix, chunk_size=1):
            break
    except Exception as error:
        said = "no credentials were found" if NONE_FOUND.search(str(error)) else words(error)
        raise Unavailable(
            f"the store of blobs {url} cannot be used: {said}; its credentials come from the environment "
            f"({CREDENTIALS[kind]})"
        ) from error
    return ObjectStore(store, prefix, url)
