"""What a demonstration has: a node of its own, the sample actors, and the one door for its claims."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import workbench
from workbench.api import (
    Area,
    CancelToken,
    Conflict,
    Invalid,
    ModuleInfo,
    Node,
    Payload,
    ProgressCallback,
    SpawnOptions,
    WorkbenchError,
)
from workbench.api.showcase import Demonstration, Mark, ShowcaseLine
from workbench.data import directory
from workbench.showcase.trace import Trace

Tell = Callable[[ShowcaseLine], None]
LOOK_SECONDS = 0.1
"""How long an event is waited for before looking again: not everything that passes with time has one."""
PATIENCE_SECONDS = 20.0
"""What has not happened by then on a busy machine does not happen."""
HURRY_SECONDS = 2.0
"""After a failure, what else depends on it is not waited for as long."""


class Stage:
    """One demonstration's. `claims` counts what was checked, `failed` what did not hold."""

    def __init__(
        self,
        node: Node,
        about: Demonstration,
        tell: Tell,
        *,
        verbose: bool = False,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.node, self._about, self._tell = node, about, tell
        self.cancel = cancel or CancelToken()
        self.progress: ProgressCallback = progress or (lambda _: None)
        self._trace = Trace(node, lambda text: self._say(Mark.TRACE, text)) if verbose else None
        self.claims = self.failed = 0

    # telling

    def check(self, claim: str, holds: bool, *, found: object = "") -> bool:
        """Tell a claim: [ok] if it holds, else [failed] with what was found instead."""
        self.go_on()
        self.claims += 1
        if holds:
            self._say(Mark.OK, claim)
        else:
            self.failed += 1
            self._say(Mark.FAILED, f"{claim}: found {found!r}" if found != "" else f"{claim}: it does not hold")
        return holds

    def equal(self, claim: str, found: object, expected: object) -> bool:
        """Tell that something is what it should be."""
        return self.check(claim, found == expected, found=Found(f"{shortened(found)}, expected {shortened(expected)}"))

    def refused(self, claim: str, kind: type[WorkbenchError], call: Callable[..., object], *given: Any) -> str:
        """Tell that a call is refused in this way, with the words of the refusal; gives them."""
        try:
            answer = call(*given)
        except WorkbenchError as error:
            self.check(claim, isinstance(error, kind), found=f"{error.code}: {error}")
            self.fact(f"{error.code}: {error}" if not error.message.startswith(error.code) else error.message)
            return error.message
        self.check(claim, False, found=Found(f"{shortened(answer)}, not refused as {kind.code}"))
        return ""

    def fact(self, text: str) -> None:
        """Tell something that was measured or read."""
        self._say(Mark.FACT, text.replace("\n", " "))

    def facts(self, *texts: str) -> None:
        """Several, below a claim."""
        for text in texts:
            self.fact(f"- {text}")

    def _say(self, mark: Mark, text: str) -> None:
        self._tell(ShowcaseLine(mark, text, self._about.name))

    def go_on(self) -> None:
        """Show what happened so far; Conflict when the showcase was stopped."""
        self.show_trace()
        if self.cancel.is_set():
            raise Conflict("the showcase was stopped")

    def show_trace(self) -> None:
        """What was handled since the last time, where that is wanted."""
        if self._trace is not None:
            self._trace.show()

    # doing

    def deploy(self, file: str, alias: str = "") -> ModuleInfo:
        """Deploy a sample actor, under its name without `_actor` unless `alias` says another."""
        name = alias or file.partition(".")[0].removesuffix("_actor")
        return self.node.modules.deploy(source(file), file_name=file, alias=name, force=True)

    def start(self, file: str, name: str, state: Payload = "", **options: Any) -> str:
        """Deploy a sample actor and spawn one of it; `options` are those of SpawnOptions."""
        module = self.deploy(file)
        return self.node.actors.spawn(module.hash, state, options=SpawnOptions(name=name, **options)).id.name

    def ask(self, actor: str, message_type: str, payload: Payload | Mapping[str, Any] | Sequence[Any] = "") -> Payload:
        """The reply; anything that is no payload goes as JSON."""
        sent = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        return self.node.actors.ask(actor, message_type, sent).payload

    def asked(self, actor: str, message_type: str, payload: Payload | Mapping[str, Any] | Sequence[Any] = "") -> Any:
        """The reply, read as JSON. Invalid: it is none."""
        reply = self.ask(actor, message_type, payload)
        try:
            return json.loads(reply)
        except ValueError as error:
            raise Invalid(f"{actor} answered {message_type} with {reply!r}, which is no JSON: {error}") from None

    def logged(self, actor: str) -> list[str]:
        """What an actor has printed and logged."""
        return [line.message for line in self.node.logs(actor=actor)]

    def until(self, condition: Callable[[], bool], *areas: Area, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until it is so, looking at each event of these areas; whether it came to it."""
        end = time.monotonic() + (min(seconds, HURRY_SECONDS) if self.failed else seconds)
        with self.node.subscribe(areas) as events:
            while not condition():
                if time.monotonic() > end:
                    return False
                self.go_on()
                events.get(LOOK_SECONDS)
        return True

    def as_tenant(self, tenant: str) -> AbstractContextManager[Node]:
        """The same node as another tenant sees it, over its local endpoint."""
        return Guest(self.node, tenant)


class Found:
    """What was found, in words: its repr is a part of the sentence."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Guest(AbstractContextManager[Node]):
    """Somebody else on a node."""

    def __init__(self, node: Node, tenant: str) -> None:
        self._served = workbench.serve(node)
        at = workbench.endpoint(node.info().workspace)
        assert at is not None, "the endpoint that was just opened is there"
        self._node = workbench.connect(f"grpc://{at.address}", tenant=tenant, token=at.token)

    def __enter__(self) -> Node:
        return self._node

    def __exit__(self, *_: object) -> None:
        self._node.close()
        self._served.close()


def source(file: str) -> bytes:
    """A sample actor's source."""
    return (directory("resources") / "actors" / file).read_bytes()


def shortened(value: object, most: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def milliseconds(since: float) -> str:
    """How long it took from this `time.perf_counter()` on."""
    return f"{(time.perf_counter() - since) * 1_000:,.1f} ms"


def size(number: int) -> str:
    """`1,019 bytes`, `1 MiB`, `15.8 MiB`."""
    if number < 1 << 20:
        return f"{number:,} bytes"
    amount = number / (1 << 20)
    return f"{amount:,.0f} MiB" if amount == int(amount) else f"{amount:,.1f} MiB"
