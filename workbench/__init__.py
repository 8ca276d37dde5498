"""The door of the Actor Workbench.

    with workbench.connect("embedded:") as node:
        node.modules.deploy(Path("counter.py").read_bytes(), file_name="counter.py", alias="counter")
        node.actors.spawn("counter", options=SpawnOptions(name="counter"))
        print(node.actors.ask("counter", "increment").payload)

Importing this package is cheap: the engine, gRPC and the storage are loaded when they are first needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import api
from workbench.api.bundles import SECRETS, ActorReplay, BundleInfo, BundleReplay
from workbench.api.connections import Confirm, Mode
from workbench.api.identity import check_scope
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.rehearsal import Rehearsal
from workbench.backups import create_backup, restore_backup, verify_backup
from workbench.private import Endpoint, endpoint
from workbench.serving import check_listener, drain, expose_metrics, serve, show_log

if TYPE_CHECKING:
    from workbench.api.certificates import Certificates
    from workbench.api.diagnostics import DiagnosticsPart
    from workbench.api.showcase import ShowcaseLine
    from workbench.api.tree_file import TreeFile


def connect(
    url: str,
    *,
    tenant: str | None = None,
    namespace: str | None = None,
    token: str = "",
    tls_ca: str = "",
    tls_cert: str = "",
    tls_key: str = "",
    mode: Mode = Mode.NORMAL,
    confirm: Confirm | None = None,
    keyvalue: str = "",
    blobs: str = "",
    revive: bool = True,
    keeps: bool = True,
    record: str = "",
) -> api.Node:
    """A node by its URL.

    `embedded:DIR` runs one on the workspace DIR in this process, `embedded:` on a temporary workspace that is removed
    at the end; `keyvalue` and `blobs` are the URLs of its stores and `record` is how much of the turns it keeps on disk
    (a `RecordingLevel`, in full by default), instead of the settings. Whoever ran when the workspace's node ended is
    brought back, unless `revive` is false: durable actors from their journals, others from their state at an orderly
    end, else from their first one. Without `keeps` whoever is not durable does not come back another time.

    `grpc://HOST:PORT` attaches to a running node, which is asked with `token`; with `tls_ca` by TLS, which trusts the
    authorities in that file (or `system`: those that everybody trusts) and shows the certificate in `tls_cert` with its
    key in `tls_key`, where these are given. With the `mode` read-only no changing call leaves this process, with
    confirm each is asked for first; both refuse with Denied. `connection:NAME` is one of the user's stored connections,
    with all that is stored of it but a token, tenant or namespace that is given here.

    `bundle:FILE` is a recorded session as a read-only node, at its end, `bundle:FILE#POSITION` after so many turns;
    tenant and namespace are its own. A tenant or namespace that is not named is that of the token, else `default`.

    NotFound: there is no such file. Invalid: another kind of URL, no name of a tenant or namespace, no session bundle,
    no certificate. Unavailable: the workspace or a store is in use or cannot be reached, or nobody answers at the
    address.
    """
    scope = "default" if tenant is None else tenant, "default" if namespace is None else namespace
    check_scope(*scope)
    kind, _, rest = url.partition(":")
    if kind == "embedded":
        from workbench.embedded import opened

        return opened(rest, scope, keyvalue=keyvalue, blobs=blobs, revive=revive, keeps=keeps, record=record)
    if kind == "grpc":
        from workbench.rpc.client import attached

        files = tls_ca, tls_cert, tls_key
        return attached(rest, token=token, scope=(tenant, namespace), files=files, mode=mode, confirm=confirm)
    if kind == "connection":
        from workbench.connections.opening import stored

        return stored(rest, token=token, tenant=tenant, namespace=namespace, confirm=confirm)
    if kind == "bundle":
        from workbench.session import open_bundle

        return open_bundle(rest)
    known = "embedded:DIR, grpc://HOST:PORT, connection:NAME or bundle:FILE"
    raise api.Invalid(f"{url!r} is not the URL of a node; write {known}")


def make_certificates(
    folder: str | Path,
    *,
    hosts: Sequence[str] = (),
    days: int = 365,
    client: str = "client",
    role: api.Role = api.Role.OPERATE,
    tenant: str = "default",
) -> Certificates:
    """Make what `folder` lacks of a private authority, a server's certificate for `hosts` and this machine, and that of
    `client`, who is let in with `role` and `tenant`. An existing file is never written to.

    AlreadyExists: nothing is missing. Invalid: a name cannot be one, or what is there does not belong together.
    """
    from workbench.rpc.certificates import make

    return make(Path(folder), hosts=hosts, days=days, client=client, role=role, tenant=tenant)


def token_in(path: str | Path) -> str:
    """The token in a file that nobody else can read. Invalid: it is not so."""
    from workbench.rpc.security import secret_in

    return secret_in(path)


def default_workspace() -> Path:
    """The user's own workspace, or the one that WORKBENCH_WORKSPACE names."""
    from workbench.config import load

    return load().workspace


def default_record() -> str:
    """How much of the turns the settings let a node keep on disk; empty when they say nothing."""
    from workbench.config import load

    return load().record


def pack(path: str | Path, *, beside: Mapping[str, bytes] | None = None) -> tuple[bytes, str]:
    """What `node.modules.deploy` takes, and its name: a file's bytes, or a folder as an archive.

    Modules that lie `beside` it, such as those of `vendor`, go into the archive. Invalid names the file that cannot be
    read or cannot be part of an actor.
    """
    from workbench.guest import sources

    return sources.pack(Path(path), beside=beside or {})


def vendor(packages: Sequence[str]) -> dict[str, bytes]:
    """The modules of these packages and of what they depend on, by path, fetched by pip; see `pack`.

    Invalid names the package that cannot run inside the sandbox. Unavailable: there is no pip, or no network.
    """
    from workbench.guest import wheels

    return wheels.vendor(packages)


def texts(data: bytes, file_name: str) -> dict[str, str]:
    """The sources in what `pack` gave, by the paths that errors name. Nothing is refused: they are for the eye."""
    from workbench.guest import sources

    return sources.shown(data, file_name)


def build(
    path: str | Path,
    *,
    beside: Mapping[str, bytes] | None = None,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> bytes:
    """A standalone component of the Python actor in a file, a folder or an archive."""
    data, name = pack(path, beside=beside)
    with connect("embedded:") as node:
        module = node.modules.deploy(data, file_name=name, progress=progress, cancel=cancel)
        return node.modules.build(module.hash, progress=progress, cancel=cancel)


def start_sample(node: api.Node, *, progress: ProgressCallback | None = None) -> tuple[str, ...]:
    """Start the sample system on a node: a few actors that talk to each other. Gives their names."""
    from workbench.sample import start

    return start(node, progress=progress)


def sample_fits(node: api.Node) -> bool:
    """Whether there is nothing on a node but the sample system, or a part of it, so that it may be started there."""
    from workbench.sample import fits

    return fits(node)


def run_showcase(
    names: Sequence[str] = (),
    *,
    tell: Callable[[ShowcaseLine], None],
    verbose: bool = False,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> bool:
    """Run demonstrations (all, when none is named) on nodes of their own; whether every claim of theirs held.

    `tell` gets each line as it happens, on this thread. NotFound: there is no such demonstration.
    """
    from workbench.showcase.run import run

    return run(names, tell, verbose=verbose, progress=progress, cancel=cancel)


def apply_tree(
    node: api.Node,
    tree: TreeFile,
    folder: Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    timeout: float = 60.0,
) -> api.SupervisorInfo:
    """Deploy the sources that a tree file names, which lie in `folder`, and apply it. Errors have their line in it."""
    from workbench.tree import apply

    return apply(node, tree, folder, progress=progress, cancel=cancel, timeout=timeout)


def diff_tree(
    node: api.Node,
    tree: TreeFile,
    folder: Path,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Sequence[api.TreeChange]:
    """What `apply_tree` would do. Its sources are deployed without their names, to be compared with what runs."""
    from workbench.tree import diff

    return diff(node, tree, folder, progress=progress, cancel=cancel)


def deploy_sources(node: api.Node, files: Mapping[str, str], folder: Path, *, named: bool) -> dict[str, str]:
    """Deploy what lies in `folder`; gives the hashes by reference. `named` lets the references point at them."""
    from workbench.tree import deploy

    return deploy(node, files, folder, named=named)


def export_bundle(
    node: api.Node,
    path: str | Path,
    *,
    actors: Sequence[str] = (),
    since: float = 0.0,
    until: float = 0.0,
    with_interpreter: bool = False,
    secrets: Sequence[str] = SECRETS,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BundleInfo:
    """Write what a node has recorded into one file: of all actors or of some, of turns that began at `since` or
    later and at `until` or before (0: no bound); gives what it holds.

    `secrets` are the rules by which secrets are taken out. An existing file is replaced when the new one is complete.
    NotFound: an actor that is neither there nor recorded, or no turn of that time. Conflict: cancelled. Invalid,
    Exhausted: the file cannot be written, and nothing was changed.
    """
    from workbench import bundles

    return bundles.export(
        node,
        Path(path),
        actors=actors,
        since=since,
        until=until,
        with_interpreter=with_interpreter,
        secrets=secrets,
        progress=progress,
        cancel=cancel,
    )


def show_bundle(path: str | Path) -> BundleInfo:
    """What a session bundle holds. Invalid: it is none, or damaged as a whole; damaged entries are its problems."""
    from workbench import bundles

    return bundles.show(Path(path))


def verify_bundle(
    path: str | Path, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
) -> BundleInfo:
    """The same after every byte was read and every hash compared: it is whole when it has no problems. Conflict:
    cancelled."""
    from workbench import bundles

    return bundles.verify(Path(path), progress=progress, cancel=cancel)


def replay_bundle(
    path: str | Path,
    *,
    actors: Sequence[str] = (),
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BundleReplay:
    """Live through the turns of a session bundle again, from the file alone, apart from every node and workspace.

    `progress` is told on another thread. NotFound: one of the actors is not recorded there. Conflict: cancelled.
    """
    from workbench import bundles

    return bundles.replay(Path(path), actors=actors, progress=progress, cancel=cancel)


def replay_journal(
    node: api.Node, actor: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
) -> ActorReplay:
    """Live through the journal of a durable actor again, apart from the node: whether it comes out as recorded.

    `progress` is told on another thread. NotFound: there is no such journal. Conflict: cancelled.
    """
    from workbench import bundles

    return bundles.replay_journal(node, actor, progress=progress, cancel=cancel)


def rehearse(
    where: api.Node | Path,
    candidate: str | tuple[bytes, str],
    *,
    replaces: str,
    actors: Sequence[str] = (),
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Rehearsal:
    """Live through the turns that a node, or a session bundle (a path), has recorded of the module `replaces`, on other
    code, and tell what that does otherwise. Nothing of it reaches the node.

    `candidate` is what `pack` gave, or a module that the node or bundle has. Actors that ran another module last are
    left out, and listed. NotFound: no such module, or an actor that is not recorded. Invalid: the candidate is no
    module. Conflict: cancelled.
    """
    from workbench import rehearsals

    return rehearsals.rehearse(where, candidate, replaces=replaces, actors=actors, progress=progress, cancel=cancel)


def diagnose(
    node: api.Node | None,
    *,
    workspace: str | Path = "",
    problem: str = "",
    secrets: Sequence[str] = (),
    beside: Mapping[str, Any] | None = None,
) -> Sequence[DiagnosticsPart]:
    """What somebody who is to find a fault needs: of a node, and of its `workspace` where that is on this machine.

    `problem` is why there is no node; `secrets` stand in nothing of it; `beside` are parts of the caller's, by name.
    """
    from workbench import diagnostics

    return diagnostics.collect(node, workspace=workspace, problem=problem, secrets=secrets, beside=beside)


def save_diagnostics(parts: Sequence[DiagnosticsPart], path: str | Path) -> None:
    """Write them into one zip, whole or not at all. Exhausted, Unavailable: it cannot be written."""
    from workbench import diagnostics

    diagnostics.write(parts, path)


def start_thread(name: str, run: Callable[[], None]) -> threading.Thread:
    """A daemon thread on which calls of an embedded node run without being handed to another thread."""
    from workbench.runtime import threads

    return threads.start(name, run)


def behind_the_window() -> None:
    """Let guests run behind the rest of this process from now on: for programs with a window, before `connect`."""
    from workbench.runtime.threads import behind_the_window

    behind_the_window()


__all__ = [
    "Endpoint",
    "api",
    "apply_tree",
    "build",
    "check_listener",
    "connect",
    "create_backup",
    "default_record",
    "default_workspace",
    "diagnose",
    "drain",
    "endpoint",
    "export_bundle",
    "expose_metrics",
    "pack",
    "rehearse",
    "replay_bundle",
    "replay_journal",
    "restore_backup",
    "run_showcase",
    "sample_fits",
    "save_diagnostics",
    "serve",
    "show_bundle",
    "show_log",
    "start_sample",
    "start_thread",
    "texts",
    "vendor",
    "verify_backup",
    "verify_bundle",
]
