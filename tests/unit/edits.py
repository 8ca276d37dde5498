"""Edits of an actor's source whose effect on a recorded session is known before it is rehearsed.

A seed makes a source, a session and an edit. What the edit does follows from its kind, the handler that it is made in
and the message from which on it acts; where that shows first follows from the order of the session's messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from workbench.api import Node, SpawnOptions, WorkbenchError
from workbench.api.rehearsal import Verdict

SOURCE = '''
from plexspaces import GenServer, Reject, keyvalue, tuplespace


class Ledger(GenServer):
    """Counts in several ways."""

    def init(self, state):
        # at init
        self.total = int(state or 0)
        self.hidden = self.count = 0

    def snapshot_state(self):
        return f"{self.total} {self.hidden}"

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return getattr(self, message_type)(int(payload))

    def add(self, amount):
        # at add
        self.total += amount * FACTOR
        return "added"

    def keep(self, amount):
        # at keep
        keyvalue.put("kept", str(amount + ADDEND))
        return keyvalue.get("kept")

    def job(self, amount):
        # at job
        tuplespace.write(("job", amount))
        keyvalue.increment("jobs", FACTOR)
        return str(tuplespace.count(("job", tuplespace.ANY)))

    def hide(self, amount):
        # at hide
        self.hidden += 1
        return ""

    def get(self, amount):
        # at get
        return str(self.total)

    def refuse(self, amount):
        # at refuse
        raise Reject(f"not {amount}")

    def boom(self, amount):
        # at boom
        raise ValueError(f"no {amount}")
'''
HANDLERS = ("add", "keep", "job", "hide", "get", "refuse")
SNAPSHOT, BIRTH, CRASH = "snapshot", "init", "boom"
KINDS = (Verdict.IDENTICAL, Verdict.REPLY, Verdict.HOST_CALL, Verdict.STATE, Verdict.CRASH, Verdict.LIMIT,
         Verdict.REFUSED, Verdict.REPLY, Verdict.HOST_CALL, Verdict.CRASH)  # fmt: skip
REFACTORED = (
    ("self.count += 1\n", "self.count = 1 + self.count\n"),
    ("class Ledger(GenServer):", "ONE = 1\n\n\ndef text(it):\n    return str(it)\n\n\nclass Ledger(GenServer):"),
    ("        return str(self.total)\n", "        found = str(self.total)\n        return found\n"),
    ("        # at boom\n", "        # at boom\n        # which is\n        # some lines further down\n"),
    ("raise ValueError(f\"no {amount}\")", "raise ValueError('no ' + str(amount))"),
    ("        self.total = int(state or 0)\n        self.hidden = self.count = 0\n",
     "        self.count = 0\n        self.hidden = 0\n        self.total = int(state) if state else 0\n"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """An actor's source, what happens to it (from turn 1 on, one word each), and the edit with what it does.

    `turn` is where it shows first (0: nowhere), `line` that of the edited source where a crash is (0: none).
    """

    seed: int
    source: str
    session: tuple[str, ...]
    edited: str
    verdict: Verdict
    turn: int
    line: int
    what: str

    @property
    def name(self) -> str:
        return f"ledger-{self.seed}"


def case(seed: int) -> Case:
    """The case of a seed: the same one each time."""
    chance = Random(seed)
    source = SOURCE.replace("FACTOR", str(chance.randint(2, 9))).replace("ADDEND", str(chance.randint(1, 99)))
    session = _session(chance)
    return _edit(chance, seed, source, session)


def record(node: Node, made: Case) -> str:
    """Let the actor live through its session; the hash of its module."""
    module = node.modules.deploy(made.source.encode(), file_name="ledger.py").hash
    options = SpawnOptions(made.name, "strict", ("keyvalue", "tuplespace"))
    node.actors.spawn(module, "5", options=options)
    for seq, word in enumerate(made.session[1:], 2):
        if word == SNAPSHOT:
            node.actors.snapshot(made.name)
        elif word == BIRTH:
            node.actors.restart(made.name)
        else:
            try:
                node.actors.ask(made.name, word, str(seq))
            except WorkbenchError:
                continue
    turns = node.actors.turns(made.name, limit=1_000)
    lived = [turn.envelope.type if turn.envelope else turn.operation.removesuffix("-state") for turn in turns]
    assert lived == list(made.session), lived
    return module


def _session(chance: Random) -> tuple[str, ...]:
    """Two lives, with each handler and a state in both of them."""

    def messages() -> list[str]:
        found = [*HANDLERS, *chance.choices(HANDLERS, k=chance.randint(0, 8))]
        chance.shuffle(found)
        found.insert(chance.randint(0, len(found)), SNAPSHOT)
        return found

    return (BIRTH, *messages(), CRASH, BIRTH, *messages(), SNAPSHOT)


def _edit(chance: Random, seed: int, source: str, session: tuple[str, ...]) -> Case:
    kind = KINDS[seed % len(KINDS)]
    handler = chance.choice(HANDLERS)
    begins = chance.randint(1, 4)  # the count of messages since the birth from which on it acts
    line = 0
    if kind is Verdict.IDENTICAL:
        find, put = chance.choice(REFACTORED)
        return _case(seed, source, session, source.replace(find, put, 1), kind, 0, 0, "a refactoring")
    if kind is Verdict.REFUSED:
        put = chance.choice(("raise Reject('not this state')", "int(state + 'x')", "self.missing"))
        edited = _at(source, BIRTH, put)
        return _case(seed, source, session, edited, kind, 1, 0, put)
    if kind is Verdict.STATE:
        return _hidden(seed, source, session, chance, begins)
    if kind is Verdict.HOST_CALL:
        put = chance.choice(("keyvalue.put('other', '1')", "keyvalue.delete('kept')", "tuplespace.take(('no',))"))
        if chance.random() < 0.5:  # or a call of its own that is another one, or none
            handler = chance.choice(("keep", "job"))
            put = "return ''"
    elif kind is Verdict.LIMIT:
        put = chance.choice(("all(each == 0 for each in iter(int, 1))", "self.all = bytearray(64 << 20)"))
    elif kind is Verdict.CRASH:
        put = chance.choice(("raise KeyError('gone')", "[][1]", "int('x')", "self.missing"))
    else:
        put = chance.choice(("return 'other'", "raise Reject('no more')"))
        handler = chance.choice(("add", "hide", "get", "refuse", CRASH))  # after no host call
        begins = 1 if handler == CRASH else begins
    edited = _at(source, handler, f"if self.count >= {begins}: {put}")
    if kind is Verdict.CRASH:
        line = edited.splitlines().index(f"        if self.count >= {begins}: {put}") + 1
    turn = _first(session, handler, begins)
    return _case(seed, source, session, edited, kind if turn else Verdict.IDENTICAL, turn, line if turn else 0, put)


def _hidden(seed: int, source: str, session: tuple[str, ...], chance: Random, begins: int) -> Case:
    """Another state, told by the next state that is asked for, or before that by who replies with it."""
    handler = chance.choice(HANDLERS)
    attribute = chance.choice(("hidden", "total"))
    edited = _at(source, handler, f"if self.count >= {begins}: self.{attribute} += 1000")
    tellers = (SNAPSHOT, "get") if attribute == "total" else (SNAPSHOT,)
    acted = False
    for seq, word, count in _counted(session):
        acted = (acted and word != BIRTH) or (word == handler and count >= begins)
        if acted and word in tellers:
            verdict = Verdict.STATE if word == SNAPSHOT else Verdict.REPLY
            return _case(seed, source, session, edited, verdict, seq, 0, f"{attribute} changed in {handler}")
    return _case(seed, source, session, edited, Verdict.IDENTICAL, 0, 0, f"{attribute} changed in {handler}, unseen")


def _case(
    seed: int, source: str, session: tuple[str, ...], edited: str, verdict: Verdict, turn: int, line: int, what: str
) -> Case:
    assert edited != source, what
    return Case(seed, source, session, edited, verdict, turn, line, what)


def _at(source: str, handler: str, put: str) -> str:
    return source.replace(f"        # at {handler}\n", f"        {put}\n", 1)


def _counted(session: tuple[str, ...]) -> list[tuple[int, str, int]]:
    """Each turn with its number and how many messages there were since the birth, itself among them."""
    found, count = [], 0
    for seq, word in enumerate(session, 1):
        count = 0 if word == BIRTH else count + (word != SNAPSHOT)
        found.append((seq, word, count))
    return found


def _first(session: tuple[str, ...], handler: str, begins: int) -> int:
    """The turn in which an edit of this handler acts first; 0: in none."""
    return next((seq for seq, word, count in _counted(session) if word == handler and count >= begins), 0)
