"""Session bundles: what one holds, and what came of replaying it."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.identity import ActorId
from workbench.api.replay import Divergence
from workbench.api.words import plural

SUFFIX = ".plexbundle"
FORMAT = 1
"""The version of the format that this program writes. A newer one is read as far as it is understood."""
SECRETS = ("authorization", "password", "passwd", "token", "secret", "api-key")
"""Names under which a secret stands: of headers, of keys, of members of JSON. A rule `/…/` is a regular expression."""


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One entry of the file: `packed_bytes` in it, `size_bytes` when it is read. `problem` says why it was refused;
    `known` is False when this program does not know what it is for."""

    name: str
    size_bytes: int
    sha256: str = ""
    packed_bytes: int = 0
    problem: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class BundleActor:
    """One actor with its recorded turns; `born` is False when none of its births is among them."""

    actor: ActorId
    turns: int
    first_seq: int
    last_seq: int
    born: bool
    module: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class BundleModule:
    """One module that the turns name. `included` is False when its bytes are not in the file, or were refused;
    `interpreters` are the builds of the interpreter, by hash, for which it has bytecode."""

    hash: str
    file_name: str
    size_bytes: int
    included: bool
    interpreters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """What a bundle holds. `node` and what follows describe where it was recorded, `since` and `chosen` what of it.

    `changes` are those of what services held, which are in it together with the `rows` that they held at the end;
    `held` is False when they were not recorded. `rules` are those by which secrets were taken out: `secrets` different
    ones, `redacted` turns were changed. `interpreters` are those that turns ran on, `included` those whose bytes are in
    the file. `problems` are sentences, each begins with the name of its entry; `notes` is what a reader should know
    besides.
    """

    path: str
    size_bytes: int
    format: int
    program: str
    wasmtime: str
    platform: str
    node: str
    tenant: str
    namespace: str
    created: float
    since: float
    chosen: tuple[str, ...]
    turns: int
    supervisors: int
    log_lines: int
    rules: tuple[str, ...]
    secrets: int
    redacted: int
    actors: tuple[BundleActor, ...]
    modules: tuple[BundleModule, ...]
    interpreters: tuple[str, ...]
    included: tuple[str, ...]
    entries: tuple[BundleEntry, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    held: bool = False
    changes: int = 0
    rows: int = 0

    @property
    def redaction(self) -> str:
        """What came of looking for secrets, in words."""
        if not self.rules:
            return "no secrets were looked for"
        if not self.secrets:
            return "no secrets were found"
        return f"{plural(self.secrets, 'secret')} taken out, {plural(self.redacted, 'turn')} changed"


@dataclass(frozen=True, slots=True)
class ActorReplay:
    """What came of one actor's turns: `replayed` of `turns` were lived through again, `equal` of those came out the
    same, of `fuel_compared` the fuel too. `uncertain` came out otherwise after something that cannot be lived through
    again (what was redacted, or never recorded), and so they may: they are no difference, and no proof either.

    `divergence` is where it first differed, a difference in behavior before one in cost. `problem` says why it could
    not be replayed at all, or not to its end; `notes` what was left out, and why that is no difference. `left_out` are
    turns of which nothing can be said, because others before them are not recorded.
    """

    actor: ActorId
    turns: int
    replayed: int = 0
    equal: int = 0
    fuel_compared: int = 0
    uncertain: int = 0
    divergence: Divergence | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def whole(self) -> bool:
        """Whether no turn was left out."""
        return not self.left_out


@dataclass(frozen=True, slots=True)
class BundleReplay:
    """What came of a whole bundle; `notes` say what was not compared, and why, `problems` what of it is damaged."""

    actors: tuple[ActorReplay, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every actor was replayed, none differed, and nothing that was read is damaged. See `whole` too."""
        wrong = any(each.divergence or each.problem for each in self.actors)
        return bool(self.actors) and not wrong and not self.problems

    @property
    def whole(self) -> bool:
        """Whether no turn was left out because others before it are not recorded."""
        return all(each.whole for each in self.actors)
