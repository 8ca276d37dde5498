"""Guests that mean harm: what each runs, what is said to it, and the words in which the node must answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.unit.core_modules import ECHO, data, function, module, request, texts

MIB = 1 << 20


@dataclass(frozen=True)
class Guest:
    """`says` is a pattern of the error, of the reply, or of a log line that names what stopped it.

    `message` may be `#snapshot` or `#stop`; `turns` is how often it is said. `leads` is where a server sends whoever
    asks it; its port stands for `{port}` in the source and the grants. `names` are addresses by name.
    """

    name: str
    source: bytes
    says: str
    file_name: str = "guest.wat"
    message: str = "go"
    turns: int = 1
    grants: tuple[str, ...] = ("messaging", "clocks")
    limits: Mapping[str, int] = field(default_factory=dict)
    leads: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


def _python(name: str, body: str, says: str, **more: object) -> Guest:
    """A gen_server whose handler is `body`."""
    lines = "\n".join(f"        {line}" for line in body.strip("\n").splitlines())
    source = (
        "import time\nfrom plexspaces import GenServer, log, messaging\n\n\nclass Guest(GenServer):\n"
        f"    def handle_request(self, from_actor, message_type, payload):\n{lines}\n"
        '        return "done"\n'
    )
    return Guest(name, source.encode(), says, file_name="guest.py", **more)  # type: ignore[arg-type]


SMALL = "no more than 10,000 elements"
SPIN = "(loop $for_ever (br $for_ever))"
SOON = {"time_ms": 200}
GROW = """(block $full (loop $more
  (br_if $full (i32.eq (memory.grow (i32.const 16)) (i32.const -1))) (br $more))) (unreachable)"""
TABLE = """(loop $more (br_if $more (i32.ne (table.grow $all (ref.null func) (i32.const 1000)) (i32.const -1))))
  (i32.store8 (i32.const 100) (i32.lt_u (table.size $all) (i32.const 10001)))
  (if (result i64) (i32.load8_u (i32.const 100)) (then (call $refused (call $small))) (else (i64.const 0)))"""
DEEP = (
    "(func $deep (param i64) (result i64) (i64.add (call $deep (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))"
)
OUTSIDE = "(i64.or (i64.shl (i64.const 65000) (i64.const 32)) (i64.const 1000000))"

BOMB = """
for _ in range(2):
    messaging.tell(messaging.spawn("guest", ""), "go")
while True:
    messaging.spawn("guest", "")
"""
CATCHES = """
while True:
    try:
        while True:
            messaging.self_id()
    except BaseException:
        continue
"""
FETCH = "from plexspaces import http\nreturn http.request"
DRIP = "end = time.monotonic() + 0.1\nwhile time.monotonic() < end:\n    pass"
NOWHERE = '(global $next (mut i32) (i32.const 8192)) (func (export "allocate") (param i32) (result i32) (i32.const -8))'
TELL, LARGE = 'messaging.tell(messaging.self_id(), "go")', 'messaging.tell(messaging.self_id(), "go", "z" * (4 << 20))'
NO_TEXT = "(call $text (i32.const 16) (i32.const 3))"
ZERO = "(i64.div_s (i64.const 1) (i64.extend_i32_u (i32.const 0)))"


def _core(name: str, body: str, says: str, *parts: str, **more: object) -> Guest:
    """A core module whose `handle_request` is `body`."""
    return Guest(name, module(*parts, request(body)), says, **more)  # type: ignore[arg-type]


def _for_ever(body: str) -> str:
    return f"while True:\n    {body}"


TIMED = "time: .* 200 ms"
FEW, SMALL_MEMORY = {"mailbox": 500}, {"memory_bytes": 4 * MIB}
LAST_TRAP = function("shutdown", "(unreachable)")
LAST_SPIN = function("shutdown", f"{SPIN} (i64.const 0)")
HONEST = _core("an honest actor", "(i64.const 0)", "")
"""What the others are compared with: it answers at once, and is born and stopped as often as they are."""
GUESTS = (
    _core("spin", f"{SPIN} (i64.const 0)", TIMED, limits=SOON),
    _core(
        "spin within its fuel", f"{SPIN} (i64.const 0)", "used all of its 5,000,000 units", limits={"fuel": 5_000_000}
    ),
    _python("spin in Python", _for_ever("pass"), TIMED, limits=SOON),
    _python("catch everything and go on", CATCHES, TIMED, limits=SOON),
    _core(
        "grow memory until it is refused",
        f"{GROW} (i64.const 0)",
        "exhausted: memory",
        limits={"memory_bytes": 4 * MIB},
    ),
    _python("grow memory in Python", "kept = []\n" + _for_ever("kept.append(bytearray(1 << 20))"), "exhausted: memory"),
    _core("grow a table until it is refused", TABLE, SMALL, "(table $all 1 funcref)", texts(small=SMALL)),
    _core("declare a table of a billion elements", ECHO, "table", "(table $all 1000000000 funcref)"),
    _core("call itself without end", "(call $deep (i64.const 0))", "stack", DEEP),
    _python("call itself without end in Python", "def deep():\n    return deep()\ndeep()", "RecursionError|stack"),
    _python("a string of 100 MB for the host", 'log.info("x" * (100 << 20))', "exhausted: memory"),
    _python("a flood of lines in the log", _for_ever('log.info("y" * 10_000)'), TIMED, limits=SOON),
    _python("a flood of host calls", _for_ever("messaging.now_ms()"), TIMED, limits=SOON),
    _python("a bomb of spawns", BOMB, "actors: this node has 120", grants=("messaging", "spawn")),
    _python("ask oneself", 'messaging.ask(messaging.self_id(), "go", "")', "this ask would wait for itself"),
    _python(
        "a storm of messages to oneself",
        _for_ever(TELL),
        "the mailbox of .* is full: it has 500 messages and may have 500",
        limits=FEW,
    ),
    _python("a storm of large messages", _for_ever(LARGE), "its messages hold .* of 67,108,864 bytes"),
    _python("a storm of timers", _for_ever('messaging.send_after(3_600_000, "tick", "")'), "500 timers", limits=FEW),
    _python("a giant reply", 'return "r" * (9 << 20)', "size: the reply of .* has 9,437,184 bytes, up to 8,388,608"),
    _python("a slow drip below the limit", DRIP, "done", turns=5, limits=SOON),
    _python("sleep for an hour", "time.sleep(3600)", r"wanted to sleep for 3,(600\.0|599\.9) s"),
    _python(
        "a redirect to this machine",
        f'{FETCH}("GET", "http://127.0.0.1:{{port}}/")',
        "127.0.0.1:9.* needs the capability network",
        grants=("network/127.0.0.1:{port}",),
        leads="http://127.0.0.1:9/",
    ),
    _python(
        "a name that leads to this machine",
        f'{FETCH}("GET", "http://rebound.example:{{port}}/")',
        "rebound.example leads to an address of this machine",
        grants=("network/rebound.example:{port}",),
        leads="http://127.0.0.1:9/",
        names={"rebound.example": "127.0.0.1"},
    ),
    _python("exit", "raise SystemExit(3)", "SystemExit: 3"),
    _core("trap in init", ECHO, "init of .*unreachable", function("init", "(unreachable)", "(param i32 i32)")),
    _core("trap in a handler", "(unreachable)", "unreachable"),
    _core("divide by zero", ZERO, "divide by zero"),
    _core("trap in snapshot", ECHO, "unreachable", function("snapshot_state", "(unreachable)"), message="#snapshot"),
    _core(
        "trap in shutdown",
        ECHO,
        "shutdown crashed: .*unreachable",
        function("shutdown", "(unreachable)"),
        message="#stop",
    ),
    _core(
        "spin in shutdown", ECHO, "shutdown crashed: ", function("shutdown", f"{SPIN} (i64.const 0)"), message="#stop"
    ),
    _core("a reply outside of its memory", OUTSIDE, "outside"),
    _core("a reply that is no text", NO_TEXT, "UTF-8", data(b"\xff\xfe\xfd")),
    Guest("an allocator that gives a place outside", module(request(ECHO), allocate=NOWHERE), "outside|allocate"),
)
"""Attacks over the network are in the tests of `http` and `socket`."""
